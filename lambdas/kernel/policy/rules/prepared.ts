import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import * as z from 'zod';
import { ERROR } from '../../../contracts/error-names.ts';
import { StepError } from '../../../contracts/errors.ts';
import { PreparedPolicies, type Rules } from '../../../contracts/rules.ts';
import { digestOf } from '../../trace/canonical.ts';

/** What is found out of policies and schema once, so that no cold start has to. */
export const preparedPolicies = ({
  policies,
  schema,
}: Pick<Rules, 'policies' | 'schema'>): PreparedPolicies & { readonly hash: string } => {
  const json = schemaJson(schema);
  const prepared = PreparedPolicies.parse({
    of: digestOf({ policies, schema }),
    policies: Object.fromEntries(Object.entries(policies).map(([name, text]) => [name, loaded(name, text)])),
    factsOf: factsOfTools(json),
    schema: json,
  });
  return { ...prepared, hash: digestOf(prepared) };
};

/** The schema as Cedar takes it. */
export const schemaOf = ({ schema }: PreparedPolicies): cedar.Schema => CedarSchema.parse(schema);

/** Cedar itself reads the rest, and says what is wrong with it. */
const CedarSchema = z.custom<cedar.SchemaJson<string>>((value) => typeof value === 'object');

/** What Cedar says is wrong. */
export const messagesOf = (errors: readonly cedar.DetailedError[]): string =>
  errors.map((error) => error.message).join('; ');

/** Compiled rules that Cedar cannot read. */
export const misconfigured = (what: string, errors: readonly cedar.DetailedError[]): StepError =>
  new StepError(
    ERROR.misconfigured,
    `${what} of the compiled rules does not parse: ${messagesOf(errors)}.`,
    'Deploy again from a checkout that synthesizes.',
  );

const loaded = (name: string, text: string): PreparedPolicies['policies'][string] => {
  const answer = cedar.policyToJson(text);
  if (answer.type === 'failure') throw misconfigured(`Policy "${name}"`, answer.errors);
  return { effect: answer.json.effect, annotations: answer.json.annotations ?? {} };
};

const schemaJson = (schema: string): cedar.SchemaJson<string> => {
  const answer = cedar.schemaToJson(schema);
  if (answer.type === 'failure') throw misconfigured('The policy schema', answer.errors);
  return answer.json;
};

const ToolAction = z.object({
  memberOf: z.tuple([z.object({ id: z.literal('change') })]),
  appliesTo: z.object({
    context: z.object({
      attributes: z.object({ facts: z.object({ attributes: z.record(z.string(), z.unknown()) }) }),
    }),
  }),
});

const factsOfTools = (schema: cedar.SchemaJson<string>): Record<string, string[]> => {
  const actions = schema['Checkrein']?.actions ?? {};
  return Object.fromEntries(
    Object.entries(actions).flatMap(([name, action]) => {
      const tool = ToolAction.safeParse(action);
      return tool.success ? [[name, Object.keys(tool.data.appliesTo.context.attributes.facts.attributes)]] : [];
    }),
  );
};
