import type { TraceEvent, TraceEventOf } from '../../contracts/events.ts';
import { allOf, type PlanOnTrace } from '../../kernel/trace/queries.ts';
import { oneLine, quoted } from '../../kernel/trace/outside-text.ts';
import { clip } from '../../kernel/redaction/untrusted.ts';
import { agentReasoning, shown } from '../../kernel/trace/plan-text.ts';
import { suspiciousTexts } from '../../kernel/trace/suspicious-texts.ts';
import { html, type Html } from './html.ts';
import { listOf } from './parts.ts';

/** Characters of the model's prose. Nobody reads more before deciding. */
const PROSE_LIMIT = 2000;
/** Characters shown of one piece of evidence; the trace has all of it. */
const EVIDENCE_LIMIT = 4000;
const SUMMARY_LIMIT = 140;

/** The agent's own reasons, marked as unverified. */
export const agentsReasons = (events: readonly TraceEvent[], planned: PlanOnTrace): Html => {
  const words = agentReasoning(events, planned);
  return html`<section>
    <h2>The agent's reasons, in its own words</h2>
    ${
      words === ''
        ? html`<p class="muted">The agent gave no reason.</p>`
        : html`<blockquote>${quoted(words, PROSE_LIMIT)}</blockquote>
            <p class="muted small">Written by the model. Nobody has verified it.</p>`
    }
  </section>`;
};

/** A warning if text in the evidence, or of an alarm that joined, looks like an attempt to instruct the agent; otherwise empty. */
export const suspicionNotice = (events: readonly TraceEvent[]): Html => {
  const suspicious = suspiciousTexts(events);
  if (suspicious.length === 0) return html``;
  return html`<div class="notice warn">
    <strong>Warning: text that the agent read looks like an attempt to instruct it.</strong>
    <ul>
      ${suspicious.map((one) => html`<li>${one}</li>`)}
    </ul>
  </div>`;
};

/** What the agent looked at. Each piece can be expanded. */
export const evidenceList = (events: readonly TraceEvent[]): Html =>
  html`<section>
    <h2>Evidence</h2>
    ${listOf(allOf(events, 'evidence.gathered').map(evidence), 'The agent gathered no evidence.')}
  </section>`;

const evidence = ({ data }: TraceEventOf<'evidence.gathered'>): Html => {
  const [first = ''] = data.text.trim().split('\n');
  return html`<details>
    <summary>
      <strong>${data.evidence}</strong>
      <code>${data.tool}</code>${data.outcome === 'failed' ? html` <span class="badge bad">failed</span>` : ''}${
        data.suspicions.length === 0
          ? ''
          : html` <span class="badge warn">suspicious: ${data.suspicions.join(', ')}</span>`
      } <span class="small">${oneLine(first, SUMMARY_LIMIT)}</span>
    </summary>
    <p class="small muted">Input: <code>${shown(data.input)}</code></p>
    <pre tabindex="0">${clip(data.text, EVIDENCE_LIMIT)}</pre>
  </details>`;
};
