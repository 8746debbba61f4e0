import * as z from 'zod';

/** Characters. More would leave no room for the target in the subject of a mail. */
export const LONGEST_HEADING = 30;

/** What a change tool does, as it stands before the name of a target: `Resize`. Letters only, so that it can look like nothing else. */
export const Heading = z
  .string()
  .max(LONGEST_HEADING)
  .regex(/^[A-Z][A-Za-z]*([ -][A-Za-z]+)*$/);
