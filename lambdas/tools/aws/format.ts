/** `2026-11-02 02:14:05 UTC`, of a date or an ISO string. */
export const utc = (time: Date | string): string =>
  `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** A number to four significant digits, without an exponent or trailing zeros. */
export const formatNumber = (value: number): string =>
  Math.abs(value) >= 1000 ? String(Math.round(value)) : String(Number(value.toPrecision(4)));

/** The values that are there, each once, in order: AWS lists them in any. */
export const sortedSet = (values: readonly (string | undefined)[]): string[] =>
  [...new Set(values.filter((value) => value !== undefined))].sort();

/** `{InstanceId=i-1, Disk=sda}` */
export const dimensionsText = (dimensions: Readonly<Record<string, string>>): string =>
  `{${Object.entries(dimensions)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')}}`;

/** A word or number that was cut in two. It is dropped, because redaction would not recognize half a secret. */
const CUT_WORD = /(?:[^\s"'`,;(){}[\]<>]+|\+?\d[\d -]*)$/;

/** The first characters of a text, on one line. */
export const singleLine = (text: string, limit: number): string => {
  const flat = text.replace(/\s+/g, ' ').trim();
  return flat.length > limit ? `${flat.slice(0, limit).replace(CUT_WORD, '')}…` : flat;
};
