import type { Provider } from '../../../contracts/provider.ts';
import { AWS, ofAws, providerOf, type Manifest } from '../../../contracts/tool.ts';

/** Tools whose provider is not installed, and tools on AWS whose calls are none of AWS. */
export const providerProblems = (manifests: readonly Manifest[], providers: readonly Provider[]): string[] => {
  const names = providers.map(({ name }) => name);
  const aws = ofAws(manifests).map(({ name }) => name);
  return manifests.flatMap((manifest) => {
    const [provider, where] = [providerOf(manifest), `tool ${manifest.name}`];
    if (!names.includes(provider))
      return [`${where}: its provider ${JSON.stringify(provider)} is not installed; installed: ${names.join(', ')}`];
    return provider === AWS && !aws.includes(manifest.name)
      ? [
          `${where}: a call or the target of this tool on AWS is not as AWS needs it; expected calls with a service and a scope, and of a change tool a targetArn`,
        ]
      : [];
  });
};
