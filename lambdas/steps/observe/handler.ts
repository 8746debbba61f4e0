import { configuredContentFilter } from '../../adapters/aws/guardrail-configured.ts';
import { basicPorts } from '../../adapters/wiring.ts';
import { serve } from '../../runtime/serve.ts';
import { observe } from './step.ts';
import type { Installation } from '../../providers/installed.ts';
import { installedReads } from '../../providers/reads.ts';

/** The function, for what is installed. */
export const handlerOf = (installed: Installation) =>
  serve(observe, (runtime) => ({
    ...basicPorts(runtime),
    cloud: installedReads(runtime, installed),
    installed,
    contentFilter: configuredContentFilter(runtime),
  }));
