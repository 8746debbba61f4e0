import { JsonObject, type Json } from '../../contracts/json.ts';

/** What stands in place of the value of an environment variable. */
const VALUE_LEFT_OUT = '[value left out]';

/** CodeBuild calls the list `environment-variables`, ECS and Batch call it `environment`. */
const LIST_NAME = /^environment(?:[-_]?variables)?(?:[-_]?overrides?)?$/i;
/** Here the value is the name of a parameter or a secret, which says where a build gets it from. */
const REFERENCES: readonly Json[] = ['PARAMETER_STORE', 'SECRETS_MANAGER'];

/**
 * An event without the values of environment variables. CodeBuild, ECS and Batch put them into their events as plain text, and
 * teams put secrets into them whose form no redactor knows. The names stay: they tell what a build was given. Pure.
 */
export const withoutEnvironmentValues = (event: Json): { readonly value: Json; readonly leftOut: number } => {
  let leftOut = 0;
  const hidden = (one: Json): Json => {
    const variable = JsonObject.safeParse(one).data;
    if (variable?.['value'] === undefined || REFERENCES.includes(variable['type'] ?? null)) return inside(one);
    leftOut += 1;
    return { ...variable, value: VALUE_LEFT_OUT };
  };
  const field = (name: string, one: Json): Json =>
    Array.isArray(one) && LIST_NAME.test(name) ? one.map(hidden) : inside(one);
  const inside = (one: Json): Json => {
    if (Array.isArray(one)) return one.map(inside);
    if (one === null || typeof one !== 'object') return one;
    return Object.fromEntries(Object.entries(one).map(([name, inner]) => [name, field(name, inner)]));
  };
  return { value: inside(event), leftOut };
};
