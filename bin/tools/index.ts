// What `checkrein tools` does. Loaded together: a file for each would be a chunk of the package.
export { checkTools } from './check.ts';
export { listTools } from './list.ts';
