import type { EventKind } from './events.ts';
import type { Family } from './ledger-keys.ts';

type Stored =
  | { readonly as: 'event kind'; readonly name: EventKind }
  | { readonly as: 'event field'; readonly name: string; readonly of: readonly EventKind[] }
  | { readonly as: 'ledger family'; readonly name: Family }
  | { readonly as: 'ledger row'; readonly name: string; readonly of: readonly Family[] }
  | { readonly as: 'file or output'; readonly name: string; readonly of: readonly string[] };

/** A name in stored data, the term of the glossary for it, and the reason why it stays. */
export type StoredName = Stored & { readonly term: string; readonly reason: string };

const CHAIN = 'The hash chain covers it: older traces must verify and replay.';
const DIGEST = 'Plan digests cover it: an approval given before an upgrade must count after it.';
const ROW = 'An incident that is open during an upgrade is found by it; IAM conditions name the family.';
const TEAM = 'Files and scripts of teams use it.';

/** The stored names that differ from the glossary. Whatever else code and docs call these things, they use the term. */
export const STORED_NAMES: readonly StoredName[] = [
  { as: 'event kind', name: 'proposal.judged', term: 'policy decision on a proposal', reason: CHAIN },
  { as: 'event kind', name: 'plan.judged', term: 'policy decision on a plan', reason: CHAIN },
  { as: 'event kind', name: 'model.told', term: 'message to the model', reason: CHAIN },
  { as: 'event field', name: 'stormKey', of: ['incident.opened'], term: 'deduplication key', reason: CHAIN },
  {
    as: 'event field',
    name: 'statements',
    of: ['proposal.judged', 'plan.judged', 'approval.answered'],
    term: 'determining policies',
    reason: CHAIN,
  },
  { as: 'event field', name: 'says', of: ['dry-run.finished'], term: 'summary', reason: DIGEST },
  { as: 'event field', name: 'says', of: ['apply.finished'], term: 'message', reason: CHAIN },
  { as: 'event field', name: 'question', of: ['people.notified'], term: 'approval request', reason: CHAIN },
  { as: 'ledger family', name: 'storm', term: 'deduplication', reason: ROW },
  { as: 'ledger row', name: 'question', of: ['approval'], term: 'approval request', reason: ROW },
  { as: 'ledger row', name: 'yes', of: ['approval'], term: 'approval, until its family was `answer`', reason: ROW },
  {
    as: 'ledger row',
    name: 'yes-breaking-glass',
    of: ['approval'],
    term: 'break-glass approval, until its family was `answer`',
    reason: ROW,
  },
  { as: 'ledger row', name: 'settlement', of: ['approval'], term: 'approval outcome', reason: ROW },
  { as: 'file or output', name: 'says', of: ['expect.yaml', '--json'], term: 'message', reason: TEAM },
  { as: 'file or output', name: 'speaks', of: ['policy cases'], term: 'determining policies', reason: TEAM },
];
