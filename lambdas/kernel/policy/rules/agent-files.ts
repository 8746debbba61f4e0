import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { configFiles, type Compiled, type ConfigFile } from './config-files.ts';

/** The file of an agent, and the sample event beside it. */
export interface AgentFile extends ConfigFile {
  /** Path of the sample event, whether or not there is one. */
  readonly samplePath: string;
  readonly sample?: ConfigFile;
}

const AGENT = '.yaml';
const SAMPLE = '.event.json';

/** The files of `config/agents/`. A sample event of an agent that is not there is a problem. */
export const agentFiles = (configDir: string): Compiled<AgentFile[]> => {
  const files = configFiles(configDir, 'agents', AGENT, SAMPLE);
  const agents = files.value.map((file) => withSample(file, join(configDir, 'agents', basename(file.path))));
  const samples = configFiles(configDir, 'agents', SAMPLE, AGENT).value;
  const strays = samples.filter(({ path }) => agents.every(({ samplePath }) => samplePath !== path));
  return {
    value: agents,
    problems: [
      ...files.problems,
      ...strays.map(
        ({ path }) => `${path}: there is no agent file ${path.replace(SAMPLE, AGENT)} for this sample event`,
      ),
    ],
  };
};

/** An agent file with the sample event beside it, if there is one. `path` is where the file is. */
export const withSample = (file: ConfigFile, path: string): AgentFile => {
  const name = basename(path, AGENT) + SAMPLE;
  const beside = join(dirname(path), name);
  const samplePath = join(dirname(file.path), name);
  if (!existsSync(beside)) return { ...file, samplePath };
  return { ...file, samplePath, sample: { path: samplePath, text: readFileSync(beside, 'utf8') } };
};
