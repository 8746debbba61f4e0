import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import type { PreparedPolicies } from '../../contracts/rules.ts';
import { oncePerRules, type CedarRules } from './once-per-rules.ts';
import { messagesOf, misconfigured, preparedPolicies, schemaOf } from './rules/prepared.ts';

/** Principal or resource, with its attributes. */
export interface CedarEntity {
  readonly uid: cedar.TypeAndId;
  readonly attrs: Record<string, cedar.CedarValueJson>;
  readonly parents: cedar.TypeAndId[];
  readonly tags?: Record<string, string>;
}

export interface CedarRequest {
  readonly principal: CedarEntity;
  readonly action: string;
  readonly resource: CedarEntity;
  /** The groups that the resource is in. */
  readonly groups: readonly CedarEntity[];
  readonly context: cedar.Context;
}

/** `broken`: Cedar could not evaluate some policy, so its decision does not count. */
type CedarAnswer =
  | { readonly decision: 'allow' | 'deny'; readonly determining: readonly string[] }
  | { readonly decision: 'broken'; readonly reason: string };

/** Cedar with one parsed rule set. */
export interface CedarSession {
  readonly policies: ReadonlyMap<string, PreparedPolicies['policies'][string]>;
  /** The facts that each change tool must supply. */
  readonly factsOf: ReadonlyMap<string, readonly string[]>;
  ask(request: CedarRequest): CedarAnswer;
}

/** Cedar with these policies and this schema, parsed once in a process. Cedar keeps them under the same hash. */
export const openCedar: (rules: CedarRules) => CedarSession = oncePerRules((rules, id) => {
  // Prepared at synth, in a function; now, where rules were just compiled.
  const prepared = rules.prepared?.of === id ? rules.prepared : preparedPolicies(rules);
  const schema = cedar.preparseSchema(id, schemaOf(prepared));
  if (schema.type === 'failure') throw misconfigured('The policy schema', schema.errors);
  const set = cedar.preparsePolicySet(id, { staticPolicies: rules.policies });
  if (set.type === 'failure') throw misconfigured('The policy set', set.errors);
  return {
    policies: new Map(Object.entries(prepared.policies)),
    factsOf: new Map(Object.entries(prepared.factsOf)),
    ask: (request) => ask(id, request),
  };
});

const ask = (id: string, request: CedarRequest): CedarAnswer => {
  const answer = cedar.statefulIsAuthorized({
    principal: request.principal.uid,
    action: { type: 'Checkrein::Action', id: request.action },
    resource: request.resource.uid,
    context: request.context,
    entities: [request.principal, request.resource, ...request.groups],
    preparsedSchemaName: id,
    preparsedPolicySetId: id,
    validateRequest: true,
  });
  if (answer.type === 'failure') return { decision: 'broken', reason: messagesOf(answer.errors) };
  const { decision, diagnostics } = answer.response;
  const [failed] = diagnostics.errors;
  // Cedar leaves out a statement that errors, a forbid too, and decides by the others.
  if (failed) return { decision: 'broken', reason: `policy "${failed.policyId}" fails: ${failed.error.message}` };
  return { decision, determining: diagnostics.reason.toSorted() };
};
