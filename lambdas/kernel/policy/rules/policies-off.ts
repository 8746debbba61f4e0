import { policyToJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { PolicyOff } from '../../../contracts/settings.ts';
import type { Compiled } from './config-files.ts';
import { didYouMean } from './did-you-mean.ts';
import { positionOfPolicy } from './policies.ts';
import type { PolicyFile } from './policy-files.ts';

/** The policies that apply: all but the shipped ones that the settings switch off. One that is required stays, and is a problem. */
export const withoutPoliciesOff = (
  policies: Readonly<Record<string, string>>,
  files: readonly PolicyFile[],
  off: readonly PolicyOff[],
): Compiled<Record<string, string>> => {
  const problems = off.flatMap(({ id }, index) =>
    problemsOf(id, policies, files).map((problem) => `policiesOff[${index}].id: ${problem}`),
  );
  const applying = Object.entries(policies).filter(([id]) => off.every((one) => one.id !== id));
  return { value: problems.length > 0 ? { ...policies } : Object.fromEntries(applying), problems };
};

const problemsOf = (id: string, policies: Readonly<Record<string, string>>, files: readonly PolicyFile[]): string[] => {
  const shipped = files.filter((file) => file.shipped);
  const isShipped = (text: string): boolean => shipped.some((file) => file.text.includes(text));
  const text = Object.hasOwn(policies, id) ? policies[id] : undefined;
  if (text === undefined) {
    const known = Object.entries(policies).flatMap(([name, one]) =>
      isShipped(one) && requiredBecause(one) === undefined ? [name] : [],
    );
    return [`there is no shipped policy "${id}"${didYouMean(id, known)}`];
  }
  const position = positionOfPolicy(files, text);
  if (!isShipped(text)) return [`"${id}" is a policy of your own; delete it in ${position}`];
  const because = requiredBecause(text);
  return because === undefined ? [] : [`"${id}" cannot be switched off: ${because} (@required in ${position})`];
};

/** Why no deployment may switch a policy off. A policy that cannot be read is required. */
const requiredBecause = (text: string): string | undefined => {
  const answer = policyToJson(text);
  return answer.type === 'failure' ? 'it cannot be read' : answer.json.annotations?.['required'];
};
