import { Severity, type Statement } from '../../contracts/checks.ts';
import { Facts } from '../../contracts/facts.ts';
import { providerOfTarget, refOf, type Target } from '../../contracts/plan.ts';
import { notInstalled, providerNamed, type Provider } from '../../contracts/provider.ts';
import type { CedarEntity, CedarRequest, CedarSession } from './cedar.ts';
import { fillReason, type ReasonValues } from './reason.ts';
import { policyTags } from './policy-tags.ts';

interface Permitted {
  readonly verdict: 'permitted';
  readonly reason: string;
  readonly statements: Statement[];
  readonly tripsBreaker: null;
}
/** A refusal of policy. */
export interface Refused {
  readonly verdict: 'refused';
  /** Why, for the model and for people; never empty. */
  readonly reason: string;
  readonly statements: Statement[];
  /** Set when a refusing policy carries `@breaker("trip")`. */
  readonly tripsBreaker: { readonly policy: string; readonly reason: string } | null;
}
/** The decision of policy on one question. */
export type PolicyDecision = Permitted | Refused;
/** `needed` approvals release the plan; the statements include those that refused a smaller number. */
export type QuorumDecision = (Permitted & { readonly needed: number }) | Refused;

/** The change that a question is about. */
export interface ChangeInQuestion {
  readonly tool: string;
  readonly target: Target;
  /** The facts of the tool and of the kernel; those of the dry run are in the report. */
  readonly facts: Facts;
}

/** A parsed rule set, and the providers that know which groups a target is in. */
export interface PolicySession extends CedarSession {
  readonly providers: readonly Provider[];
}

/** One question to Cedar. */
export interface PolicyQuestion extends ChangeInQuestion {
  readonly principal: CedarEntity;
  readonly action: string;
  /** The context without the facts. */
  readonly context: CedarRequest['context'];
  /** Placeholders besides facts and target. */
  readonly values: ReasonValues;
  /** The reason to give if no policy determined the decision. */
  readonly defaultReason: string;
}

/** Evaluates one question. `broken`: it could not be evaluated, which refuses it whatever else is permitted. */
export const evaluate = (
  session: PolicySession,
  question: PolicyQuestion,
): { decision: PolicyDecision; broken: boolean } => {
  const problem = problemWith(session, question);
  if (problem !== null) return { decision: refused(problem), broken: true };
  const entities = groupsKnown(() => targetEntities(question.target, session.providers));
  if ('unknown' in entities) return { decision: refused(entities.unknown), broken: true };
  const answer = session.ask({
    principal: question.principal,
    action: question.action,
    ...entities,
    context: { ...question.context, facts: question.facts },
  });
  if (answer.decision === 'broken') {
    const reason = `Policy could not be evaluated, so nothing is permitted: ${answer.reason}.`;
    return { decision: refused(reason), broken: true };
  }
  const statements = answer.determining.map((id) => statementOf(session, id, question));
  const reason = statements.length === 0 ? question.defaultReason : statements.map((one) => one.reason).join(' ');
  if (answer.decision === 'allow') {
    return { decision: { verdict: 'permitted', reason, statements, tripsBreaker: null }, broken: false };
  }
  const trip = statements.find((one) => session.policies.get(one.id)?.annotations['breaker'] === 'trip');
  return { decision: refused(reason, statements, trip), broken: false };
};

const refused = (reason: string, statements: Statement[] = [], trip?: Statement): Refused => ({
  verdict: 'refused',
  reason,
  statements,
  tripsBreaker: trip ? { policy: trip.id, reason: trip.reason } : null,
});

/** Why a question cannot be evaluated. Cedar would refuse most of these too, with messages that do not help. */
const problemWith = (session: PolicySession, { tool, facts, target }: ChangeInQuestion): string | null => {
  const provider = providerOfTarget(target);
  if (!session.providers.some(({ name }) => name === provider))
    return notInstalled(provider, session.providers).message;
  const declared = session.factsOf.get(tool);
  if (!declared) return `"${tool}" is not a change tool that policy knows: ${[...session.factsOf.keys()].join(', ')}.`;
  const parsed = Facts.safeParse(facts);
  if (!parsed.success) {
    const name = parsed.error.issues[0]?.path.join('.') ?? 'facts';
    return `The fact ${name} is neither a whole number nor true or false, so policy cannot evaluate ${tool}.`;
  }
  const given = Object.keys(parsed.data);
  const missing = declared.filter((name) => !given.includes(name));
  if (missing.length > 0) return `${tool} came without the fact ${missing.join(', ')}, so policy cannot evaluate it.`;
  const foreign = given.filter((name) => !declared.includes(name));
  if (foreign.length > 0) return `${tool} came with the fact ${foreign.join(', ')}, which it does not declare.`;
  return null;
};

/** Without the groups of a target, a policy that forbids a change in one of them would not be found. */
const groupsKnown = <T>(read: () => T): T | { readonly unknown: string } => {
  try {
    return read();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { unknown: `The provider cannot say which groups the target is in, so nothing is permitted: ${why}` };
  }
};

/** The target as a Cedar entity, and the groups that it is in: each group is in the one before it. */
const targetEntities = (target: Target, providers: readonly Provider[]): Pick<CedarRequest, 'resource' | 'groups'> => {
  const { kind, account, region, environment, tags } = target;
  const uids = providerNamed(providers, providerOfTarget(target))
    .parentsOf(target)
    .map(({ type, id }) => ({ type: `Checkrein::${type}`, id }));
  const resource = {
    uid: { type: 'Checkrein::Target', id: refOf(target) },
    attrs: { kind, account, region, environment },
    parents: uids.slice(-1),
    tags: policyTags(tags),
  };
  return { resource, groups: uids.map((uid, index) => ({ uid, attrs: {}, parents: uids.slice(0, index).slice(-1) })) };
};

const statementOf = (session: PolicySession, id: string, question: PolicyQuestion): Statement => {
  const { facts, target, tool, values } = question;
  const { kind, id: name, account, region, environment } = target;
  const ref = refOf(target);
  const policy = session.policies.get(id);
  const filled = fillReason(policy?.annotations['reason'] ?? `Policy ${id} determined the decision.`, {
    ...facts,
    ...values,
    ...{ kind, id: name, arn: ref, ref, account, region, environment, tool },
  });
  const severity = Severity.safeParse(policy?.annotations['severity']).data;
  return { id, effect: policy?.effect ?? 'forbid', reason: filled, ...(severity && { severity }) };
};
