import type { EventData, TraceEvent } from '../../contracts/events.ts';
import { factText } from '../../contracts/facts.ts';
import { type DryRunCheck, type DryRunReport, refOf } from '../../contracts/plan.ts';
import { allOf, type PlanOnTrace } from '../../kernel/trace/queries.ts';
import { plain, sentence } from '../../kernel/trace/outside-text.ts';
import { costHeadline, decisiveStatements, DISRUPTION, shown } from '../../kernel/trace/plan-text.ts';
import { html, type Html } from './html.ts';
import { listOf, pairs } from './parts.ts';

/** What would change: before and after, with cost, disruption and rollback. */
export const whatWouldChange = ({ plan: { report, inverse } }: PlanOnTrace): Html =>
  html`<section>
    <h2>What would change</h2>
    ${report.diff.length === 0 ? html`<p>No setting of the target changes.</p>` : diffTable(report.diff)}
    <dl class="impact">
      <div>
        <dt>Cost</dt>
        <dd><strong>${costHeadline(report.cost)}</strong><span class="small">${sentence(report.cost.says)}</span></dd>
      </div>
      <div>
        <dt>Disruption</dt>
        <dd>
          <strong class="${report.disruption.level === 'interrupts' ? 'warn' : ''}"
            >${DISRUPTION[report.disruption.level]}</strong
          ><span class="small">${sentence(report.disruption.says)}</span>
        </dd>
      </div>
      <div>
        <dt>Rollback</dt>
        <dd>
          <strong class="${report.rollback.reversible ? '' : 'warn'}"
            >${report.rollback.reversible ? 'Can be undone' : inverse.reversible ? 'Can be undone in part' : 'Cannot be undone'}</strong
          ><span class="small">${sentence(report.rollback.says)}</span>
        </dd>
      </div>
    </dl>
  </section>`;

const diffTable = (diff: DryRunReport['diff']): Html =>
  html`<table>
    <thead>
      <tr>
        <th scope="col">Setting</th>
        <th scope="col">Now</th>
        <th scope="col">After</th>
      </tr>
    </thead>
    <tbody>
      ${diff.map(
        ({ field, before, after }) =>
          html`<tr>
            <th scope="row">${plain`${field}`}</th>
            <td>${plain`${shown(before)}`}</td>
            <td class="after">${plain`${shown(after)}`}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;

/** What the dry run checked, including what it could not find out. */
export const dryRunChecks = ({ plan: { report } }: PlanOnTrace): Html =>
  html`<section>
    <h2>Dry run</h2>
    ${listOf(
      report.checks.map(
        ({ name, outcome, detail }) =>
          html`<span class="badge ${TONE[outcome]}">${outcome}</span> <strong>${sentence(name, 100)}</strong><br /><span
              class="small"
              >${sentence(detail)}</span
            >`,
      ),
      'The dry run made no checks of its own.',
    )}
  </section>`;

const TONE: Record<DryRunCheck['outcome'], string> = {
  passed: 'good',
  refused: 'bad',
  unknown: 'warn',
  warning: 'warn',
};

/** The policies that determined the decision about this plan, for and against. */
export const determiningPolicies = (events: readonly TraceEvent[], { digest }: PlanOnTrace): Html => {
  const decision = allOf(events, 'plan.judged').findLast(({ data }) => data.digest === digest);
  return html`<section>
    <h2>Policies that determined the decision</h2>
    ${listOf(
      decisiveStatements(decision?.data.statements ?? []).map(
        ({ id, effect, reason, severity }) =>
          html`<span class="badge ${effect === 'permit' ? 'good' : 'warn'}">${effect}</span>
            <code>${id}</code
            >${severity === undefined ? '' : html` <span class="small muted">${severity}</span>`}<br /><span
              class="small"
              >${sentence(reason)}</span
            >`,
      ),
      'None.',
    )}
    ${switchedOff(decision?.data.policiesOff ?? [])}
  </section>`;
};

/** What would have been asked too. Whoever approves must not take its silence for consent. */
const switchedOff = (policies: NonNullable<EventData<'plan.judged'>['policiesOff']>): Html | string =>
  policies.length === 0
    ? ''
    : html`<h3 class="small warn">Switched off in this deployment</h3>
        <ul class="list small">
          ${policies.map(({ id, reason }) => html`<li><code>${id}</code> — ${sentence(reason)}</li>`)}
        </ul>`;

/** The plan in full, for those who compare it with the trace. */
export const planDetails = ({ handle, digest, plan }: PlanOnTrace): Html =>
  html`<section>
    <h2>Plan ${handle}</h2>
    <p class="small"><code>${digest}</code></p>
    <p class="small muted">
      An approval is valid for exactly this digest. If the target changes before the plan is applied, nothing is done.
    </p>
    <details>
      <summary>Exact input, target and facts</summary>
      <h3 class="small">Input</h3>
      ${pairs(Object.entries(plan.input).map(([name, value]) => [name, shown(value)]))}
      <h3 class="small">Target</h3>
      ${pairs([['arn' in plan.target ? 'ARN' : 'ref', refOf(plan.target)], ...Object.entries(plan.target.tags).map(([key, value]) => [`tag ${key}`, value] as const)])}
      <h3 class="small">Facts, computed by code</h3>
      ${pairs(Object.entries(plan.facts).map(([name, value]) => [name, factText(name, value)]))}
    </details>
  </section>`;
