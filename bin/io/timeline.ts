import type { TraceEvent } from '../../lambdas/contracts/events.ts';
import { modelCost, reportLines, shown } from '../../lambdas/kernel/trace/plan-text.ts';
import { entry, modelEntry, passedNames, firstRefusal, type TimelineEntry } from './timeline-entry.ts';

/** Only the first lines of evidence are shown; all of it is on the trace. */
const clipped = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)} …` : text);

/** The entry of one event; undefined for an event that would only repeat another. Pure. */
export const timelineEntry = (event: TraceEvent): TimelineEntry | undefined => {
  switch (event.kind) {
    case 'incident.opened': {
      const { alarm, agent, model, detailType, switch: position } = event.data;
      const what = alarm === null ? detailType : `${alarm.name} is in ALARM. ${alarm.reason}`;
      return entry('alarm', 'bad', what, [`handled by agent ${agent} (model ${model}, kill switch ${position})`]);
    }
    case 'incident.attached':
      return entry('copy', 'quiet', `The alarm arrived again (copy ${event.data.copy}) and joined this incident.`);
    case 'incident.refused':
      return entry('intake', 'warn', event.data.reason);
    case 'evidence.gathered': {
      const { evidence, tool, outcome, text, suspicions } = event.data;
      const [first = '', second] = text.split('\n').map((one) => clipped(one.trim()));
      const flags = suspicions.length === 0 ? [] : [`warning: this text ${suspicions.join('; ')}`];
      const details = second === undefined || second === '' ? flags : [second, ...flags];
      return entry('evidence', outcome === 'ok' ? 'plain' : 'quiet', `${evidence} ${tool}: ${first}`, details);
    }
    case 'first-look.skipped':
      return undefined;
    case 'budget.checked':
      return event.data.allowed ? undefined : entry('budget', 'bad', event.data.reason);
    case 'model.called':
      return modelEntry(event);
    case 'call.refused':
      return entry('refused', 'warn', `${event.data.tool || 'turn'} (${event.data.check}): ${event.data.reason}`);
    case 'proposal.judged': {
      const { tool, target, verdict, checks, statements } = event.data;
      const statementLines = statements.map((one) => `${one.effect} ${one.id}: ${one.reason}`);
      return verdict === 'permitted'
        ? entry(
            'policy',
            'good',
            `The proposal ${tool} on ${target?.id ?? '?'} may go to a dry run. Passed: ${passedNames(checks)}.`,
            statementLines,
          )
        : entry('policy', 'bad', `The proposal ${tool} is refused ${firstRefusal(checks)}`, statementLines);
    }
    case 'dry-run.finished':
      return event.data.made
        ? entry(
            'dry run',
            'good',
            `${event.data.handle}: ${event.data.plan.tool} on ${event.data.plan.target.id}. Nothing has been changed yet.`,
            reportLines(event.data.plan.report),
          )
        : entry('dry run', 'bad', `${event.data.tool} would not work: ${event.data.reason}`);
    case 'plan.judged': {
      const { handle, verdict, approvalsNeeded, checks, statements, freeze } = event.data;
      const statementLines = statements.map((one) => `${one.effect} ${one.id}: ${one.reason}`);
      if (verdict === 'refused')
        return entry('policy', 'bad', `${handle} is refused ${firstRefusal(checks)}`, statementLines);
      return entry(
        'policy',
        'good',
        verdict === 'unattended'
          ? `${handle} may be applied without a human.`
          : `${handle} needs the approval of ${approvalsNeeded === 1 ? 'one person' : `${approvalsNeeded} people`}.`,
        freeze === undefined
          ? statementLines
          : [...statementLines, `change freeze: ${freeze} An approval needs break-glass.`],
      );
    }
    case 'approval.asked':
      return entry(
        'approval',
        'warn',
        `Asked ${event.data.approvers.join(', ')}. No answer by ${event.data.expiresAt} counts as a denial.`,
      );
    case 'approval.reminded':
      return entry('approval', 'warn', `Nobody answered. Asked again: ${event.data.approvers.join(', ')}.`);
    case 'approval.answered': {
      const { approver, answer, reason, via, counted, breakGlass } = event.data;
      return entry(
        'approval',
        answer === 'approve' ? 'good' : 'bad',
        `${approver} says ${answer}${breakGlass === true ? ', with break-glass in a change freeze' : ''} (${via})${reason === '' ? '' : `: ${reason}`}${counted ? '' : ' This does not count.'}`,
      );
    }
    case 'approval.closed':
      return entry(
        'approval',
        event.data.outcome === 'granted' ? 'good' : 'bad',
        `The plan is ${event.data.outcome}${event.data.by.length === 0 ? '' : ` by ${event.data.by.join(', ')}`}.`,
      );
    case 'grant.issued':
      return entry(
        'grant',
        'quiet',
        `${event.data.grants.map((grant) => `one to ${grant.purpose} until ${grant.expiresAt}`).join('; ')}.`,
      );
    case 'apply.checked':
      return event.data.verdict === 'allowed'
        ? entry('apply', 'good', `Checked again before the call: ${passedNames(event.data.checks)}.`)
        : entry(
            'apply',
            'bad',
            `The ${event.data.purpose === 'apply' ? 'change' : 'rollback'} is refused ${firstRefusal(event.data.checks)}`,
          );
    case 'grant.redeemed':
      return entry(
        'grant',
        'quiet',
        `The grant to ${event.data.purpose} is used up (${event.data.approvers.join(', ')}).`,
      );
    case 'apply.started':
      return entry(event.data.purpose, 'warn', `${event.data.tool} starts on ${event.data.targetArn}.`);
    case 'apply.resumed':
      return entry(
        event.data.purpose,
        'warn',
        'An earlier attempt ended without a result. Reconciling with the real state.',
      );
    case 'apply.finished': {
      const { purpose, outcome, error, state, reconciled } = event.data;
      return entry(
        purpose,
        outcome === 'applied' ? 'good' : 'bad',
        error === null
          ? `${outcome}${reconciled ? ' (read from the target)' : ''}. Now: ${shown(state)}`
          : `${outcome}: ${error.says}`,
      );
    }
    case 'change.verified': {
      const { outcome, findings, secondsSinceChange } = event.data;
      const tone = outcome === 'healed' ? 'good' : outcome === 'waiting' ? 'quiet' : 'bad';
      return entry(
        'verify',
        tone,
        `${outcome}, ${secondsSinceChange} s after the change: ${findings.map((one) => one.detail).join(' ')}`,
      );
    }
    case 'model.told':
      return undefined;
    case 'breaker.tripped':
      return entry(
        'breaker',
        'bad',
        `Tripped for ${event.data.scope} by ${event.data.policy}. Only a human can reset it.`,
      );
    case 'conclusion.reviewed': {
      const { accepted, verdicts } = event.data;
      return entry(
        'review',
        accepted ? 'good' : 'bad',
        accepted ? 'The conclusion is accepted.' : 'The conclusion is rejected.',
        verdicts.map((one) => `${one.verifier}: ${one.reason}`),
      );
    }
    case 'escalation.asked':
      return entry('escalate', 'warn', event.data.reason);
    case 'harness.failed':
      return entry('failed', 'bad', `${event.data.error}: ${event.data.cause}`);
    case 'people.notified':
      return entry(
        'message',
        event.data.sent ? 'quiet' : 'bad',
        `${event.data.about} to ${event.data.to.join(', ')}${event.data.error === null ? '' : ` could not be sent: ${event.data.error}`}`,
      );
    case 'incident.closed': {
      const { outcome, summary, turns, costMicroUsd, copies } = event.data;
      const tone = outcome === 'healed' || outcome === 'diagnosed' ? 'good' : 'warn';
      return entry('closed', tone, `${outcome.toUpperCase()}. ${summary}`, [
        `${turns} model turns, ${modelCost(costMicroUsd)}${copies > 0 ? `, ${copies} copies of the alarm joined` : ''}`,
      ]);
    }
    case 'trace.sealed':
      return entry('sealed', 'quiet', `${event.data.events} events, signed by ${event.data.keyId}.`);
  }
};
