const BEGINS = /-{4,5} ?BEGIN[A-Z\d _-]{0,60}PRIVATE KEY/i;
/** A line of a key, perhaps with white space around it. */
const KEY_LINE = /^\s*[A-Za-z\d+/=]{8,}\s*$/;
/** Says of an encrypted key how it is encrypted. */
const HEADER = /^\s*(?:[\w-]+: .*)?$/;

/** What stands in place of a line of a private key. */
const LEFT_OUT = '[a line of a private key, left out]';

/**
 * Leaves out the lines of private keys. Redaction knows a key by its first and last line, and it sees only the lines
 * that are shown, which may begin in the middle of a key.
 */
export const withoutKeyLines = (lines: readonly string[]): string[] => {
  let inKey = false;
  return lines.map((line) => {
    if (BEGINS.test(line)) {
      inKey = !/-END/i.test(line.replace(BEGINS, ''));
      return line;
    }
    inKey &&= KEY_LINE.test(line) || HEADER.test(line);
    return inKey && KEY_LINE.test(line) ? LEFT_OUT : line;
  });
};
