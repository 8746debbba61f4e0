import { Command } from 'commander';
import type { ManifestFlags } from '../kubernetes/manifests.ts';

const manifests = (): Command =>
  new Command('manifests')
    .description(
      'Print what a cluster needs before agents may use it: Roles, RoleBindings and the admission policy, as YAML for kubectl.',
    )
    .requiredOption('--cluster <name>', 'a cluster of config/deployment.ts')
    .option('--config <dir>', 'a directory like config/; default: the one of this checkout')
    .addHelpText(
      'after',
      '\nExamples:\n  checkrein kubernetes manifests --cluster prod > checkrein.yaml\n  kubectl apply -f checkrein.yaml\n\nExit codes: 0 printed; 2 bad input.',
    )
    .action(async (flags: ManifestFlags) => (await import('../kubernetes/manifests.ts')).printManifests(flags));

/** `checkrein kubernetes`: what a cluster needs. */
export const kubernetesCommand = (): Command =>
  new Command('kubernetes').description('Prepare a cluster of Kubernetes.').addCommand(manifests());
