import * as z from 'zod';
import type { Agent } from '../../contracts/agent.ts';
import type { BusEvent } from '../../contracts/alarm.ts';
import type { AccountRegion } from '../../contracts/ports.ts';
import { QUESTION_CHARACTERS, QUESTION_SOURCE, QUESTION_TYPE, QuestionDetail } from '../../contracts/question.ts';
import type { Rules } from '../../contracts/rules.ts';
import type { RecordedSubject } from '../../contracts/subject.ts';
import { didYouMean } from '../../kernel/policy/rules/did-you-mean.ts';
import { matchesPattern } from '../../kernel/policy/rules/event-pattern.ts';
import { TOO_LONG } from '../../kernel/redaction/clean-json.ts';
import { canonical, sha256 } from '../../kernel/trace/canonical.ts';
import { reachOf } from '../../kernel/trace/location.ts';

/** A question that an agent takes, or why none does. */
type QuestionIntake =
  | {
      readonly taken: true;
      readonly agent: Agent;
      readonly subject: RecordedSubject;
      readonly key: string;
      readonly cleaned: readonly string[];
    }
  | { readonly taken: false; readonly reason: string };

const notTaken = (reason: string): QuestionIntake => ({ taken: false, reason });

/** Whether an event asks a question. */
export const isQuestion = ({ source }: BusEvent): boolean => source === QUESTION_SOURCE;

/** Finds the agent that answers a question. `home` is where Checkrein is deployed. Pure. */
export const questionIntake = (event: BusEvent, rules: Rules, home: AccountRegion): QuestionIntake => {
  if (event['detail-type'] !== QUESTION_TYPE)
    return notTaken(
      `Of ${QUESTION_SOURCE} only the detail-type ${QUESTION_TYPE} is taken, not ${event['detail-type']}.`,
    );
  if (event.account !== home.account || event.region !== home.region)
    return notTaken(
      `A question is asked in ${home.account}, ${home.region}, where Checkrein is, not in ${event.account}, ${event.region}. What it is about stands in detail.location.`,
    );
  const detail = QuestionDetail.safeParse(event.detail);
  if (!detail.success) return notTaken(`The question cannot be read: ${z.prettifyError(detail.error)}`);
  const { question, location } = detail.data;
  const text = cleanQuestion(question);
  const fault = faultOf(question, text) ?? outOfReach(location, rules, home);
  if (fault !== undefined) return notTaken(fault);
  const found = agentForQuestion(event, detail.data.agent, rules);
  if ('reason' in found) return notTaken(found.reason);
  const askedBy = oneLine(detail.data.askedBy);
  return {
    taken: true,
    agent: found.agent,
    subject: subjectOfQuestion(text, askedBy, location ?? null, rules),
    key: questionKey(text, askedBy, location ?? home),
    cleaned: text === question.trim() ? [] : ['detail.question: control characters became blanks'],
  };
};

/** Control characters other than line breaks and tabs have no place in a question. */
const CONTROL = /[^\P{Cc}\t\n]/gu;

const cleanQuestion = (question: string): string => question.replace(/\r\n?/g, '\n').replace(CONTROL, ' ').trim();

const oneLine = (text: string): string => text.replace(CONTROL, ' ').replace(/\s+/g, ' ').trim();

const faultOf = (question: string, text: string): string | undefined => {
  if (text === '') return 'The question is empty.';
  if (question !== TOO_LONG && text.length <= QUESTION_CHARACTERS) return undefined;
  const has = question === TOO_LONG ? 'more than an event can hold' : `${text.length} characters`;
  return `The question may have ${QUESTION_CHARACTERS} characters and has ${has}. Ask the question itself; the agent reads logs and metrics by its tools.`;
};

const outOfReach = (
  location: AccountRegion | undefined,
  { settings }: Rules,
  home: AccountRegion,
): string | undefined => {
  const reach = reachOf(location ?? null, home, settings.members);
  return reach.kind === 'foreign' ? `What the question is about is out of reach. ${reach.reason}` : undefined;
};

/** Characters of the line for people. */
const TITLE = 120;

const titleOf = (text: string): string => {
  const [line = ''] = text.split('\n', 1);
  return line.length <= TITLE ? line : `${line.slice(0, TITLE - 1).toWellFormed()}…`;
};

const subjectOfQuestion = (
  text: string,
  askedBy: string,
  location: AccountRegion | null,
  { settings }: Rules,
): RecordedSubject => ({
  kind: 'question',
  title: titleOf(text),
  // A short question is its own title, and need not stand there twice.
  cause: titleOf(text) === text ? '' : text,
  link: null,
  location,
  healing: 'nothing',
  question: text,
  askedBy,
  changesAllowed: settings.questions.allowChanges,
});

/** A double click, or the same words with other blanks and capitals, is one question. Its text may hold a secret. */
const questionKey = (text: string, askedBy: string, { account, region }: AccountRegion): string => {
  const same = (words: string): string => words.normalize('NFKC').replace(/\s+/g, ' ').trim().toLowerCase();
  return canonical([QUESTION_SOURCE, account, region, sha256(canonical([same(text), same(askedBy)]))]);
};

type Found = { readonly agent: Agent } | { readonly reason: string };

/** The agent that is named, or the first one that takes the event. It must be read-only unless the settings allow changes. */
const agentForQuestion = (event: BusEvent, name: string | undefined, rules: Rules): Found => {
  const { agents, settings } = rules;
  const ordered = agents.toSorted((a, b) => a.order - b.order || a.name.localeCompare(b.name));
  const agent = ordered.find((one) =>
    name === undefined ? one.takes !== undefined && matchesPattern(one.takes, event) : one.name === name,
  );
  const mayAnswer = ordered.filter((one) => settings.questions.allowChanges || isReadOnly(one)).map((one) => one.name);
  if (agent === undefined)
    return { reason: name === undefined ? nobodyTakesIt(mayAnswer) : unknownAgent(name, mayAnswer) };
  if (settings.questions.allowChanges || isReadOnly(agent)) return { agent };
  return {
    reason: `Agent ${agent.name} has tools that change something. Nobody checks who asks a question, so read-only agents answer: ${listed(mayAnswer)}. To allow others, set \`questions.allowChanges\` in the settings; each change then needs two approvals.`,
  };
};

const isReadOnly = ({ tools }: Agent): boolean => tools.change.length === 0;

const listed = (names: readonly string[]): string => (names.length === 0 ? 'there is none' : names.join(', '));

const unknownAgent = (name: string, mayAnswer: readonly string[]): string =>
  `There is no agent ${JSON.stringify(name)}${didYouMean(name, mayAnswer)}.`;

const nobodyTakesIt = (mayAnswer: readonly string[]): string =>
  `No agent takes questions. Name one (--agent, or detail.agent of the event): ${listed(mayAnswer)}. Or let one take them: takes: { source: [${QUESTION_SOURCE}] } in its file in config/agents/.`;
