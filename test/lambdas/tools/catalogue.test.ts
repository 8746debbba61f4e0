import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { PROMQL_READ } from '../../../lambdas/contracts/usage.ts';
import { shippedFile } from '../../../lambdas/kernel/policy/rules/tool-capacity.ts';
import { commandProblems, commandsFor } from '../../../lambdas/kernel/policy/rules/tool-commands.ts';
import { toolProblems } from '../../../lambdas/kernel/policy/rules/tool-promises.ts';
import { CATALOGUE } from '../../../lambdas/tools/catalogue.ts';

const folderOf = (name: string): string => name.replaceAll('_', '-');
test('every folder with a manifest has a line in the catalogue, under the name of the folder', async () => {
  const entries = await readdir(new URL('../../../lambdas/tools', import.meta.url), { withFileTypes: true });
  const shared = ['aws', 'kubernetes', 'log-lines'];
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const ofTools = folders.filter((name) => !shared.includes(name));
  expect(CATALOGUE.manifests.map((manifest) => folderOf(manifest.name)).sort()).toEqual(ofTools.sort());
});

test('every tool keeps the promises that tools of a team are held to as well', () => {
  const declared = CATALOGUE.manifests.map((manifest) => ({ manifest, file: shippedFile(manifest) }));
  expect(toolProblems(declared)).toEqual([]);
  expect(commandProblems(declared, 'tools', commandsFor(CATALOGUE.manifests), {})).toEqual([]);
});

test('only one tool sends PromQL of the model', () => {
  const senders = CATALOGUE.manifests.filter(({ reads }) =>
    reads.some(({ command }) => command === PROMQL_READ.command),
  );
  expect(senders.map(({ name }) => name)).toEqual(['query_prometheus']);
});

describe.each([...CATALOGUE.observe, ...CATALOGUE.change].map((line) => [line.manifest.name, line] as const))(
  '%s',
  (_name, { manifest, load }) => {
    test('its code has the manifest of the catalogue', async () => {
      expect((await load()).tool.manifest).toBe(manifest);
    });
  },
);
