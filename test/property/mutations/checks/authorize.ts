import { checksIn, testsOf } from './shorthand.ts';

const authorize = testsOf('authorize/authorize');
const proposal = (promise: string) => authorize(`a proposal > ${promise}`);
const plan = (promise: string) => authorize(`a confirmed plan > ${promise}`);
const dryRun = testsOf('dry-run/dry-run');

/** Disables one check of admission at Authorize and leaves the other. */
const admittedUnless = (check: string) => `const asked = admit(agent, call);
  const admission =
    asked.kind === 'refused' && asked.check === '${check}'
      ? { kind: 'change' as const, input: JSON.parse(JSON.stringify(call.input)) }
      : asked;`;

/** Authorize and DryRun: from a proposal to a plan that may go on. */
export const AUTHORIZE = [
  ...checksIn(
    'authorize/proposal',
    {
      name: 'proposal/schema',
      kind: 'schema',
      holds: 'Authorize asks for the schema itself',
      find: 'const admission = admit(agent, call);',
      replace: admittedUnless('schema'),
      test: authorize('a call whose input Decide would have refused is refused by Authorize too'),
    },
    {
      name: 'proposal/allowlist',
      kind: 'allowlist',
      holds: 'Authorize asks for the allowlist itself',
      find: 'const admission = admit(agent, call);',
      replace: admittedUnless('allowlist'),
      test: authorize('a call that Decide would have refused is refused by Authorize too'),
    },
    {
      name: 'proposal/change-tool',
      kind: 'allowlist',
      holds: 'nothing but a change tool is judged as a change',
      find: "if (admission.kind !== 'change') return",
      replace: 'if (false) return',
      test: authorize('a call that only reads is not judged as a change'),
    },
    {
      name: 'proposal/switch',
      kind: 'switch',
      holds: 'while the switch is off, nothing is proposed',
      find: "if ((await ports.switch.read()) === 'off')",
      replace: 'if (false)',
      test: proposal('while the switch is off is refused'),
    },
    {
      name: 'proposal/target',
      kind: 'target',
      holds: 'a target that AWS does not describe is refused',
      find: "return hearing.refuse('target', examination);",
      replace: 'return hearing.permit();',
      test: proposal('about a target that does not exist is refused in words'),
    },
    {
      name: 'proposal/breaker',
      kind: 'breaker',
      holds: 'nothing is proposed for a target whose breaker has tripped',
      find: "if (tripped !== undefined) return hearing.refuse('breaker', tripped);",
      replace: '',
      test: proposal('of more than policy ever allows trips the breaker of the target, for every incident'),
    },
    {
      name: 'proposal/rate',
      kind: 'rate',
      holds: 'nothing is proposed that was done too often in the last hour',
      find: "if (tooFast !== undefined) return hearing.refuse('rate', tooFast);",
      replace: '',
      test: authorize(
        'a proposal for a target that was changed too often in the last hour is refused before anything is computed',
      ),
    },
    {
      name: 'proposal/facts',
      kind: 'facts',
      holds: 'a proposal whose facts cannot be computed is refused',
      find: "return hearing.refuse('facts', facts);",
      replace: 'return hearing.permit();',
      test: proposal('that AWS is too busy to examine is refused in words, not a failure of the run'),
    },
    {
      name: 'proposal/policy',
      kind: 'policy',
      holds: 'a proposal that policy refuses goes no further',
      find: "if (ruling.verdict === 'refused') return hearing.refuse('policy', ruling.reason);",
      replace: '',
      test: proposal('that policy forbids is refused with the reason of the policy'),
    },
  ),
  ...checksIn('authorize/step', {
    name: 'proposal/trip',
    kind: 'breaker',
    holds: 'a breaker that policy trips is tripped for every incident',
    find: 'if (trips === null || targetArn === undefined) return;',
    replace: 'if (targetArn !== null) return;',
    test: proposal('of more than policy ever allows trips the breaker of the target, for every incident'),
  }),
  ...checksIn(
    'dry-run/step',
    {
      name: 'dry-run/permitted',
      kind: 'dry-run',
      holds: 'only what was permitted gets a dry run',
      find: "if (proposal?.verdict !== 'permitted' || !toolInput.success)",
      replace: 'if (proposal === undefined || !toolInput.success)',
      test: dryRun('a dry run of a proposal that was refused is a broken contract'),
    },
    {
      name: 'dry-run/drift',
      kind: 'drift',
      holds: 'a target that moved since it was judged makes no plan',
      find: 'if (canonical({ target, before }) !==',
      replace: 'if (false && canonical({ target, before }) !==',
      test: dryRun('a target that moved since the proposal was judged makes no plan'),
    },
    {
      name: 'dry-run/refusal',
      kind: 'dry-run',
      holds: 'a dry run that AWS refuses makes no plan',
      find: 'if (refusal !== undefined) return',
      replace: 'if (false) return',
      test: dryRun('what would not work makes no plan, and the model reads why > a right that is missing'),
    },
    {
      name: 'dry-run/rehearsal',
      kind: 'dry-run',
      holds: 'a dry run has a cloud that only rehearses',
      find: 'change: rehearsal(session)',
      replace: 'change: session',
      test: dryRun('a tool that forgets to ask for a dry run changes nothing in it'),
    },
    {
      name: 'dry-run/digest',
      kind: 'approval',
      holds: 'the digest covers all of the plan',
      find: 'digest: digestOf(rehearsed.plan),',
      replace: 'digest: digestOf({ ...rehearsed.plan, facts: {} }),',
      test: dryRun('a dry run makes a plan, identified by the digest of everything that a yes is a yes to'),
    },
    {
      name: 'dry-run/redact',
      holds: 'what AWS quotes in a dry run is redacted',
      find: 'detail: redactedText(check.detail)',
      replace: 'detail: check.detail',
      test: testsOf('redaction')('what AWS quotes in a dry run is redacted in the plan and in its refusal'),
    },
  ),
  ...checksIn('kernel/rehearsal', {
    name: 'dry-run/flag',
    kind: 'dry-run',
    holds: 'a call without `DryRun: true` does not leave a rehearsal',
    find: "if (request.input['DryRun'] !== true)",
    replace: 'if (false)',
    test: testsOf('kernel/rehearsal')('in a rehearsal a call with {} never leaves'),
  }),
  ...checksIn(
    'authorize/confirmation',
    {
      name: 'confirmation/known-plan',
      kind: 'approval',
      holds: 'only a plan of this incident can be confirmed',
      find: 'findPlan(journal.events, name);',
      replace: 'findPlan(journal.events, name) ?? plansOf(journal.events).at(-1);',
      test: plan('that does not exist is refused, with those that do'),
    },
    {
      name: 'confirmation/once',
      kind: 'approval',
      holds: 'a plan is confirmed once',
      find: 'if (settled !== undefined)',
      replace: 'if (false)',
      test: plan('is confirmed once'),
    },
    {
      name: 'confirmation/newest',
      kind: 'approval',
      holds: 'only the newest plan can be confirmed',
      find: 'if (newest !== undefined && newest.digest !== plan.digest)',
      replace: 'if (false)',
      test: plan('that was replaced by a newer one is refused'),
    },
    {
      name: 'confirmation/switch',
      kind: 'switch',
      holds: 'while the switch is not on, no plan is confirmed',
      find: "if (position !== 'on')",
      replace: 'if (false)',
      test: plan('while the switch is propose-only is refused'),
    },
    {
      name: 'confirmation/breaker',
      kind: 'breaker',
      holds: 'no plan is confirmed for a target whose breaker has tripped',
      find: "if (tripped !== undefined) return refused(handle, 'breaker', tripped, { digest });",
      replace: '',
      test: plan('for a target whose breaker has tripped since is refused'),
    },
  ),
  ...checksIn(
    'kernel/plan-ruling',
    {
      name: 'confirmation/policy',
      kind: 'policy',
      holds: 'a plan that policy forbids is not confirmed, whoever would approve it',
      find: "if (plan.verdict === 'refused') return",
      replace: 'if (false) return',
      test: plan('that costs more than policy allows is refused with what it would cost'),
    },
    {
      name: 'confirmation/unattended',
      kind: 'approval',
      holds: 'a plan goes on without a human only where a policy says just that',
      find: "if (unattended?.verdict === 'permitted') {",
      replace: 'if (unattended?.verdict !== undefined) {',
      test: plan('that policy lets no agent apply alone goes to people, as many as policy asks for'),
    },
    {
      name: 'confirmation/freeze',
      kind: 'calendar',
      holds: 'in a change freeze nothing is applied without a human',
      find: 'question.breakGlass ? undefined : policy.mayApplyUnattended(question)',
      replace: 'policy.mayApplyUnattended(question)',
      test: plan('in a change freeze is never applied without a human, whatever policy permits'),
    },
    {
      name: 'confirmation/releasable',
      kind: 'approval',
      holds: 'a plan that no number of people can release is refused',
      find: "return release.verdict === 'refused'\n",
      replace: 'return release.verdict === undefined\n',
      test: plan('that no number of people can release is refused'),
    },
  ),
];
