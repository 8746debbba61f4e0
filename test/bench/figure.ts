import type { Spread } from './noise.ts';

/** What a figure is compared with in the same run. */
export interface Peer {
  readonly name: string;
  readonly value: number;
}

/** What a figure has to reach: at most, or at least. */
export type Aim = { readonly most: number } | { readonly least: number };

/** One line of the table. */
export interface Figure {
  /** The same in every run: kept figures are found by it. */
  readonly name: string;
  readonly unit: string;
  /** Ours: median and noise of the rounds. A count has no noise. */
  readonly ours: Spread;
  /**
   * The first one is what the ratio is to, so it must be there in every run. Required for a time, which means nothing on
   * another machine.
   */
  readonly peers?: readonly Peer[];
  /** Of the ratio, if there is a peer and `aimOf` is `ratio`; otherwise of our own value. */
  readonly aim?: Aim;
  readonly aimOf?: 'ratio' | 'value';
  /** More of it is better: decisions a second. Default: less of it is. */
  readonly moreIsBetter?: true;
  /** Counts and dollars are kept as they are. Default: the ratio is kept. */
  readonly keep?: 'value';
}

/** A row of the table: a number of the list, its figures, and what was left out. */
export interface Row {
  readonly row: number;
  readonly title: string;
  readonly figures: readonly Figure[];
  /** Peers that are not there, and other words about this run. */
  readonly notes: readonly string[];
}

/** Ours divided by the first peer; undefined without one. */
export const ratioOf = ({ ours, peers = [] }: Figure): number | undefined => {
  const [first] = peers;
  return first === undefined ? undefined : ours.median / first.value;
};

/** Whether the figure reaches its aim. A value that was not measured (NaN) is short. */
export const verdictOf = (figure: Figure): 'pass' | 'short' | 'reported' => {
  const { aim, aimOf = 'value', ours } = figure;
  if (aim === undefined) return 'reported';
  const value = aimOf === 'ratio' ? (ratioOf(figure) ?? Number.NaN) : ours.median;
  const reached = 'most' in aim ? value <= aim.most : value >= aim.least;
  return reached ? 'pass' : 'short';
};

/** A row passes if none of its figures is short. */
export const rowVerdict = ({ figures }: Row): 'pass' | 'short' | 'reported' => {
  const verdicts = figures.map(verdictOf);
  if (verdicts.includes('short')) return 'short';
  return verdicts.includes('pass') ? 'pass' : 'reported';
};

/** A figure without noise: counted, not timed. */
export const counted = (value: number): Spread => ({ median: value, noise: 0 });
