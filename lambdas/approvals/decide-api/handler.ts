import { lambda } from '../../runtime/serve.ts';
import { answerPorts } from '../page/handler.ts';
import { fromFunctionUrl } from '../page/function-url.ts';
import { handleCall } from './api.ts';
import { callerOf } from './caller.ts';
import type { Installation } from '../../providers/installed.ts';

/** The function, for what is installed. */
export const handlerOf = (installed: Installation) =>
  lambda(
    'decide-api',
    (runtime) => answerPorts(runtime, installed),
    (event, ports) => handleCall(fromFunctionUrl(event), callerOf(event), ports),
  );
