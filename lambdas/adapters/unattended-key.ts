import { canApplyUnattended } from '../kernel/policy/rules/unattended-permits.ts';
import type { LambdaRuntime } from '../runtime/serve.ts';

/** The key of grants that policies give; undefined if no policy can permit a change without a person. */
export const unattendedKey = ({ env, rules }: LambdaRuntime): string | undefined =>
  canApplyUnattended(rules) ? env('unattendedKey') : undefined;
