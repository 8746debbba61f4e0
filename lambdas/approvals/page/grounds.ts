import type { TraceEvent, TraceEventOf } from '../../contracts/events.ts';
import { allOf, type PlanOnTrace } from '../../kernel/trace/queries.ts';
import { clip } from '../../kernel/redaction/untrusted.ts';
import { shown } from '../../kernel/trace/plan-text.ts';
import { html, type Html } from './html.ts';
import { agentsWords } from '../ask/message.ts';
import { listOf, pairs } from './parts.ts';

/** Characters of the model's prose: more than this nobody reads before deciding. */
const WORDS_LIMIT = 2000;
/** Characters of one piece of evidence; the trace has all of it. */
const EVIDENCE_SHOWN = 4000;
const FIRST_LINE = 140;

/** Why the agent wants it, as it says itself, marked as such. */
export const agentsReasons = (events: readonly TraceEvent[], planned: PlanOnTrace): Html => {
  const words = agentsWords(events, planned);
  return html`<section>
    <h2>Why, in the agent's own words</h2>
    ${
      words === ''
        ? html`<p class="quiet">It gave no reason.</p>`
        : html`<blockquote class="said">${clip(words, WORDS_LIMIT)}</blockquote>
            <p class="quiet small">Written by the model; nobody has checked it.</p>`
    }
  </section>`;
};

/** A warning where text in the evidence looks like an attempt to instruct the agent; else nothing. */
export const suspicionNotice = (events: readonly TraceEvent[]): Html => {
  const suspicious = allOf(events, 'evidence.gathered').filter(({ data }) => data.suspicions.length > 0);
  if (suspicious.length === 0) return html``;
  return html`<div class="notice warn">
    <strong>Take care: text in the evidence looks like an attempt to instruct the agent.</strong>
    <ul>
      ${suspicious.map(({ data }) => html`<li>${data.evidence} (${data.tool}): ${data.suspicions.join(', ')}</li>`)}
    </ul>
  </div>`;
};

/** What the agent had looked at, each piece to be opened. */
export const evidenceList = (events: readonly TraceEvent[]): Html =>
  html`<section>
    <h2>Evidence</h2>
    ${listOf(allOf(events, 'evidence.gathered').map(evidence), 'The agent had looked at nothing.')}
  </section>`;

const evidence = ({ data }: TraceEventOf<'evidence.gathered'>): Html => {
  const [first = ''] = data.text.trim().split('\n');
  const line = first.length > FIRST_LINE ? `${first.slice(0, FIRST_LINE)}…` : first;
  return html`<details>
    <summary>
      <strong>${data.evidence}</strong>
      <code>${data.tool}</code>${data.outcome === 'failed' ? html` <span class="badge bad">failed</span>` : ''}${
        data.suspicions.length === 0
          ? ''
          : html` <span class="badge warn">suspicious: ${data.suspicions.join(', ')}</span>`
      } <span class="small">${line}</span>
    </summary>
    <p class="small quiet">Asked with <code>${shown(data.input)}</code></p>
    <pre tabindex="0">${clip(data.text, EVIDENCE_SHOWN)}</pre>
  </details>`;
};

/** Which policies spoke about this plan, for and against. */
export const policiesThatSpoke = (events: readonly TraceEvent[], { digest }: PlanOnTrace): Html => {
  const judged = allOf(events, 'plan.judged').findLast(({ data }) => data.digest === digest);
  return html`<section>
    <h2>Policies that spoke</h2>
    ${listOf(
      (judged?.data.statements ?? []).map(
        ({ id, effect, reason, severity }) =>
          html`<span class="badge ${effect === 'permit' ? 'good' : 'warn'}">${effect}</span>
            <code>${id}</code
            >${severity === undefined ? '' : html` <span class="small quiet">${severity}</span>`}<br /><span
              class="small"
              >${reason}</span
            >`,
      ),
      'None.',
    )}
  </section>`;
};

/** The plan itself, for those who compare it with the trace. */
export const planItself = ({ handle, digest, plan }: PlanOnTrace): Html =>
  html`<section>
    <h2>Plan ${handle}</h2>
    <p class="small"><code>${digest}</code></p>
    <p class="small quiet">
      A yes is a yes to exactly this digest. Should the target change before the plan is applied, nothing is done.
    </p>
    <details>
      <summary>Exact input, target and facts</summary>
      <h3 class="small">Input</h3>
      ${pairs(Object.entries(plan.input).map(([name, value]) => [name, shown(value)]))}
      <h3 class="small">Target</h3>
      ${pairs([['ARN', plan.target.arn], ...Object.entries(plan.target.tags).map(([key, value]) => [`tag ${key}`, value] as const)])}
      <h3 class="small">Facts, computed by code</h3>
      ${pairs(Object.entries(plan.facts).map(([name, value]) => [name, String(value)]))}
    </details>
  </section>`;
