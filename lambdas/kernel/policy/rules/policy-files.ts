import { filesIn, configFiles, type Compiled, type ConfigFile } from './config-files.ts';
import { packageFile } from './package-root.ts';

/** A file of policies. */
export interface PolicyFile extends ConfigFile {
  /** Whether it came with Checkrein, so that the settings can switch its policies off by their `@id`. */
  readonly shipped: boolean;
}

/** The folder of the package that holds the shipped policies. */
export const shippedFolder = (): string => packageFile('policies');

/** The cases of the shipped policies. */
export const shippedCases = (): Compiled<ConfigFile[]> =>
  filesIn(packageFile('policies', 'cases'), `${LABEL}/cases`, '.yaml');

/** The shipped policies, and those of a team beside them. */
export const policyFilesOf = (configDir: string, folder = shippedFolder()): Compiled<PolicyFile[]> => {
  const shipped = shippedFiles(folder);
  const own = configFiles(configDir, 'policies', '.cedar');
  return {
    value: [...shipped.value, ...own.value.map((file) => ({ ...file, shipped: false }))],
    problems: [...shipped.problems, ...own.problems],
  };
};

/** The shipped policies alone. */
export const shippedFiles = (folder = shippedFolder()): Compiled<PolicyFile[]> => {
  const { value, problems } = filesIn(folder, LABEL, '.cedar', 'cases');
  // Without them, nothing would stand between a permit of a team and production.
  const missing = value.length === 0 ? [`${LABEL}: no .cedar file in ${folder}; install Checkrein again`] : [];
  return { value: value.map((file) => ({ ...file, shipped: true })), problems: [...problems, ...missing] };
};

/** What messages call the folder: it stands in `node_modules`, whatever the path to it. */
const LABEL = 'checkrein/policies';
