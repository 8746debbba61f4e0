import type { UsagePeak } from '../kubernetes/usage.ts';

/** What the shipped policies leave: at most 30 % less at once, and a peak that fills at most 70 % of what is left. */
const MOST_LEFT_AT_PEAK = 0.7;
const LEAST_LEFT_OF_REQUEST = 0.7;

const MIB = 1024 ** 2;

/** The unit of a recommendation, and the least that any policy lets stay. */
const OF = {
  cpu: { step: 1, floor: 25 },
  memory: { step: MIB, floor: 256 * MIB },
} as const;

/** What is asked for: thousandths of a core, or bytes. */
export type Resource = keyof typeof OF;

/** One container that asks for more than it needs of one resource. */
export interface Excess {
  readonly container: string;
  readonly resource: Resource;
  readonly request: number;
  readonly peak: UsagePeak & { readonly kind: 'known' };
  /** What must stay, however many cuts are made. */
  readonly least: number;
  /** What one cut may go to. */
  readonly next: number;
}

/** What may be cut of a request; undefined if nothing. */
export const excessOf = (
  container: string,
  resource: Resource,
  request: number,
  peak: UsagePeak & { readonly kind: 'known' },
): Excess | undefined => {
  const { step, floor } = OF[resource];
  const up = (amount: number): number => Math.ceil(amount / step) * step;
  const least = Math.max(floor, up(peak.peak / MOST_LEFT_AT_PEAK));
  const next = Math.max(least, up(request * LEAST_LEFT_OF_REQUEST));
  return next < request ? { container, resource, request, peak, least, next } : undefined;
};
