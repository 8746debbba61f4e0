import { Duration } from 'aws-cdk-lib';
import type { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { isSent } from '../lambdas/contracts/notifiers.ts';
import type { Rules } from '../lambdas/contracts/rules.ts';
import type { ApprovalDesk } from './approval-desk.ts';
import { grantFollowUp, grantMoments } from './approval-events.ts';
import { bundlerOf } from './bundle.ts';
import { calendarReads } from './change-calendars.ts';
import { ChangeRole } from './change-role.ts';
import { ClusterAccess } from './cluster-access.ts';
import { grantGuardrail } from './guardrail.ts';
import type { KillSwitch } from './kill-switch.ts';
import type { LedgerTable } from './ledger.ts';
import { LEDGER_RIGHTS } from './ledger-rights.ts';
import { grantMemberRole } from './member-access.ts';
import type { ModelAccess } from './model-access.ts';
import { Network } from './network.ts';
import { grantRequestLinks, pageAddressOf } from './page-address.ts';
import type { ToolSources } from './own-tools/sources.ts';
import { CheckreinFunction, type CheckreinFunctionProps } from './checkrein-function.ts';
import {
  addToolReads,
  applyReads,
  changeTools,
  closeReads,
  grantedTools,
  openReads,
  toolReads,
  verifyReads,
} from './tool-grants.ts';
import type { Catalogue } from '../lambdas/tools/installed.ts';

export interface StepsProps {
  readonly rules: Rules;
  readonly catalogue: Catalogue;
  /** The files of tools of a team. */
  readonly sources: ToolSources;
  readonly killSwitch: KillSwitch;
  readonly model: ModelAccess;
  readonly ledger: LedgerTable;
  readonly desk: ApprovalDesk;
}

/** All Lambda functions of Checkrein. `grant` and `LEDGER_RIGHTS` list what each may do. */
export class Steps extends Construct {
  readonly open: CheckreinFunction;
  readonly decide: CheckreinFunction;
  readonly observe: CheckreinFunction;
  readonly authorize: CheckreinFunction;
  readonly changeZone: CheckreinFunction;
  readonly ask: CheckreinFunction;
  readonly page: CheckreinFunction;
  readonly sendLink: CheckreinFunction;
  /** Takes answers of people whom IAM knows. Absent if no approver has an IAM identity. */
  readonly decideApi: CheckreinFunction | undefined;
  readonly verify: CheckreinFunction;
  readonly close: CheckreinFunction;
  readonly stopped: CheckreinFunction;
  readonly moments: CheckreinFunction;
  readonly digest: CheckreinFunction;
  readonly subscriptions: CheckreinFunction;
  /** What sends to the notifiers that EventBridge cannot send to itself, by the name of the notifier. */
  readonly notify: ReadonlyMap<string, CheckreinFunction>;
  /** The role of which each change has a session. */
  readonly change: Role;
  /** Where approvers answer. */
  readonly pageUrl: string;
  /** What a proxy of the team forwards to. Undefined if the settings name no `approvalPage`. */
  readonly pageOrigin: string | undefined;
  /** Where `checkrein approve` answers. AWS lets in only signed requests of those whom IAM allows to invoke it. */
  readonly decideUrl: string | undefined;

  constructor(scope: Construct, id: string, props: StepsProps) {
    super(scope, id);
    const step = functionFactory(this, props);
    this.open = step('Open', { module: 'open', description: 'Opens an incident for an event.' });
    this.decide = step('Decide', {
      module: 'decide',
      description: 'Asks the model for its next turn.',
      timeout: Duration.minutes(5),
    });
    this.observe = step('Observe', {
      module: 'observe',
      description: 'Runs the read-only tools that the model called.',
      timeout: Duration.minutes(2),
    });
    this.authorize = step('Authorize', {
      module: 'authorize',
      description: 'Computes facts about a proposal and evaluates policy.',
      timeout: Duration.minutes(2),
    });
    this.changeZone = step('ChangeZone', {
      module: 'change-zone',
      description: 'Dry-runs, applies and rolls back. The only function with the change role.',
      // CHANGE_ZONE_SECONDS in lambdas/kernel/changes/timing.ts says why. While AWS makes a change, the state machine waits.
      timeout: Duration.minutes(5),
    });
    this.ask = step('Ask', {
      module: 'ask',
      description: 'Asks and reminds approvers, and expires plans that nobody answers.',
      // In a storm, each message may wait ten seconds.
      timeout: Duration.minutes(2),
    });
    this.page = step('Page', {
      module: 'page',
      description: 'Shows a plan to its approver and takes the answer.',
      ...(props.rules.settings.pageConcurrency !== undefined && {
        reservedConcurrentExecutions: props.rules.settings.pageConcurrency,
      }),
    });
    this.sendLink = step('SendLink', {
      module: 'send-link',
      description: 'Sends an approver their own link on request.',
    });
    const byIam = props.rules.settings.approvers.some(({ contacts }) => contacts.iam !== undefined);
    this.decideApi = byIam
      ? step('DecideApi', { module: 'decide-api', description: 'Takes answers of approvers whom IAM knows.' })
      : undefined;
    this.verify = step('Verify', {
      module: 'verify',
      description: 'Checks whether a change healed the alarm.',
      timeout: Duration.minutes(2),
    });
    this.close = step('Close', {
      module: 'close',
      description: 'Reviews, reports and seals an incident.',
    });
    this.stopped = step('Stopped', {
      module: 'stopped',
      description: 'Closes an incident whose execution died.',
    });
    this.moments = step('Moments', {
      module: 'moments',
      description: 'Puts what happens in incidents on the event bus, for people elsewhere.',
    });
    this.digest = step('Digest', {
      module: 'digest',
      description: 'Sends reports that were too many for a mail each.',
    });
    this.subscriptions = step('Subscriptions', {
      module: 'subscriptions',
      description: 'Fails when an approver no longer gets messages.',
    });
    this.notify = new Map(
      props.rules.settings.notifiers.filter(isSent).map(({ name }) => {
        const description = `Sends moments of incidents to the notifier ${name}.`;
        return [name, step('Notify', { module: 'notify', of: name, description })];
      }),
    );
    const address = pageAddressOf(this.page, props.rules.settings.approvalPage);
    this.pageUrl = address.url;
    this.pageOrigin = address.origin;
    for (const step of [this.ask, this.moments]) step.setEnv('pageUrl', this.pageUrl);
    grantRequestLinks(this.page, this.sendLink);
    this.decideUrl = this.decideApi?.live.addFunctionUrl({ authType: FunctionUrlAuthType.AWS_IAM }).url;
    this.change = this.grant(props);
  }

  /** The functions that read the account for tools. */
  get readers(): readonly CheckreinFunction[] {
    return [this.observe, this.authorize, this.changeZone, this.verify];
  }

  /** The functions that take answers of approvers. */
  get answering(): readonly CheckreinFunction[] {
    return [this.page, ...(this.decideApi === undefined ? [] : [this.decideApi])];
  }

  /** All functions. */
  get all(): readonly CheckreinFunction[] {
    return this.node.children.filter((child) => child instanceof CheckreinFunction);
  }

  private grant({ rules, catalogue, killSwitch, model, ledger, desk }: StepsProps): Role {
    const { open, decide, observe, authorize, changeZone, ask, page, sendLink, verify, close, stopped, digest } = this;
    const { subscriptions } = this;
    for (const step of [open, authorize, changeZone, ...this.answering]) killSwitch.grantRead(step);
    for (const step of [authorize, changeZone, ...this.answering]) allow(step, calendarReads(rules.settings));
    model.grantUse(decide);
    allow(open, [openReads()]);
    grantGuardrail(observe, rules.settings.guardrail);

    for (const step of [ask, sendLink]) desk.grantSignLink(step);
    desk.grantVerifyLink(page);
    for (const step of this.answering) desk.grantIssue(step);
    desk.grantIssueUnattended(authorize);
    desk.grantRedeem(changeZone);
    for (const step of [ask, sendLink, ...this.answering]) desk.grantNotify(step);
    for (const step of [close, stopped, digest]) desk.grantReport(step);
    desk.grantListSubscriptions(subscriptions);
    grantMoments(this.moments);
    for (const step of [close, stopped]) {
      ledger.grantSeal(step);
      grantFollowUp(step);
      allow(step, [closeReads()]);
    }

    const { agents } = rules;
    const tools = grantedTools(agents, catalogue);
    const changes = changeTools(tools);
    const observing = tools.filter(({ kind }) => kind === 'observe');
    addToolReads(observe.executionRole, toolReads(observing, agents));
    for (const step of [authorize, changeZone, verify]) addToolReads(step.executionRole, toolReads(changes, agents));
    allow(verify, [verifyReads()]);
    allow(changeZone, [applyReads()]);
    const { role: change } = new ChangeRole(this, 'ChangeRole', { changeZone, tools: changes });
    const readers = { observe, authorize, changeZone, verify };
    new ClusterAccess(this, 'ClusterAccess', {
      rules,
      catalogue,
      readers: rolesOf(readers),
      reads: { observe: ['observe'], authorize: ['change'], changeZone: ['change'], verify: ['change'] },
      change,
    });

    const { members } = rules.settings;
    if (members === undefined) return change;
    for (const step of [open, ...this.readers, close, stopped]) grantMemberRole(members, step, 'read');
    grantMemberRole(members, changeZone, 'change');
    return change;
  }
}

const rolesOf = (steps: Readonly<Record<string, CheckreinFunction>>): Record<string, Role> =>
  Object.fromEntries(Object.entries(steps).map(([name, { executionRole }]) => [name, executionRole]));

type OwnProps = Pick<CheckreinFunctionProps, 'module' | 'description' | 'reservedConcurrentExecutions'> &
  Partial<Pick<CheckreinFunctionProps, 'timeout'>> & {
    /** What it is for, where several functions are made of one module and have the same rights. */
    readonly of?: string;
  };

/** A factory of functions with these rules and their ledger rights. */
const functionFactory = (scope: Construct, { rules, sources, ledger }: StepsProps) => {
  const { settings } = rules;
  const network = settings.network && new Network(scope, 'Network', settings.network, settings.clusters);
  const bundler = bundlerOf(scope, { sources, rules });
  const common = { timeout: Duration.minutes(1), bundler, settings, network };
  return (id: keyof typeof LEDGER_RIGHTS, { of, ...props }: OwnProps): CheckreinFunction => {
    const step = new CheckreinFunction(scope, of === undefined ? id : `${id}-${of}`, { ...common, ...props });
    const rights = LEDGER_RIGHTS[id];
    if (rights !== undefined) ledger.grant(step, rights);
    return step;
  };
};

const allow = (step: CheckreinFunction, statements: readonly PolicyStatement[]): void => {
  for (const statement of statements) step.addToRolePolicy(statement);
};
