import { KERNEL_FACTS, FACT_NAMES, REPORT_FACTS, type FactName } from '../../../contracts/facts.ts';
import {
  callsOf,
  isAwsCall,
  ofAws,
  type AwsCall,
  type ChangeManifest,
  type Manifest,
} from '../../../contracts/tool.ts';
import { PROMQL_READ } from '../../../contracts/usage.ts';
import { requiredFields } from './tool-input.ts';
import { reachProblems } from './tool-reach.ts';

/** Commands that only read, by their names. */
const READS = /^(BatchGet|Describe|Get|Lookup|List|StartQuery|StopQuery|(get|list) [a-z/-]+$)/;
/** What stops a query, or says which log groups there are, reads no log. AWS does not narrow StopQuery to a log group. */
const READS_NO_LOG = /^(StopQuery|DescribeLogGroups|ListTagsForResource)$/;
const ACTION = /^[a-z0-9-]+:[A-Z][A-Za-z0-9]*$/;
/** Account and Region are left open, the kind of resource or the beginning of its name is not. */
const TARGET_ARN = /^arn:aws:[a-z0-9-]+:\$\{region\}:\$\{account\}:[\w.-][\w./:*-]*$/;
const TOUCHED_ARN = /^arn:aws:[a-z0-9-]+:(\$\{region\})?:(\$\{account\})?:[\w.-][\w./:*${}-]*$/;

/** Calls that a tool may not make, and reads that nobody holds to what its agent is granted. */
export const callProblems = (manifest: Manifest): string[] => [
  ...readProblems(manifest),
  ...callsOf(manifest).filter(isAwsCall).flatMap(nameProblems),
  ...reachProblems(manifest),
  ...logProblems(manifest),
  ...promqlProblems(manifest),
];

const readProblems = ({ reads }: Manifest): string[] =>
  reads.flatMap(({ service, command, ...call }) => {
    const action = 'action' in call && typeof call.action === 'string' ? call.action.split(':').at(1) : undefined;
    const bad = [command, ...(action === undefined ? [] : [action])].find((one) => !READS.test(one));
    return bad === undefined
      ? []
      : [
          `reads: ${service}:${command} may change something, by its name ${bad}; expected Get…, Describe…, List… and the like`,
        ];
  });

/** A wildcard would reach IAM as it stands here. */
const nameProblems = ({ service, command, action = `${service}:${command}` }: AwsCall): string[] =>
  ACTION.test(`${service}:${command}`) && ACTION.test(action)
    ? []
    : [
        `${service}:${command}: the action is ${JSON.stringify(action)}; expected one action such as logs:PutRetentionPolicy, without a wildcard`,
      ];

const logProblems = (manifest: Manifest): string[] => {
  const [aws] = ofAws([manifest]);
  const logs = aws?.reads.filter(({ service, command }) => service === 'logs' && !READS_NO_LOG.test(command)) ?? [];
  if (logs.length === 0) return [];
  if (manifest.kind === 'change')
    return [`reads: logs:${logs[0]?.command}: expected none that reads logs in a change tool`];
  const open = logs.filter(({ scope }) => scope !== 'log-group');
  return [
    ...open.map(({ command }) => `reads: logs:${command} reads logs of any log group; expected scope: 'log-group'`),
    ...fieldProblems(manifest, 'logGroupField', manifest.logGroupField, 'the name of the log group'),
  ];
};

const promqlProblems = (manifest: Manifest): string[] => {
  if (!manifest.reads.some(({ command }) => command === PROMQL_READ.command)) return [];
  return manifest.kind === 'change'
    ? ['reads: PromQL is sent; expected none in a change tool']
    : fieldProblems(manifest, 'promqlField', manifest.promqlField, 'the PromQL');
};

const fieldProblems = (manifest: Manifest, name: string, field: string | undefined, what: string): string[] =>
  field !== undefined && requiredFields(manifest).includes(field)
    ? []
    : [
        `${name}: found ${JSON.stringify(field ?? null)}; expected the name of a required field of the input with ${what}`,
      ];

/** Changes that IAM cannot hold to one target, and facts that are not the tool's to compute. */
export const changeCallProblems = (manifest: ChangeManifest): string[] => [
  ...ofAws([manifest]).flatMap((aws) => ('targetArn' in aws ? targetProblems(aws) : [])),
  ...factProblems(manifest),
];

const targetProblems = ({ targetArn, changes }: { targetArn: string; changes: readonly AwsCall[] }): string[] => [
  ...(TARGET_ARN.test(targetArn)
    ? []
    : [
        `targetArn: found ${JSON.stringify(targetArn)}; expected arn:aws:<service>:\${region}:\${account}:<kind or beginning of the name>*, with \${region} and \${account} as they stand here`,
      ]),
  ...(changes.length > 0 ? [] : ['changes: found none; expected every call that changes something']),
  ...changes.flatMap(({ service, command, scope, touches = [], passesRole }) => [
    ...(scope === 'target'
      ? []
      : [
          `changes: ${service}:${command} has the scope '${scope}'; expected 'target', so that IAM holds it to the one target`,
        ]),
    ...[...touches, ...(passesRole === undefined ? [] : [passesRole.arn])]
      .filter((arn) => !TOUCHED_ARN.test(arn))
      .map(
        (arn) =>
          `changes: ${service}:${command} touches ${JSON.stringify(arn)}; expected an ARN pattern with a kind of resource`,
      ),
  ]),
];

const factProblems = ({ facts }: ChangeManifest): string[] => {
  const others = new Set<FactName>([...KERNEL_FACTS, ...REPORT_FACTS]);
  return facts.flatMap((name) => {
    if (!FACT_NAMES.includes(name))
      return [
        `facts: there is no fact ${JSON.stringify(name)}; expected some of ${FACT_NAMES.filter((one) => !others.has(one)).join(', ')}`,
      ];
    return others.has(name)
      ? [`facts: ${name} is computed by the kernel; expected only facts that the tool computes`]
      : [];
  });
};
