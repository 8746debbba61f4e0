import { INSTALLED } from '../../../lambdas/providers/installed.ts';
import { catalogueOf, type Installed } from '../../../lambdas/tools/installed.ts';
import { flags } from './provider.ts';
import { GET_FLAG, SET_FLAG } from './tools.ts';

/** What this checkout ships, with the provider of feature flags and its two tools: added from outside. */
export const WITH_FLAGS: Installed = {
  catalogue: catalogueOf([...INSTALLED.catalogue.observe, GET_FLAG], [...INSTALLED.catalogue.change, SET_FLAG]),
  providers: [...INSTALLED.providers, flags],
};
