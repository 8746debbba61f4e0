import { openingOf } from '../../kernel/trace/queries.ts';
import { html, type Html } from './html.ts';
import { dryRunChecks, whatBroke, whatWouldChange } from './change.ts';
import type { Receipt } from '../answer/answer.ts';
import { decision, type Remarks } from './decision.ts';
import { agentsReasons, evidenceList, planItself, policiesThatSpoke, suspicionNotice } from './grounds.ts';
import { environmentBadge, moment } from './parts.ts';
import { documentOf } from './shell.ts';
import type { PageView } from './page-view.ts';

/** The approval page: what a person needs to decide in half a minute, and below it what they need to be sure. */
export const approvalPage = (view: PageView, remarks: Remarks = {}): string => {
  const { question: found, now } = view;
  const { events, planned } = found;
  const { plan } = planned;
  const open = view.outcome === undefined && !view.closed;
  const title = `${plan.tool} on ${plan.target.id}`;
  return documentOf(
    open ? `Approve? ${title}` : title,
    html`<header class="top">
        <p class="quiet small">Checkrein · for ${view.approver}</p>
        <h1>
          ${plan.tool} on <span class="name">${plan.target.id}</span> ${environmentBadge(plan.target.environment)}
        </h1>
        <p>${open ? invitation(view) : html`Agent ${plan.agent} asked to make this change.`}</p>
        ${open ? html`<p class="jump"><a href="#decision">Go to the decision</a></p>` : ''}
      </header>
      ${remarks.receipt === undefined ? '' : receiptNotice(remarks.receipt)} ${suspicionNotice(events)}
      <main class="layout">
        <div class="stack">
          ${whatBroke(openingOf(events).data.alarm, now)} ${whatWouldChange(planned)} ${agentsReasons(events, planned)}
          ${dryRunChecks(planned)} ${evidenceList(events)} ${policiesThatSpoke(events, planned)} ${planItself(planned)}
        </div>
        <div>${decision(view, remarks)}</div>
      </main>`,
  );
};

const invitation = ({ question: { planned, asked }, now }: PageView): Html =>
  html`Agent ${planned.plan.agent} asks to make this change. Nothing has been changed yet. Expires
  ${moment(asked.expiresAt, now)}; silence counts as no.`;

const receiptNotice = ({ status, says }: Receipt): Html =>
  html`<div class="notice ${status === 'refused' ? 'warn' : 'good'}" role="status">
    <p><strong>${says}</strong></p>
  </div>`;
