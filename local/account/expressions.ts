import { CloudError } from '../../lambdas/contracts/errors.ts';

/** A small grammar: operands with binary operators (lowest precedence first), prefixes and parentheses. */
interface Grammar<V> {
  readonly token: RegExp;
  readonly levels: readonly Readonly<Record<string, (a: V, b: V) => V>>[];
  readonly prefixes: Readonly<Record<string, (a: V) => V>>;
  /** Value of an operand; undefined if the token is not an operand. */
  operand(token: string): V | undefined;
}

const parse = <V>(text: string, grammar: Grammar<V>): V => {
  const tokens = text.match(grammar.token) ?? [];
  const wrong = (): CloudError => new CloudError('ValidationError', `Invalid expression: ${text}`);
  if (tokens.join('').replace(/\s/g, '') !== text.replace(/\s/g, '')) throw wrong();
  let at = 0;
  const primary = (): V => {
    const token = tokens[at++];
    if (token === undefined) throw wrong();
    const prefix = grammar.prefixes[token];
    if (prefix !== undefined) return prefix(primary());
    const value = token === '(' ? level(0) : grammar.operand(token);
    if (value === undefined || (token === '(' && tokens[at++] !== ')')) throw wrong();
    return value;
  };
  const level = (depth: number): V => {
    const operators = grammar.levels[depth];
    if (operators === undefined) return primary();
    let left = level(depth + 1);
    for (let join = operators[tokens[at] ?? '']; join !== undefined; join = operators[tokens[at] ?? '']) {
      at++;
      left = join(left, level(depth + 1));
    }
    return left;
  };
  const value = level(0);
  if (at < tokens.length) throw wrong();
  return value;
};

/** Metric math: arithmetic over ids. Missing data, NaN inside, makes the result undefined. */
export const metricMath = (text: string, valueOf: (id: string) => number | undefined): number | undefined => {
  const value = parse<number>(text, {
    token: /[a-z][a-zA-Z0-9_]*|\d+(?:\.\d+)?|[-+*/()]/g,
    levels: [
      { '+': (a, b) => a + b, '-': (a, b) => a - b },
      { '*': (a, b) => a * b, '/': (a, b) => (b === 0 ? NaN : a / b) },
    ],
    prefixes: { '-': (a) => -a },
    operand: (token) =>
      /^\d/.test(token) ? Number(token) : /^[a-z]/.test(token) ? (valueOf(token) ?? NaN) : undefined,
  });
  return Number.isNaN(value) ? undefined : value;
};

/** A composite alarm's rule: alarm states combined with AND, OR, NOT. */
export const alarmRule = (text: string, stateOf: (alarm: string) => string | undefined): boolean =>
  parse<boolean>(text, {
    token: /(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"[^"]+"|[^\s()"]+)\s*\)|AND|OR|NOT|TRUE|FALSE|[()]/g,
    levels: [{ OR: (a, b) => a || b }, { AND: (a, b) => a && b }],
    prefixes: { NOT: (a) => !a },
    operand: (token) => {
      if (token === 'TRUE' || token === 'FALSE') return token === 'TRUE';
      const [, state, name] = /^([A-Z_]+)\s*\(\s*"?([^"]+?)"?\s*\)$/.exec(token) ?? [];
      return state === undefined || name === undefined
        ? undefined
        : stateOf(name.replace(/^arn:.*:alarm:/, '')) === state;
    },
  });

/** The metric id and the width of an ANOMALY_DETECTION_BAND expression. */
export const anomalyBand = (expression: string): { id: string; width: number } | undefined => {
  const [, id, width] = /^ANOMALY_DETECTION_BAND\(\s*(\w+)\s*(?:,\s*([\d.]+)\s*)?\)$/.exec(expression) ?? [];
  return id === undefined ? undefined : { id, width: Number(width ?? '2') };
};
