import { ApplyGuardrailCommand, BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import * as z from 'zod';
import type { Settings } from '../../contracts/settings.ts';
import type { ContentFilter, FilterResult } from '../../contracts/ports.ts';
import { overHttp1 } from './bedrock-connection.ts';
import { CONNECTION, type Connection } from './connection.ts';
import { awsFailureOf } from './errors.ts';
import { piecesOf } from './guardrail-pieces.ts';

/** All pieces of one text together. A piece takes about a second; a guardrail that is slower must not stop the step. */
const FILTER_MS = 10_000;

/** How the guardrail is asked. */
export interface GuardrailOptions {
  /** Told why a text could not be looked at; never told the text. */
  readonly onUnavailable?: (reason: string) => void;
  readonly connection?: Connection;
  readonly filterMs?: number;
}

/** A Bedrock guardrail as a screen. Its own actions decide: BLOCKED is blocked, ANONYMIZED is masked, NONE is said. */
export const bedrockGuardrail = (
  { id, version }: NonNullable<Settings['guardrail']>,
  { onUnavailable, connection, filterMs = FILTER_MS }: GuardrailOptions = {},
): ContentFilter => {
  const client = new BedrockRuntimeClient({
    ...CONNECTION,
    requestHandler: overHttp1(CONNECTION.requestHandler.requestTimeout),
    ...connection,
  });
  const look = async (text: string, abortSignal: AbortSignal): Promise<Verdict> => {
    // The API refuses to look at nothing.
    if (text.trim() === '') return { kind: 'passed', text, findings: [], masked: 0 };
    const content = [{ text: { text } }];
    const command = new ApplyGuardrailCommand({
      guardrailIdentifier: id,
      guardrailVersion: version,
      source: 'INPUT',
      content,
    });
    return verdictOf(await client.send(command, { abortSignal }), text);
  };
  return {
    async check(text) {
      const signal = AbortSignal.timeout(filterMs);
      try {
        const verdicts: Verdict[] = [];
        for (const piece of piecesOf(text)) verdicts.push(await look(piece, signal));
        return together(verdicts);
      } catch (error) {
        const reason = signal.aborted ? `no answer within ${filterMs / 1000} s` : reasonOf(error);
        onUnavailable?.(reason);
        return { kind: 'unavailable', reason };
      }
    },
  };
};

const action = z.enum(['BLOCKED', 'ANONYMIZED', 'NONE']);
const Hit = z.looseObject({ action, detected: z.boolean().nullish() });
type Hit = z.infer<typeof Hit>;
const hits = <Shape extends z.ZodRawShape>(shape: Shape) => z.array(Hit.extend(shape)).nullish();
const Assessment = z.looseObject({
  topicPolicy: z.looseObject({ topics: hits({ name: z.string() }) }).nullish(),
  contentPolicy: z.looseObject({ filters: hits({ type: z.string(), confidence: z.string() }) }).nullish(),
  wordPolicy: z.looseObject({ customWords: hits({}), managedWordLists: hits({}) }).nullish(),
  sensitiveInformationPolicy: z
    .looseObject({ piiEntities: hits({ type: z.string() }), regexes: hits({ name: z.string().nullish() }) })
    .nullish(),
});
const Answer = z.looseObject({
  action: z.enum(['NONE', 'GUARDRAIL_INTERVENED']),
  outputs: z.array(z.looseObject({ text: z.string().nullish() })).nullish(),
  assessments: z.array(Assessment).nullish(),
});

type Verdict = Exclude<FilterResult, { kind: 'unavailable' }>;

/** What one answer says. A kind of intervention that we do not know is taken for a block. */
const verdictOf = (answer: unknown, text: string): Verdict => {
  const { action, outputs, assessments } = Answer.parse(answer);
  const found = (assessments ?? []).flatMap(namedHits).filter(({ hit }) => hit.action !== 'NONE' || hit.detected);
  const masks = found.filter(({ hit }) => hit.action === 'ANONYMIZED');
  const findings = [...new Set(found.filter((one) => !masks.includes(one)).map(({ name }) => name))];
  if (action === 'NONE') return { kind: 'passed', text, findings, masked: 0 };
  const masked = outputs?.[0]?.text;
  const blocked = found.some(({ hit }) => hit.action === 'BLOCKED') || masks.length === 0;
  if (blocked || masked === undefined || masked === null) return { kind: 'blocked', findings };
  return { kind: 'passed', text: masked, findings, masked: masks.length };
};

/** Each hit by a name for people. What it matched is not in it: that may be the very thing to hide. */
const namedHits = (assessment: z.infer<typeof Assessment>): { readonly hit: Hit; readonly name: string }[] => {
  const { topicPolicy, contentPolicy, wordPolicy, sensitiveInformationPolicy: sensitive } = assessment;
  const words = [...(wordPolicy?.customWords ?? []), ...(wordPolicy?.managedWordLists ?? [])];
  return [
    ...(contentPolicy?.filters ?? []).map((hit) => ({ hit, name: `${hit.type} (${hit.confidence})` })),
    ...(topicPolicy?.topics ?? []).map((hit) => ({ hit, name: `topic ${hit.name}` })),
    ...words.map((hit) => ({ hit, name: 'a word of its list' })),
    ...(sensitive?.piiEntities ?? []).map((hit) => ({ hit, name: hit.type })),
    ...(sensitive?.regexes ?? []).map((hit) => ({ hit, name: `pattern ${hit.name ?? 'without a name'}` })),
  ];
};

/** The verdict on a text from those on its pieces. */
const together = (verdicts: readonly Verdict[]): Verdict => {
  const findings = [...new Set(verdicts.flatMap((one) => one.findings))];
  const passed = verdicts.filter((one) => one.kind === 'passed');
  if (passed.length < verdicts.length) return { kind: 'blocked', findings };
  const masked = passed.reduce((sum, one) => sum + one.masked, 0);
  return { kind: 'passed', text: passed.map(({ text }) => text).join(''), findings, masked };
};

const reasonOf = (error: unknown): string => {
  if (error instanceof z.ZodError) return 'an answer that we cannot read';
  const failure = awsFailureOf(error);
  return failure.kind === 'refused' ? failure.code : failure.says.slice(0, 200);
};
