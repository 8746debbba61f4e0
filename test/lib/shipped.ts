import { join } from 'node:path';
import { deployment } from '../../config/deployment.ts';
import type { Rules } from '../../lambdas/contracts/rules.ts';
import { compileRules } from '../../lambdas/kernel/policy/rules/compile.ts';
import { INSTALLED } from '../../lambdas/providers/installed.ts';

const rules = compileRules(join(import.meta.dirname, '../../config'), deployment, INSTALLED);

/** The rules in `config/` as the repository ships them: one object, so that its flow is synthesized and checked once. */
export const shippedRules = (): Rules => rules;
