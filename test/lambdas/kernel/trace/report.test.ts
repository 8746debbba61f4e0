import { expect, test } from 'vitest';
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
