import { Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { InputError } from '../lambdas/contracts/errors.ts';
import type { Rules } from '../lambdas/contracts/rules.ts';

/** A Checkrein of an app. */
type Placed = Construct & { readonly rules: Rules };

/** Path of a construct below its stack. */
export const pathInStack = (construct: Construct): string =>
  construct.node.path.slice(Stack.of(construct).node.path.length).replace(/^\//, '');

/**
 * Refuses a place where names would collide: alarms and the kill switch are named after the stack, so it has one Checkrein; roles that
 * members trust, and the statement that lets in their events, have one name in an account and Region.
 */
export const checkPlace = (checkrein: Placed, others: readonly Placed[]): void => {
  const stack = Stack.of(checkrein);
  const refused = (fault: string, advice: string): InputError =>
    new InputError(`the construct ${checkrein.node.path}`, fault, advice);
  const { stackName } = stack;
  if (Token.isUnresolved(stackName))
    throw refused(
      'its stack is nested, and has no name until it is deployed',
      'a stack of its own, or another one that is not nested',
    );
  if (/^(aws|ssm)/i.test(stackName))
    throw refused(
      `Systems Manager takes no parameter /${stackName}/kill-switch, because its name begins with aws or ssm`,
      'another name for the stack',
    );
  const same = others.find((one) => Stack.of(one) === stack);
  if (same !== undefined)
    throw refused(`the stack ${stackName} has a Checkrein already: ${same.node.path}`, 'a stack of its own for each');
  const rival = others.find((one) => haveSameMembersHub(checkrein, one));
  if (rival !== undefined)
    throw refused(
      `the hub ${rival.node.path} has members in this account and Region already, and the names of the roles that members trust would be the same`,
      'all members at one hub, or `env` with another Region for one of the two stacks',
    );
};

const haveSameMembersHub = (one: Placed, other: Placed): boolean => {
  const [hub, otherHub] = [one, other].map(({ rules }) => rules.settings.members?.hub);
  const [region = '', otherRegion = ''] = [one, other].map((placed) => Stack.of(placed).region);
  // What deployment decides may be the same.
  const maySameRegion = region === otherRegion || Token.isUnresolved(region) || Token.isUnresolved(otherRegion);
  return hub !== undefined && hub === otherHub && maySameRegion;
};
