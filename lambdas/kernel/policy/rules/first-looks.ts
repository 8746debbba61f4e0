import type { JsonObject } from '../../../contracts/json.ts';
import type { Manifest } from '../../../contracts/tool.ts';
import {
  eventPathsIn,
  firstLookCalls,
  unknownAlarmPlaceholders,
  EXAMPLE_ALARM,
  type FirstLookCall,
} from '../../model/first-look.ts';
import type { AgentDraft } from './agent-draft.ts';
import type { AgentFile } from './agent-files.ts';
import { didYouMean } from './did-you-mean.ts';
import { absentIn } from './sample-event.ts';
import { schemaProblems, type Problem } from './schema-problems.ts';

/** Problems of the calls that an agent makes before the first turn. */
export const firstLookProblems = (
  { firstLook, tools: { observe: granted } }: AgentDraft,
  manifests: readonly Manifest[],
  file: AgentFile,
  event: JsonObject | null,
): Problem[] => {
  if (granted === null) return [];
  return firstLook.flatMap((call, index): Problem[] => {
    if (call === null) return [];
    const { tool, input } = call;
    const path = ['firstLook', index];
    if (!granted.includes(tool)) {
      const message = `"${tool}" is not among this agent's observe tools${didYouMean(tool, granted)}`;
      return [{ path: [...path, 'tool'], message }];
    }
    const misspelt = unfilled(input, file, event).map((message) => ({ path: [...path, 'input'], message }));
    const manifest = manifests.find((one) => one.name === tool);
    const [filled] = firstLookCalls({ firstLook: [call] }, { alarm: EXAMPLE_ALARM, event });
    return misspelt.length > 0 ? misspelt : inputProblems(manifest, filled, [...path, 'input']);
  });
};

/** What fills no placeholder of an input, in words. */
const unfilled = (input: JsonObject, file: AgentFile, event: JsonObject | null): string[] => [
  ...unknownAlarmPlaceholders(input).map(
    (name) => `nothing fills ${name}; see docs/adding-an-agent.md for what there is`,
  ),
  ...eventPathsIn(input).flatMap((path) => {
    const reason = absentIn(event, path, file);
    return reason === undefined ? [] : [`nothing fills $event.${path}: ${reason}`];
  }),
];

/** Checks a first look against the example alarm and the sample event, unless it needs a dimension that the example does not have. */
const inputProblems = (
  manifest: Manifest | undefined,
  call: FirstLookCall | undefined,
  path: Problem['path'],
): Problem[] => {
  if (!manifest || !call || call.skipped !== undefined) return [];
  const parsed = manifest.input.safeParse(call.input);
  if (parsed.success) return [];
  const problems = schemaProblems(manifest.input, call.input, parsed.error);
  return problems.map((problem) => ({ ...problem, path: [...path, ...problem.path] }));
};
