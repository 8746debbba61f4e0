import type * as z from 'zod';

/** Kinds of events: a line of prose each, and the schema of their data. */
export type EventTable = Readonly<Record<string, { readonly says: string; readonly data: z.ZodType }>>;
