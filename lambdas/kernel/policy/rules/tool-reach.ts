import { OWN_USES } from '../../../contracts/own-uses.ts';
import { actionOf, callsOf, isAwsCall, type AwsCall, type Manifest } from '../../../contracts/tool.ts';

/** What no tool may call. IAM does not tell capital letters from small ones, so neither do these. */
const FORBIDDEN: readonly (readonly [RegExp, string])[] = [
  [/^sts:/i, 'gives credentials that no manifest limits; expected a call of the service itself'],
  [/^iam:/i, 'is about who may do what; expected no call of IAM (roles are passed by passesRole)'],
  [
    /^secretsmanager:(batch)?getsecretvalue$/i,
    'reads secrets, the key of the model among them; expected calls that read no secret',
  ],
  [
    /^ssm:getparameter/i,
    'decrypts any parameter that it is asked for; expected calls that read no parameter, such as ssm:DescribeParameters',
  ],
  [
    /^kms:(?!(describe|list)[a-z]+$|getkeypolicy$|getkeyrotationstatus$)/i,
    'uses a key or changes one, and those of Checkrein seal traces and approvals; expected kms:DescribeKey and the like',
  ],
];

/** Calls of a tool that would reach secrets, credentials or Checkrein itself. */
export const reachProblems = (manifest: Manifest): string[] => [
  ...callsOf(manifest).filter(isAwsCall).flatMap(forbidden),
  ...[...manifest.reads].filter(isAwsCall).flatMap(ofLedger),
];

const namesOf = (call: AwsCall): string[] => [`${call.service}:${call.command}`, actionOf(call)];

const forbidden = (call: AwsCall): string[] => {
  const names = namesOf(call);
  const [found] = FORBIDDEN.filter(([pattern]) => names.some((name) => pattern.test(name)));
  return found === undefined ? [] : [`${names[0]} ${found[1]}`];
};

/** Reads run under the roles that read the ledger. */
const ofLedger = (call: AwsCall): string[] => {
  const names = namesOf(call).map((name) => name.toLowerCase());
  const own = OWN_USES.find((one) => one.startsWith('dynamodb:') && names.includes(one.toLowerCase()));
  return own === undefined
    ? []
    : [
        `reads: ${call.service}:${call.command}: the functions that run tools read the ledger by ${own}, so IAM could not keep this tool out of it; expected dynamodb:BatchGetItem, which it denies there`,
      ];
};
