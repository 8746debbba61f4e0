import { STORED_NAMES, type StoredName } from '../../lambdas/contracts/stored-names.ts';
import { code, markdownPage, table } from './markdown.ts';

const locationOf = (one: StoredName): string => ('of' in one ? `${one.as}: ${one.of.join(', ')}` : one.as);

/** Every stored name that differs from the glossary, with its term and the reason why it stays. */
export const storedNamesPage = (): string =>
  markdownPage('Stored names', 'lambdas/contracts/stored-names.ts', [
    'Code and docs use the terms of the [glossary](../../README.md#glossary). What is stored keeps its name, see [decision 17](../decisions/0017-stored-words-stay.md). These names differ from the term:',
    table(
      ['stored', 'where', 'term', 'why it stays'],
      STORED_NAMES.map((one) => [code(one.name), locationOf(one), one.term, one.reason]),
    ),
  ]);
