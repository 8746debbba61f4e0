import { sha256 } from '../../lambdas/kernel/trace/canonical.ts';

/** A UUID derived from a seed. */
export const uuid = (seed: string): string =>
  sha256(seed).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-a$4-$5');
