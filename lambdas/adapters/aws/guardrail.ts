import { ApplyGuardrailCommand, BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import * as z from 'zod';
import type { Settings } from '../../contracts/settings.ts';
import type { ContentFilter, FilterResult } from '../../contracts/ports.ts';
import { http1Handler } from './bedrock-connection.ts';
import { CONNECTION, type Connection } from './connection.ts';
import { classifyAwsError } from './errors.ts';
import { chunksOf } from './guardrail-chunks.ts';

/** Time for all chunks of one text. A chunk takes about a second; a slower guardrail must not stop the step. */
const FILTER_TIMEOUT_MS = 10_000;

export interface GuardrailOptions {
  /** Called with the reason, never with the text, when a text could not be checked. */
  readonly onUnavailable?: (reason: string) => void;
  readonly connection?: Connection;
  readonly timeoutMs?: number;
}

/** A Bedrock guardrail as a content filter. BLOCKED blocks the text, ANONYMIZED masks it, NONE is reported as a finding. */
export const bedrockGuardrail = (
  { id, version }: NonNullable<Settings['guardrail']>,
  { onUnavailable, connection, timeoutMs: filterMs = FILTER_TIMEOUT_MS }: GuardrailOptions = {},
): ContentFilter => {
  const client = new BedrockRuntimeClient({
    ...CONNECTION,
    requestHandler: http1Handler(CONNECTION.requestHandler.requestTimeout),
    ...connection,
  });
  const applyTo = async (text: string, abortSignal: AbortSignal): Promise<ChunkResult> => {
    // The API rejects an empty text.
    if (text.trim() === '') return { kind: 'passed', text, findings: [], masked: 0 };
    const content = [{ text: { text } }];
    const command = new ApplyGuardrailCommand({
      guardrailIdentifier: id,
      guardrailVersion: version,
      source: 'INPUT',
      content,
    });
    return resultOf(await client.send(command, { abortSignal }), text);
  };
  return {
    async check(text) {
      const signal = AbortSignal.timeout(filterMs);
      try {
        const results: ChunkResult[] = [];
        for (const chunk of chunksOf(text)) results.push(await applyTo(chunk, signal));
        return mergeResults(results);
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
const hitsWith = <Shape extends z.ZodRawShape>(shape: Shape) => z.array(Hit.extend(shape)).nullish();
const Assessment = z.looseObject({
  topicPolicy: z.looseObject({ topics: hitsWith({ name: z.string() }) }).nullish(),
  contentPolicy: z.looseObject({ filters: hitsWith({ type: z.string(), confidence: z.string() }) }).nullish(),
  wordPolicy: z.looseObject({ customWords: hitsWith({}), managedWordLists: hitsWith({}) }).nullish(),
  sensitiveInformationPolicy: z
    .looseObject({ piiEntities: hitsWith({ type: z.string() }), regexes: hitsWith({ name: z.string().nullish() }) })
    .nullish(),
});
const Answer = z.looseObject({
  action: z.enum(['NONE', 'GUARDRAIL_INTERVENED']),
  outputs: z.array(z.looseObject({ text: z.string().nullish() })).nullish(),
  assessments: z.array(Assessment).nullish(),
});

type ChunkResult = Exclude<FilterResult, { kind: 'unavailable' }>;

/** Reads one response. An unknown kind of intervention counts as blocked. */
const resultOf = (answer: unknown, text: string): ChunkResult => {
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

/** Each hit with a name for people. The matched text is left out, because it may be what must stay hidden. */
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

/** The result for a text from the results of its chunks. */
const mergeResults = (results: readonly ChunkResult[]): ChunkResult => {
  const findings = [...new Set(results.flatMap((one) => one.findings))];
  const passed = results.filter((one) => one.kind === 'passed');
  if (passed.length < results.length) return { kind: 'blocked', findings };
  const masked = passed.reduce((sum, one) => sum + one.masked, 0);
  return { kind: 'passed', text: passed.map(({ text }) => text).join(''), findings, masked };
};

const reasonOf = (error: unknown): string => {
  if (error instanceof z.ZodError) return 'a response that does not match the schema';
  const failure = classifyAwsError(error);
  return failure.kind === 'refused' ? failure.code : failure.message.slice(0, 200);
};
