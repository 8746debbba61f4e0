import type { Provider } from '../../../contracts/provider.ts';
import { AWS, ofAws, providerOf, type Manifest } from '../../../contracts/tool.ts';

/** The file of the manifest of a tool of a team's own. */
type OwnFile = (manifest: Manifest) => string | undefined;

/** Providers that cannot be told apart, tools whose provider is not installed, and tools on AWS whose calls are none of AWS. */
export const providerProblems = (
  manifests: readonly Manifest[],
  providers: readonly Provider[],
  ownFile?: OwnFile,
): string[] => {
  const names = providers.map(({ name }) => name);
  const aws = ofAws(manifests).map(({ name }) => name);
  return [...nameProblems(names), ...manifests.flatMap((manifest) => problemsOf(manifest, names, aws, ownFile))];
};

/** By two providers of one name, a tool would be read by one and limited by the other. */
const nameProblems = (names: readonly string[]): string[] =>
  names.flatMap((name, index) => {
    if (names.indexOf(name) !== index)
      return [`provider ${JSON.stringify(name)}: it is installed twice; expected one provider of a name`];
    return /^[a-z][a-z0-9-]*$/.test(name)
      ? []
      : [
          `provider ${JSON.stringify(name)}: expected a name of small letters, digits and -, as in the refs of its targets`,
        ];
  });

const problemsOf = (
  manifest: Manifest,
  names: readonly string[],
  aws: readonly string[],
  ownFile?: OwnFile,
): string[] => {
  const [provider, where] = [providerOf(manifest), ownFile?.(manifest) ?? `tool ${manifest.name}`];
  if (!names.includes(provider))
    return [`${where}: its provider ${JSON.stringify(provider)} is not installed; installed: ${names.join(', ')}`];
  return provider === AWS && !aws.includes(manifest.name)
    ? [
        `${where}: a call or the target of this tool on AWS is not as AWS needs it; expected calls with a service and a scope, and of a change tool a targetArn`,
      ]
    : [];
};
