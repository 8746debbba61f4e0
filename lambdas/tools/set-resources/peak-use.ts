/**
 * The observed peak use as a share of what the container has after the change, in %. Nothing here measures usage over days
 * yet, and an unknown peak fills whatever is left of something that shrinks.
 */
export const peakUsePercentAfter = (shrinks: boolean): number => (shrinks ? 100 : 0);
