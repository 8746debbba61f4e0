import { join } from 'node:path';
import { InputError } from '../../lambdas/contracts/errors.ts';
import { applicationAt, type ApplicationFlags } from '../../local/application.ts';
import { ours, plain, sentence } from '../../lambdas/kernel/trace/outside-text.ts';
import { listScenarios, playScenario } from '../../local/scenario.ts';
import { eventPrinter, printJson, sentencePrinter } from '../io/output.ts';

/** Flags of `checkrein scenario`. */
export interface ScenarioFlags extends ApplicationFlags {
  readonly scenarios: string;
  readonly json?: boolean;
}

/** Lists the scenarios, or plays some of them and compares each with what is expected. */
export const playScenarios = async (names: readonly string[], flags: ScenarioFlags): Promise<void> => {
  const json = flags.json === true;
  const print = sentencePrinter(json);
  const all = listScenarios(flags.scenarios);
  if (names.length === 0) {
    if (json) {
      printJson(all);
      return;
    }
    const width = Math.max(...all.map(({ name }) => name.length)) + 2;
    for (const { name, about } of all) print(plain`${ours(name.padEnd(width))}${ours(about)}`, width);
    return;
  }
  const unknown = names.find((name) => !all.some((one) => one.name === name));
  if (unknown !== undefined)
    throw new InputError(unknown, 'there is no such scenario', `one of ${all.map((one) => one.name).join(', ')}`);
  // One object for all scenarios: the flow is synthesized once for each set of rules.
  const { rules, installed } = applicationAt(flags);
  const played = [];
  for (const name of names) {
    if (!json) print(plain`\n=== ${name}\n`);
    const { result, problems } = await playScenario(join(flags.scenarios, name), {
      rules,
      installed,
      onEvent: eventPrinter(json),
    });
    played.push({ name, incidentId: result.incidentId, problems, moments: result.moments });
    if (!json)
      print(
        problems.length === 0
          ? plain`\n${name}: as expected.`
          : plain`\n${name}: NOT as expected.${problems.map((one) => plain`\n  - ${sentence(one, 1000)}`)}`,
      );
  }
  if (json) printJson(played);
  if (played.some(({ problems }) => problems.length > 0)) process.exitCode = 1;
};
