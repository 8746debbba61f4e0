import { KUBERNETES } from '../../../contracts/clusters.ts';
import { providerOf, type Manifest } from '../../../contracts/tool.ts';
import { isControlTool } from '../../model/control-tools.ts';

/** A tool, and the file of its manifest, as messages name it. */
export interface DeclaredTool {
  readonly manifest: Manifest;
  readonly file: string;
}

/** The model APIs take so many characters. */
const LONGEST_NAME = 64;
/** The session of a change in a cluster is named after its tool and the object, and STS takes 64 characters of a name. */
const LONGEST_NAME_IN_SESSION = 21;

/** What about the name of a tool is not as the model, sessions and files need it. */
export const nameProblems = ({ manifest, file }: DeclaredTool, others: readonly DeclaredTool[]): string[] => {
  const { name } = manifest;
  const { pattern, longest } = limitsOf(manifest);
  const same = others.find((one) => one.manifest.name === name);
  const folder = name.replaceAll('_', '-');
  const said = (problem: string): string => `${file}: name: ${problem}`;
  return [
    ...(pattern.test(name)
      ? []
      : [
          said(
            `found ${JSON.stringify(name)}; expected small letters with _ between words; digits too, unless it changes something in a cluster`,
          ),
        ]),
    ...(name.length <= longest
      ? []
      : [said(`${JSON.stringify(name)} has ${name.length} characters; expected at most ${longest}`)]),
    ...(isControlTool(name) ? [said(`${JSON.stringify(name)} is a call of the kernel; expected another name`)] : []),
    ...(file.split('/').at(-2) === folder
      ? []
      : [
          said(`found ${JSON.stringify(name)}; expected the folder of this file to be its name with dashes, ${folder}`),
        ]),
    ...(same === undefined
      ? []
      : [
          said(`two tools of one name, ${JSON.stringify(name)}: the other is ${same.file}; expected a name of its own`),
        ]),
  ];
};

const limitsOf = (manifest: Manifest): { readonly pattern: RegExp; readonly longest: number } =>
  manifest.kind === 'change' && providerOf(manifest) === KUBERNETES
    ? { pattern: /^[a-z]+(_[a-z]+)*$/, longest: LONGEST_NAME_IN_SESSION }
    : { pattern: /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/, longest: LONGEST_NAME };
