import type { Rules } from '../../contracts/rules.ts';
import type { Clock, ContentFilter } from '../../contracts/ports.ts';

/**
 * How long filtering may take in one Observe: what the slowest tool and the ledger leave of its 120 s. A throttled or
 * slow guardrail may leave evidence unfiltered, but must not fail the step.
 */
const FILTER_MS = 30_000;

export interface ContentFilterPorts {
  /** Undefined if the team has no guardrail. */
  readonly contentFilter: ContentFilter | undefined;
  readonly clock: Clock;
  readonly rules: Rules;
}

/** A text after the guardrail, and what the guardrail found. */
interface FilteredText {
  readonly text: string;
  readonly suspicions: readonly string[];
  readonly masked: number;
  /** Nothing of the text is left; `text` says so. */
  readonly withheld: boolean;
}

/** Sends the texts of one step through the guardrail, one after the other, as long as there is time. */
export const contentFilter = ({
  contentFilter: filter,
  clock,
  rules,
}: ContentFilterPorts): ((text: string) => Promise<FilteredText>) => {
  if (filter === undefined) return async (text) => shown(text);
  const until = clock.now().getTime() + FILTER_MS;
  const ifUnavailable = rules.settings.guardrail?.ifUnavailable ?? 'withhold';
  const inTime = (text: string): ReturnType<ContentFilter['check']> =>
    clock.now().getTime() < until
      ? filter.check(text)
      : Promise.resolve({ kind: 'unavailable', reason: 'no time was left' });
  return async (text) => {
    const filtered = await inTime(text);
    switch (filtered.kind) {
      case 'passed':
        return { ...shown(filtered.text, filtered.findings.map(trips)), masked: filtered.masked };
      case 'blocked':
        return withheld('the guardrail blocked this text', filtered.findings.map(trips));
      case 'unavailable': {
        const unseen = `was not seen by the guardrail (${filtered.reason})`;
        return ifUnavailable === 'mark' ? shown(text, [unseen]) : withheld(`this text ${unseen}`, [unseen]);
      }
    }
  };
};

const trips = (finding: string): string => `trips the guardrail: ${finding}`;

const shown = (text: string, suspicions: readonly string[] = []): FilteredText => ({
  text,
  suspicions,
  masked: 0,
  withheld: false,
});

const withheld = (why: string, suspicions: readonly string[]): FilteredText => ({
  text: `[withheld: ${why}]`,
  suspicions,
  masked: 0,
  withheld: true,
});
