import type { Alarm } from '../../contracts/alarm.ts';
import type { DryRunCheck, DryRunReport } from '../../contracts/plan.ts';
import type { PlanOnTrace } from '../../kernel/trace/queries.ts';
import { dollars, shown } from '../../kernel/trace/plan-text.ts';
import { html, type Html } from './html.ts';
import { listOf, moment, pairs } from './parts.ts';

/** What broke: the alarm, as CloudWatch reported it. */
export const whatBroke = (alarm: Alarm | null, now: Date): Html =>
  alarm === null
    ? html`<section>
        <h2>What broke</h2>
        <p>An event that is no alarm asked for attention.</p>
      </section>`
    : html`<section>
        <h2>What broke</h2>
        <p>
          <strong>${alarm.name}</strong
          >${alarm.description === '' ? '' : html`<br /><span class="quiet">${alarm.description}</span>`}
        </p>
        ${pairs([
          ['Since', moment(alarm.since, now)],
          ['Where', `account ${alarm.account}, ${alarm.region}`],
          ['Reason', html`<span class="said">${alarm.reason}</span>`],
        ])}
      </section>`;

/** What would change: before and after, and what that costs, disturbs, and takes to undo. */
export const whatWouldChange = ({ plan: { report } }: PlanOnTrace): Html =>
  html`<section>
    <h2>What would change</h2>
    ${report.diff.length === 0 ? html`<p>No setting of the target changes.</p>` : diffTable(report.diff)}
    <dl class="impact">
      <div>
        <dt>Cost</dt>
        <dd>
          <strong>${costHeadline(report.cost.deltaCentsPerMonth)}</strong><span class="small">${report.cost.says}</span>
        </dd>
      </div>
      <div>
        <dt>Disruption</dt>
        <dd>
          <strong class="${report.disruption.level === 'interrupts' ? 'warn' : ''}"
            >${DISRUPTION[report.disruption.level]}</strong
          ><span class="small">${report.disruption.says}</span>
        </dd>
      </div>
      <div>
        <dt>Rollback</dt>
        <dd>
          <strong class="${report.rollback.reversible ? '' : 'warn'}"
            >${report.rollback.reversible ? 'Can be undone' : 'Cannot be undone'}</strong
          ><span class="small">${report.rollback.says}</span>
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
            <th scope="row">${field}</th>
            <td>${shown(before)}</td>
            <td class="after">${shown(after)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;

const costHeadline = (cents: number | null): string => {
  if (cents === null) return 'Unknown';
  return cents === 0 ? 'No difference' : `${dollars(cents)} a month`;
};

const DISRUPTION: Record<DryRunReport['disruption']['level'], string> = {
  none: 'None',
  brief: 'Brief',
  interrupts: 'Interrupts service',
};

/** What the dry run looked at. What it could not find out is said as plainly as what it found. */
export const dryRunChecks = ({ plan: { report } }: PlanOnTrace): Html =>
  html`<section>
    <h2>Dry run</h2>
    ${listOf(
      report.checks.map(
        ({ name, outcome, detail }) =>
          html`<span class="badge ${OUTCOME[outcome].tone}">${OUTCOME[outcome].word}</span> <strong>${name}</strong
            ><br /><span class="small said">${detail}</span>`,
      ),
      'The dry run made no checks of its own.',
    )}
  </section>`;

const OUTCOME: Record<DryRunCheck['outcome'], { readonly word: string; readonly tone: string }> = {
  passed: { word: 'passed', tone: 'good' },
  refused: { word: 'refused', tone: 'bad' },
  unknown: { word: 'not known', tone: 'warn' },
};
