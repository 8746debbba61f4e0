import * as z from 'zod';
import { FAMILY, type RowKey } from '../../contracts/ledger-keys.ts';
import type { Settings } from '../../contracts/settings.ts';
import type { Ledger, Row } from '../../contracts/ports.ts';
import { sha256 } from '../trace/canonical.ts';

/** How often changes may begin: of one tool, and to one target, within any 60 minutes, over all incidents. */

const HOUR_MS = 60 * 60_000;

const RateRow = z.object({ begun: z.array(z.object({ grantId: z.string(), at: z.string() })) });
type Begun = z.infer<typeof RateRow>['begun'];

interface Limit {
  readonly key: RowKey;
  readonly most: number;
  readonly of: string;
}

/** A change that is about to begin. */
export interface Beginning {
  readonly tool: string;
  readonly targetArn: string;
}

/**
 * The most changes that one row counts. Each count replaces the row, so concurrent writers conflict: a thousand on one
 * row took minutes in `npm run load`. A larger limit of a tool is spread over several rows.
 */
const ROW_LIMIT = 20;

/** The row of a tool for a target, and its share of the limit. One row may be full before the others are. */
const ofTool = ({ tool, targetArn }: Beginning, most: number): Limit => {
  const rows = Math.ceil(most / ROW_LIMIT);
  const row = Number.parseInt(sha256(targetArn).slice(0, 8), 16) % rows;
  const id = rows === 1 ? tool : `${tool}#${row}`;
  return { key: { family: FAMILY.rate, id }, most: Math.floor(most / rows), of: `tool ${tool}` };
};

const limits = (change: Beginning, { perTool, perTarget }: Settings['changesPerHour']): Limit[] => [
  { key: { family: FAMILY.rate, id: change.targetArn }, most: perTarget, of: 'this target' },
  ofTool(change, perTool),
];

/** The changes of the last hour. Undefined if the row cannot be read, which must not pass for few. */
const recent = (row: Row | undefined, now: Date): Begun | undefined => {
  if (row === undefined) return [];
  const parsed = RateRow.safeParse(row.data);
  return parsed.data?.begun.filter(({ at }) => Date.parse(at) > now.getTime() - HOUR_MS);
};

const tooMany = ({ most, of }: Limit, begun: Begun | undefined): string | undefined => {
  if (begun === undefined)
    return `How often ${of} was changed in the last hour cannot be read, which counts as too often.`;
  return begun.length < most
    ? undefined
    : `Checkrein has begun ${begun.length} changes of ${of} since ${begun[0]?.at ?? 'an hour ago'}; at most ${most} may begin within 60 minutes.`;
};

/** Why a change would be one too many within the hour, or undefined. Counts nothing, so a proposal can be refused early. */
export const checkRate = async (
  ledger: Ledger,
  change: Beginning,
  settings: Settings['changesPerHour'],
  now: Date,
): Promise<string | undefined> => {
  for (const limit of limits(change, settings)) {
    const fault = tooMany(limit, recent(await ledger.fetch(limit.key), now));
    if (fault !== undefined) return fault;
  }
  return undefined;
};

const count = async (ledger: Ledger, limit: Limit, grantId: string, now: Date): Promise<string | undefined> => {
  for (;;) {
    const { row } = await ledger.create(limit.key, { begun: [] });
    const begun = recent(row, now);
    if (begun?.some((one) => one.grantId === grantId) === true) return undefined;
    const fault = tooMany(limit, begun);
    if (fault !== undefined) return fault;
    const counted = { begun: [...(begun ?? []), { grantId, at: now.toISOString() }] };
    if (await ledger.replace(limit.key, counted, row.version)) return undefined;
  }
};

/**
 * Counts a change that is about to begin, or returns why it is one too many. Counted by its grant, so a retry does not
 * count twice. A change that the limit of its tool refuses has still used up one of its target.
 */
export const takeRate = async (
  ledger: Ledger,
  change: Beginning,
  grantId: string,
  settings: Settings['changesPerHour'],
  now: Date,
): Promise<string | undefined> => {
  for (const limit of limits(change, settings)) {
    const fault = await count(ledger, limit, grantId, now);
    if (fault !== undefined) return fault;
  }
  return undefined;
};
