import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { expect, test } from 'vitest';
import { EVENT_KINDS, EVENTS } from '../../../lambdas/contracts/events.ts';
import { FAMILY } from '../../../lambdas/contracts/ledger-keys.ts';
import { STORED_NAMES, type StoredName } from '../../../lambdas/contracts/stored-names.ts';

const root = join(import.meta.dirname, '../../..');
const sources = (pattern: string): string =>
  globSync(pattern, { cwd: root })
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n');

/** Everything that must contain a stored name. */
const definitionsOf = (stored: StoredName): string[] => {
  switch (stored.as) {
    case 'event kind':
      return [EVENT_KINDS.join('\n')];
    case 'event field':
      return stored.of.map((kind) => JSON.stringify(z.toJSONSchema(EVENTS[kind].data, { io: 'input' })));
    case 'ledger family':
      return [Object.values(FAMILY).join('\n')];
    case 'ledger row':
      return [sources('lambdas/approvals/answer/*.ts')];
    case 'file or output':
      return [sources('{local/expectation,bin/policy/case-file}.ts')];
  }
};

test.each(STORED_NAMES)('the $as $name exists', (stored) => {
  for (const definition of definitionsOf(stored))
    expect(definition).toMatch(new RegExp(`(?<![\\w-])${stored.name}(?![\\w-])`));
});
