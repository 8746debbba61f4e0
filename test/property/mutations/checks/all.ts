import type { KernelCheck } from '../check.ts';
import { APPLY } from './apply.ts';
import { BEFORE_APPLY } from './before-apply.ts';
import { CLOSE } from './close.ts';

/** The checks that stop a change, and one on what the agent says of it, in the order in which an incident meets them. */
export const KERNEL_CHECKS: readonly KernelCheck[] = [...BEFORE_APPLY, ...APPLY, ...CLOSE];
