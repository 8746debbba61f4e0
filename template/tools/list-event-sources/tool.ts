import { callAws, observeTool } from 'checkrein/tool';
import * as z from 'zod';
import { manifest } from './manifest.ts';

const Answer = z.object({
  EventSourceMappings: z
    .array(
      z.object({
        EventSourceArn: z.string().default('a source without an ARN'),
        State: z.string(),
        LastModified: z.string(),
        BatchSize: z.int().optional(),
      }),
    )
    .default([]),
  NextMarker: z.string().nullish(),
});

export const tool = observeTool(manifest, async ({ function: FunctionName }, { cloud }) => {
  const call = { service: 'lambda', command: 'ListEventSourceMappings', input: { FunctionName } };
  const { EventSourceMappings, NextMarker } = await callAws(cloud, call, Answer);
  const lines = EventSourceMappings.map(
    ({ EventSourceArn, State, LastModified, BatchSize }) =>
      `${EventSourceArn}: ${State}, last changed ${LastModified}, at most ${BatchSize ?? 'unknown'} at once`,
  );
  const more = NextMarker ? ['There are more.'] : [];
  return [`${FunctionName} has ${lines.length} event sources.`, ...lines, ...more].join('\n');
});
