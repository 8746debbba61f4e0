import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../lambdas/contracts/json.ts';
import type { Rules } from '../../lambdas/contracts/rules.ts';
import { synthesize } from '../../lib/synthesize.ts';

/** Rounds, folders and other things that every row of a run has in common. */
export interface BenchContext {
  /** A folder that is deleted after the run. */
  readonly folder: string;
  readonly rounds: number;
  /** Of row 8: incidents at once. */
  readonly incidents: number;
  /** Row 7 also verifies a trace of a million events. */
  readonly million: boolean;
  /** The commit that rows 8 and 10 compare with. */
  readonly before: string;
  /** The folder of a clone of sre-harness. */
  readonly sreHarness: string;
  readonly progress: (line: string) => void;
  readonly definitionOf: (rules: Rules) => JsonObject;
  readonly stop: () => void;
}

type Given = Pick<BenchContext, 'rounds' | 'incidents' | 'million' | 'before' | 'sreHarness' | 'progress'>;

/** What the rows share. One definition, because synthesizing takes longer than an incident. */
export const benchContext = (given: Given): BenchContext => {
  const folder = mkdtempSync(join(tmpdir(), 'checkrein-bench-'));
  let definition: JsonObject | undefined;
  return {
    ...given,
    folder,
    definitionOf: (rules) => (definition ??= synthesize(rules).stateMachineDefinition),
    stop: () => rmSync(folder, { recursive: true, force: true }),
  };
};
