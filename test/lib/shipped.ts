import { join } from 'node:path';
import { deployment } from '../../config/deployment.ts';
import type { Rules } from '../../lambdas/contracts/rules.ts';
import { compileRules } from '../../lambdas/kernel/policy/rules/compile.ts';

/** The rules in `config/` as the repository ships them. */
export const shippedRules = (): Rules => compileRules(join(import.meta.dirname, '../../config'), deployment);
