import { formatNumber, utc } from '../aws/format.ts';
import type { Resources, Terminated } from './objects.ts';
import { millicoresOf, nanosOf, wholeOf } from './quantity.ts';

const UNITS = [
  ['GiB', 1024 ** 3],
  ['MiB', 1024 ** 2],
  ['KiB', 1024],
] as const;

/** `512 MiB`, of bytes. */
export const bytesText = (bytes: number): string => {
  const [unit, size] = UNITS.find(([, one]) => Math.abs(bytes) >= one) ?? ['bytes', 1];
  return `${formatNumber(bytes / size)} ${unit}`;
};

/** `0.25 cores`, of thousandths of a core. */
export const coresText = (millicores: number): string =>
  `${formatNumber(millicores / 1000)} ${millicores === 1000 ? 'core' : 'cores'}`;

/** A quantity of a resource in words: CPU in cores, memory and storage in bytes, anything else as a number. */
export const amountText = (resource: string, quantity: string): string => {
  if (resource.endsWith('cpu')) return coresText(millicoresOf(quantity));
  if (/(memory|storage)$/.test(resource)) return bytesText(wholeOf(quantity));
  return formatNumber(Number(nanosOf(quantity)) / 1e9);
};

/** `requests 0.25 cores of CPU, 512 MiB of memory; limits 512 MiB of memory`. */
export const resourcesText = ({ requests, limits }: Resources): string => {
  const parts = [
    ['requests', requests],
    ['limits', limits],
  ] as const;
  return parts.map(([name, amounts]) => `${name} ${amountsText(amounts)}`).join('; ');
};

const amountsText = (amounts: Readonly<Record<string, string>>): string => {
  const parts = Object.entries(amounts).map(
    ([resource, quantity]) => `${amountText(resource, quantity)} of ${resource === 'cpu' ? 'CPU' : resource}`,
  );
  return parts.length === 0 ? 'none' : parts.join(', ');
};

/** `93 s`, `12 min`, `5 h`, `3 days`. */
export const spanText = (milliseconds: number): string => {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 180) return `${seconds} s`;
  if (seconds < 3 * 3600) return `${Math.round(seconds / 60)} min`;
  return seconds < 72 * 3600 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
};

/** `2026-11-02 02:14:05 UTC (12 min ago)`. */
export const whenText = (time: string, now: Date): string =>
  `${utc(time)} (${spanText(now.getTime() - Date.parse(time))} ago)`;

const SIGNALS: Readonly<Record<number, string>> = { 134: 'SIGABRT', 137: 'SIGKILL', 139: 'SIGSEGV', 143: 'SIGTERM' };

/** How a run of a container ended: `OOMKilled, exit code 137 (SIGKILL), at … after 93 s`. */
export const endText = ({ reason, exitCode, startedAt, finishedAt, message }: Terminated, now: Date): string => {
  const signal = SIGNALS[exitCode];
  const ended = finishedAt === undefined || finishedAt === null ? '' : `, at ${whenText(finishedAt, now)}`;
  const ran =
    ended === '' || startedAt === undefined || startedAt === null
      ? ''
      : `, after ${spanText(Date.parse(finishedAt ?? startedAt) - Date.parse(startedAt))}`;
  const code = `exit code ${exitCode}${signal === undefined ? '' : ` (${signal})`}`;
  return `${reason === '' ? code : `${reason}, ${code}`}${ended}${ran}${message === '' ? '' : `, message: ${message.trim()}`}`;
};

/** `3 pods`, `1 pod`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
