import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CheckreinError, InputError } from '../../lambdas/contracts/errors.ts';
import type { TraceEvent } from '../../lambdas/contracts/events.ts';
import { readText } from '../../local/files.ts';
import { incidentSummary, type IncidentSummary } from '../io/incident-summary.ts';
import { readTrace } from '../io/trace-file.ts';
import type { StoredTrace, TraceSource } from '../io/trace-source.ts';

/** A folder that `checkrein run` wrote. */
interface Run {
  readonly folder: string;
  readonly path: string;
  readonly events: readonly TraceEvent[];
  readonly fault: CheckreinError | undefined;
}

/** Traces on this machine: of one run (`--out`), or of a folder of runs. */
export const folderTraces = (folder: string): TraceSource => {
  const runs = foldersOf(folder).map(readRun);
  return {
    name: `folder ${folder}`,
    list: async ({ limit, since, onlyOpen }) => {
      const found = runs
        .map(summaryOf)
        .filter((one) => (since === undefined || new Date(one.since) >= since) && (one.open || !onlyOpen))
        .toSorted((a, b) => (a.since < b.since ? 1 : -1));
      return { incidents: found.slice(0, limit), withoutTrace: 0, complete: found.length <= limit };
    },
    trace: async (incident) => {
      const run = runs.find(({ events }) => events[0]?.incident === incident);
      return run === undefined ? undefined : storedTrace(run);
    },
  };
};

const foldersOf = (folder: string): string[] => {
  let inside: string[];
  try {
    inside = readdirSync(folder, { withFileTypes: true }).flatMap((one) =>
      one.isDirectory() ? [join(folder, one.name)] : [],
    );
  } catch (cause) {
    throw new InputError(`--from ${folder}`, 'this folder cannot be read', 'a folder of `checkrein run`', cause);
  }
  const found = [folder, ...inside].filter((one) => existsSync(join(one, 'trace.jsonl')));
  if (found.length > 0) return found;
  throw new InputError(
    `--from ${folder}`,
    'there is no trace.jsonl in it or one level below it',
    'the folder that `checkrein run` was given with --out, or .checkrein',
  );
};

const readRun = (folder: string): Run => {
  const path = join(folder, 'trace.jsonl');
  try {
    return { folder, path, events: readTrace(path), fault: undefined };
  } catch (error) {
    if (error instanceof CheckreinError) return { folder, path, events: [], fault: error };
    throw error;
  }
};

const summaryOf = ({ folder, path, events, fault }: Run): IncidentSummary =>
  incidentSummary(events[0]?.incident ?? basename(folder), statSync(path).mtime.toISOString(), events, fault?.message);

const storedTrace = ({ folder, path, events, fault }: Run): StoredTrace => ({
  content: readFileSync(path),
  events,
  fault,
  sealKey: async () => ({ pem: readText('--key', join(folder, 'seal.pub.pem')), namedByTrace: false }),
});
