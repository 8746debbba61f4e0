import { homedir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY_ROOT } from '../e2e/paths.ts';

/** Files of a run: data of etcd, certificates, logs. Not committed. */
export const RUN_FOLDER = join(REPOSITORY_ROOT, '.checkrein/kubernetes');
/** The Go module of the API server. */
export const MODULE_FOLDER = join(import.meta.dirname, 'apiserver');
/** Built API servers, one for each version. Survives a clean clone and `npm ci`. */
export const CACHE_FOLDER = join(homedir(), '.cache/checkrein');
