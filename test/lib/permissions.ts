import * as z from 'zod';
import { Json } from '../../lambdas/contracts/json.ts';
import type { Template } from '../../lib/synthesize.ts';

const many = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const Condition = z.record(z.string(), z.record(z.string(), Json)).default({});
const Statement = z.looseObject({
  Effect: z.string(),
  Action: many.default([]),
  NotAction: many.default([]),
  Resource: Json.default(null),
  Principal: Json.default(null),
  Condition,
});
const Policy = z.looseObject({
  PolicyDocument: z.looseObject({ Statement: z.array(Statement) }),
  Roles: z.array(z.looseObject({ Ref: z.string() })),
});
const RoleProperties = z.looseObject({
  AssumeRolePolicyDocument: z.looseObject({ Statement: z.array(Statement) }),
  ManagedPolicyArns: z.array(Json).default([]),
});

/** One action that one role is allowed or denied, with the resources and conditions of the statement. */
export interface Right {
  /** The role by its name in the stack: `Open`, `ChangeZone`, `Change`, … */
  readonly role: string;
  readonly action: string;
  /** The resource as JSON: a name of the template is in it. */
  readonly resource: string;
  readonly conditions: z.infer<typeof Condition>;
}

/** A logical id without the path of constructs before and the hash behind. */
const nameOf = (logicalId: string): string => logicalId.replace(/^Steps/, '').replace(/Role[0-9A-F]{8}$/, '');

/** The actions; of a statement about all but some, one that says so. */
const actionsOf = ({ Action, NotAction }: z.infer<typeof Statement>): string[] =>
  NotAction.length === 0 ? Action : [`all but ${NotAction.join(', ')}`];

/** Every right that a policy of the template gives to a role of the template. */
export const rightsIn = (template: Template): Right[] => statementsIn(template, 'Allow');

/** What policies of the template deny to a role of the template, whatever else allows it. */
export const denialsIn = (template: Template): Right[] => statementsIn(template, 'Deny');

const statementsIn = ({ Resources }: Template, effect: 'Allow' | 'Deny'): Right[] =>
  Object.values(Resources)
    .filter(({ Type }) => Type === 'AWS::IAM::Policy')
    .map(({ Properties }) => Policy.parse(Properties))
    .flatMap(({ Roles, PolicyDocument }) =>
      Roles.flatMap(({ Ref }) =>
        PolicyDocument.Statement.filter(({ Effect }) => Effect === effect).flatMap((statement) =>
          actionsOf(statement).map((action) => ({
            role: nameOf(Ref),
            action,
            resource: JSON.stringify(statement.Resource),
            conditions: statement.Condition,
          })),
        ),
      ),
    );

/** Who may take a role, as JSON. */
export const trustOf = ({ Resources }: Template, role: string): string[] =>
  Object.entries(Resources)
    .filter(([id, { Type }]) => Type === 'AWS::IAM::Role' && nameOf(id) === role)
    .flatMap(([, { Properties }]) => RoleProperties.parse(Properties).AssumeRolePolicyDocument.Statement)
    .map(({ Principal }) => JSON.stringify(Principal));

/** Ready-made AWS policies that any role of the template has. */
export const managedPoliciesIn = ({ Resources }: Template): Json[] =>
  Object.values(Resources)
    .filter(({ Type }) => Type === 'AWS::IAM::Role')
    .flatMap(({ Properties }) => RoleProperties.parse(Properties).ManagedPolicyArns);

/** The names of the roles that have a right like this, each once, sorted. */
export const whoMay = (rights: readonly Right[], action: string, resource: RegExp = /./): string[] =>
  [
    ...new Set(
      rights.filter((right) => right.action === action && resource.test(right.resource)).map((right) => right.role),
    ),
  ].sort();
