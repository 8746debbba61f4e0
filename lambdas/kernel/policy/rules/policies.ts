import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import { Severity } from '../../../contracts/checks.ts';
import { FACT_NAMES } from '../../../contracts/facts.ts';
import { PLACEHOLDERS, unknownReasonPlaceholders } from '../reason.ts';
import type { Compiled, ConfigFile } from './config-files.ts';
import type { PolicyFile } from './policy-files.ts';
import { unknownAttributes } from './context-attributes.ts';
import { didYouMean } from './did-you-mean.ts';

/** Policies by their `@id`, each validated against the schema. */
export const compilePolicies = (files: readonly PolicyFile[], schema: string): Compiled<Record<string, string>> => {
  const problems: string[] = [];
  const statements: Record<string, string> = {};
  const positions = new Map<string, string>();
  const shipped = new Set<string>();
  const together = validation(files.map(({ text }) => text).join('\n'), schema);
  const faultless = together.type === 'success' && faultsIn(together).length === 0;
  for (const file of files) {
    const read = readPolicies(file, schema, faultless);
    problems.push(...read.problems);
    for (const { id, text, position } of read.value) {
      const firstPosition = positions.get(id);
      if (firstPosition !== undefined)
        problems.push(`${position}: @id("${id}") is taken by ${firstPosition}${shipped.has(id) ? OWN_COPY : ''}`);
      if (file.shipped) shipped.add(id);
      positions.set(id, firstPosition ?? position);
      statements[id] = text;
    }
  }
  return { value: statements, problems };
};

const OWN_COPY =
  '; delete this copy of a shipped policy, or, if it is to replace it, give it another @id and name the shipped one in policiesOff of the settings';

interface LocatedPolicy {
  readonly id: string;
  readonly text: string;
  readonly position: string;
}

/** `faultless`: Cedar validated all files at once, which takes a fifth of the time, and found nothing. */
const readPolicies = (file: PolicyFile, schema: string, faultless: boolean): Compiled<LocatedPolicy[]> => {
  const parts = cedar.policySetTextToParts(file.text);
  if (parts.type === 'failure') return { value: [], problems: parts.errors.map((error) => formatError(file, error)) };
  const templates = parts.policy_templates.map(
    (text) => `${positionOf(file, text)}: a template with a slot; write it out as a policy`,
  );
  const policies = parts.policies.map((text) => readPolicy(file, text));
  return {
    value: policies.flatMap((one) => one.value),
    problems: [...templates, ...policies.flatMap((one) => one.problems), ...(faultless ? [] : validated(file, schema))],
  };
};

const readPolicy = (file: PolicyFile, text: string): Compiled<LocatedPolicy[]> => {
  const position = positionOf(file, text);
  const answer = cedar.policyToJson(text);
  if (answer.type === 'failure') return { value: [], problems: answer.errors.map((error) => formatError(file, error)) };
  const { annotations = {}, effect } = answer.json;
  const found = [
    ...annotationProblems(annotations, effect),
    ...requiredProblems(annotations, file),
    ...unknownAttributes(answer.json),
  ];
  const id = annotations['id'];
  return { value: id ? [{ id, text, position }] : [], problems: found.map((problem) => `${position}: ${problem}`) };
};

const ANNOTATIONS = ['id', 'reason', 'severity', 'breaker', 'required'];

