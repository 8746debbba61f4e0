import * as z from 'zod';
import type { Cloud } from '../../contracts/ports.ts';
import { callCluster } from '../kubernetes/call-cluster.ts';
import { cleanLines } from '../log-lines/clean.ts';

/** What is read of a log, of which the model sees a part. */
const MOST_BYTES = 2 * 1024 * 1024;
/** Lines that a search looks through: the last ones. */
const MOST_LINES = 10_000;
/** The API server counts bytes from the first of the lines on, and so would cut the newest. */
const FEWER = 8;

/** A container, and which of its runs. */
export interface LogOf {
  readonly cluster: string;
  readonly namespace: string;
  readonly pod: string;
  readonly container?: string | undefined;
  readonly previous: boolean;
  readonly sinceMinutes?: number | undefined;
}

/** The last lines of a log. */
export interface PodLog {
  readonly lines: readonly string[];
  /** Whether the log has earlier lines, which were not read. */
  readonly hasEarlier: boolean;
  /** Whether the newest lines are missing, because the ones before them are too long. */
  readonly isCut: boolean;
}

/** Reads the last lines of a log, up to a limit of lines and of bytes. */
export const readPodLog = async (cloud: Cloud, of: LogOf, wanted = MOST_LINES): Promise<PodLog> => {
  const text = await requested(cloud, of, wanted);
  const isCut = Buffer.byteLength(text) >= MOST_BYTES;
  const fewer = Math.floor(wanted / FEWER);
  if (isCut && fewer > 0) return readPodLog(cloud, of, fewer);
  const raw = text.split('\n');
  if (raw.at(-1) === '') raw.pop();
  return { lines: cleanLines(raw), hasEarlier: raw.length >= wanted, isCut };
};

const requested = (cloud: Cloud, of: LogOf, tailLines: number): Promise<string> => {
  const { cluster, namespace, pod, container, previous, sinceMinutes } = of;
  const query = {
    tailLines,
    limitBytes: MOST_BYTES,
    timestamps: true,
    ...(container !== undefined && { container }),
    ...(previous && { previous }),
    ...(sinceMinutes !== undefined && { sinceSeconds: sinceMinutes * 60 }),
  };
  return callCluster(
    cloud,
    { service: 'v1', command: 'get pods/log', input: { cluster, namespace, name: pod, query } },
    z.string(),
  );
};
