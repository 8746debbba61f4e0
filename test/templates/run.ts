import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { errorText } from '../../lib/explain-mistakes.ts';
import { tableLines } from '../../bin/io/table.ts';
import { templateText } from '../../lib/template-text.ts';
import { REPOSITORY_ROOT } from '../e2e/paths.ts';
import { print, timedStep } from '../e2e/progress.ts';
import { pythonWith } from '../e2e/python.ts';
import { ACCEPTED, type Accepted } from './accepted.ts';
import { aslValidator, cfnLint, checkov, type Finding } from './checkers.ts';
import { templates } from './variants.ts';

const FOLDER = join(REPOSITORY_ROOT, '.checkrein/templates');
const WRITTEN = join(FOLDER, 'written');

const Resources = z.record(z.string(), z.looseObject({ Type: z.string(), Properties: z.json().optional() }));
const StateMachine = z.looseObject({ DefinitionString: z.json() });

/** The definition of the state machine in a template, with names in place of references. Undefined without one. */
const definitionIn = (template: object): string | undefined => {
  const { Resources: resources } = z.looseObject({ Resources }).parse(template);
  const machine = Object.values(resources).find(({ Type }) => Type === 'AWS::StepFunctions::StateMachine');
  if (machine === undefined) return undefined;
  return templateText(StateMachine.parse(machine.Properties).DefinitionString, (name) =>
    name === 'AWS::Partition' ? 'aws' : name,
  );
};

const check = async (): Promise<Finding[]> => {
  const python = await timedStep('Python with cfn-lint and checkov', () =>
    pythonWith(join(import.meta.dirname, 'requirements.txt'), FOLDER),
  );
  rmSync(WRITTEN, { recursive: true, force: true });
  mkdirSync(WRITTEN, { recursive: true });
  const all = await timedStep('templates of every way to deploy', async () => templates(join(FOLDER, 'assemblies')));
  const files = [...all].map(([variant, template]) => {
    const file = join(WRITTEN, `${variant}.json`);
    writeFileSync(file, JSON.stringify(template, null, 2));
    return file;
  });
  print(`           ${[...all.keys()].join(', ')}`);
  const flows = await timedStep('asl-validator', async () =>
    [...all].flatMap(([variant, template]) => {
      const definition = definitionIn(template);
      return definition === undefined ? [] : aslValidator(variant, definition, FOLDER);
    }),
  );
  const lint = await timedStep('cfn-lint', async () => cfnLint(python, files));
  const practices = await timedStep('checkov', async () => checkov(python, WRITTEN));
  return [...flows, ...lint, ...practices];
};

const accepts = ({ rule, where }: Accepted, finding: Finding): boolean =>
  finding.rule === rule && where.test(finding.where);

const report = (findings: readonly Finding[]): boolean => {
  const open = findings.filter((finding) => !ACCEPTED.some((one) => accepts(one, finding)));
  const unused = ACCEPTED.filter((one) => !findings.some((finding) => accepts(one, finding)));
  print(
    tableLines([
      ['accepted', 'times', 'why'],
      ...ACCEPTED.map((one) => [one.rule, String(findings.filter((finding) => accepts(one, finding)).length), one.why]),
    ]).join('\n'),
  );
  for (const { variant, rule, where, says } of open) print(`FOUND ${variant}: ${rule} at ${where}: ${says}`);
  for (const { rule } of unused) print(`UNUSED ${rule}: nothing breaks this rule any more; remove it from accepted.ts`);
  return open.length + unused.length === 0;
};

try {
  if (report(await check())) print('Every template is as the checkers want it, or the reason is above.');
  else process.exitCode = 1;
} catch (error) {
  print(`FAILED: ${errorText(error)}`);
  process.exitCode = 1;
}