const annotationProblems = (annotations: Readonly<Record<string, string>>, effect: string): string[] => {
  const problems = Object.keys(annotations)
    .filter((name) => !ANNOTATIONS.includes(name))
    .map((name) => `unknown annotation "@${name}"${didYouMean(name, ANNOTATIONS)}`);
  const { id, reason = '', severity, breaker } = annotations;
  if (id === undefined) problems.push('no @id; write @id("…") above it: the trace names the policy by it');
  else if (!/^[a-z][a-z0-9-]*$/.test(id)) problems.push(`@id("${id}") must be lower-case letters, digits and dashes`);
  if (reason.trim() === '') problems.push('no @reason; write @reason("…"): the model and the approver read it');
  for (const name of unknownReasonPlaceholders(reason))
    problems.push(`nothing fills {${name}} in @reason${didYouMean(name, PLACEHOLDERS)}`);
  if (severity !== undefined && !Severity.safeParse(severity).success)
    problems.push(`@severity("${severity}") is none of ${Severity.options.join(', ')}`);
  if (severity !== undefined && effect !== 'forbid')
    problems.push('@severity belongs on a forbid: it rates what the forbid prevents');
  if (breaker !== undefined && breaker !== 'trip')
    problems.push(`@breaker("${breaker}") means nothing; write @breaker("trip")`);
  if (breaker !== undefined && effect !== 'forbid')
    problems.push('@breaker belongs on a forbid; a permit trips nothing');
  return problems;
};

/** Only a shipped policy can be switched off in the settings, so only there it means something that it cannot be. */
const requiredProblems = ({ required }: Readonly<Record<string, string>>, { shipped }: PolicyFile): string[] => {
  if (required === undefined) return [];
  if (!shipped) return ['@required belongs on shipped policies; one of your own applies until you delete it'];
  return required.trim() === '' ? ['no reason in @required; write why no deployment may switch it off'] : [];
};

/** Cedar's own strict validation. Its warnings count: a policy that can never hold usually has a misspelt name. */
const validated = (file: ConfigFile, schema: string): string[] => {
  const answer = validation(file.text, schema);
  if (answer.type === 'failure') return answer.errors.map((error) => formatError(file, error));
  return faultsIn(answer)
    .map(({ error }) => formatError(file, error))
    .toSorted();
};

type Validated = Extract<cedar.ValidationAnswer, { type: 'success' }>;
const faultsIn = ({ validationErrors, validationWarnings }: Validated): cedar.ValidationError[] => [
  ...validationErrors,
  ...validationWarnings,
];

const KEPT = 100;
const answers = new Map<string, cedar.ValidationAnswer>();

/** What Cedar answers depends on the two texts alone. It is most of the time of compiling, and a process that compiles twice has the same files. */
const validation = (text: string, schema: string): cedar.ValidationAnswer => {
  const key = JSON.stringify([schema, text]);
  const answer = answers.get(key) ?? cedar.validate({ schema, policies: { staticPolicies: text } });
  if (answers.size >= KEPT) answers.clear();
  answers.set(key, answer);
  return answer;
};

const formatError = (file: ConfigFile, error: cedar.DetailedError): string => {
  const [at] = error.sourceLocations ?? [];
  const message = error.message.replace(/^for policy `[^`]*`, /, '');
  const more = [at?.label, adviceOn(message) ?? error.help].filter((one) => one !== null && one !== undefined);
  return `${at ? positionAt(file, at.start) : file.path}: ${[message, ...more].join('; ')}`;
};

/** Cedar would suggest a fact with a similar name, but it is the guard that is missing. */
const adviceOn = (message: string): string | undefined => {
  const fact = /attribute `facts\.(\w+)` in context for .* not found/.exec(message)?.[1];
  return FACT_NAMES.some((name) => name === fact)
    ? `this tool does not compute it, so write \`context.facts has ${fact} && …\``
    : undefined;
};

/** Where a compiled policy is written, as file:line:column. */
export const positionOfPolicy = (files: readonly ConfigFile[], text: string): string => {
  const file = files.find((one) => one.text.includes(text));
  return file === undefined ? 'policies' : positionOf(file, text);
};

const positionOf = (file: ConfigFile, text: string): string =>
  positionAt(file, Buffer.byteLength(file.text.slice(0, file.text.indexOf(text))));

/** file:line:column. Cedar counts bytes, editors count characters. */
const positionAt = (file: ConfigFile, byte: number): string => {
  const before = Buffer.from(file.text).subarray(0, byte).toString().split('\n');
  return `${file.path}:${before.length}:${(before.at(-1) ?? '').length + 1}`;
};
