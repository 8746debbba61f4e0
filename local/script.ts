import { existsSync } from 'node:fs';
import { join, parse } from 'node:path';
import * as z from 'zod';
import { Json } from '../lambdas/contracts/json.ts';
import { Usage } from '../lambdas/contracts/model.ts';
import { readText } from './files.ts';
import { cleanJson } from '../lambdas/kernel/redaction/clean-json.ts';
import { InputError } from '../lambdas/contracts/errors.ts';

const Block = z.discriminatedUnion(
  'type',
  [
    z.looseObject({ type: z.literal('text'), text: z.string() }).describe('Text of the model.'),
    z
      .looseObject({
        type: z.literal('tool_use'),
        id: z.string().min(1).optional().describe('Made up as toolu_<turn>_<n> when left out.'),
        name: z.string().min(1),
        input: Json.describe('Strings may hold ${plan} and ${evidence}: the newest handle of each.'),
      })
      .describe('A tool call.'),
    z.looseObject({ type: z.enum(['thinking', 'redacted_thinking']) }).describe('Kept as it is.'),
  ],
  { error: 'Invalid block: expected one of type text, tool_use, thinking or redacted_thinking' },
);
const Content = z.array(Block).meta({ id: 'content' });

const FullTurn = z
  .strictObject({
    content: Content.optional().describe('The answer of the model; optional with `fail`.'),
    stopReason: z.string().min(1).optional().describe('Default: tool_use if a tool is called, otherwise end_turn.'),
    usage: Usage.partial().optional().describe('Tokens. Default: estimated from the length of the text.'),
    fail: z
      .enum(['unavailable', 'refusal', 'max_tokens'])
      .optional()
      .describe('unavailable: the call fails once. refusal, max_tokens: the answer has that stop reason.'),
  })
  .refine((turn) => turn.content !== undefined || turn.fail !== undefined, {
    error: 'Missing: a turn needs content, or fail',
    path: ['content'],
  })
  // JSON Schema has no equivalent of a refinement, so it is stated here.
  .meta({ anyOf: [{ required: ['content'] }, { required: ['fail'] }] });

/** One turn of a script. The short form is its content alone. */
export type ScriptedTurn = z.infer<typeof FullTurn>;

/** A script file. `local/schemas/script.schema.json` is generated from this. */
export const ScriptFile = z
  .array(z.union([Content, FullTurn]))
  .min(1)
  .meta({
    title: 'Checkrein model script',
    description: 'The answers of the scripted model, turn by turn. See docs/script-format.md.',
  });

const SEE = 'The format is described in docs/script-format.md.';

/** Reads a script file. The error names the wrong turn and field. */
export const loadScript = async (path: string): Promise<readonly ScriptedTurn[]> => {
  const text = readText('model script', path);
  try {
    return parseScript(JSON.parse(text), path);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new InputError(path, `The model script is not JSON: ${cause.message}.`, SEE, cause);
  }
};

/** Reads the scripts of the second and further incidents, beside that of the first: `model-2.json`, `model-3.json`. */
export const loadFurtherScripts = async (path: string): Promise<(readonly ScriptedTurn[])[]> => {
  const { dir, name, ext } = parse(path);
  const scripts = [];
  for (let nth = 2; ; nth += 1) {
    const further = join(dir, `${name}-${nth}${ext}`);
    if (!existsSync(further)) return scripts;
    scripts.push(await loadScript(further));
  }
};

/** Parses a script turn by turn, because an error of the whole union would not name the field. */
export const parseScript = (value: unknown, where: string): readonly ScriptedTurn[] => {
  const turns = z.array(z.unknown()).min(1).safeParse(value);
  if (!turns.success) throw new InputError(where, 'A model script is a list of one turn or more.', SEE);
  return turns.data.map((given, index) => {
    // A script stands for a model, so its turns are cleaned as those of a model are.
    const turn = cleanJson(given).value;
    const parsed = FullTurn.safeParse(Array.isArray(turn) ? { content: turn } : turn);
    if (parsed.success) return parsed.data;
    const problems = parsed.error.issues.map(({ path, message }) =>
      path.length === 0 ? message : `${z.core.toDotPath(path)}: ${message}`,
    );
    throw new InputError(`${where}, turn ${index + 1}`, problems.join('; '), SEE);
  });
};
