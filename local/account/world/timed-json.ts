import { JsonObject } from '../../../lambdas/contracts/json.ts';
import { TIME_IN_TEXT, wrongTimes } from './times-in-json.ts';

/** A JSON object of at most so many bytes whose texts may hold times, such as `${-5m}`. */
export const timedJson = (bytes: number) =>
  JsonObject.superRefine((value, context) => {
    const size = Buffer.byteLength(JSON.stringify(value));
    if (size > bytes) context.addIssue({ code: 'custom', message: `at most ${bytes} bytes of JSON; it has ${size}` });
    for (const path of wrongTimes(value)) context.addIssue({ code: 'custom', path: [...path], message: TIME_IN_TEXT });
  });
