import { Command } from 'commander';
import { withApplication } from '../io/application-flags.ts';
import type { ManifestFlags } from '../kubernetes/manifests.ts';

const manifests = (): Command =>
  withApplication(new Command('manifests'))
    .description(
      'Print what a cluster needs before agents may use it: Roles, RoleBindings and the admission policy, as YAML for kubectl.',
    )
    .requiredOption('--cluster <name>', 'a cluster of the settings, in deployment.ts of the config directory')
    .addHelpText(
      'after',
      '\nExamples:\n  checkrein kubernetes manifests --cluster prod > checkrein.yaml\n  kubectl apply -f checkrein.yaml\n\nExit codes: 0 printed; 2 bad input.',
    )
    .action(async (flags: ManifestFlags) => (await import('../kubernetes/manifests.ts')).printManifests(flags));

/** `checkrein kubernetes`: what a cluster needs. */
export const kubernetesCommand = (): Command =>
  new Command('kubernetes').description('Prepare a cluster of Kubernetes.').addCommand(manifests());
