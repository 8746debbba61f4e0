import type { Agent } from '../../contracts/agent.ts';
import type { Check } from '../../contracts/checks.ts';
import type { EventData } from '../../contracts/events.ts';
import type { Settings } from '../../contracts/settings.ts';
import { admit } from '../../kernel/model/admission.ts';
import { asToolError } from '../../kernel/redaction/tool-errors.ts';
import { trippedBreaker } from '../../kernel/limits/breaker.ts';
import { prepareChange, factsAbout, type ProposedChange } from '../../kernel/changes/proposed-change.ts';
import type { Journal } from '../../kernel/trace/journal.ts';
import { checkRate } from '../../kernel/limits/rate.ts';
import { locationOf } from '../../kernel/trace/location.ts';
import { openingOf, type ToolCall } from '../../kernel/trace/queries.ts';
import { loadChangeTool } from '../../tools/load.ts';
import type { ChangeTool, ToolContext } from '../../tools/tool.ts';
import type { AuthorizePorts } from './ports.ts';

type ProposalResult = EventData<'proposal.judged'>;

/** A judgement in the making: checks are added in the kernel's order, and the first refusal ends it. */
class Hearing {
  readonly #checks: Check[] = [];
  #judgement: ProposalResult;

  constructor(call: ToolCall) {
    this.#judgement = {
      toolUseId: call.id,
      tool: call.name,
      input: call.input,
      target: null,
      before: null,
      after: null,
      checks: [],
      facts: {},
      statements: [],
      trips: null,
      verdict: 'refused',
    };
  }

  know(found: Partial<ProposalResult>): void {
    this.#judgement = { ...this.#judgement, ...found };
  }

  pass(check: Check['check'], reason: string): void {
    this.#checks.push({ check, outcome: 'passed', reason });
  }

  refuse(check: Check['check'], reason: string): ProposalResult {
    this.#checks.push({ check, outcome: 'refused', reason });
    return { ...this.#judgement, checks: this.#checks, verdict: 'refused' };
  }

  permit(): ProposalResult {
    return { ...this.#judgement, checks: this.#checks, verdict: 'permitted' };
  }
}

const examineOrSay = async (
  tool: ChangeTool,
  input: ProposalResult['input'],
  context: ToolContext,
  settings: Settings,
): Promise<ProposedChange | string> => {
  try {
    return await prepareChange(tool, input, context, settings);
  } catch (error) {
    const told = asToolError(error);
    if (told === undefined) throw error;
    return told.says;
  }
};

const factsOrSay = async (
  ...about: Parameters<typeof factsAbout>
): Promise<Awaited<ReturnType<typeof factsAbout>> | string> => {
  try {
    return await factsAbout(...about);
  } catch (error) {
    const told = asToolError(error);
    if (told === undefined) throw error;
    return told.says;
  }
};

/** Holds a change call to the kernel: schema, allowlist, switch, target, breakers, rate, facts, policy. */
export const authorizeProposal = async (
  journal: Journal,
  ports: AuthorizePorts,
  agent: Agent,
  call: ToolCall,
): Promise<ProposalResult> => {
  const hearing = new Hearing(call);
  const admission = admit(agent, call);
  if (admission.kind === 'refused') return hearing.refuse(admission.check, admission.reason);
  if (admission.kind !== 'change') return hearing.refuse('allowlist', `${call.name} is not a change tool.`);
  hearing.pass('schema', 'The input fits the schema of the tool.');
  hearing.pass('allowlist', `${call.name} is granted to ${agent.name}.`);
  if ((await ports.switch.read()) === 'off')
    return hearing.refuse('switch', 'The kill switch is off. Nothing may be proposed; conclude or escalate.');
  hearing.pass('switch', 'The kill switch lets proposals through.');

  const tool = await loadChangeTool(call.name);
  const context: ToolContext = {
    cloud: ports.cloud(tool.manifest.reads, locationOf(journal.events)),
    clock: ports.clock,
    alarm: openingOf(journal.events).data.alarm,
  };
  const examination = await examineOrSay(tool, admission.input, context, ports.rules.settings);
  if (typeof examination === 'string') return hearing.refuse('target', examination);
  const { target, before, after } = examination.change;
  hearing.know({ target, before, after });
  hearing.pass('target', `${target.arn}, environment ${target.environment}.`);
  const tripped = await trippedBreaker(ports.ledger, agent.name, target.arn);
  if (tripped !== undefined) return hearing.refuse('breaker', tripped);
  hearing.pass('breaker', 'The circuit breakers of agent and target are closed.');
  const { changesPerHour } = ports.rules.settings;
  const change = { tool: call.name, targetArn: target.arn };
  const tooFast = await checkRate(ports.ledger, change, changesPerHour, ports.clock.now());
  if (tooFast !== undefined) return hearing.refuse('rate', tooFast);
  hearing.pass('rate', 'Tool and target have not been changed too often in the last hour.');

  const facts = await factsOrSay(tool, examination, context, ports.ledger, journal.events);
  if (typeof facts === 'string') return hearing.refuse('facts', facts);
  hearing.know({ facts });
  hearing.pass('facts', `${Object.keys(facts).length} facts were computed.`);
  const ruling = ports.policy.mayPropose({ agent, tool: call.name, target, facts, phase: 'proposal' });
  hearing.know({ statements: ruling.statements, trips: ruling.tripsBreaker });
  if (ruling.verdict === 'refused') return hearing.refuse('policy', ruling.reason);
  hearing.pass('policy', ruling.reason);
  return hearing.permit();
};
