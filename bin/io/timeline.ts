import type { TraceEvent } from '../../lambdas/contracts/events.ts';
import { joined, ours, plain, quoted, sentence } from '../../lambdas/kernel/trace/outside-text.ts';
import { changeInWords, headingOf, refText, targetLine } from '../../lambdas/kernel/trace/heading.ts';
import { subjectOf, type Subject } from '../../lambdas/kernel/trace/subject.ts';
import { claimOf, subjectInWords, whereabouts } from '../../lambdas/kernel/trace/subject-text.ts';
import { dueLines, failedLines } from '../../lambdas/kernel/trace/follow-up-text.ts';
import { decisiveStatements, modelCost, peopleNeeded, reportLines } from '../../lambdas/kernel/trace/plan-text.ts';
import { stateText } from './state-text.ts';
import {
  EVIDENCE_CHARACTERS,
  WORDS_LIMIT,
  conclusionLines,
  entry,
  firstRefusal,
  modelEntry,
  passedNames,
  statementLine,
  type TimelineEntry,
  type Tone,
} from './timeline-entry.ts';

/** What of the event had to be changed before it could be recorded. */
const cleanedLines = (cleaned: readonly string[] = []) => cleaned.map((one) => plain`cleaned: ${sentence(one)}`);

/** An alarm is bad news, an event may be; a question and a scheduled run are none. */
const TONE: Record<Subject['kind'], Tone> = { alarm: 'bad', event: 'warn', question: 'plain', schedule: 'plain' };

