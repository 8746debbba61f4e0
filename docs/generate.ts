import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Rules } from '../lambdas/contracts/rules.ts';
import { synthesize, type Synthesized } from '../lib/synthesize.ts';
import { applicationAt } from '../local/application.ts';
import { measureIncident } from '../test/load/incident.ts';
import { costPage } from './generators/cost.ts';
import { errorsPage } from './generators/errors.ts';
import { kernelChecksPage } from './generators/kernel-checks.ts';
import { momentsPage, momentsSchema } from './generators/moments.ts';
import { notifiersPage } from './generators/notifiers.ts';
import { permissionsPage } from './generators/permissions.ts';
import { policiesPage } from './generators/policies.ts';
import { storedNamesPage } from './generators/stored-names.ts';
import { toolsPage } from './generators/tools.ts';
import { traceEventsPage } from './generators/trace-events.ts';

/** Folder of the generated pages. */
export const REFERENCE = join(import.meta.dirname, 'reference');

/** File of the cost page. */
export const COST = join(import.meta.dirname, 'cost.md');

/** The cost page, from a run of one incident. */
export const currentCostPage = async (rules: Rules, synthesized: Synthesized): Promise<string> =>
  costPage(synthesized, rules, await measureIncident('undersized-instance', synthesized.stateMachineDefinition));

/** The generated pages by file name. */
export const referencePages = (rules: Rules, synthesized: Synthesized): ReadonlyMap<string, string> =>
  new Map([
    ['tools.md', toolsPage(rules)],
    ['trace-events.md', traceEventsPage()],
    ['moments.md', momentsPage()],
    ['moments.schema.json', momentsSchema()],
    ['errors.md', errorsPage(synthesized)],
    ['policies.md', policiesPage(rules)],
    ['permissions.md', permissionsPage(synthesized)],
    ['kernel-checks.md', kernelChecksPage()],
    ['notifiers.md', notifiersPage()],
    ['stored-names.md', storedNamesPage()],
  ]);

if (import.meta.main) {
  const rules = applicationAt({ config: join(import.meta.dirname, '../config') }).rules;
  const synthesized = synthesize(rules);
  mkdirSync(REFERENCE, { recursive: true });
  for (const [name, text] of referencePages(rules, synthesized)) writeFileSync(join(REFERENCE, name), text);
  writeFileSync(COST, await currentCostPage(rules, synthesized));
}
