import * as z from 'zod';
import { Json } from '../../lambdas/contracts/json.ts';
import { templateText } from '../../lib/template-text.ts';
import type { Synthesized } from '../../lib/synthesize.ts';
import { denialsIn, rightsIn, type Right } from '../../test/lib/permissions.ts';
import { codes, markdownPage, table } from './markdown.ts';

/** A reference of the template without the hash that CDK puts into logical ids. */
const named = (reference: string): string => `<${reference.replace(/[0-9A-F]{8}(?=\.|$)/, '')}>`;

/** The ARNs of a resource, with `<Account>` for what deployment fills in. */
const resourceOf = (resource: string): string[] =>
  [Json.parse(JSON.parse(resource))].flat().map((one) => templateText(one, named).replaceAll(/<AWS::(\w+)>/g, '<$1>'));

const Values = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

/** The conditions of a right, shortened. A partition key names a family of rows. */
const conditionsOf = ({ conditions }: Right): string[] =>
  Object.entries(conditions)
    .filter(([operator]) => operator !== 'Null')
    .flatMap(([, keys]) =>
      Object.entries(keys).map(([key, value]) => {
        const plain = Values.safeParse(value);
        const values = plain.success ? plain.data : [templateText(value, named).replaceAll(/<AWS::(\w+)>/g, '<$1>')];
        return key === 'dynamodb:LeadingKeys' ? `rows ${values.join(' ')}` : `${key} = ${values.join(' ')}`;
      }),
    );

const rowsOf = (rights: readonly Right[]): string[][] => {
  const grouped = Map.groupBy(rights, ({ resource, conditions }) => resource + JSON.stringify(conditions));
  return [...grouped.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    return [[codes(group.map(({ action }) => action)), codes(resourceOf(first.resource)), codes(conditionsOf(first))]];
  });
};

const sectionOf = (role: string, rights: readonly Right[], denials: readonly Right[]): string =>
  [
    `## ${role}`,
    table(['actions', 'resources', 'condition'], rowsOf(rights)),
    ...(denials.length > 0
      ? ['Denied, whatever allows it:', table(['actions', 'resources', 'condition'], rowsOf(denials))]
      : []),
  ].join('\n\n');

/** Every right of every role, from the synthesized template. */
export const permissionsPage = ({ template }: Synthesized): string => {
  // CodeDeploy has one such role per function, all the same: the page has a sentence about them.
  const listed = rightsIn(template).filter(({ role }) => !role.startsWith('Rollout'));
  const byRole = Map.groupBy(listed, ({ role }) => role);
  const denials = denialsIn(template);
  const roles = [...byRole].toSorted(([a], [b]) => a.localeCompare(b));
  return markdownPage('Permissions', 'the synthesized template', [
    'What each role may do with the shipped configuration. `Change` is the change role. Only `ChangeZone` may assume it, with a session policy for one target. The rights to read and change AWS resources follow from the tools and log groups that agents are granted. Not listed: for each function, CodeDeploy has a role that may move its alias and describe alarms.',
    ...roles.map(([role, rights]) =>
      sectionOf(
        role,
        rights,
        denials.filter((denial) => denial.role === role),
      ),
    ),
  ]);
};
