// What plays on this machine. Loaded together: a file for each would be a chunk of the package. CDK is loaded only when something is played.
export { askOnLaptop } from './ask.ts';
export { runEvent } from './run.ts';
export { playScenarios } from './scenario.ts';
