import * as z from 'zod';
import { didYouMean } from './did-you-mean.ts';

type Path = readonly PropertyKey[];

/** A problem and its path in the value: `tools.change[0]`. */
export interface Problem {
  readonly path: Path;
  readonly message: string;
}

/** Zod's issues as sentences: what was found and what is expected; the first one of each path. */
export const schemaProblems = (schema: z.ZodType, value: unknown, error: z.ZodError): Problem[] => {
  const problems = error.issues.flatMap((issue) => problemsOf(schema, value, issue));
  const paths = problems.map(({ path }) => formatPath(path));
  return problems.filter((_, index) => paths.indexOf(paths[index] ?? '') === index);
};

const problemsOf = (schema: z.ZodType, value: unknown, issue: z.core.$ZodIssue): Problem[] => {
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(fieldsAt(schema, issue.path));
    return issue.keys.map((key) => ({ path: [...issue.path, key], message: `unknown field${didYouMean(key, known)}` }));
  }
  const found = valueAt(value, issue.path);
  const expected = issue.message.replace(/^Invalid input: /, '').replace(/, received .*$/, '');
  return [
    { path: issue.path, message: found === undefined ? `missing: ${expected}` : `${expected}; found ${shown(found)}` },
  ];
};

/** `tools.change[0]: unknown tool …`. */
export const formatProblem = ({ path, message }: Problem): string =>
  path.length === 0 ? message : `${formatPath(path)}: ${message}`;

/** `tools.change[0]`. */
export const formatPath = (path: Path): string =>
  path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');

const shown = (value: unknown): string => {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
};

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );

/** The fields of the object schema at a path. */
const fieldsAt = (schema: z.core.$ZodType, path: Path): Readonly<Record<string, z.core.$ZodType>> => {
  const [key, ...rest] = path;
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return fieldsAt(schema.unwrap(), path);
  }
  if (schema instanceof z.ZodArray) return fieldsAt(schema.element, rest);
  if (!(schema instanceof z.ZodObject)) return {};
  const shape: Readonly<Record<string, z.core.$ZodType>> = schema.shape;
  const field = key === undefined ? undefined : shape[String(key)];
  return key === undefined ? shape : field ? fieldsAt(field, rest) : {};
};
