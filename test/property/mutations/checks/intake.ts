import { checksIn, testsOf } from './shorthand.ts';

const open = testsOf('open/open');
const redaction = testsOf('redaction');
const redactor = testsOf('kernel/redaction');
const observe = testsOf('observe/observe');
const screening = testsOf('observe/screening');
const fence = testsOf('kernel/untrusted');

/** Open and Observe: what becomes an incident, and what of the outside gets onto its trace. */
export const INTAKE = [
  ...checksIn('open/route', {
    name: 'open/place',
    holds: 'an alarm of a place that is none of ours is not looked into',
    find: 'if (distant !== undefined) return nobody(distant);',
    replace: '',
    test: testsOf('open/route')(
      'an alarm > of an account that is no member is not looked into, and the trace says why',
    ),
  }),
  ...checksIn(
    'open/step',
    {
      name: 'open/switch',
      kind: 'switch',
      holds: 'while the switch is off, no event becomes an incident',
      find: "if (position === 'off')",
      replace: 'if (false)',
      test: open(
        'an event that is not taken up ends on the trace, with the reason > anything while the switch is off, and without counting it against the day',
      ),
    },
    {
      name: 'open/agent-day',
      kind: 'budget',
      holds: 'an agent takes no more incidents a day than it may',
      find: '{ incidents: perAgent })).added',
      replace: '{})).added',
      test: open('the day has its ceilings > of an agent'),
    },
    {
      name: 'open/account-day',
      kind: 'budget',
      holds: 'the account takes no more incidents a day than it may',
      find: '{ incidents: perAccount })).added',
      replace: '{})).added',
      test: open('the day has its ceilings > of the account'),
    },
    {
      name: 'open/duplicate',
      holds: 'an event that is delivered twice is one incident',
      find: 'if (first !== incidentId) {',
      replace: 'if (false) {',
      test: open('copies of an event > the same event delivered twice is one incident'),
    },
    {
      name: 'open/redact-alarm',
      holds: 'secrets in the text of an alarm are not recorded',
      find: 'alarm: alarm && withoutSecrets(alarm, redactor),',
      replace: 'alarm,',
      test: redaction('a secret and a card number in a log line, or in an alarm, reach neither ledger nor model'),
    },
    {
      name: 'open/redact-event',
      holds: 'secrets in an event are not recorded',
      find: 'detail: redactor.json(event.detail),',
      replace: 'detail: event.detail,',
      test: redaction('a secret and a card number in a log line, or in an alarm, reach neither ledger nor model'),
    },
    {
      name: 'open/redact-refused',
      holds: 'secrets in an event that nobody takes up are not recorded',
      find: 'detail: redactedJson(event)',
      replace: 'detail: event',
      test: redaction('an event that nobody takes up is recorded without its secrets'),
    },
  ),
  ...checksIn(
    'observe/step',
    {
      name: 'observe/only-reads',
      kind: 'allowlist',
      holds: 'Observe carries out granted observe calls of the turn, and nothing else',
      find: ".filter((call) => admit(agent, call).kind === 'observe')",
      replace: '',
      test: observe('a change call that is sent to Observe is neither carried out nor answered as evidence'),
    },
    {
      name: 'observe/allowlist',
      kind: 'allowlist',
      holds: 'the first look, too, uses granted tools only',
      find: 'const admission = admit(agent, { id: looking.toolUseId ??',
      replace:
        "const { manifest } = await loadObserveTool(looking.tool);\n  const admission = { kind: 'observe' as const, manifest, input: looking.input };\n  void ({ id: looking.toolUseId ??",
      test: observe('a first look with a tool that is not granted reads nothing'),
    },
    {
      name: 'observe/redact',
      holds: 'secrets and personal data in evidence are not recorded',
      find: 'redactor.text(finding.text);',
      replace: '{ text: finding.text, clipped: false, redactions: 0, withheld: false };',
      test: redaction('a secret and a card number in a log line, or in an alarm, reach neither ledger nor model'),
    },
    {
      name: 'observe/fence',
      holds: 'evidence reaches the model behind a fence',
      find: 'text: fenced(fence, evidence, tool, text), isError',
      replace: 'text, isError',
      test: observe(
        'the first look > reaches the model before its first turn, each finding behind a fence with its handle',
      ),
    },
    {
      name: 'observe/guardrail',
      holds: 'what the guardrail finds is flagged for people too',
      find: '[...suspicionsIn(redacted.text), ...screened.suspicions]',
      replace: '[...suspicionsIn(redacted.text)]',
      test: screening('what the guardrail finds is said next to what the scanner finds, and the text stays'),
    },
    {
      name: 'observe/withheld',
      holds: 'evidence that was withheld counts as failed, so no claim can rest on it',
      find: "redacted.withheld || screened.withheld ? 'failed' : finding.outcome",
      replace: 'finding.outcome',
      test: screening(
        'what the guardrail blocks is withheld from trace and model, which are told so, and the incident goes on',
      ),
    },
    {
      name: 'observe/suspicions',
      holds: 'text that speaks to the model is flagged for people',
      find: '[...suspicionsIn(redacted.text), ...screened.suspicions]',
      replace: '[...screened.suspicions]',
      test: observe('text that speaks to the model is flagged for people'),
    },
  ),
  ...checksIn(
    'kernel/untrusted',
    {
      name: 'fence/closing',
      holds: 'no text closes the fence that it stands behind',
      find: "text.replaceAll(fence, '[fence removed]')",
      replace: 'text',
      test: fence('a fence > cannot be closed from within'),
    },
    {
      name: 'fence/secret',
      holds: 'the fence follows from the opening hash, which no writer of logs knows',
      find: '${openingHash}',
      replace: '',
      test: fence('a fence > follows from what nobody who writes logs can know'),
    },
  ),
  ...checksIn(
    'kernel/redaction',
    {
      name: 'redaction/tokens',
      holds: 'tokens with a shape of their own are taken out',
      find: '[shapedTokens, ...namedSecrets',
      replace: '[...namedSecrets',
      test: redaction('a secret and a card number in a log line, or in an alarm, reach neither ledger nor model'),
    },
    {
      name: 'redaction/named-secrets',
      holds: 'secrets that stand behind their name are taken out',
      find: 'shapedTokens, ...namedSecrets, ',
      replace: 'shapedTokens, ',
      test: redactor('a secret in a line > a private key goes whose lines are log events of their own, newest first'),
    },
    {
      name: 'redaction/personal-data',
      holds: 'cards, IBANs, addresses and phone numbers are taken out',
      find: ', ...personalData]',
      replace: ']',
      test: redaction('a secret and a card number in a log line, or in an alarm, reach neither ledger nor model'),
    },
    {
      name: 'redaction/clip',
      holds: 'a piece of evidence is a page at most',
      find: 'redact(text, name, EVIDENCE_LIMIT, detectors)',
      replace: 'redact(text, name, Infinity, detectors)',
      test: redaction('a tool result of 5 MB becomes a page of evidence without its secrets, in time'),
    },
    {
      name: 'redaction/cut',
      holds: 'a cut leaves no half of a secret',
      find: 'const MARGIN = 12_000;',
      replace: 'const MARGIN = 0;',
      test: redactor('a text that is cut > never shows a part of a secret that the cut goes through'),
    },
    {
      name: 'redaction/withhold',
      holds: 'a text that cannot be searched is withheld',
      find: 'text: `[withheld: this text could not be searched for secrets (${why}), so none of it is shown]`,',
      replace: 'text: `${text}${why}`,',
      test: redactor('a redactor that fails > shows nothing of the text, and says so'),
    },
    {
      name: 'redaction/named-fields',
      holds: 'a field whose name says "secret" loses its value',
      find: 'namesSecret(field) && isSecret(text)',
      replace: 'false',
      test: redactor('an event > loses secrets in texts, in numbers, in names, and in fields that are named so'),
    },
  ),
  ...checksIn('kernel/redaction-key', {
    name: 'redaction/own-key',
    holds: 'placeholders of one incident tell nothing in another',
    find: "createHmac('sha256', key)",
    replace: "createHmac('sha256', 'one key')",
    test: redactor('placeholders > in another incident the same secret has another one, so that nobody can follow it'),
  }),
];
