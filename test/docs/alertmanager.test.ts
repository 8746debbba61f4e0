import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { JsonObject } from '../../lambdas/contracts/json.ts';
import { deployment } from '../../config/deployment.ts';
import { compileRules } from '../../lambdas/kernel/policy/rules/compile.ts';
import { allOf, lastOf } from '../../lambdas/kernel/trace/queries.ts';
import { INSTALLED } from '../../lambdas/providers/installed.ts';
import { runOnLaptop } from '../../local/run.ts';
import { readScenario, runOf } from '../fixtures/shipped-app.ts';
import { MemoryLedger } from '../fakes/memory-ledger.ts';

const PAGE = readFileSync('docs/kubernetes.md', 'utf8');
/** The block below a mark, without the indent of its list. */
const block = (mark: string): string => {
  const [, indent = '', text = ''] =
    new RegExp(`( *)<!-- ${mark} -->\\n\\n *\`\`\`\\w+\\n([^]*?)\\n *\`\`\``).exec(PAGE) ?? [];
  return text.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
};

const config = mkdtempSync(join(tmpdir(), 'checkrein-config-'));
afterAll(() => rmSync(config, { recursive: true }));

/** The rules with pod-triage as the page has it. */
const rulesOfThePage = () => {
  cpSync('config', config, { recursive: true });
  const file = join(config, 'agents/pod-triage.yaml');
  const agent = { ...JsonObject.parse(parse(readFileSync(file, 'utf8'))), ...JsonObject.parse(parse(block('takes'))) };
  writeFileSync(file, stringify(agent));
  writeFileSync(join(config, 'agents/pod-triage.event.json'), block('sample'));
  return compileRules(config, deployment, INSTALLED);
};

test('the sample event of Alertmanager opens an incident of pod-triage, which looks at the namespace of the alert', async () => {
  const scenario = await readScenario('pod-triage');
  const event = JsonObject.parse(JSON.parse(block('sample')));
  const { events } = await runOnLaptop({
    ...runOf({ ...scenario, event }, rulesOfThePage()),
    ledger: new MemoryLedger(),
  });
  expect(lastOf(events, 'incident.opened')?.data.agent).toBe('pod-triage');
  const looks = allOf(events, 'evidence.gathered').slice(0, 3);
  expect(looks.map(({ data }) => [data.tool, data.outcome])).toEqual([
    ['list_pods', 'ok'],
    ['get_pod_usage', 'ok'],
    ['recent_cluster_changes', 'ok'],
  ]);
  expect(looks[0]?.data.text).toMatch(/OOMKilled/);
  expect(lastOf(events, 'incident.closed')?.data.outcome).toBe('diagnosed');
});
