import type { Alarm } from '../../contracts/alarm.ts';

/** Pages of the AWS consoles, with no character that ends a link or means something in Markdown, a mail or a terminal. */
const CONSOLE_PAGE = /^https:\/\/(?:[a-z0-9-]+\.)*(?:console|health|phd)\.aws\.amazon\.com\/[\w.~:/?#@!$&'()*+,;=%-]*$/;
/** Longer than the page of any alarm: 255 characters of a name, each nine when it is encoded. */
const LINK_LIMIT = 2500;
/** Characters of an alarm's name, by CloudWatch. */
const ALARM_NAME_LIMIT = 255;
const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;

/** The link of a subject if it leads to an AWS console, else null: whoever could write onto the trace must not choose where people go. */
export const consoleLink = (link: string | null): string | null =>
  link !== null && link.length <= LINK_LIMIT && CONSOLE_PAGE.test(link) ? link : null;

/** CloudWatch's page of an alarm, or of all alarms if this cannot be the name of one; null if its Region does not look like one. */
export const alarmLink = ({ name, region }: Pick<Alarm, 'name' | 'region'>): string | null => {
  if (!REGION.test(region)) return null;
  const page = name.length > ALARM_NAME_LIMIT ? '' : `alarm/${encodeURIComponent(name.toWellFormed())}`;
  return consoleLink(`https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#alarmsV2:${page}`);
};
