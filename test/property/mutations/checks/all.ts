import type { KernelCheck } from '../check.ts';
import { APPLY } from './apply.ts';
import { BEFORE_APPLY } from './before-apply.ts';
import { CLOSING } from './closing.ts';
import { CLUSTERS } from './clusters.ts';
import { QUESTIONS } from './questions.ts';
import { PROVIDERS } from './providers.ts';
import { STORMS } from './storms.ts';
import { UNATTENDED } from './unattended.ts';

/** The checks that stop a change, an untrue ending or a forgotten alarm, in the order in which an incident meets them. */
export const KERNEL_CHECKS: readonly KernelCheck[] = [
  ...BEFORE_APPLY,
  ...PROVIDERS,
  ...APPLY,
  ...UNATTENDED,
  ...QUESTIONS,
  ...CLUSTERS,
  ...CLOSING,
  ...STORMS,
];
