import { CATALOGUE } from '../tools/catalogue.ts';
import type { Installed } from '../tools/installed.ts';
import { aws } from './aws/provider.ts';
import { kubernetes } from './kubernetes/provider.ts';

/** What this checkout ships. To install a provider: its folder, a line here, and its accesses in `reads.ts` and `changes.ts`. */
export const INSTALLED: Installed = { catalogue: CATALOGUE, providers: [aws, kubernetes] };
