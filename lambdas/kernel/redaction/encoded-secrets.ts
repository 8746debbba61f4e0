import { spansOf, type Detector, type Span } from './spans.ts';

/** Secrets that are wrapped in base64, and the values of Kubernetes Secrets. */

const ENCODED =
  /(?<![\w+/=-])[A-Za-z\d+/_-]{24,}={0,2}(?:(?:\\+n|\r?\n[ \t]*)[A-Za-z\d+/]{16,}={0,2})*(?:\r?\n[ \t]*[A-Za-z\d+/]{1,15}={0,2}(?=\s*(?:$|[\r\n"'])))?/dg;
/** How much of a run is decoded. A header of a key, or the name of a secret, stands at the beginning. */
const DECODED_LENGTH = 6_000;

/** What base64 stands for, if that is text. */
const textIn = (run: string): string | undefined => {
  const compact = run.replaceAll(/\\+n|[\s]/gu, '').slice(0, DECODED_LENGTH);
  const text = Buffer.from(compact, 'base64').toString('utf8');
  return /^[\t\n\r -~]*$/u.test(text) ? text : undefined;
};

const maybeText = (run: string): boolean => /[a-z]/u.test(run) && /[A-Z]/u.test(run);

/** A run of base64 in whose text the detectors find a secret. */
export const encodedSecrets =
  (detectors: readonly Detector[]): Detector =>
  (text) =>
    spansOf('secret:base64', ENCODED, (run) => {
      const inside = maybeText(run) ? textIn(run) : undefined;
      return inside !== undefined && detectors.some((detect) => detect(inside).length > 0);
    })(text);

const BASIC = /\bBasic\s+(?<it>[A-Za-z\d+/]{8,}={0,2})/dgi;
const isLogin = (value: string): boolean => textIn(value)?.includes(':') === true;

/** The data of Kubernetes Secrets, as YAML or JSON. Their kind may stand before or after it. */
const KIND = /\bkind["']?\s{0,3}:\s{0,3}["']?Secret\b/iu;
const YAML_DATA =
  /^(?<indent>[ \t]*)(?:- )?(?:stringData|data):[ \t]*\r?\n(?<it>(?:(?:\k<indent>[ \t]+\S.*|[ \t]*)(?:\r?\n|$)){1,200})/dgm;
const YAML_VALUE =
  /^[ \t]*["']?[\w.-]+["']?:[ \t]*(?:[|>][+-]?\d?[ \t]*(?<it>(?:\r?\n[ \t]+[^\s:]+(?=\s|$))+)|["']?(?<it>[^\s"'|>{][^\s"']*))/dgm;
const JSON_DATA = /"(?:stringData|data)"\s{0,3}:\s{0,3}\{(?<it>[^{}]{0,12000})/dg;
const JSON_VALUE = /:\s{0,3}"(?<it>(?:\\.|[^"\\])+)/dg;

const within =
  (outer: Detector, inner: Detector): Detector =>
  (text) =>
    outer(text).flatMap((block): Span[] =>
      inner(text.slice(block.start, block.end)).map(({ start, end, kind }) => ({
        kind,
        start: start + block.start,
        end: end + block.start,
      })),
    );

const YAML = within(spansOf('secret:kubernetes', YAML_DATA), spansOf('secret:kubernetes', YAML_VALUE));
const JSON_FORM = within(spansOf('secret:kubernetes', JSON_DATA), spansOf('secret:kubernetes', JSON_VALUE));

export const kubernetesSecrets: Detector = (text) => (KIND.test(text) ? [...YAML(text), ...JSON_FORM(text)] : []);
export const basicLogin: Detector = spansOf('secret:basic', BASIC, isLogin);
