import { checksIn, testsOf } from './shorthand.ts';

const admission = testsOf('kernel/admission');
const route = testsOf('decide/route');
const budget = testsOf('decide/budget');
const spent = (what: string) =>
  budget(`a spent budget ends the incident with a human, before the model is asked again > ${what}`);

/** Decide: what a turn may cost, and which of its calls go on. */
export const DECIDE = [
  ...checksIn(
    'kernel/admission',
    {
      name: 'decide/schema',
      kind: 'schema',
      holds: 'a call whose input does not fit the schema of its tool goes no further',
      find: 'const parsed = manifest.input.safeParse(call.input);',
      replace: 'const parsed = { success: true as const, data: call.input };',
      test: admission('a call is refused > for an unknown field'),
    },
    {
      name: 'decide/control-schema',
      kind: 'schema',
      holds: 'the same for calls that steer the flow',
      find: 'CONTROL_TOOLS[call.name].input.safeParse(call.input)',
      replace: '{ success: true as const }',
      test: admission('a call is refused > for an unknown field of a control tool'),
    },
    {
      name: 'decide/allowlist',
      kind: 'allowlist',
      holds: 'only tools that are granted to the agent',
      find: '.filter((manifest) => grantedNames(agent).includes(manifest.name))',
      replace: '.filter(() => agent.name !== undefined)',
      test: admission('a call is refused > for resize_instance, when it is not granted'),
    },
    {
      name: 'decide/read-only',
      kind: 'allowlist',
      holds: 'an agent that only reads confirms nothing',
      find: "if (call.name === 'confirm_plan' && agent.tools.change.length === 0)",
      replace: 'if (false)',
      test: admission('a call is refused > for a confirmation by an agent that only reads'),
    },
    {
      name: 'decide/catalogue',
      kind: 'allowlist',
      holds: 'an agent that only reads is not shown how to change anything',
      find: "name !== 'confirm_plan' || agent.tools.change.length > 0",
      replace: "name !== ''",
      test: admission('an agent that only reads does not even see change tools'),
    },
  ),
  ...checksIn(
    'decide/route',
    {
      name: 'decide/one-id-one-call',
      kind: 'schema',
      holds: 'calls that share an id are not carried out',
      find: 'calls.filter(({ id }) => id === call.id).length > 1',
      replace: 'false',
      test: route(
        'what cannot be carried out is answered in words > calls that share an id, and neither is carried out',
      ),
    },
    {
      name: 'decide/cut-off',
      kind: 'schema',
      holds: 'no call of an answer that was cut off is carried out',
      find: "if (turn.data.stopReason === 'max_tokens') {",
      replace: 'if (false) {',
      test: route(
        'what cannot be carried out is answered in words > an answer that was cut off, with none of its calls carried out',
      ),
    },
    {
      name: 'decide/evidence-first',
      kind: 'schema',
      holds: 'no change goes on before the observations of its turn were read',
      find: 'if (observing.length > 0) {',
      replace: 'if (observing.length > 0 && steering.length === 0) {',
      test: route('where a turn leads > a change that comes with observations waits for them'),
    },
  ),
  ...checksIn(
    'decide/budget',
    {
      name: 'budget/turns',
      kind: 'budget',
      holds: 'no more turns than the incident may have',
      find: 'if (used.turns >= budget.turns)',
      replace: 'if (false)',
      test: spent('turns'),
    },
    {
      name: 'budget/minutes',
      kind: 'budget',
      holds: 'no more minutes than the incident may take',
      find: 'if (minutes >= budget.minutes)',
      replace: 'if (false)',
      test: spent('minutes'),
    },
    {
      name: 'budget/tokens',
      kind: 'budget',
      holds: 'no more tokens than the incident may use',
      find: 'if (used.tokens + next.tokens > budget.tokens)',
      replace: 'if (false)',
      test: spent('tokens'),
    },
    {
      name: 'budget/dollars',
      kind: 'budget',
      holds: 'no more money than the incident may cost',
      find: 'if (used.microUsd + next.microUsd > microUsdOf(budget.dollars))',
      replace: 'if (false)',
      test: spent('dollars'),
    },
    {
      name: 'budget/price',
      kind: 'budget',
      holds: 'a model without a price is not called',
      find: "if (microUsd === undefined) return spent('dollars', agent.budget.dollars, 0, unknownModelAdvice(agent.model));",
      replace: 'microUsd ??= 0;',
      test: spent('a model without a price is not called at all'),
    },
    {
      name: 'budget/agent-day',
      kind: 'budget',
      holds: "no more than the agent's money of the day",
      find: 'if (!ofAgent.added)',
      replace: 'if (false)',
      test: spent("the agent's dollars of the day"),
    },
    {
      name: 'budget/account-day',
      kind: 'budget',
      holds: "no more than the account's money of the day",
      find: 'if (!ofAccount.added) {',
      replace: 'if (false) {',
      test: spent("the account's dollars of the day, and the agent's day gets its share back"),
    },
    {
      name: 'budget/set-aside',
      kind: 'budget',
      holds: 'the worst case of a turn is set aside before the model is called',
      find: 'setAside(ledger, keys.agent, limits.agent, microUsd)',
      replace: 'setAside(ledger, keys.agent, limits.agent, 0)',
      test: budget('money of the day > is set aside before the call and settled after it'),
    },
    {
      name: 'budget/race',
      kind: 'budget',
      holds: 'incidents at once do not spend more than there is',
      find: '{ microUsd: microUsdOf(dollars) });',
      replace: '{});',
      test: budget('money of the day > incidents at once cannot spend more than there is'),
    },
  ),
  ...checksIn('decide/step', {
    name: 'decide/patience',
    holds: 'an agent that gets nowhere is relieved',
    find: "const stuck = route.next === 'decide' && isStuck(journal.events, PATIENCE);",
    replace: 'const stuck = false;',
    test: route('an agent that gets nowhere is relieved > four turns of refused calls end with a human'),
  }),
];
