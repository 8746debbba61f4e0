import type { Command } from 'commander';
import type { TraceSource } from './trace-source.ts';

/** Flags that say where traces are. */
export interface SourceFlags {
  readonly stack: string;
  readonly table?: string;
  readonly from?: string;
}

/** Adds the flags to a command. */
export const withSource = (command: Command): Command =>
  command
    .option('--stack <name>', 'the deployed stack', 'Checkrein')
    .option('--from <folder>', 'a folder of `checkrein run` on this machine, instead of a stack');

/** Opens what the flags name. Each place is loaded when it is used, so that a folder needs no AWS SDK. */
export const openSource = async ({ stack, table, from }: SourceFlags): Promise<TraceSource> => {
  if (from !== undefined) return (await import('../laptop/run-folder.ts')).folderTraces(from);
  const deployed = await import('../operator/deployed-traces.ts');
  return table === undefined ? deployed.deployedTraces(stack) : deployed.remainingTraces(table);
};
