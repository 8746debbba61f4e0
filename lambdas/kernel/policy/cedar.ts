import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import * as z from 'zod';
import { ERROR } from '../../contracts/error-names.ts';
import { StepError } from '../../contracts/errors.ts';
import { oncePerRules, type CedarRules } from './once-per-rules.ts';

/** What the engine needs of a policy besides its text. */
interface LoadedPolicy {
  readonly effect: 'permit' | 'forbid';
  readonly annotations: Readonly<Record<string, string>>;
}

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
  readonly policies: ReadonlyMap<string, LoadedPolicy>;
  /** The facts that each change tool must supply. */
  readonly factsOf: ReadonlyMap<string, readonly string[]>;
  ask(request: CedarRequest): CedarAnswer;
}

/** Cedar with these policies and this schema, parsed once in a process. Cedar keeps them under the same hash. */
export const openCedar: (rules: CedarRules) => CedarSession = oncePerRules((rules, id) => {
  const schema = cedar.preparseSchema(id, rules.schema);
  if (schema.type === 'failure') throw misconfigured('The policy schema', schema.errors);
  const set = cedar.preparsePolicySet(id, { staticPolicies: rules.policies });
  if (set.type === 'failure') throw misconfigured('The policy set', set.errors);
  return {
    policies: new Map(Object.entries(rules.policies).map(([name, text]) => [name, loaded(name, text)])),
    factsOf: factsOfTools(rules.schema),
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

const messagesOf = (errors: readonly cedar.DetailedError[]): string => errors.map((error) => error.message).join('; ');

const misconfigured = (what: string, errors: readonly cedar.DetailedError[]): StepError =>
  new StepError(
    ERROR.misconfigured,
    `${what} of the compiled rules does not parse: ${messagesOf(errors)}.`,
    'Deploy again from a checkout that synthesizes.',
  );

const loaded = (name: string, text: string): LoadedPolicy => {
  const answer = cedar.policyToJson(text);
  if (answer.type === 'failure') throw misconfigured(`Policy "${name}"`, answer.errors);
  return { effect: answer.json.effect, annotations: answer.json.annotations ?? {} };
};

const ToolAction = z.object({
  memberOf: z.tuple([z.object({ id: z.literal('change') })]),
  appliesTo: z.object({
    context: z.object({
      attributes: z.object({ facts: z.object({ attributes: z.record(z.string(), z.unknown()) }) }),
    }),
  }),
});

const factsOfTools = (schema: string): ReadonlyMap<string, readonly string[]> => {
  const answer = cedar.schemaToJson(schema);
  if (answer.type === 'failure') throw misconfigured('The policy schema', answer.errors);
  const actions = answer.json['Checkrein']?.actions ?? {};
  return new Map(
    Object.entries(actions).flatMap(([name, action]) => {
      const tool = ToolAction.safeParse(action);
      return tool.success ? [[name, Object.keys(tool.data.appliesTo.context.attributes.facts.attributes)]] : [];
    }),
  );
};
