import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { policyToJson } from '@cedar-policy/cedar-wasm/nodejs';
import { type FactName, FACT_NAMES, FACTS, KERNEL_FACTS, REPORT_FACTS } from '../../lambdas/contracts/facts.ts';
import type { Rules } from '../../lambdas/contracts/rules.ts';
import { contractBroken } from '../../lambdas/contracts/errors.ts';
import { factsOf } from '../../lambdas/contracts/tool.ts';
import { CHANGE_TOOLS } from '../../lambdas/tools/catalogue.ts';
import { code, codes, markdownPage, table } from './markdown.ts';

const FOLDER = 'policies';

const sources = (): { file: string; text: string }[] => {
  const folder = join(import.meta.dirname, '../..', FOLDER);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.cedar'))
    .toSorted()
    .map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));
};

const rowOf = (id: string, text: string, file: string): string[] => {
  const parsed = policyToJson(text);
  if (parsed.type === 'failure') throw contractBroken(`The compiled policy ${id} does not parse.`);
  const { effect, action, annotations = {} } = parsed.json;
  const { reason = '', severity = '–', breaker = '–', required } = annotations;
  const actionId = 'entity' in action ? JSON.stringify(action.entity).match(/"id":"([^"]+)"/)?.[1] : undefined;
  return [
    code(id),
    effect,
    actionId ?? 'any',
    reason,
    severity,
    breaker,
    required === undefined ? 'yes' : 'no',
    code(file),
  ];
};

const policyRows = (rules: Rules): string[][] =>
  sources().flatMap(({ file, text }) =>
    [...text.matchAll(/^@id\("([^"]+)"\)/gm)].map(([, id = '']) => rowOf(id, rules.policies[id] ?? '', file)),
  );

const computedBy = (name: FactName): string => {
  if (KERNEL_FACTS.some((one) => one === name)) return 'the kernel, always';
  if (REPORT_FACTS.some((one) => one === name)) return 'the dry run (`context.report`)';
  return codes(
    CHANGE_TOOLS.filter(({ manifest }) => factsOf(manifest).includes(name)).map(({ manifest }) => manifest.name),
  );
};

/** Every compiled policy with its reason, and every fact that a policy can use. */
export const policiesPage = (rules: Rules): string =>
  markdownPage('Policies and facts', `${FOLDER}/*.cedar and lambdas/contracts/facts.ts`, [
    'How to write one: [adding a policy](../adding-a-policy.md). A `forbid` outweighs every `permit`; what no policy permits is refused. These policies are in the package; yours stand beside them in `config/policies/`.',
    '## Policies',
    table(
      ['id', 'effect', 'action', 'reason', 'severity', 'breaker', 'can be switched off', 'file'],
      policyRows(rules),
    ),
    '## Facts',
    table(
      ['fact', 'type', 'meaning', 'computed by'],
      FACT_NAMES.map((name) => [code(name), FACTS[name].type, FACTS[name].summary, computedBy(name)]),
    ),
  ]);
