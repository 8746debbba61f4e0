import { lastOf, openingOf } from '../../kernel/trace/queries.ts';
import { joinedAlarmLines } from '../../kernel/trace/joined-alarms.ts';
import { whatHappened } from '../../kernel/trace/what-happened.ts';
import { headingOf, targetLine } from '../../kernel/trace/heading.ts';
import { html, type Html } from './html.ts';
import { determiningPolicies, dryRunChecks, planDetails, whatWouldChange } from './change.ts';
import type { Receipt } from '../answer/answer.ts';
import { decisionSection, type FormState } from './decision.ts';
import { agentsReasons, evidenceList, suspicionNotice } from './evidence.ts';
import { environmentBadge, moment } from './parts.ts';
import { htmlDocument } from './document.ts';
import { subjectSection } from './subject.ts';
import type { PageView } from './page-view.ts';

/** The approval page: first what a person needs to decide in half a minute, then the details. */
export const approvalPage = (view: PageView, form: FormState = {}): string => {
  const { now, question } = view;
  const { events, planned } = question;
  const { plan } = planned;
  const open = view.outcome === undefined && !view.closed;
  const title = headingOf(plan).toString();
  return htmlDocument(
    open ? `Approve? ${title}` : title,
    html`<header class="top">
        <p class="muted small">Checkrein · for ${view.approver}</p>
        <h1>${headingOf(plan)} ${environmentBadge(plan.target.environment)}</h1>
        <p class="small muted">${targetLine(plan.target)}</p>
        <p>${open ? requestSentence(view) : html`Agent ${plan.agent} requested this change.`}</p>
        ${open ? html`<p class="jump"><a href="#decision">Go to the decision</a></p>` : ''}
      </header>
      ${form.receipt === undefined ? '' : receiptNotice(form.receipt)} ${suspicionNotice(events)}
      <main class="layout">
        <div class="stack">
          ${open ? '' : whatHappenedSection(view)} ${whatWouldChange(planned)}
          ${subjectSection(openingOf(events), joinedAlarmLines(events), now)} ${dryRunChecks(planned)}
          ${determiningPolicies(events, planned)} ${agentsReasons(events, planned)} ${evidenceList(events)}
          ${planDetails(planned)}
        </div>
        <div>${decisionSection(view, form)}</div>
      </main>`,
  );
};

const requestSentence = ({ question: { planned, asked }, now }: PageView): Html =>
  html`Agent ${planned.plan.agent} requests this change. Nothing has been changed yet. Expires
  ${moment(asked.expiresAt, now)}; silence counts as no.`;

/** Once the question is decided: what our code says about the incident as far as it went. */
const whatHappenedSection = ({ question: { events } }: PageView): Html => {
  const closed = lastOf(events, 'incident.closed')?.data;
  const underWay = closed === undefined;
  return html`<section>
    <h2>What happened${underWay ? ' so far' : ''}</h2>
    ${underWay ? '' : html`<p><strong>The incident is closed: ${closed.outcome}.</strong></p>`}
    ${whatHappened(events, underWay).map((line) => html`<p>${line}</p>`)}
    ${underWay ? html`<p class="muted small">Reload this page to see how it goes on.</p>` : ''}
  </section>`;
};

const receiptNotice = ({ status, message }: Receipt): Html =>
  html`<div class="notice ${status === 'refused' ? 'warn' : 'good'}" role="status">
    <p><strong>${message}</strong></p>
  </div>`;
