import type { Rules } from '../../contracts/rules.ts';
import { digestOf } from '../trace/canonical.ts';

/** What Cedar parses of compiled rules. */
export type CedarRules = Pick<Rules, 'policies' | 'schema' | 'prepared'>;

/**
 * Computes something about policies and schema once in a process. It is kept under their hash, so two rule sets can
 * never be mixed up. What throws is not kept.
 */
export const oncePerRules = <T>(compute: (rules: CedarRules, id: string) => T): ((rules: CedarRules) => T) => {
  const known = new Map<string, { readonly value: T }>();
  return (rules) => {
    const { policies, schema } = rules;
    const id = digestOf({ policies, schema });
    const found = known.get(id) ?? { value: compute(rules, id) };
    known.set(id, found);
    return found.value;
  };
};
