import { Annotations, Aws } from 'aws-cdk-lib';
import { CfnEventBusPolicy } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import type { Agent } from '../lambdas/contracts/agent.ts';
import { InputError } from '../lambdas/contracts/errors.ts';
import { roleName } from '../lambdas/contracts/role-names.ts';
import type { Settings } from '../lambdas/contracts/settings.ts';
import type { LiteralEvents } from '../lambdas/kernel/policy/rules/member-events.ts';
import { eventsFromMembers, heldBack } from './member-patterns.ts';

/** The member accounts, and the external id they share with the hub. */
export type Members = NonNullable<Settings['members']>;

/** Name of a role that the hub and its members must both know, with the Region in it. */
export const regionalRoleName = (step: string): string => roleName(Aws.REGION, step);

/** Lets each member account put the events that agents take, and nothing else, on the event bus of the hub. */
export class MemberIntake extends Construct {
  constructor(scope: Construct, id: string, { members, agents }: { members: Members; agents: readonly Agent[] }) {
    super(scope, id);
    for (const { agent, reason } of heldBack(agents))
      Annotations.of(this).addWarningV2(`checkrein:not-from-members:${agent}`, reason);
    const taken = eventsFromMembers(agents);
    // Agents that name types and agents that take every type of a source must not share a statement: it would let in every
    // type of every source.
    const typed = taken.filter(({ types }) => types !== undefined);
    const untyped = taken.filter(({ types }) => types === undefined);
    this.allow('Members', 'checkrein-members', members, typed);
    this.allow('MembersAnyType', 'checkrein-members-any-type', members, untyped);
  }

  // One statement for all accounts: the policy of a bus may have 10,240 characters, and other stacks may use it too.
  private allow(id: string, statementId: string, { accounts }: Members, events: readonly LiteralEvents[]): void {
    if (events.length === 0) return;
    const keys = {
      'events:source': unique(events.flatMap(({ sources }) => sources)),
      'events:detail-type': unique(events.flatMap(({ types }) => types ?? [])),
    };
    const named = Object.entries(keys).filter(([, values]) => values.length > 0);
    const statement = {
      Effect: 'Allow',
      Principal: { AWS: accounts.map((account) => `arn:${Aws.PARTITION}:iam::${account}:root`) },
      Action: 'events:PutEvents',
      Resource: `arn:${Aws.PARTITION}:events:${Aws.REGION}:${Aws.ACCOUNT_ID}:event-bus/default`,
      Condition: {
        // A call may put several events, so each key may have several values. `ForAllValues` also holds without any.
        'ForAllValues:StringEquals': Object.fromEntries(named),
        Null: Object.fromEntries(named.map(([key]) => [key, 'false'])),
      },
    };
    const length = JSON.stringify(statement).length;
    if (length > BUS_POLICY_LENGTH)
      throw new InputError(
        'config/agents/',
        `the statement that lets in the events of members has ${length} characters; the policy of an event bus may have ${BUS_POLICY_LENGTH}`,
        'fewer sources and types in `takes`, or fewer `accounts` in `members` of the settings',
      );
    new CfnEventBusPolicy(this, id, { statementId, statement });
  }
}

const BUS_POLICY_LENGTH = 10_240;

const unique = (values: readonly string[]): string[] => [...new Set(values)].toSorted();
