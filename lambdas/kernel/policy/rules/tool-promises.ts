import { AWS, callsOf, isAwsCall, providerOf, type Manifest } from '../../../contracts/tool.ts';
import { Heading, LONGEST_HEADING } from '../../../contracts/heading.ts';
import { capacityProblems } from './tool-capacity.ts';
import { callProblems, changeCallProblems } from './tool-calls.ts';
import { inputProblems } from './tool-input.ts';
import { nameProblems, type DeclaredTool } from './tool-name.ts';

/**
 * What of the promises that each tool gives by its manifest these tools do not keep, with file and what was expected.
 * `others` are the tools beside which they are installed.
 */
export const toolProblems = (tools: readonly DeclaredTool[], others: readonly DeclaredTool[] = []): string[] =>
  tools.flatMap((tool, index) => [
    ...nameProblems(tool, [...others, ...tools.slice(0, index)]),
    ...[...textProblems(tool.manifest), ...inputProblems(tool.manifest), ...ofCalls(tool.manifest)].map(
      (problem) => `${tool.file}: ${problem}`,
    ),
    ...capacityProblems([tool.manifest], () => tool.file),
  ]);

/** The model chooses a tool by this text. */
const textProblems = ({ description, ...manifest }: Manifest): string[] => [
  ...(manifest.kind === 'change' ? headingProblems(manifest.heading) : []),
  ...(description.trim().length >= 20
    ? []
    : [
        `description: found ${JSON.stringify(description)}; expected at least a sentence, by which the model chooses it`,
      ]),
  ...(manifest.kind === 'change' && !/^[a-z][a-z0-9-]*$/.test(manifest.targetKind)
    ? [
        `targetKind: found ${JSON.stringify(manifest.targetKind)}; expected small letters, digits and -, as policies compare it`,
      ]
    : []),
];

/** People approve by it. */
const headingProblems = (heading: string | undefined): string[] =>
  heading === undefined || Heading.safeParse(heading).success
    ? []
    : [
        `heading: found ${JSON.stringify(heading)}; expected at most ${LONGEST_HEADING} characters, words with a capital letter first, such as Resize`,
      ];

const ofCalls = (manifest: Manifest): string[] => [
  ...notOfAws(manifest),
  ...callProblems(manifest),
  ...(manifest.kind === 'change' ? changeCallProblems(manifest) : []),
];

/** Without a scope, IAM could not be narrowed. Types say so too. */
const notOfAws = (manifest: Manifest): string[] => {
  if (providerOf(manifest) !== AWS) return [];
  return callsOf(manifest)
    .filter((call) => !isAwsCall(call))
    .map(({ service, command }) => `${service}:${command} has no scope; expected 'target', 'log-group' or 'any'`);
};
