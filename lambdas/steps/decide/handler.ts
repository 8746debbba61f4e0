import { configuredModel } from '../../adapters/model/configured.ts';
import { basicPorts } from '../../adapters/wiring.ts';
import { serve } from '../../runtime/serve.ts';
import { decide } from './step.ts';
import type { Installation } from '../../providers/installed.ts';

/** The function, for what is installed. */
export const handlerOf = (installed: Installation) =>
  serve(decide, (runtime) => ({
    ...basicPorts(runtime),
    installed,
    model: configuredModel(runtime),
    freshModel: () => configuredModel(runtime),
  }));
