import { allOf } from '../../kernel/trace/queries.ts';
import type { Receipt } from '../answer/answer.ts';
import { html, type Html } from './html.ts';
import { listOf, moment } from './parts.ts';
import { outcomeSentence } from '../answer/outcome.ts';
import type { PageView } from './page-view.ts';

/** Characters of a reason: a paragraph, since the model reads it. */
export const REASON_LIMIT = 1000;

/** What the page has to say about an answer that was just given, or could not be. */
export interface Remarks {
  /** What the visitor had typed. */
  readonly typed?: string;
  /** Whether the visitor had ticked to break the glass. */
  readonly breakGlass?: boolean;
  /** What is wrong with it. */
  readonly fault?: string;
  readonly receipt?: Receipt;
}

/** Where the visitor decides, or reads how it was decided. */
export const decision = (view: PageView, remarks: Remarks): Html =>
  html`<section class="decision" id="decision" aria-labelledby="decision-title">
    <h2 id="decision-title">${view.outcome === undefined ? 'Your decision' : 'Decision'}</h2>
    ${view.outcome === undefined ? open(view, remarks) : settled(view.outcome)} ${answers(view)}
  </section>`;

const settled = (outcome: NonNullable<PageView['outcome']>): Html =>
  html`<p>
      <strong class="${outcome.outcome === 'granted' ? 'good' : 'bad'}">${outcomeSentence(outcome)}</strong>
    </p>
    ${outcome.outcome === 'expired' ? html`<p>${outcome.reason}</p>` : ''}`;

const open = (view: PageView, { typed = '', breakGlass = false, fault = '' }: Remarks): Html => {
  if (view.closed)
    return html`<p>The incident was closed without an answer. Nothing can be changed in it any more.</p>`;
  const { mayApprove, approvedBefore, freeze } = view;
  const offersYes = mayApprove.permitted && !approvedBefore;
  return html`${approvedBefore ? html`<p>You approved. Until somebody else does too, you can still deny.</p>` : ''}
    ${mayApprove.permitted || approvedBefore ? '' : html`<p class="warn"><strong>You cannot approve now.</strong> ${mayApprove.reason}</p>`}
    <form method="post" action="?">
      <input type="hidden" name="t" value="${view.token}" />
      <label for="reason">Reason</label>
      <p class="small quiet" id="reason-help">
        Needed to deny: the agent reads it and plans again.
        ${freeze === undefined ? 'Optional to approve.' : 'Needed to break the glass: everyone is told.'} It is kept on
        the trace.
      </p>
      ${fault === '' ? '' : html`<p class="bad" id="reason-fault" role="alert"><strong>${fault}</strong></p>`}
      ${textarea(typed, fault)} ${offersYes && freeze !== undefined ? glassBox(freeze, breakGlass) : ''}
      <div class="buttons">
        ${offersYes ? html`<button type="submit" name="answer" value="approve">Approve</button>` : ''}
        <button type="submit" name="answer" value="deny">Deny</button>
      </div>
    </form>`;
};

/** In a change freeze, a click on Approve is not enough: that it cannot wait has to be said by itself. */
const glassBox = (freeze: string, ticked: boolean): Html =>
  html`<div class="notice warn" id="freeze">
    <p><strong>There is a change freeze.</strong> ${freeze}</p>
    <p>
      <label
        ><input type="checkbox" name="glass" value="broken" ${ticked ? html`checked` : ''} /> Break the glass: make this
        change all the same</label
      >
    </p>
  </div>`;

/** The line break after the tag is dropped by HTML, so that a reason that begins with one keeps it. */
const textarea = (typed: string, fault: string): Html =>
  fault === ''
    ? html`<textarea id="reason" name="reason" maxlength="${REASON_LIMIT}" aria-describedby="reason-help">
${typed}</textarea>`
    : html`<textarea
        id="reason"
        name="reason"
        maxlength="${REASON_LIMIT}"
        aria-describedby="reason-help reason-fault"
        aria-invalid="true"
        autofocus
      >
${typed}</textarea>`;

const answers = ({ question: found, now }: PageView): Html => {
  const given = allOf(found.events, 'approval.answered').filter(
    ({ data }) => data.approvalId === found.asked.approvalId,
  );
  const approvals = given.filter(({ data }) => data.counted && data.answer === 'approve').length;
  return html`<h3 class="small">Approvals: ${approvals} of ${found.asked.needed}</h3>
    ${listOf(
      given.map(
        ({ at, data }) =>
          html`<strong>${data.approver}</strong>
            ${data.answer === 'approve' ? 'approved' : 'denied'}${data.counted ? '' : ' (does not count)'}<br />
            <span class="small quiet">${moment(at, now)}</span
            >${data.reason.trim() === '' ? '' : html`<br /><span class="small said">${data.reason}</span>`}`,
      ),
      'Nobody has answered yet.',
    )}`;
};
