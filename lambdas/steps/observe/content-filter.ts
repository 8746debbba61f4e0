import type { Rules } from '../../contracts/rules.ts';
import type { Clock, Screen } from '../../contracts/ports.ts';

/**
 * What looking may take in one Observe: of its 120 s, what the slowest tool and the ledger leave. A guardrail that is
 * throttled or slow costs the evidence its mark, not the incident its step.
 */
const SCREENING_MS = 30_000;

export interface ScreeningPorts {
  /** None where the team has no guardrail. */
  readonly screen?: Screen | undefined;
  readonly clock: Clock;
  readonly rules: Rules;
}

/** What is shown of a text, and what is said of it. */
interface Looked {
  readonly text: string;
  readonly suspicions: readonly string[];
  readonly masked: number;
  /** Nothing of the text is shown; `text` says so. */
  readonly withheld: boolean;
}

/** Shows the texts of one step to the guardrail, one after the other, as long as there is time. */
export const screening = ({ screen, clock, rules }: ScreeningPorts): ((text: string) => Promise<Looked>) => {
  if (screen === undefined) return async (text) => shown(text);
  const until = clock.now().getTime() + SCREENING_MS;
  const ifUnavailable = rules.settings.guardrail?.ifUnavailable ?? 'withhold';
  const inTime = (text: string): ReturnType<Screen['screen']> =>
    clock.now().getTime() < until
      ? screen.screen(text)
      : Promise.resolve({ kind: 'unavailable', reason: 'no time was left' });
  return async (text) => {
    const screened = await inTime(text);
    switch (screened.kind) {
      case 'passed':
        return { ...shown(screened.text, screened.findings.map(trips)), masked: screened.masked };
      case 'blocked':
        return withheld('the guardrail blocked this text', screened.findings.map(trips));
      case 'unavailable': {
        const unseen = `was not seen by the guardrail (${screened.reason})`;
        return ifUnavailable === 'mark' ? shown(text, [unseen]) : withheld(`this text ${unseen}`, [unseen]);
      }
    }
  };
};

const trips = (finding: string): string => `trips the guardrail: ${finding}`;

const shown = (text: string, suspicions: readonly string[] = []): Looked => ({
  text,
  suspicions,
  masked: 0,
  withheld: false,
});

const withheld = (why: string, suspicions: readonly string[]): Looked => ({
  text: `[withheld: ${why}]`,
  suspicions,
  masked: 0,
  withheld: true,
});
