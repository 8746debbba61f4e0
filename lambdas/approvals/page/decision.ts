import { allOf } from '../../kernel/trace/queries.ts';
import type { Receipt } from '../answer/answer.ts';
import { quoted } from '../../kernel/trace/outside-text.ts';
import { peopleNeeded } from '../../kernel/trace/plan-text.ts';
import { html, type Html } from './html.ts';
import { listOf, moment } from './parts.ts';
import { outcomeSentence } from '../answer/outcome.ts';
import { REASON_LIMIT } from '../answer/reason.ts';
import type { PageView } from './page-view.ts';

/** The form as it was just posted: what the person entered, and what came of it. */
export interface FormState {
  /** The reason as entered. */
  readonly reason?: string;
  /** Whether the break-glass box was ticked. */
  readonly breakGlass?: boolean;
  readonly error?: string;
  readonly receipt?: Receipt;
}

/** The form, or how the question was decided. */
export const decisionSection = (view: PageView, form: FormState): Html =>
  html`<section class="decision" id="decision" aria-labelledby="decision-title">
    <h2 id="decision-title">${view.outcome === undefined ? 'Your decision' : 'Decision'}</h2>
    ${view.outcome === undefined ? openQuestion(view, form) : closedQuestion(view.outcome)} ${answers(view)}
  </section>`;

const closedQuestion = (outcome: NonNullable<PageView['outcome']>): Html =>
  html`<p>
      <strong class="${outcome.outcome === 'granted' ? 'good' : 'bad'}">${outcomeSentence(outcome)}</strong>
    </p>
    ${outcome.outcome === 'expired' ? html`<p>${outcome.reason}</p>` : ''}`;

const openQuestion = (view: PageView, { reason = '', breakGlass = false, error = '' }: FormState): Html => {
  if (view.closed)
    return html`<p>The incident was closed without an answer. Nothing can be changed in it any more.</p>`;
  const { mayApprove, approvedBefore, freeze } = view;
  const offersApprove = mayApprove.permitted && !approvedBefore;
  return html`${approvedBefore ? html`<p>You approved. Until the quorum is reached, you can still deny.</p>` : ''}
    ${mayApprove.permitted || approvedBefore ? '' : html`<p class="warn"><strong>You cannot approve now.</strong> ${mayApprove.reason}</p>`}
    <form method="post" action="?">
      <input type="hidden" name="t" value="${view.token}" />
      <label for="reason">Reason</label>
      <p class="small muted" id="reason-help">
        Required to deny: the agent reads it and plans again.
        ${freeze === undefined ? 'Optional to approve.' : 'Required to override the change freeze: everyone is notified.'}
        The reason is kept on the trace.
      </p>
      ${error === '' ? '' : html`<p class="bad" id="reason-error" role="alert"><strong>${error}</strong></p>`}
      ${reasonField(reason, error)} ${offersApprove && freeze !== undefined ? breakGlassBox(freeze, breakGlass) : ''}
      <div class="buttons">
        ${offersApprove ? html`<button type="submit" name="answer" value="approve">Approve</button>` : ''}
        <button type="submit" name="answer" value="deny">Deny</button>
      </div>
    </form>`;
};

/** In a change freeze, a click on Approve is not enough: the approver must tick this box too. */
const breakGlassBox = (freeze: string, ticked: boolean): Html =>
  html`<div class="notice warn" id="freeze">
    <p><strong>There is a change freeze.</strong> ${freeze}</p>
    <p>
      <label
        ><input type="checkbox" name="breakGlass" value="yes" ${ticked ? html`checked` : ''} /> Override the change
        freeze (break-glass): make this change now</label
      >
    </p>
  </div>`;

/** HTML drops the line break after the tag; without it, a reason would lose a leading line break of its own. */
const reasonField = (reason: string, error: string): Html =>
  error === ''
    ? html`<textarea id="reason" name="reason" maxlength="${REASON_LIMIT}" aria-describedby="reason-help">
${reason}</textarea>`
    : html`<textarea
        id="reason"
        name="reason"
        maxlength="${REASON_LIMIT}"
        aria-describedby="reason-help reason-error"
        aria-invalid="true"
        autofocus
      >
${reason}</textarea>`;

const answers = ({ question: { events, asked }, now }: PageView): Html => {
  const given = allOf(events, 'approval.answered').filter(({ data }) => data.approvalId === asked.approvalId);
  const approvals = given.filter(({ data }) => data.counted && data.answer === 'approve').length;
  const statements = allOf(events, 'plan.judged').findLast(({ data }) => data.digest === asked.digest)?.data.statements;
  return html`<h3 class="small">Approvals: ${approvals} of ${asked.needed}</h3>
    ${asked.needed > 1 ? html`<p class="small">Needed: ${peopleNeeded(asked.needed, statements ?? [])}</p>` : ''}
    ${listOf(
      given.map(
        ({ at, data }) =>
          html`<strong>${data.approver}</strong>
            ${data.answer === 'approve' ? 'approved' : 'denied'}${data.counted ? '' : ' (does not count)'}<br />
            <span class="small muted">${moment(at, now)}</span
            >${data.reason.trim() === '' ? '' : html`<br /><span class="small">${quoted(data.reason, REASON_LIMIT)}</span>`}`,
      ),
      'Nobody has answered yet.',
    )}`;
};
