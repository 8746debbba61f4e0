import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import { valueAt } from './json.ts';
import { StatusRefusal } from './refusal.ts';
import type { Selector } from './views.ts';

/** Whether labels match a selector of an object. An empty selector matches everything. */
export const selects = (selector: Selector, labels: Readonly<Record<string, string>>): boolean =>
  Object.entries(selector.matchLabels).every(([key, value]) => labels[key] === value) &&
  selector.matchExpressions.every(({ key, operator, values }) => {
    const value = labels[key];
    switch (operator) {
      case 'In':
        return value !== undefined && values.includes(value);
      case 'NotIn':
        return value === undefined || !values.includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
    }
  });

const SET = /^(?<key>[^\s!=()]+)\s+(?<operator>in|notin)\s+\((?<values>[^)]*)\)$/;
const EQUAL = /^(?<key>[^\s!=]+)\s*(?<operator>==|=|!=)\s*(?<value>\S*)$/;

/** A test of labels by a `labelSelector` of a query. */
export const labelSelector = (text: string): ((labels: Readonly<Record<string, string>>) => boolean) => {
  const terms = text === '' ? [] : text.split(/,(?![^(]*\))/).map((term) => labelTerm(term.trim()));
  return (labels) => terms.every((holds) => holds(labels));
};

const labelTerm = (term: string): ((labels: Readonly<Record<string, string>>) => boolean) => {
  const set = SET.exec(term)?.groups;
  if (set !== undefined) {
    const values = (set['values'] ?? '').split(',').map((value) => value.trim());
    return (labels) => values.includes(labels[set['key'] ?? ''] ?? '\0') === (set['operator'] === 'in');
  }
  const equal = EQUAL.exec(term)?.groups;
  if (equal !== undefined)
    return (labels) => (labels[equal['key'] ?? ''] === equal['value']) === (equal['operator'] !== '!=');
  if (/^![^\s!=()]+$/.test(term)) return (labels) => labels[term.slice(1)] === undefined;
  if (/^[^\s!=()]+$/.test(term)) return (labels) => labels[term] !== undefined;
  throw new StatusRefusal(400, 'BadRequest', `unable to parse requirement: found '${term}'`);
};

/** A test of objects by a `fieldSelector` of a query, e.g. `involvedObject.name=checkout,type!=Normal`. */
export const fieldSelector = (text: string): ((object: JsonObject) => boolean) => {
  const terms = text.split(',').map((term) => {
    const { key = '', operator, value } = EQUAL.exec(term.trim())?.groups ?? {};
    if (key === '' && text !== '') throw new StatusRefusal(400, 'BadRequest', `invalid field selector "${text}"`);
    return { path: key.split('.'), wanted: operator !== '!=', value };
  });
  return (object) =>
    text === '' || terms.every(({ path, wanted, value }) => ((valueAt(object, ...path) ?? '') === value) === wanted);
};
