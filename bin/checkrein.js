#!/usr/bin/env node
import { existsSync } from 'node:fs';

const there = (path) => existsSync(new URL(path, import.meta.url));

// The package has the sources compiled. A clone runs them as they are, and needs a Node that reads TypeScript.
const isPackage = there('../dist/cli.js') && !there('./checkrein.ts');
if (!isPackage) await import('./node-check.js');
await import(isPackage ? '../dist/cli.js' : './checkrein.ts');
