import { testsOf, type KernelCheck } from '../check.ts';

const policy = testsOf('lambdas/kernel/policy/incident-policy');
const file = 'lambdas/kernel/policy/incident-policy.ts';

/** Checks that stop a change in an incident that began with a question. */
export const QUESTIONS: readonly KernelCheck[] = [
  {
    name: 'question/read-only',
    kind: 'policy',
    holds: 'a question goes to a read-only agent, unless the settings allow changes',
    file: 'lambdas/steps/open/question.ts',
    find: 'if (settings.questions.allowChanges || isReadOnly(agent)) return',
    replace: 'if (agent) return',
    test: testsOf('lambdas/steps/open/question')(
      'goes to no agent that can change something, unless the settings allow it',
    ),
  },
  {
    name: 'question/unattended',
    kind: 'policy',
    holds: 'a change that a question led to is not made without a person',
    file,
    find: 'mayApplyUnattended: () => forbidden(TWO_PEOPLE),',
    replace: '',
    test: policy('is not made without a person by a compromised Authorize'),
  },
  {
    name: 'question/quorum',
    kind: 'policy',
    holds: 'a change that a question led to needs two approvals when it is made',
    file,
    find: 'Math.max(release.needed, FOR_A_QUESTION)',
    replace: 'release.needed',
    test: policy('is not made with a grant of one approval'),
  },
  {
    name: 'question/quorum-at-answer',
    kind: 'policy',
    holds: 'the approval page counts two approvals for a change that a question led to',
    file: 'lambdas/approvals/answer/quorum.ts',
    find: 'incidentPolicy(ports, events)',
    replace: 'ports.policy',
    test: policy('cannot approve it if the question was asked when the settings did not allow changes'),
  },
  {
    name: 'question/setting-now',
    kind: 'policy',
    holds: 'the setting counts when the change is made',
    file,
    find: 'allowChanges && recorded',
    replace: 'recorded',
    test: policy('changes nothing once the setting is switched off, whoever has approved'),
  },
  {
    name: 'question/setting-then',
    kind: 'policy',
    holds: 'the setting counts when the question is asked',
    file,
    find: 'recorded.changesAllowed === true',
    replace: 'true',
    test: policy('changes nothing if the setting was switched on after it opened'),
  },
];
