import type * as z from 'zod';

/** Kinds of events: a one-line summary each, and the schema of their data. */
export type EventTable = Readonly<Record<string, { readonly summary: string; readonly data: z.ZodType }>>;
