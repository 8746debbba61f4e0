import { spansOf, type Detector } from './spans.ts';

/** Personal data that a checksum or a distinct shape tells from ids. The rest (names, addresses) is not redacted. */

/** No match begins inside a word or a number. The `n` of an escaped line break is not part of a word. */
const START = String.raw`(?<!(?<!\\)[\w-]|\d\.)`;

/** A login on a host of a private network, `ec2-user@ip-10-0-0-1.eu-west-1.compute.internal`, or of Git is not a person. */
const LOGIN = /^git@|\.(?:internal|local|localdomain|lan|svc)$/iu;
const EMAIL =
  /(?<![\w.+-])[\w+-][\w.+-]{0,63}(?:@|%40)(?!\d+\.\d)(?:[a-z\d](?:[a-z\d-]{0,62})\.){1,8}[a-z]{2,24}(?![\w-])/dgi;

const CARD = new RegExp(
  String.raw`${START}(?:\d{14,19}|\d{4}(?<gap>[ -])\d{4}\k<gap>\d{4}\k<gap>\d{2,7}|\d{4}(?<gap>[ -])\d{6}\k<gap>\d{4,5})(?!\w|[.-]\d)`,
  'dg',
);
/** First digits and lengths of card numbers by issuer. They exclude most timestamps and counters. */
const ISSUED =
  /^(?:4\d{15}|5[1-5]\d{14}|2(?:2[2-9]|[3-6]\d|7[01])\d{13}|2720\d{12}|220[0-4]\d{12}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}|6(?:011|5\d\d|4[4-9]\d)\d{12}|62\d{14,17})$/u;

const digitsIn = (text: string): string => text.replace(/\D/gu, '');

const passesLuhn = (digits: string): boolean => {
  const sum = Array.from(digits)
    .reverse()
    .reduce((total, digit, index) => {
      const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
  return sum % 10 === 0;
};

const isCard = (text: string): boolean => ISSUED.test(digitsIn(text)) && passesLuhn(digitsIn(text));

/** Length by country, of the IBAN registry. */
const IBAN_LENGTHS =
  'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20';
const IBAN = new RegExp(
  `${START}(?:${IBAN_LENGTHS.split(' ')
    .map((line) => `${line.slice(0, 2)}\\d{2}(?: ?[A-Z\\d]){${Number(line.slice(2)) - 4}}`)
    .join('|')})(?!\\w)`,
  'dg',
);

/** ISO 13616: country and check digits go to the end, letters become numbers, and the remainder by 97 is 1. */
const isIban = (text: string): boolean => {
  const compact = text.replaceAll(' ', '');
  const rearranged = compact.slice(4) + compact.slice(0, 4);
  return BigInt(Array.from(rearranged, (char) => parseInt(char, 36)).join('')) % 97n === 1n;
};

/** International form only: without the plus, any number could be a phone number. One kind of gap, or none. */
const PHONE =
  /(?<!(?<!\\)[\w+])(?:\+|%2B)[1-9]\d{0,2}(?:\d{7,12}|(?<gap>[ -])(?:\(\d{1,5}\)\k<gap>?)?\d{1,5}(?:\k<gap>\d{2,8}){1,4}|[ -]?\(\d{1,5}\)[ -]?\d{2,6}(?:[ -]\d{2,6}){0,3})(?!\w|\.\d)/dgi;

const isPhone = (text: string): boolean => {
  const { length } = digitsIn(text.replace(/^%2B/iu, ''));
  return length >= 9 && length <= 15;
};

export const personalData: readonly Detector[] = [
  spansOf('email', EMAIL, (text) => !LOGIN.test(text)),
  spansOf('iban', IBAN, isIban),
  spansOf('card', CARD, isCard),
  spansOf('phone', PHONE, isPhone),
];

/** One form of what people write in several ways, so that all of them get the same placeholder. */
export const normalized = (kind: string, text: string): string => {
  switch (kind) {
    case 'email':
      return text.replace(/%40/u, '@').toLowerCase();
    case 'iban':
      return text.replaceAll(' ', '');
    case 'card':
      return digitsIn(text);
    case 'phone':
      return digitsIn(text.replace(/^%2B/iu, ''));
    default:
      return text;
  }
};
