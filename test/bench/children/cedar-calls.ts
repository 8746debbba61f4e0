/** Notes what Cedar is called with. Import this first: whatever loads Cedar later gets the function that notes. */
import { createRequire } from 'node:module';
import * as z from 'zod';

const Cedar = z.looseObject({
  statefulIsAuthorized: z.custom<(call: unknown) => unknown>((one) => typeof one === 'function'),
});
const loaded: unknown = createRequire(import.meta.url)('@cedar-policy/cedar-wasm/nodejs');

/** Cedar itself. */
export const rawDecision = Cedar.parse(loaded).statefulIsAuthorized;

let noted: unknown[] | undefined;
if (typeof loaded === 'object' && loaded !== null)
  Reflect.set(loaded, 'statefulIsAuthorized', (call: unknown) => {
    noted?.push(structuredClone(call));
    return rawDecision(call);
  });

/** The calls of Cedar that some work makes. */
export const callsOf = (work: () => void): readonly unknown[] => {
  const calls: unknown[] = [];
  noted = calls;
  try {
    work();
  } finally {
    noted = undefined;
  }
  return calls;
};
