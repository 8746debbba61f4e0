import { LineCounter, isNode, parseDocument, type Document } from 'yaml';
import type * as z from 'zod';
import { InputError } from '../../../lambdas/contracts/errors.ts';
import { readText } from '../../files.ts';
import type { Manifest } from '../../../lambdas/contracts/tool.ts';
import { worldFor, type World } from './world.ts';

/** Reads a world file, for an app with these tools. The error lists every problem with line, field, value and what was expected. */
export const readWorld = (file: string, manifests: readonly Manifest[]): World =>
  parseWorld(readText('--world', file), file, manifests);

/** The same from text; `file` is what errors call it. */
export const parseWorld = (text: string, file: string, manifests: readonly Manifest[]): World => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [broken] = document.errors;
  if (broken !== undefined) {
    const problem = /call stack/.test(broken.message) ? 'this YAML has too many levels' : broken.message;
    throw new InputError(`${file}:${lines.linePos(broken.pos[0]).line}`, problem, 'valid YAML', broken);
  }
  const value = valueOf(document, file);
  const parsed = worldFor(manifests).safeParse(value);
  if (parsed.success) return { ...parsed.data, file };
  const problems = parsed.error.issues.map((issue) => describe(issue, document, lines));
  const [first, ...others] = problems;
  throw new InputError(
    `${file}:${first?.line ?? 1}`,
    [first?.message ?? 'not a world', ...others.map((other) => `${file}:${other.line}: ${other.message}`)].join('\n'),
    'See docs/world-format.md for every field.',
  );
};

/** Aliases of aliases can stand for more than any memory holds. The library counts them. */
const valueOf = (document: Document, file: string): unknown => {
  try {
    return document.toJS();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unknown error';
    throw new InputError(file, `this YAML has no value (${reason})`, 'a world file (see docs/world-format.md)', cause);
  }
};

const describe = (
  issue: z.core.$ZodIssue,
  document: Document,
  lines: LineCounter,
): { line: number; message: string } => {
  const where = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  const field = where.replace(/^\./, '') || 'the file';
  const line = lineOf(issue.path, document, lines);
  if (issue.code === 'unrecognized_keys') return { line, message: `${field}: unknown field ${issue.keys.join(', ')}` };
  if (issue.code === 'invalid_key')
    return {
      line,
      message: `${field} is not a name that it can have, expected ${issue.issues[0]?.message ?? 'another'}`,
    };
  const value: unknown = document.getIn(issue.path);
  const shown =
    value === undefined ? 'is missing' : `is ${clip(JSON.stringify(isNode(value) ? value.toJSON() : value))}`;
  return {
    line,
    message: `${field} ${shown}, expected ${issue.message === 'Invalid input' ? JSON_VALUE : issue.message.replace(/^(Invalid \w+|Too \w+): expected /, '')}`,
  };
};

/** What zod expects where any JSON may stand, and does not say: not a number is the value that YAML has and JSON has not. */
const JSON_VALUE = 'a text, a finite number, true, false, null, a list or an object';

/** Line of the nearest thing that the file does have on the way to a field. */
const lineOf = (path: readonly PropertyKey[], document: Document, lines: LineCounter): number => {
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range != null) return lines.linePos(node.range[0]).line;
  }
  return 1;
};

const clip = (text: string): string => (text.length > 80 ? `${text.slice(0, 79)}…` : text);
