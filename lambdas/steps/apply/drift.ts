import type { DiffLine, Plan } from '../../contracts/plan.ts';
import type { Json } from '../../contracts/json.ts';
import type { EnvironmentSettings } from '../../kernel/changes/environment.ts';
import { fingerprintOf, movementOf, readSnapshot, type Snapshot } from '../../kernel/changes/snapshot.ts';
import { redactedJson } from '../../kernel/redaction/redactor.ts';
import { joined, oneLine, ours, plain, quoted, type PlainText } from '../../kernel/trace/outside-text.ts';
import { shown } from '../../kernel/trace/plan-text.ts';
import type { ChangeTool, ToolContext } from '../../tools/tool.ts';

/** Fields that a refusal names, values of a list that it shows, and characters of a value and of a tag. */
const FIELDS_SHOWN = 5;
const VALUES_SHOWN = 5;
const VALUE_LIMIT = 120;
const TAG_LIMIT = 60;

/** Why a plan no longer fits its target. Undefined if the target is exactly as the dry run saw it. */
export const driftSince = async (
  plan: Plan,
  tool: ChangeTool,
  context: ToolContext,
  settings: EnvironmentSettings,
): Promise<string | undefined> => {
  const { target, before: state, configuration, input, fingerprint } = plan;
  if (configuration === undefined)
    return 'This plan was made by an earlier version of Checkrein, which did not keep how its target was configured. Look at the target again and make a new proposal.';
  const now = await readSnapshot(tool, input, context, settings);
  if (fingerprintOf(now) === fingerprint) return undefined;
  return `The target is no longer as the dry run saw it: ${says({ target, state, configuration }, now)}. Look at it again and make a new proposal.`;
};

const says = (before: Snapshot, now: Snapshot): string => {
  const { tags, fields } = movementOf(before, now);
  const moved = [...fields.map(fieldMoved), ...tags.map(tagMoved)];
  const more = moved.length - FIELDS_SHOWN;
  const named = [...moved.slice(0, FIELDS_SHOWN), ...(more > 0 ? [plain`and ${more} more`] : [])];
  return moved.length === 0 ? 'its fingerprint is another one' : String(joined(named, '; '));
};

/** `securityGroups` as people write it. */
const wordsOf = (field: string): string => field.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

const fieldMoved = ({ field, before, after }: DiffLine): PlainText => {
  const plural = field.endsWith('s') && typeof before !== 'number';
  const [was, is] = plural ? [ours('were'), ours('are')] : [ours('was'), ours('is')];
  return plain`${ours(wordsOf(field))} ${was} ${valueOf(before, after)}, and ${is} ${valueOf(after, before)} now`;
};

/** A value for people. Of a long list only what the other one does not have. */
const valueOf = (value: Json, other: Json): PlainText => {
  if (Array.isArray(value)) return listOf(value.map(textOf), Array.isArray(other) ? other.map(textOf) : []);
  return value === null ? ours('not set') : plain`${textOf(value)}`;
};

const textOf = (value: Json): string => oneLine(shown(value), VALUE_LIMIT);

const listOf = (values: readonly string[], others: readonly string[]): PlainText => {
  if (values.length === 0) return ours('none');
  const differing = values.length > VALUES_SHOWN ? values.filter((value) => !others.includes(value)) : values;
  const named = differing.slice(0, VALUES_SHOWN);
  const rest = values.length - named.length;
  return joined([...named, ...(rest > 0 ? [plain`${rest} others`] : [])], ', ');
};

/** Whoever may tag a target writes name and value: both are quoted, and a tag with the name of a secret loses its value. */
const tagMoved = ({ field, before, after }: DiffLine): PlainText => {
  const valueOfTag = (value: Json): PlainText =>
    value === null ? ours('not set') : quoted(valuesIn(redactedJson({ [field]: value })).join(), TAG_LIMIT);
  return plain`tag ${quoted(field, TAG_LIMIT)} was ${valueOfTag(before)}, and is ${valueOfTag(after)} now`;
};

const valuesIn = (value: Json): string[] =>
  typeof value === 'object' && value !== null ? Object.values(value).map(shown) : [];
