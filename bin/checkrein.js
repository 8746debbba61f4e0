#!/usr/bin/env node
import { existsSync } from 'node:fs';

// A clone runs the sources, and needs a Node that reads TypeScript. The package has them compiled.
const isClone = existsSync(new URL('./checkrein.ts', import.meta.url));
if (isClone) await import('./node-check.js');
await import(isClone ? './checkrein.ts' : '../dist/cli.js');
