import { LineCounter, parseDocument, type Document } from 'yaml';
import type * as z from 'zod';
import type { Compiled, ConfigFile } from './config-files.ts';
import { schemaProblems, formatPath, formatProblem, type Problem } from './schema-problems.ts';

/** A YAML file parsed by its schema; `lineOf` finds the line of a field. */
export interface YamlFile<T> extends Compiled<T | null> {
  readonly lineOf: (path: Problem['path']) => number;
}

/**
 * Reads a YAML file. `check` finds problems that the schema cannot; every problem comes with file and line.
 * `checkRest` does the same for what is sound in a file that does not fit the schema, so that nobody mends a file twice.
 */
export const readYaml = <T>(
  file: ConfigFile,
  schema: z.ZodType<T>,
  check: (value: T) => readonly Problem[],
  checkRest: (value: unknown) => readonly Problem[] = () => [],
): YamlFile<T> => {
  const lines = new LineCounter();
  const document = parseDocument(file.text, { lineCounter: lines });
  const lineOf = (path: Problem['path']): number => lineIn(document, lines, path);
  // Only the first: the others usually follow from it.
  const [fault] = [...document.errors, ...document.warnings];
  if (fault) {
    const message = fault.message.replace(/ at line \d+[\s\S]*$/, '');
    return {
      value: null,
      problems: [`${file.path}:${lines.linePos(fault.pos[0]).line}: not YAML: ${message}`],
      lineOf,
    };
  }
  const value: unknown = document.toJS();
  const parsed = schema.safeParse(value);
  const found = parsed.success
    ? check(parsed.data)
    : withRest(schemaProblems(schema, value, parsed.error), checkRest(value));
  const problems = found.map((problem) => `${file.path}:${lineOf(problem.path)}: ${formatProblem(problem)}`);
  return { value: parsed.success ? parsed.data : null, problems, lineOf };
};

/** Both, without what the schema has already said about the same field. */
const withRest = (problems: readonly Problem[], rest: readonly Problem[]): Problem[] => {
  const said = new Set(problems.map(({ path }) => formatPath(path)));
  return [...problems, ...rest.filter(({ path }) => !said.has(formatPath(path)))];
};

/** The line of a field, or of its nearest parent that is there. */
const lineIn = (document: Document, lines: LineCounter, path: Problem['path']): number => {
  const node: unknown = document.getIn(path, true);
  const range: unknown = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
  const start: unknown = Array.isArray(range) ? range[0] : undefined;
  if (typeof start === 'number') return lines.linePos(start).line;
  return path.length === 0 ? 1 : lineIn(document, lines, path.slice(0, -1));
};
