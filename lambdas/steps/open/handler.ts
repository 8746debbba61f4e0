import { basicPorts, killSwitch } from '../../adapters/wiring.ts';
import type { Installation } from '../../providers/installed.ts';
import { installedReads } from '../../providers/reads.ts';
import { accountRegionOf } from '../../kernel/trace/location.ts';
import { serve } from '../../runtime/serve.ts';
import { openStep } from './step.ts';

/** The function, for what is installed. */
export const handlerOf = (installed: Installation) =>
  serve(openStep, (runtime) => ({
    ...basicPorts(runtime),
    switch: killSwitch(runtime),
    cloud: installedReads(runtime, installed),
    home: accountRegionOf(runtime),
    doctorAlarm: runtime.env('doctorAlarm'),
  }));
