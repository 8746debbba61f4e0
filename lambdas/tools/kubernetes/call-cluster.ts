import * as z from 'zod';
import { CloudError, ToolRefusal } from '../../contracts/errors.ts';
import type { JsonObject } from '../../contracts/json.ts';
import type { Cloud, CloudRequest } from '../../contracts/ports.ts';
import { parsedAnswer } from '../answer.ts';

/** Makes one call of a cluster and parses the answer. */
export const callCluster = <S extends z.ZodType>(
  cloud: Cloud,
  request: CloudRequest,
  schema: S,
): Promise<z.output<S>> => parsedAnswer(cloud, request, schema, 'The cluster');

/** Where objects are listed: in one namespace of one cluster. */
export interface Place {
  readonly cluster: string;
  readonly namespace: string;
}

/** Objects of one kind, and whether these are all. */
export interface Listed<T> {
  readonly items: readonly T[];
  readonly complete: boolean;
}

/** What a function with 1 GB can hold. A namespace with more is narrowed by labels. */
const MOST_OBJECTS = 500;

/** Lists the objects of one kind in one namespace, or those that are in none: one page. */
export const listObjects = async <S extends z.ZodType>(
  cloud: Cloud,
  service: string,
  resource: string,
  { cluster, namespace }: Omit<Place, 'namespace'> & Partial<Place>,
  schema: S,
  query: JsonObject = {},
): Promise<Listed<z.output<S>>> => {
  const input = { cluster, ...(namespace !== undefined && { namespace }), query: { limit: MOST_OBJECTS, ...query } };
  const { items, next } = await pageOf(cloud, { service, command: `list ${resource}`, input }, schema);
  return { items, complete: next === undefined };
};

/** Pages of a list that must be whole. */
const MOST_PAGES = 4;

/**
 * Lists all objects of one kind in one namespace, such as those that forbid something: one that was not read could be the one
 * that counts. Refuses where there are more than a function reads.
 */
export const listAllObjects = async <S extends z.ZodType>(
  cloud: Cloud,
  service: string,
  resource: string,
  { cluster, namespace }: Place,
  schema: S,
): Promise<readonly z.output<S>[]> => {
  const all: z.output<S>[] = [];
  let token: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const query = { limit: MOST_OBJECTS, ...(token !== undefined && { continue: token }) };
    const input = { cluster, namespace, query };
    const { items, next } = await pageOf(cloud, { service, command: `list ${resource}`, input }, schema);
    all.push(...items);
    if (next === undefined) return all;
    token = next;
  }
  throw new ToolRefusal(
    `The namespace ${namespace} has more than ${MOST_OBJECTS * MOST_PAGES} ${resource}, which are not read. One of the others may be about this, so it is not known; a person must look.`,
  );
};

/** One page of a list, and the token of the next one if there is more. */
const pageOf = async <S extends z.ZodType>(
  cloud: Cloud,
  request: CloudRequest,
  schema: S,
): Promise<{ readonly items: readonly z.output<S>[]; readonly next: string | undefined }> => {
  const Page = z.object({
    metadata: z.object({ continue: z.string().optional() }),
    items: z.array(schema),
  });
  const { items, metadata } = await callCluster(cloud, request, Page);
  return { items, next: metadata.continue === '' ? undefined : metadata.continue };
};

/** What was read, or why it could not be: what one part of an answer lacks is said, and the others are shown. */
export const orWhyNot = async (what: string, read: () => Promise<readonly string[]>): Promise<readonly string[]> => {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ToolRefusal) return [`${what}: not known. ${error.message}`];
    if (!(error instanceof CloudError)) throw error;
    return [`${what}: not known, the cluster answered ${error.code} (${error.awsMessage})`];
  }
};

/** Whether the cluster has no such API: nothing in it serves the group. */
export const isNoSuchApi = (error: unknown): boolean => error instanceof CloudError && error.code === 'NotFound';
