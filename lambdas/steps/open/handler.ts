import { basicPorts, killSwitch } from '../../adapters/wiring.ts';
import { installedReads } from '../../providers/reads.ts';
import { accountRegionOf } from '../../kernel/trace/location.ts';
import { serve } from '../../runtime/serve.ts';
import { openStep } from './step.ts';

export const handler = serve(openStep, (runtime) => ({
  ...basicPorts(runtime),
  switch: killSwitch(runtime),
  cloud: installedReads(runtime),
  home: accountRegionOf(runtime),
  doctorAlarm: runtime.env('doctorAlarm'),
}));
