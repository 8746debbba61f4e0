import { LONGEST_HEADING } from '../../contracts/heading.ts';
import { refOf, type Plan, type Target } from '../../contracts/plan.ts';
import { EARLIER_HEADINGS } from './earlier-headings.ts';
import { asciiName, joined, named, oneLine, ours, plain, type PlainText } from './outside-text.ts';
import { shown } from './plan-text.ts';

/** How people call a change: by what is done to which thing, as a heading, in a sentence, in the subject of a mail. */

/** Characters of a name or a value in a heading. Who writes a tag must not fill the line. */
const NAME_LIMIT = 60;
const VALUE_LIMIT = 30;
/** Settings in a heading; all of them are below it. */
const MOST_SETTINGS = 2;

/** An id that says nothing to a person, such as `i-0a1b2c3d4e5f60718`. */
const RESOURCE_ID = /^[a-z]+-[0-9a-f]{8,}$/i;

/** What a person calls the target: its tag Name if its id is a number, else the id, which then is a name itself. */
const nameOf = ({ id, tags }: Pick<Target, 'id' | 'tags'>): string => {
  const tag = oneLine(tags['Name'] ?? '', NAME_LIMIT);
  if (tag === '' || !RESOURCE_ID.test(id)) return id;
  // Anybody may write a tag. One that looks like the id of another thing must not pass for it.
  return RESOURCE_ID.test(tag) && tag !== id ? `tag Name ${tag}` : (tags['Name'] ?? id);
};

/** The target by its name: bare if it is one word, otherwise in quotes. */
const targetName = (target: Pick<Target, 'id' | 'tags'>): PlainText => named(nameOf(target), NAME_LIMIT);

/** A change, as far as its name goes. `heading` is what the manifest of its tool had when it was proposed. */
type Called = Pick<Plan, 'tool' | 'heading' | 'target'>;

/** What the tool does: its heading, else the words of its name. */
const verbOf = ({ tool, heading = EARLIER_HEADINGS.get(tool) }: Pick<Plan, 'tool' | 'heading'>): PlainText => {
  if (heading !== undefined) return ours(heading);
  if (!/^[a-z][a-z0-9_]{1,39}$/.test(tool)) return named(tool, NAME_LIMIT);
  return ours(`${tool.charAt(0).toUpperCase()}${tool.slice(1).replaceAll('_', ' ')}`);
};

const lowerCase = (text: PlainText): PlainText =>
  ours(text.toString().charAt(0).toLowerCase() + text.toString().slice(1));

const settings = (diff: Plan['report']['diff']): PlainText => {
  const more = diff.length > MOST_SETTINGS ? plain` and ${diff.length - MOST_SETTINGS} more` : '';
  const changes = diff.slice(0, MOST_SETTINGS).map(({ field, before, after }) => {
    // One setting of the target goes without its name; one of a part of it does not.
    const label = diff.length === 1 && !field.includes('.') ? '' : plain`${named(field, VALUE_LIMIT)} `;
    const [from, to] = [named(shown(before), VALUE_LIMIT), named(shown(after), VALUE_LIMIT)];
    // Two values that differ only where they are cut tell nothing here.
    return String(from) === String(to) ? named(field, VALUE_LIMIT) : plain`${label}${from} → ${to}`;
  });
  return diff.length === 0 ? plain`` : plain`: ${joined(changes, ', ')}${more}`;
};

/** The heading of a plan: `Resize checkout-1: t3.small → c6i.xlarge`. */
export const headingOf = (plan: Called & Pick<Plan, 'report'>): PlainText =>
  plain`${verbOf(plan)} ${targetName(plan.target)}${settings(plan.report.diff)}`;

/** The same within a sentence: `resize checkout-1`. */
export const changeInWords = (change: Called): PlainText =>
  plain`${lowerCase(verbOf(change))} ${targetName(change.target)}`;

/** The same with the id, where nothing below it has it: `resize checkout-1 (i-0a1b2c3d4e5f60718)`. */
export const changeById = (plan: Called): PlainText => {
  const { id } = plan.target;
  return nameOf(plan.target) === id ? changeInWords(plan) : plain`${changeInWords(plan)} (${id})`;
};

/** The target by its id, and where it is: stands once below a heading. */
export const targetLine = (target: Target): PlainText => {
  const { id, account, region } = target;
  const cluster = /^k8s:\/\/([^/]+)\//.exec(refOf(target))?.[1];
  return plain`${id} in ${cluster === undefined ? '' : plain`cluster ${cluster}, `}account ${account}, ${region}`;
};

/** A ref whose cluster and namespace have no dot, so no part of it is the address of a site. */
const CLUSTER_REF = /^k8s:\/\/[\w-]+\/[a-z0-9-]+\/[a-z]+\/[a-z0-9.-]+$/i;

/** The ARN or ref of a target, to be copied: one of a cluster keeps its `://`, which would be taken apart like a link. */
export const refText = (ref: string): PlainText => (CLUSTER_REF.test(ref) ? ours(ref) : plain`${ref}`);

/** SNS takes subjects of fewer than 100 characters. */
const SUBJECT_LIMIT = 99;
const SHORTEST_NAME = 12;
const LONGEST_NAME = 40;

/** A subject in ASCII: what is asked or said, the change, its environment, and what the incident is about as far as it fits. */
export const mailSubject = (lead: string, plan: Called, about?: (room: number) => PlainText): PlainText => {
  const { target } = plan;
  const before = plain`${ours(lead)} ${ours(lowerCase(verbOf(plan)).toString().slice(0, LONGEST_HEADING))}`;
  const after = plain`(${asciiName(target.environment, 20)})`;
  const room = SUBJECT_LIMIT - String(before).length - String(after).length - 2;
  const name = asciiName(nameOf(target), Math.max(SHORTEST_NAME, Math.min(LONGEST_NAME, room)));
  const subject = plain`${before} ${name} ${after}`;
  const left = SUBJECT_LIMIT - String(subject).length - 2;
  const subjectOfIncident = left < SHORTEST_NAME ? undefined : about?.(left);
  return subjectOfIncident === undefined ? subject : plain`${subject}, ${subjectOfIncident}`;
};