/** The entry of one event; undefined for an event that would only repeat another. Pure. */
export const timelineEntry = (event: TraceEvent): TimelineEntry | undefined => {
  switch (event.kind) {
    case 'incident.opened': {
      const { agent, model, switch: position } = event.data;
      const subject = subjectOf(event);
      const { follows } = event.data;
      const claim = claimOf(subject);
      const where = whereabouts(subject);
      return entry(
        subject.kind,
        TONE[subject.kind],
        plain`${subjectInWords(event)}${where === undefined ? '' : plain`, ${where}`}.`,
        [
          ...(claim === undefined ? [] : [plain`${claim[0]}: ${claim[1]}`]),
          plain`handled by agent ${agent} (model ${model}, kill switch ${position})`,
          ...(follows === undefined ? [] : [plain`had joined incident ${follows}, which has closed`]),
          ...cleanedLines(event.data.cleaned),
        ],
      );
    }
    case 'incident.attached':
      if (event.data.alarm !== undefined)
        return entry(
          'alarm',
          'warn',
          plain`Alarm ${event.data.alarm.name} joined this incident. ${sentence(event.data.says ?? '')}`,
          (event.data.suspicions ?? []).map((one) => plain`warning: its text ${sentence(one)}`),
        );
      return entry('copy', 'quiet', plain`The event arrived again (copy ${event.data.copy}) and joined this incident.`);
    case 'incident.refused':
      return entry('intake', 'warn', sentence(event.data.reason), cleanedLines(event.data.cleaned));
    case 'evidence.gathered': {
      const { evidence, tool, outcome, text, suspicions } = event.data;
      const [first = '', second = ''] = text.split('\n').map((one) => one.trim());
      const warning = joined(
        suspicions.map((one) => sentence(one)),
        '; ',
      );
      return entry(
        'evidence',
        outcome === 'ok' ? 'plain' : 'quiet',
        plain`${evidence} ${tool}: ${quoted(first, EVIDENCE_CHARACTERS)}`,
        [
          ...(second === '' ? [] : [quoted(second, EVIDENCE_CHARACTERS)]),
          ...(suspicions.length === 0 ? [] : [plain`warning: this text ${warning}`]),
        ],
      );
    }
    case 'first-look.skipped':
      return undefined;
    case 'budget.checked':
      return event.data.allowed ? undefined : entry('budget', 'bad', sentence(event.data.reason));
    case 'model.tested': {
      const silent = event.data.models.filter(({ answered }) => !answered);
      const text = plain`${event.data.models.length - silent.length} of ${event.data.models.length} models answered a test.`;
      const reasons = silent.map(({ model, reason }) => plain`${model}: ${sentence(reason)}`);
      return entry('model', silent.length === 0 ? 'good' : 'bad', text, reasons);
    }
    case 'clusters.tested': {
      const faults = event.data.clusters.filter(({ outcome }) => outcome !== 'ok');
      const failed = faults.some(({ outcome }) => outcome === 'fail');
      const text = plain`${event.data.clusters.length - faults.length} of ${event.data.clusters.length} clusters passed a test.`;
      const reasons = faults.map(({ cluster, says }) => plain`${cluster}: ${sentence(says)}`);
      return entry('clusters', failed ? 'bad' : faults.length > 0 ? 'warn' : 'good', text, reasons);
    }
    case 'model.called':
      return modelEntry(event);
    case 'call.refused': {
      const { tool, check, reason } = event.data;
      return entry('refused', 'warn', plain`${tool || 'turn'} (${check}): ${sentence(reason)}`);
    }
    case 'proposal.judged': {
      const { tool, heading, target, verdict, checks, statements } = event.data;
      const what = target === null ? plain`run ${tool}` : changeInWords({ tool, heading, target });
      const text =
        verdict === 'permitted'
          ? plain`The proposal to ${what} may go to a dry run. Passed: ${passedNames(checks)}.`
          : plain`The proposal to ${what} is refused ${firstRefusal(checks)}`;
      return entry('policy', verdict === 'permitted' ? 'good' : 'bad', text, statements.map(statementLine));
    }
    case 'dry-run.finished': {
      if (!event.data.made)
        return entry('dry run', 'bad', plain`${event.data.tool} would not work: ${sentence(event.data.reason)}`);
      const { handle, plan } = event.data;
      const text = plain`${handle}: ${headingOf(plan)}. Nothing has been changed yet.`;
      return entry('dry run', 'good', text, [plain`target: ${targetLine(plan.target)}`, ...reportLines(plan.report)]);
    }
    case 'plan.judged':
      return planEntry(event.data);
    case 'approval.asked': {
      const { approvers, expiresAt } = event.data;
      const text = plain`Asked ${joined(approvers, ', ')}. No answer by ${expiresAt} counts as a denial.`;
      return entry('approval', 'warn', text);
    }
    case 'approval.reminded':
      return entry('approval', 'warn', plain`Nobody answered. Asked again: ${joined(event.data.approvers, ', ')}.`);
    case 'approval.answered': {
      const { approver, answer, reason, via, counted, breakGlass } = event.data;
      const override = breakGlass === true ? plain`, with break-glass in a change freeze` : '';
      const why = reason === '' ? '' : plain`: ${quoted(reason, WORDS_LIMIT)}`;
      const effect = counted ? '' : plain` This does not count.`;
      const text = plain`${approver} says ${answer}${override} (${via})${why}${effect}`;
      return entry('approval', answer === 'approve' ? 'good' : 'bad', text);
    }
    case 'approval.closed': {
      const { outcome, by, check, reason } = event.data;
      if (check !== undefined)
        return entry(
          'approval',
          'bad',
          plain`Enough people approved the plan, but it is refused (${check}): ${sentence(reason)}`,
        );
      const people = by.length === 0 ? '' : plain` by ${joined(by, ', ')}`;
      return entry('approval', outcome === 'granted' ? 'good' : 'bad', plain`The plan is ${outcome}${people}.`);
    }
    case 'grant.issued': {
      const grants = event.data.grants.map((grant) => plain`one to ${grant.purpose} until ${grant.expiresAt}`);
      return entry('grant', 'quiet', plain`${joined(grants, '; ')}.`);
    }
    case 'apply.checked': {
      const { verdict, checks, purpose } = event.data;
      if (verdict === 'allowed')
        return entry('apply', 'good', plain`Checked again before the call: ${passedNames(checks)}.`);
      const what = purpose === 'apply' ? plain`change` : plain`rollback`;
      return entry('apply', 'bad', plain`The ${what} is refused ${firstRefusal(checks)}`);
    }
    case 'grant.redeemed': {
      const { purpose, approvers } = event.data;
      return entry('grant', 'quiet', plain`The grant to ${purpose} is used up (${joined(approvers, ', ')}).`);
    }
    case 'apply.started':
      return entry(event.data.purpose, 'warn', plain`${event.data.tool} starts on ${refText(event.data.targetArn)}.`);
    case 'apply.waiting':
      return entry(event.data.purpose, 'quiet', plain`in progress: ${sentence(event.data.says)}`);
    case 'apply.resumed':
      if (event.data.continues === true) return undefined;
      return entry(
        event.data.purpose,
        'warn',
        plain`An earlier attempt ended without a result. Reconciling with the real state.`,
      );
    case 'apply.finished': {
      const { purpose, outcome, error, state, reconciled } = event.data;
      const read = reconciled ? plain` (read from the target)` : '';
      const text =
        error === null
          ? plain`${outcome}${read}. Now: ${sentence(stateText(state))}`
          : plain`${outcome}: ${sentence(error.says)}`;
      return entry(purpose, outcome === 'applied' ? 'good' : 'bad', text);
    }
    case 'change.verified': {
      const { outcome, findings, secondsSinceChange } = event.data;
      const tone = outcome === 'healed' ? 'good' : outcome === 'waiting' ? 'quiet' : 'bad';
      const details = findings.map(({ detail }) => sentence(detail, 400));
      const text = plain`${outcome}, ${secondsSinceChange} s after the change: ${joined(details, ' ')}`;
      return entry('verify', tone, text);
    }
    case 'model.told':
      return undefined;
    case 'breaker.tripped': {
      const { scope, policy } = event.data;
      return entry('breaker', 'bad', plain`Tripped for ${refText(scope)} by ${policy}. Only a human can reset it.`);
    }
    case 'conclusion.reviewed': {
      const { accepted, verdicts, conclusion, numbersNotFound = [] } = event.data;
      return entry(
        'review',
        accepted ? 'good' : 'bad',
        accepted ? plain`The conclusion is accepted.` : plain`The conclusion is rejected.`,
        [
          ...(conclusion === null ? [] : conclusionLines(conclusion)),
          ...numbersNotFound.map(({ number }) => plain`not found in the evidence: ${quoted(number, 100)}`),
          ...verdicts.map((one) => plain`${one.verifier}: ${sentence(one.reason)}`),
        ],
      );
    }
    case 'escalation.asked': {
      const { reason } = event.data;
      const text = event.step === 'decide' ? plain`The agent says ${quoted(reason, WORDS_LIMIT)}` : sentence(reason);
      return entry('escalate', 'warn', text);
    }
    case 'harness.failed':
      return entry('failed', 'bad', plain`${event.data.error}: ${quoted(event.data.cause, WORDS_LIMIT)}`);
    case 'people.notified': {
      const { about, to, error, sent, digest } = event.data;
      if (digest === true) return entry('message', 'quiet', plain`${about} to ${joined(to, ', ')}, in the next digest`);
      const failure = error === null ? '' : plain` could not be sent: ${quoted(error)}`;
      return entry('message', sent ? 'quiet' : 'bad', plain`${about} to ${joined(to, ', ')}${failure}`);
    }
    case 'incident.closed': {
      return closedEntry(event.data);
    }
    case 'follow-ups.due': {
      const [first = plain``, ...rest] = dueLines(event.data);
      return entry('joined', event.data.due.length + event.data.leftTotal === 0 ? 'quiet' : 'warn', first, rest);
    }
    case 'follow-ups.raised': {
      const text = plain`Raised ${event.data.raised} follow-ups, each an incident of its own.`;
      return entry('follow-up', event.data.failed.length === 0 ? 'plain' : 'bad', text, failedLines(event.data));
    }
    case 'trace.sealed':
      return entry(
        'sealed',
        'quiet',
        plain`${event.data.events} events before this one, signed by ${event.data.keyId}.`,
      );
  }
};

