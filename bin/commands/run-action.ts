import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { anthropicModel } from '../../lambdas/adapters/model/anthropic.ts';
import { InputError } from '../../lambdas/errors.ts';
import type { Model } from '../../lambdas/ports.ts';
import { readWorld } from '../../local/account/world/read.ts';
import { readEvent } from '../../local/files.ts';
import { localRules, withOnly } from '../../local/rules.ts';
import { runOnLaptop, summaryOf, writeRun, type RunOptions } from '../../local/run.ts';
import { loadScript } from '../../local/script.ts';
import { scriptedModel } from '../../local/scripted-model.ts';
import { narrator, printer, printJson } from './output.ts';

/** Flags of `checkrein run`, as commander hands them over. */
export interface RunFlags {
  readonly event: string;
  readonly world: string;
  readonly agent?: string;
  readonly model?: string;
  readonly approve: 'ask' | 'yes' | 'no';
  readonly out?: string;
  readonly json?: boolean;
}

const SCRIPTED = 'scripted:';

/** The model that `--model` names; by default the script beside the world file. */
const modelFor = async ({ model, world }: RunFlags): Promise<Model> => {
  const beside = join(dirname(world), 'model.json');
  const name = model ?? (existsSync(beside) ? `${SCRIPTED}${beside}` : undefined);
  if (name === undefined)
    throw new InputError('--model', `not given, and there is no ${beside}`, 'scripted:FILE or anthropic');
  if (name.startsWith(SCRIPTED)) {
    const path = name.slice(SCRIPTED.length);
    return scriptedModel(await loadScript(path), path);
  }
  if (name !== 'anthropic')
    throw new InputError('--model', `cannot be ${JSON.stringify(name)}`, 'scripted:FILE or anthropic');
  const { ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: baseUrl } = process.env;
  if (key === undefined || key === '')
    throw new InputError('ANTHROPIC_API_KEY', 'is not set', 'an API key in the environment, for --model anthropic');
  return anthropicModel({ apiKey: async () => key, baseUrl: baseUrl ?? 'https://api.anthropic.com' });
};

const approvalFor = (flag: RunFlags['approve']): RunOptions['approve'] => {
  switch (flag) {
    case 'yes':
      return { kind: 'preset', answers: [{ answer: 'approve', reason: 'answered by --approve yes' }] };
    case 'no':
      return { kind: 'preset', answers: [{ answer: 'deny', reason: 'answered by --approve no' }] };
    case 'ask':
      return { kind: 'ask', terminal: process.stdin.isTTY };
  }
};

/** Runs one event on this machine and writes what it left behind. */
export const run = async (flags: RunFlags): Promise<void> => {
  const json = flags.json === true;
  const print = printer(json);
  const event = readEvent(flags.event);
  const world = readWorld(flags.world);
  const rules = flags.agent === undefined ? localRules() : withOnly(localRules(), flags.agent);
  const model = await modelFor(flags);
  if (!json)
    print(
      `Checkrein on a laptop: simulated account ${world.account}, ${world.region}. Nothing leaves this machine${flags.model === 'anthropic' ? ' but the calls to the model' : ''}.\n`,
    );
  const result = await runOnLaptop({
    event,
    world,
    rules,
    model,
    approve: approvalFor(flags.approve),
    onEvent: narrator(json),
    onPage: (url) => print(`Approval page: ${url} (the link of each approver is in the message)`),
    onMessage: (message) => {
      if (flags.approve === 'ask' && message.about === 'approval') print(`\n${message.text}\n`);
    },
  });
  const files = writeRun(flags.out ?? join('.checkrein', result.incidentId), result);
  if (json) printJson(summaryOf(result, files));
  else
    print(
      `\nReport  ${files.report}\nTrace   ${files.trace}  (npx checkrein trace verify ${files.trace})\nCalls   ${files.calls}`,
    );
};
