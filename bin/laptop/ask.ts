import { homeOf, rulesFor } from '../../local/account-access.ts';
import { applicationAt } from '../../local/application.ts';
import { agentTaking, ASKED } from '../io/agent-taking.ts';
import { refuseFlagOfStack } from '../io/laptop-flags.ts';
import { questionEvent, type AskFlags } from '../io/question-event.ts';
import { playOnLaptop } from './run.ts';

/** Plays a question on this machine. Its agent is named in the event, so that Open judges it as it would in AWS. */
export const askOnLaptop = async (question: string, world: string, flags: AskFlags): Promise<void> => {
  refuseFlagOfStack('--wait', flags.wait);
  const app = applicationAt(flags);
  const { model, out, json, approve = 'no' } = flags;
  const play = { world, approve, ...(model !== undefined && { model }), ...(out !== undefined && { out }) };
  await playOnLaptop(app, { ...play, ...(json !== undefined && { json }) }, (simulated) => {
    const { account, hub, region, now } = simulated;
    const home = homeOf(simulated);
    // In the simulated account of a member there is nothing else that a question could be about.
    const about = hub === undefined ? undefined : { account, region };
    const asking = { askedBy: flags.as ?? 'somebody', home, time: new Date(now), about };
    const event = questionEvent(question, asking, flags);
    agentTaking(ASKED, event, rulesFor(simulated, app.rules), home);
    return event;
  });
};
