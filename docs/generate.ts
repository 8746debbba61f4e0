import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { synthesize } from '../lib/synthesize.ts';
import { measureIncident } from '../test/load/incident.ts';
import { localRules } from '../local/rules.ts';
import { costPage } from './generators/cost.ts';
import { errorsPage } from './generators/errors.ts';
import { kernelChecksPage } from './generators/kernel-checks.ts';
import { permissionsPage } from './generators/permissions.ts';
import { policiesPage } from './generators/policies.ts';
import { toolsPage } from './generators/tools.ts';
import { traceEventsPage } from './generators/trace-events.ts';

/** Where the generated pages are. */
export const REFERENCE = join(import.meta.dirname, 'reference');

/** Where the page of prices is. */
export const COST = join(import.meta.dirname, 'cost.md');

/** What an incident costs, after playing one. */
export const currentCostPage = async (): Promise<string> => {
  const rules = localRules();
  const synthesized = synthesize(rules);
  const measured = await measureIncident('undersized-instance', synthesized.stateMachineDefinition);
  return costPage(synthesized, rules, measured);
};

/** The generated pages by file name. */
export const referencePages = (): ReadonlyMap<string, string> => {
  const rules = localRules();
  const synthesized = synthesize(rules);
  return new Map([
    ['tools.md', toolsPage(rules)],
    ['trace-events.md', traceEventsPage()],
    ['errors.md', errorsPage(synthesized)],
    ['policies.md', policiesPage(rules)],
    ['permissions.md', permissionsPage(synthesized)],
    ['kernel-checks.md', kernelChecksPage()],
  ]);
};

if (import.meta.main) {
  mkdirSync(REFERENCE, { recursive: true });
  for (const [name, text] of referencePages()) writeFileSync(join(REFERENCE, name), text);
  writeFileSync(COST, await currentCostPage());
}
