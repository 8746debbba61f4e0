import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isTraceEvent, type TraceEvent } from '../../../../lambdas/contracts/events.ts';
import { closingMessage, reportOf } from '../../../../lambdas/kernel/trace/report.ts';
import { call } from '../../../fakes/preset-model.ts';
import { NO_HELP, RESIZE, resizeTo, TestHarness } from '../../../fixtures/harness.ts';

const CONCLUSION = {
  summary: 'The server was too small for its orders.',
  rootCause: 'More orders than usual.',
  confidence: 'high',
  claims: [{ text: 'CPU was at its limit.', evidence: ['E2'] }],
  plans: [{ plan: 'P1', applied: true }],
  followUps: ['Look at the load test.'],
};

const recorded = (name: string): TraceEvent[] =>
  readFileSync(join(import.meta.dirname, '../../../fixtures/traces', name, 'trace.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
    .filter(isTraceEvent);

test('the report covers the whole incident, from its trace alone', async () => {
  const harness = await new TestHarness().begin();
  await harness.decide([call('drop_table')]);
  await harness.propose(RESIZE.tool, resizeTo('t3.small').input);
  await harness.untilGranted();
  await harness.apply();
  await harness.untilVerified();
  await harness.decide([call('conclude', CONCLUSION)]);
  await harness.close();
  const report = reportOf(await harness.events());
  for (const line of [
    /^# healed: cpu-high$/m,
    /^Incident incident-1, opened 2026-11-20T\S+, agent ec2-responder\. 5 model turns, 5500 tokens, \$0\.0225\.$/m,
    /^Root cause \(high confidence\): "More orders than usual\."$/m,
    /^- Claim: "CPU was at its limit\." Evidence: E2 \(event \d+\)\.$/m,
    /^- Follow-up: "Look at the load test\."$/m,
    /^### P1: Resize app: t3\.small → t3\.xlarge$/m,
    /^- target: i-0a1b2c3d4e5f60718 in account 123456789012, eu-west-1$/m,
    /^- policy: needs the approval of one person\.$/m,
    /^- change: instanceType: t3\.small -> t3\.xlarge$/m,
    /^- approval: granted by ana@example\.com, ben@example\.com\. "Go ahead\."$/m,
    /^- apply: applied at /m,
    /^- verification: healed\./m,
    /^- event \d+: drop_table \(allowlist\): There is no tool/m,
    /^- event \d+: resize_instance \(target\): .*already is a t3\.small/m,
    /^- E1 describe_alarm: /m,
  ])
    expect(report).toMatch(line);
  expect(report).not.toContain('undefined');
});

test('the closing mail is plain text: paragraphs, headings that name things, and no details of the trace', async () => {
  const harness = await (await new TestHarness().begin()).untilGranted();
  await harness.apply();
  await harness.untilVerified();
  await harness.decide([call('conclude', CONCLUSION)]);
  await harness.close();
  const { subject, text } = closingMessage(await harness.events());
  const mail = text.toString();
  expect(subject.toString()).toBe('healed: cpu-high');
  expect(mail).toMatch(/^healed: cpu-high\n\nP1 \(Resize app: t3\.small → t3\.xlarge\) was applied at .*\n\nThe alarm/);
  expect(mail).toMatch(
    /\n\n\nChanges\n\nP1: Resize app: t3\.small → t3\.xlarge\n {2}- target: i-0a1b2c3d4e5f60718 in account/,
  );
  expect(mail).toMatch(/\n\n\nIn the agent's words: its conclusion\n\nSummary: "/);
  expect(mail).not.toMatch(/^#|^- |\*\*|sha256:|check .*: passed/m);
});

test('a change that was rolled back is reported with its rollback', async () => {
  const harness = await (await new TestHarness().begin()).untilGranted(NO_HELP);
  await harness.apply();
  await harness.untilVerified();
  await harness.rollback();
  expect(reportOf(await harness.events())).toMatch(
    /- apply: applied at .*\n- verification: unhealed\..*\n- rollback: applied at /,
  );
});

test('an event that became no incident has a report too', async () => {
  const harness = new TestHarness();
  await harness.open({});
  const report = reportOf(await harness.events());
  expect(report).toMatch(/^# unrouted: an event that was not taken up$/m);
  expect(report).toMatch(/not an EventBridge event/);
});

test('the timeline says which policies were switched off where a plan was decided', () => {
  const events = recorded('undersized-instance').map((event) =>
    event.kind === 'plan.judged'
      ? { ...event, data: { ...event.data, policiesOff: [{ id: 'cut-bound', reason: 'Ours is half-each-evening.' }] } }
      : event,
  );
  expect(reportOf(events)).toMatch(
    /P1 decided by policy: approvals needed: 1 \(.*\); switched off in this deployment: cut-bound \(event 17\)$/m,
  );
});

test('the report has what a person signs off on: who was asked, who approved, what was applied and verified, when', () => {
  const command = 'npx checkrein trace verify out/trace.jsonl --key out/seal.pub.pem';
  const report = reportOf(recorded('undersized-instance'), command);
  const [, timeline = ''] = /^## Timeline \(UTC\)\n\n(.*?)\n\n/ms.exec(report) ?? [];
  expect(timeline.split('\n')).toEqual([
    '- 2026-11-20 09:26:20 opened: checkout-cpu-high, agent ec2-responder, kill switch on (event 0)',
    '- 2026-11-20 09:26:26 P1 planned: Resize checkout-1: t3.small → c6i.xlarge (event 14)',
    '- 2026-11-20 09:26:28 P1 decided by policy: approvals needed: 1 (permit agents-propose, permit one-approval-suffices) (event 17)',
    '- 2026-11-20 09:26:28 P1 asked: sre-oncall@example.com, until 2026-11-20 10:26 UTC (event 18)',
    '- 2026-11-20 09:26:28 P1 approved by sre-oncall@example.com (preset) (event 20)',
    '- 2026-11-20 09:26:28 P1 approval granted (event 22)',
    '- 2026-11-20 09:26:28 P1 apply started on arn:aws:ec2:eu-west-1:123456789012:instance/i-0a1b2c3d4e5f60718 (event 25)',
    '- 2026-11-20 09:27:43 P1 apply finished: applied (event 26)',
    '- 2026-11-20 09:32:43 P1 verified: healed (event 27)',
    '- 2026-11-20 09:32:47 conclusion accepted (event 34)',
    '- 2026-11-20 09:32:47 closed: healed (event 36)',
    '- 2026-11-20 09:32:47 sealed by local:c600c50a6eae4380 (event 37)',
  ]);
  expect(report).toMatch(/^- model: scripted$/m);
  expect(report).toMatch(/^- policies that decided: permit \S+.*$/m);
  expect(report).toMatch(/^- rules: sha256:/m);
  expect(report).toContain(`\`\`\`bash\n${command}\n\`\`\`\n`);
});
