import { named } from '../../kernel/trace/outside-text.ts';
import { html, type Html } from './html.ts';

const RELATIVE = new Intl.RelativeTimeFormat('en');
const UNITS = [
  { unit: 'day', minutes: 1440, from: 2880 },
  { unit: 'hour', minutes: 60, from: 120 },
  { unit: 'minute', minutes: 1, from: 1 },
] as const;

const relative = (milliseconds: number): string => {
  const minutes = Math.abs(milliseconds) / 60_000;
  const scale = UNITS.find(({ from }) => minutes >= from);
  if (scale === undefined) return milliseconds <= 0 ? 'just now' : 'in less than a minute';
  return RELATIVE.format(Math.trunc(milliseconds / 60_000 / scale.minutes), scale.unit);
};

/** A time, absolute and relative to now. Text that is not a time is shown unchanged. */
export const moment = (iso: string, now: Date): Html => {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return html`${iso}`;
  const text = `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return html`<time datetime="${new Date(at).toISOString()}">${text}</time> (${relative(at - now.getTime())})`;
};

/** The environment of a target; production stands out. */
export const environmentBadge = (environment: string): Html =>
  html`<span class="badge ${environment === 'production' ? 'bad' : 'good'}">${named(environment, 40)}</span>`;

/** A list of names and values. */
export const pairs = (entries: readonly (readonly [name: string, value: string | Html])[]): Html =>
  html`<dl class="plain">
    ${entries.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;

/** A list, or a sentence if there is nothing to list. */
export const listOf = (items: readonly Html[], otherwise: string): Html =>
  items.length === 0
    ? html`<p class="muted">${otherwise}</p>`
    : html`<ul class="list">
        ${items.map((item) => html`<li>${item}</li>`)}
      </ul>`;
