import { spansOf, type Detector } from './spans.ts';

/** Private keys as a block, cut, with lines scattered over log events, without their header, or wrapped in base64. */

const KEY_BLOCK =
  /-{4,5} ?BEGIN[A-Z\d _-]{0,60}PRIVATE KEY(?: BLOCK)? ?-{4,5}(?:(?!-{4,5} ?BEGIN)[^]){0,12000}?-{4,5} ?END[A-Z\d _-]{0,60}PRIVATE KEY(?: BLOCK)? ?-{4,5}/dgi;
/** The end is missing: the lines that follow the header. Breaks may be escaped. */
const CUT_BLOCK =
  /-{4,5} ?BEGIN[A-Z\d _-]{0,60}PRIVATE KEY(?: BLOCK)? ?-{4,5}(?:(?:\\+[nr]|\s){1,8}[A-Za-z\d+/=]{8,2000}){1,200}/dgi;
/** How the binary form of RSA, EC, Ed25519 and OpenSSH keys begins in base64. */
const HEADLESS =
  /(?<![A-Za-z\d+/])(?:MII[A-Za-z\d+/]{2}[AQgw]IBAAKC|MII[A-Za-z\d+/]{2}[AQgw]IBADANBgkq|MH[cg]CAQEE|MIG[A-Za-z\d+/]AgEAM|MC4CAQAwBQYDK2|b3BlbnNzaC1rZXktdjE)[A-Za-z\d+/=]{20,8000}(?:(?:\\+[nr]|[ \t]*\r?\n[ \t]*)(?=[A-Za-z\d+/=]{16})[A-Za-z\d+/=]{16,200}(?![\w-]))*/dg;
const KEY_LINE = /(?<![A-Za-z\d+/=])(?:[A-Za-z\d+/]{40,}={0,2}|[A-Za-z\d+/]{6,}={1,2}$)/dgm;
/** Hex or base64 of a PuTTY key follows this line. */
const PUTTY = /Private-Lines: \d{1,3}(?<it>(?:\s{1,8}[A-Za-z\d+/=]{8,2000}){1,100})/dg;

const mixed = (run: string): boolean => run.endsWith('=') || (/[A-Z]/u.test(run) && /[a-z]/u.test(run));

/** Each line of a key may be a log event of its own, in any order: then single lines are redacted. */
const keyLines: Detector = (text) =>
  /PRIVATE KEY/iu.test(text) ? spansOf('secret:private-key', KEY_LINE, mixed)(text) : [];

export const privateKeys: readonly Detector[] = [
  spansOf('secret:private-key', KEY_BLOCK),
  spansOf('secret:private-key', CUT_BLOCK),
  spansOf('secret:private-key', HEADLESS),
  spansOf('secret:private-key', PUTTY),
  keyLines,
];
