import * as z from 'zod';

/** JSON that arrives as text. */
export const ParsedJson = z.string().transform((text): unknown => JSON.parse(text));
