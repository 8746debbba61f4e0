// What plays an event on this machine. Loaded together: a file for each would be a chunk of the package. Neither loads CDK before it prints.
export { askOnLaptop } from './ask.ts';
export { runEvent } from './run.ts';
