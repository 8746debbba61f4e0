import { expect, test } from 'vitest';
import type { RecordedSubject } from '../../../../lambdas/contracts/subject.ts';
import { ANA, approvalDesk } from '../../../fixtures/approval-desk.ts';
import { DECEPTIVE, HOSTILE } from '../../../fixtures/hostile-text.ts';
import { BUILD_FAILURE, QUESTION, WEEKLY_RUN } from '../../../fixtures/told-subjects.ts';

const pageOf = async (subject: RecordedSubject) => {
  const desk = approvalDesk();
  await desk.openQuestion('inc-1', { subject });
  const page = await desk.look(ANA);
  expect(page.statusCode).toBe(200);
  return { ...page, desk };
};

test.each<[RecordedSubject, string]>([
  [
    BUILD_FAILURE,
    'What was reported "checkout: build FAILED" Time 2026-11-02 02:14 UTC (5 minutes ago) Location account 111122223333, eu-west-1 The event says "Phase BUILD: COMMAND_EXECUTION_ERROR: exit status 1 while executing npm test." Resources arn:aws:codebuild:eu-west-1:111122223333:build/checkout:1f4d No alarm watches this, so nothing shows by itself whether it is over. Open it in the AWS console Dry run',
  ],
  [
    QUESTION,
    'What was asked "why is checkout slow?" Asked by ana@example.com (not verified) Asked at 2026-11-02 02:14 UTC (5 minutes ago) The question "why is checkout slow? Orders take 8 s since this morning." No alarm watches this, so nothing shows by itself whether a change helps. Dry run',
  ],
  [
    WEEKLY_RUN,
    'What was due scheduled run of ec2-responder Begun at 2026-11-02 02:14 UTC (5 minutes ago) Runs every 7 days Location account 111122223333, eu-west-1 No alarm watches this: whether a change helps is judged by its target alone. Dry run',
  ],
])('the page says what was reported, asked or due where no alarm is', async (subject, section) => {
  const { text } = await pageOf(subject);
  expect(text.replaceAll('&quot;', '"')).toContain(section);
  expect(text).not.toContain('What broke');
});

test('the page links to the console in a tab that gets neither the page nor its address', async () => {
  const { body } = await pageOf(BUILD_FAILURE);
  expect(body).toContain(`<a href="${BUILD_FAILURE.link}" target="_blank" rel="noreferrer noopener">`);
});

test('a link that somebody forged onto the trace is not on the page', async () => {
  for (const link of ['https://evil.example/', 'https://console.aws.amazon.com.evil.example/', 'javascript:alert(1)'])
    expect((await pageOf({ ...BUILD_FAILURE, link })).body).not.toMatch(/target="_blank"|evil|alert\(/);
});

test('no text of a subject is markup, hides or turns around what stands beside it', async () => {
  const attack = `<script>alert(1)</script>"'>${HOSTILE.toWellFormed()}`;
  const location = { account: attack, region: attack };
  const told = { title: attack, cause: attack, link: attack, location } as const;
  for (const subject of [
    { ...BUILD_FAILURE, ...told, resources: Array.from({ length: 9 }, () => attack) },
    { ...QUESTION, ...told, question: attack, askedBy: attack },
    { ...WEEKLY_RUN, ...told, every: attack },
  ] satisfies RecordedSubject[]) {
    const { body } = await pageOf(subject);
    expect(body).not.toMatch(/<script|<img|target="_blank"/);
    expect(DECEPTIVE.exec(body.replace(/[\t\r]/g, ''))?.[0]).toBeUndefined();
    expect(body.length).toBeLessThan(40_000);
  }
});

test('receipt and break-glass message say what the incident is about', async () => {
  const { desk } = await pageOf(BUILD_FAILURE);
  desk.calendar.closed = 'Year-end freeze';
  await desk.answer(ANA, 'approve', 'The shop is down.', { breakGlass: 'yes' });
  const sent = desk.notifier.sent.filter(({ about }) => about === 'receipt' || about === 'break-glass');
  expect(sent.map(({ about }) => about).toSorted()).toEqual(['break-glass', 'receipt']);
  for (const { text } of sent)
    expect(text.split('\n')).toContain('It is about: "checkout: build FAILED" at 2026-11-02 02:14 UTC.');
});
