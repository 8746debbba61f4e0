import { checksIn, testsOf } from './shorthand.ts';

const chain = testsOf('kernel/chain');
const unsound = (how: string) => chain(`a trace is not sound, and the first broken event is named > ${how}`);
const journal = testsOf('kernel/journal');

/** The trace: what makes it the only account of what happened. */
export const TRACE = [
  ...checksIn(
    'kernel/chain',
    {
      name: 'chain/content',
      kind: 'trace',
      holds: 'an edited event is found',
      find: 'if (event.hash !== hashOf(event)) return',
      replace: 'if (false) return',
      test: unsound('when one letter of an event was changed'),
    },
    {
      name: 'chain/gap',
      kind: 'trace',
      holds: 'a removed event is found',
      find: 'if (event.seq !== seq) return',
      replace: 'if (false) return',
      test: unsound('when an event was taken out'),
    },
    {
      name: 'chain/link',
      kind: 'trace',
      holds: 'an event that was made anew does not fit its successor',
      find: 'if (event.prev !== (before?.hash ?? GENESIS)) return',
      replace: 'if (false) return',
      test: unsound('when one event was made anew, with its hash'),
    },
    {
      name: 'chain/incident',
      kind: 'trace',
      holds: 'an event of another incident is found',
      find: 'if (before !== undefined && event.incident !== before.incident) return',
      replace: 'if (false) return',
      test: unsound('when an event of another incident was put in'),
    },
    {
      name: 'chain/after-seal',
      kind: 'trace',
      holds: 'nothing follows the seal',
      find: "return before !== undefined && isKind(before, 'trace.sealed') ? 'it follows the seal' : undefined;",
      replace: 'return undefined;',
      test: unsound('when something follows the seal, in good form'),
    },
    {
      name: 'chain/spelling',
      kind: 'trace',
      holds: 'a line has one spelling',
      find: 'if (canonical(event) !== line) return',
      replace: 'if (false) return',
      test: unsound('when a line is spelled otherwise'),
    },
    {
      name: 'chain/sealed',
      kind: 'trace',
      holds: 'a cut tail is found, since no seal follows',
      find: "if (!isKind(last, 'trace.sealed'))",
      replace: 'if (false)',
      test: unsound('when the tail was cut'),
    },
    {
      name: 'seal/head',
      kind: 'trace',
      holds: 'the seal is of this very head',
      find: 'if (head !== seal.prev) return',
      replace: 'if (false) return',
      test: unsound('when the whole chain was rewritten'),
    },
    {
      name: 'seal/count',
      kind: 'trace',
      holds: 'the seal counts the events before it',
      find: 'if (events !== seal.seq) return',
      replace: 'if (false) return',
      test: unsound('when the seal counts other events than there are'),
    },
    {
      name: 'seal/signature',
      kind: 'trace',
      holds: 'the signature of the seal holds',
      find: "return holds ? undefined : 'the signature of the seal does not hold';",
      replace: 'return holds !== undefined ? undefined : undefined;',
      test: unsound('when the seal was taken along to the rewritten chain'),
    },
    {
      name: 'seal/covers',
      kind: 'trace',
      holds: 'the signature is over the head',
      find: 'canonical({ incident, head, events })',
      replace: 'canonical({ incident, events })',
      test: unsound('when the seal was taken along to the rewritten chain'),
    },
    {
      name: 'seal/pinned-key',
      kind: 'trace',
      holds: 'a seal of another key than the expected one is found',
      find: 'if (pinnedKey !== undefined && keyFingerprint(pinnedKey) !== keyFingerprint(publicKey))',
      replace: 'if (false)',
      test: unsound('when it was sealed anew under another key, for whoever says which key it was'),
    },
  ),
  ...checksIn(
    'kernel/journal',
    {
      name: 'journal/sealed',
      kind: 'trace',
      holds: 'nothing is appended under a seal',
      find: "if (this.#events.at(-1)?.kind === 'trace.sealed') throw",
      replace: 'if (false) throw',
      test: journal('the head of the chain > under a seal takes nothing more, neither from here nor from elsewhere'),
    },
    {
      name: 'journal/replay',
      kind: 'trace',
      holds: 'a step that is tried again does nothing twice',
      find: 'if (replayed !== undefined) return replayed;',
      replace: '',
      test: journal('a step that is tried again > gets what it recorded, and does not produce it anew'),
    },
  ),
];