/** The end: what happened comes first, the words of the agent after it. */
const closedEntry = (closed: Extract<TraceEvent, { kind: 'incident.closed' }>['data']): TimelineEntry => {
  const { outcome, happened = [], summary, reason, turns, costMicroUsd, copies } = closed;
  const tone = outcome === 'healed' || outcome === 'diagnosed' ? 'good' : 'warn';
  const [first = plain``, ...rest] = happened.map((text) => sentence(text, HAPPENED_LIMIT));
  const joinedBy = copies > 0 ? plain`, ${copies} more ${ours(copies === 1 ? 'event' : 'events')} joined` : '';
  const label = summary === reason ? plain`Reason` : plain`In the agent's words, not checked`;
  return entry('closed', tone, plain`${outcome.toUpperCase()}. ${first}`, [
    ...rest,
    plain`${label}: ${quoted(summary, WORDS_LIMIT)}`,
    plain`${turns} model turns, ${sentence(modelCost(costMicroUsd))}${joinedBy}`,
  ]);
};

/** Characters of one sentence about what happened, which may quote a person's reason. */
const HAPPENED_LIMIT = 2400;

const planEntry = (judged: Extract<TraceEvent, { kind: 'plan.judged' }>['data']): TimelineEntry => {
  const { handle, verdict, approvalsNeeded, checks, statements, freeze } = judged;
  const reasons = (verdict === 'needs-approval' ? decisiveStatements(statements) : statements).map(statementLine);
  if (verdict === 'refused')
    return entry('policy', 'bad', plain`${handle} is refused ${firstRefusal(checks)}`, reasons);
  const text =
    verdict === 'unattended'
      ? plain`${handle} may be applied without a human.`
      : plain`${handle} needs the approval of ${peopleNeeded(approvalsNeeded, statements)}`;
  const freezeLines =
    freeze === undefined ? [] : [plain`change freeze: an approval needs break-glass. ${quoted(freeze)}`];
  return entry('policy', 'good', text, [...reasons, ...freezeLines]);
};
