#!/usr/bin/env node
import { runCommandLine } from './command-line.ts';
import { endWithoutReader } from './io/signals.ts';

endWithoutReader();
await runCommandLine(process.argv.slice(2));
