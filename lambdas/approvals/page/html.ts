import { visible, type PlainText } from '../../kernel/trace/outside-text.ts';

/** Text that is known to be HTML. Only `html` creates one, so a value from a trace is always escaped, whatever its shape. */
export class Html {
  readonly #markup: string;
  constructor(markup: string) {
    this.#markup = markup;
  }
  toString(): string {
    return this.#markup;
  }
}

type Value = string | number | Html | PlainText | readonly Html[];

const ENTITY: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escape = (text: string): string => visible(text).replace(/[&<>"']/g, (character) => ENTITY[character] ?? '');

const markupOf = (value: Value): string => {
  if (value instanceof Html) return value.toString();
  return Array.isArray(value) ? value.map(markupOf).join('') : escape(String(value));
};

/**
 * A template whose values are escaped, for element content and for attributes in quotes (never for bare
 * attributes, scripts or styles). Pass `''` to show nothing.
 */
export const html = (literals: TemplateStringsArray, ...values: readonly Value[]): Html =>
  new Html(literals.map((literal, at) => `${literal}${at < values.length ? markupOf(values[at] ?? '') : ''}`).join(''));
