import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Json, JsonObject } from '../../contracts/json.ts';
import { contractBroken } from '../../contracts/errors.ts';

/** An item as DynamoDB's low-level API has it. */
export type Item = Record<string, AttributeValue>;

/** JSON as a DynamoDB attribute. Written by hand because the SDK's own converter is four times the size. */
const toAttribute = (value: Json): AttributeValue => {
  if (value === null) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (Array.isArray(value)) return { L: value.map(toAttribute) };
  return { M: toItem(value) };
};

/** A JSON object as an item. */
export const toItem = (fields: JsonObject): Item =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, toAttribute(value)]));

/** The JSON that an attribute holds. Sets and bytes are never written here, so they are never read. */
const fromAttribute = (attribute: AttributeValue): Json => {
  if (attribute.S !== undefined) return attribute.S;
  if (attribute.N !== undefined) return Number(attribute.N);
  if (attribute.BOOL !== undefined) return attribute.BOOL;
  if (attribute.L !== undefined) return attribute.L.map(fromAttribute);
  if (attribute.M !== undefined) return fromItem(attribute.M);
  if (attribute.NULL !== undefined) return null;
  throw contractBroken(
    `The ledger holds an attribute of a type that Checkrein never writes: ${Object.keys(attribute).join()}.`,
  );
};

/** An item as a JSON object. */
export const fromItem = (item: Item): JsonObject =>
  Object.fromEntries(Object.entries(item).map(([name, attribute]) => [name, fromAttribute(attribute)]));

/** DynamoDB's limit on one item, names and values together. */
export const ITEM_LIMIT = 400 * 1024;

/** The size of an item as DynamoDB counts it, in bytes. Numbers are counted at their upper bound. */
export const sizeOf = (item: Item): number =>
  Object.entries(item).reduce(
    (sum, [name, attribute]) => sum + Buffer.byteLength(name) + sizeOfAttribute(attribute),
    0,
  );

const sizeOfAttribute = ({ S, N, L, M }: AttributeValue): number => {
  if (S !== undefined) return Buffer.byteLength(S);
  if (N !== undefined) return N.length + 1;
  if (L !== undefined) return L.reduce((sum, one) => sum + 1 + sizeOfAttribute(one), 3);
  if (M !== undefined) return 3 + Object.keys(M).length + sizeOf(M);
  return 1;
};
