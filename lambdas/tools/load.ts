import { contractBroken } from '../contracts/errors.ts';
import { CHANGE_TOOLS, OBSERVE_TOOLS } from './catalogue.ts';
import type { ChangeTool, ObserveTool } from './tool.ts';

/** Loads the code of an observe tool. The name must have passed admission. */
export const loadObserveTool = async (name: string): Promise<ObserveTool> => {
  const line = OBSERVE_TOOLS.find(({ manifest }) => manifest.name === name);
  if (line === undefined) throw contractBroken(`There is no observe tool ${name}.`);
  return (await line.load()).tool;
};

/** Loads the code of a change tool. The name must have passed admission. */
export const loadChangeTool = async (name: string): Promise<ChangeTool> => {
  const line = CHANGE_TOOLS.find(({ manifest }) => manifest.name === name);
  if (line === undefined) throw contractBroken(`There is no change tool ${name}.`);
  return (await line.load()).tool;
};
