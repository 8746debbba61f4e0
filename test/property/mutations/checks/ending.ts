import { checksIn, testsOf } from './shorthand.ts';

const verdict = (row: string) => testsOf('verify/verdict')(`what was seen after a change, and what follows > ${row}`);
const verify = testsOf('verify/verify');
const review = testsOf('close/review');
const conclusion = (promise: string) => review(`a conclusion > ${promise}`);
const change = (promise: string) => review(`a change on the trace > ${promise}`);

/** Verify and Close: whether a change helped, and whether what the agent says about it may stand. */
export const ENDING = [
  ...checksIn(
    'verify/verdict',
    {
      name: 'verify/guards',
      holds: 'a guard metric that got worse undoes a change at once',
      find: "if (guards.some((guard) => guard.outcome === 'bad')) return 'worse';",
      replace: '',
      test: verdict(
        'post-condition good, alarm good, guard bad after 1 min, reversible true, if unhealed keep: worse, rollback',
      ),
    },
    {
      name: 'verify/post-condition',
      holds: 'a change that never took hold has not healed anything',
      find: "if (postCondition.outcome === 'bad') return windowOver ? 'worse' : 'waiting';",
      replace: '',
      test: verdict(
        'post-condition bad, alarm good, guard good after 15 min, reversible true, if unhealed keep: worse, rollback',
      ),
    },
    {
      name: 'verify/healed',
      holds: 'healed is what alarm and post-condition both say',
      find: "alarm.outcome === 'good' && postCondition.outcome === 'good'",
      replace: "postCondition.outcome === 'good'",
      test: verdict(
        'post-condition good, alarm bad, guard good after 3 min, reversible true, if unhealed rollback: waiting, wait',
      ),
    },
  ),
  ...checksIn(
    'verify/step',
    {
      name: 'verify/state',
      holds: 'the post-condition is held against the real state',
      find: "outcome: holds ? 'good' : 'bad'",
      replace: "outcome: 'good'",
      test: verify('after a change > that somebody took back has not taken hold, whatever the alarm says'),
    },
    {
      name: 'verify/unanswered',
      holds: 'a look that AWS does not answer is not good',
      find: "return { name, outcome: 'unknown', detail: told.says };",
      replace: "return { name, outcome: 'good', detail: told.says };",
      test: verify('after a change > a look that AWS does not answer is unknown, which is not good'),
    },
  ),
  ...checksIn(
    'close/step',
    {
      name: 'close/review',
      holds: 'a conclusion that verifiers reject closes nothing',
      find: "(await reviewConclusion(journal, conclude)) === 'rejected')",
      replace: '(await reviewConclusion(journal, conclude)) === undefined)',
      test: testsOf('close/close')(
        'a rejected conclusion > goes back to the agent with the reasons, and closes nothing',
      ),
    },
    {
      name: 'close/failed-rollback',
      kind: 'breaker',
      holds: 'a target whose rollback failed is closed to every incident',
      find: 'await tripAfterFailedRollback(journal, ports);',
      replace: '',
      test: testsOf('apply/preflight')(
        'undoing a change that did not help > that fails calls a human, and closes the target to every incident until that human has looked',
      ),
    },
    {
      name: 'close/redact',
      holds: 'what a failed harness quotes is redacted',
      find: "redactedText(error.Cause ?? '')",
      replace: "(error.Cause ?? '')",
      test: testsOf('redaction')('the cause of a failed harness is recorded without what it quotes'),
    },
  ),
  ...checksIn(
    'close/review',
    {
      name: 'review/evidence',
      holds: 'who has looked at nothing concludes nothing',
      find: ": 'Nothing was observed. Look before you conclude.',",
      replace: ': undefined,',
      test: conclusion('without any observation is rejected'),
    },
    {
      name: 'review/claims',
      holds: 'a conclusion makes claims',
      find: 'if (claims.length === 0)',
      replace: 'if (false)',
      test: conclusion('without claims is rejected'),
    },
    {
      name: 'review/cited',
      holds: 'a claim cites evidence',
      find: 'if (handles.length === 0) return',
      replace: 'if (false) return',
      test: conclusion('with a claim that cites nothing is rejected'),
    },
    {
      name: 'review/exists',
      holds: 'evidence that is cited exists',
      find: 'if (unknown.length > 0)',
      replace: 'if (false)',
      test: conclusion('that cites evidence which does not exist is rejected, with what does'),
    },
    {
      name: 'review/answered',
      holds: 'no claim rests on what did not answer',
      find: 'return failed.length === handles.length',
      replace: 'return failed.length > handles.length',
      test: conclusion('that rests only on what did not answer is rejected'),
    },
    {
      name: 'review/planned',
      holds: 'a change that has no plan is found',
      find: 'if (planned === undefined) return `${what} has no plan.`;',
      replace: 'if (planned === undefined) return undefined;',
      test: change('without a plan is found'),
    },
    {
      name: 'review/as-planned',
      holds: 'a change other than planned is found',
      find: 'if (wanted === undefined || plan.tool !== tool || canonical(wanted) !== canonical(input))',
      replace: 'if (false)',
      test: change('with another input than planned is found'),
    },
    {
      name: 'review/granted',
      holds: 'a change without a grant is found',
      find: 'if (!issued) return',
      replace: 'if (false) return',
      test: change('with another grant is found'),
    },
    {
      name: 'review/redeemed',
      holds: 'a change whose grant was not redeemed is found',
      find: 'if (redeemed.length !== 1) return',
      replace: 'if (false) return',
      test: change('without a redeemed grant is found'),
    },
    {
      name: 'review/yes',
      holds: "a change without anybody's yes is found",
      find: 'return yes ? undefined :',
      replace: 'return typeof yes ? undefined :',
      test: change("without anybody's yes is found"),
    },
    {
      name: 'review/yes-to-this',
      holds: 'so is one whose yes was to another plan, or a no',
      find: "(event) => event.data.digest === digest && event.data.outcome === 'granted',",
      replace: '(event) => event.data.digest !== undefined,',
      test: change('whose approval was denied is found'),
    },
    {
      name: 'review/yes-before',
      holds: 'so is one whose yes came after it',
      find: 'const before = events.slice(0, started.seq);',
      replace: 'const before = events;',
      test: change('whose approval came after it is found'),
    },
    {
      name: 'review/one-change',
      holds: 'one grant behind two changes is found',
      find: 'if (new Set(ids).size !== ids.length) return',
      replace: 'if (false) return',
      test: change('that used one grant twice is found'),
    },
  ),
];
