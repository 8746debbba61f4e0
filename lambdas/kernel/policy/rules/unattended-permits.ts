import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import { contractBroken } from '../../../contracts/errors.ts';
import { oncePerRules, type CedarRules } from '../once-per-rules.ts';

const UNATTENDED = 'applyUnattended';

/**
 * Whether some policy could permit a change without a person: a permit whose head has `applyUnattended` among its
 * actions, whatever its conditions. If none has, the deployment has no key for grants of policies.
 */
export const canApplyUnattended: (rules: CedarRules) => boolean = oncePerRules(({ policies, schema }) => {
  const names = groupsOf(UNATTENDED, schema);
  return Object.entries(policies).some(([id, text]) => {
    const answer = cedar.policyToJson(text);
    if (answer.type === 'failure') throw contractBroken(`The compiled policy ${id} does not parse.`);
    return answer.json.effect === 'permit' && mayName(answer.json.action, names);
  });
});

/** Whether the action of a head can be one of these. */
const mayName = (action: cedar.PolicyJson['action'], names: ReadonlySet<string>): boolean => {
  if ('entities' in action) return action.entities.some((one) => names.has(nameOf(one)));
  return 'entity' in action ? names.has(nameOf(action.entity)) : true;
};

const nameOf = (entity: cedar.EntityUidJson): string => ('__entity' in entity ? entity.__entity.id : entity.id);

/** An action and all groups of actions that it is in. */
const groupsOf = (action: string, schema: string): ReadonlySet<string> => {
  const answer = cedar.schemaToJson(schema);
  if (answer.type === 'failure') throw contractBroken('The compiled policy schema does not parse.');
  const actions = answer.json['Checkrein']?.actions ?? {};
  const found = new Set([action]);
  // A set that grows while it is iterated over yields what was added.
  for (const name of found) for (const { id } of actions[name]?.memberOf ?? []) found.add(id);
  return found;
};
