import { describe, expect, test } from 'vitest';
import { EVENT_BYTES, cleanJson } from '../../../../lambdas/kernel/redaction/clean-json.ts';
import { openingOf } from '../../../../lambdas/kernel/trace/queries.ts';
import { subjectOf } from '../../../../lambdas/kernel/trace/subject.ts';
import { InputError } from '../../../../lambdas/contracts/errors.ts';
import type { JsonObject } from '../../../../lambdas/contracts/json.ts';
import type { Rules } from '../../../../lambdas/contracts/rules.ts';
import { agentFor } from '../../../../lambdas/steps/open/intake.ts';
import { rules, TestHarness } from '../../../fixtures/harness.ts';
import { HOME, MEMBER, questionEvent, withChanges } from '../../../fixtures/questions.ts';

const members = { hub: HOME.account, accounts: [MEMBER], externalId: '0f9b4c1e-7a55-4d1e-9a0c-1d2e3f4a5b6c' };
const hub: Rules = { ...rules, settings: { ...rules.settings, members } };

const intakeOf = (detail: JsonObject, more: JsonObject = {}, inEffect = hub) =>
  agentFor(cleanJson(questionEvent(detail, more), EVENT_BYTES).value, inEffect, HOME);
const taken = (detail: JsonObject, more: JsonObject = {}, inEffect = hub) => {
  const intake = intakeOf(detail, more, inEffect);
  if (!intake.taken) throw new InputError('question', intake.reason, 'one that is taken');
  return intake;
};
const refusal = (detail: JsonObject, more: JsonObject = {}, inEffect = hub): string => {
  const intake = intakeOf(detail, more, inEffect);
  return intake.taken ? `taken by ${intake.agent.name}` : intake.reason;
};

describe('a question', () => {
  test('goes to the read-only agent that takes questions, with its first line as title', () => {
    const { agent, subject } = taken({ question: 'why is checkout slow?\nSince ten.' });
    expect(agent.name).toBe('questions');
    expect(agent.tools.change).toEqual([]);
    expect(subject).toEqual({
      kind: 'question',
      title: 'why is checkout slow?',
      cause: 'why is checkout slow?\nSince ten.',
      link: null,
      location: null,
      healing: 'nothing',
      question: 'why is checkout slow?\nSince ten.',
      askedBy: 'ana@example.com',
      changesAllowed: false,
    });
  });

  test('of a long first line has a title that is cut', () => {
    expect(taken({ question: 'x'.repeat(500) }).subject).toMatchObject({ title: `${'x'.repeat(119)}…` });
  });

  test('names an agent, which then answers', () => {
    expect(taken({ agent: 'triage' }).agent.name).toBe('triage');
  });

  test('that names an agent which does not exist is answered with the nearest name and the list', () => {
    expect(refusal({ agent: 'triagge' })).toBe(
      'There is no agent "triagge"; did you mean "triage"? known: build-failure, questions, triage.',
    );
  });

  test('goes to no agent that can change something, unless the settings allow it', () => {
    expect(refusal({ agent: 'ec2-responder' })).toMatch(
      /^Agent ec2-responder has tools that change something\..* read-only agents answer: build-failure, questions, triage\..*questions\.allowChanges/,
    );
    const allowed = taken({ agent: 'ec2-responder' }, {}, withChanges(hub));
    expect([allowed.agent.name, allowed.subject]).toEqual([
      'ec2-responder',
      expect.objectContaining({ changesAllowed: true }),
    ]);
  });

  test('that no agent takes lists the agents that could, and says how they would', () => {
    const without = { ...hub, agents: hub.agents.filter(({ name }) => name !== 'questions') };
    expect(refusal({}, {}, without)).toBe(
      'No agent takes questions. Name one (--agent, or detail.agent of the event): build-failure, triage. Or let one take them: takes: { source: [checkrein.ask] } in its file in config/agents/.',
    );
  });

  test.each([
    ['of 20,000 characters', 'x'.repeat(20_000), 'may have 4000 characters and has 20000 characters'],
    ['that no event can hold', '€'.repeat(40_000), 'may have 4000 characters and has more than an event can hold'],
    ['of blanks', ' \n\t', 'The question is empty.'],
    ['of control characters', '\u0000\u001b', 'The question is empty.'],
  ])('%s is refused in words', (_, question, words) => {
    expect(refusal({ question })).toContain(words);
  });

  test('loses control characters, and the trace says so', () => {
    const { subject, cleaned } = taken({ question: 'why\u001b[2J is it\u0007 slow?\r\nSay.' });
    expect(subject).toMatchObject({ question: 'why [2J is it  slow?\nSay.' });
    expect(cleaned).toEqual(['detail.question: control characters became blanks']);
    expect(taken({ question: 'why?' }).cleaned).toEqual([]);
  });

  test.each<[string, JsonObject, JsonObject, RegExp]>([
    ['without an asker', { askedBy: ' ' }, {}, /cannot be read:.*a name.*askedBy/s],
    ['with a misspelt field', { agnet: 'triage' }, {}, /cannot be read:.*agnet/s],
    ['of another type', {}, { 'detail-type': 'Order' }, /only the detail-type Question is taken, not Order/],
    ['from a member', {}, { account: MEMBER }, /is asked in 123456789012, eu-west-1, .* not in 222222222222/],
    ['from another Region', {}, { region: 'us-east-1' }, /not in 123456789012, us-east-1/],
    ['about another Region', { location: { ...HOME, region: 'us-east-1' } }, {}, /out of reach.*It is in us-east-1/],
    ['about a stranger', { location: { ...HOME, account: '999999999999' } }, {}, /out of reach.*account 999999999999/],
  ])('%s is refused in words', (_, detail, more, words) => {
    expect(refusal(detail, more)).toMatch(words);
  });

  test('about a member is answered there', () => {
    const location = { account: MEMBER, region: HOME.region };
    expect(taken({ location }).subject).toMatchObject({ location });
  });

  test('asked twice by the same person about the same place is one incident, whatever blanks and capitals it has', () => {
    const key = (detail: JsonObject): string => taken(detail).key;
    const first = key({ question: 'Why is checkout slow?' });
    expect(key({ question: ' why is  checkout\nslow? ', askedBy: 'Ana@example.com ', location: HOME })).toBe(first);
    expect(key({ question: 'Why is checkout fast?' })).not.toBe(first);
    expect(key({ question: 'Why is checkout slow?', askedBy: 'ben@example.com' })).not.toBe(first);
    expect(key({ question: 'Why is checkout slow?', location: { ...HOME, account: MEMBER } })).not.toBe(first);
  });
});

test('the asker of an incident is on record as the one who caused it, and its secrets are not', async () => {
  const harness = new TestHarness();
  const question = 'why is it slow? My key is AKIAQ3EGRIFJ7JR5KUOX and password=Tr0ub4dor&3xyz';
  expect(await harness.open(questionEvent({ question }))).toBe('observe');
  const opening = openingOf(await harness.events());
  expect(opening.data).toMatchObject({ agent: 'questions', triggeredBy: 'ana@example.com', source: 'checkrein.ask' });
  expect(subjectOf(opening)).toMatchObject({ kind: 'question', healedBy: 'nothing', alarm: null });
  expect(JSON.stringify(opening)).not.toContain('Tr0ub4dor');
});
