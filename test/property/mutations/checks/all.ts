import type { KernelCheck } from '../check.ts';
import { APPLY } from './apply.ts';
import { APPROVE } from './approve.ts';
import { AUTHORIZE } from './authorize.ts';
import { DECIDE } from './decide.ts';
import { EDGES } from './edges.ts';
import { ENDING } from './ending.ts';
import { INTAKE } from './intake.ts';
import { POLICY } from './policy.ts';
import { TRACE } from './trace.ts';

/** Every check of the kernel, by where an incident meets it. */
export const CHECK_GROUPS: readonly (readonly [string, readonly KernelCheck[]])[] = [
  ['Open, Observe and what they record', INTAKE],
  ['Decide', DECIDE],
  ['Policy and facts', POLICY],
  ['Authorize and dry run', AUTHORIZE],
  ['Approval', APPROVE],
  ['Apply and rollback', APPLY],
  ['Verify and Close', ENDING],
  ['The trace', TRACE],
  ['The edges', EDGES],
];

/** All of them in one list. */
export const CHECKS: readonly KernelCheck[] = CHECK_GROUPS.flatMap(([, checks]) => checks);
