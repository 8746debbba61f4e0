import * as z from 'zod';
import type { ServiceCommands } from '../../lambdas/providers/aws/commands/command.ts';
import type { ChangeManifest, ObserveManifest } from '../../lambdas/contracts/tool.ts';
import type { ChangeTool, ObserveTool } from '../../lambdas/tools/tool.ts';

const ManifestShape = z.looseObject({
  name: z.string(),
  description: z.string(),
  input: z.custom((value) => value instanceof z.ZodType, 'expected a zod schema'),
  reads: z.array(z.looseObject({ service: z.string(), command: z.string() })),
});
const ObserveShape = ManifestShape.extend({ kind: z.literal('observe') });
const ChangeShape = ManifestShape.extend({
  kind: z.literal('change'),
  heading: z.string().optional(),
  targetKind: z.string(),
  changes: z.array(z.looseObject({ service: z.string(), command: z.string() })),
  facts: z.array(z.string()),
  repeatable: z.boolean(),
  stabilizeSeconds: z.number(),
});
const fn = z.custom((value) => typeof value === 'function', 'expected a function');

/** The shapes of what modules of a team export. A module that TypeScript has not checked is held to them as well. */
export const SHAPES = {
  manifest: z.looseObject({ manifest: z.discriminatedUnion('kind', [ObserveShape, ChangeShape]) }),
  observe: z.looseObject({ tool: z.looseObject({ manifest: ObserveShape, run: fn }) }),
  change: z.looseObject({
    tool: z.looseObject({
      manifest: ChangeShape,
      describe: fn,
      configuration: fn,
      predict: fn,
      facts: fn,
      losses: fn,
      dryRun: fn,
      apply: fn,
      postCondition: fn,
      inverse: fn,
    }),
  }),
  commands: z.looseObject({
    service: z.looseObject({ connect: fn, commands: z.record(z.string(), z.looseObject({ create: fn })) }),
  }),
};

/** A module as Node loaded it, once it has its shape. */
export const ManifestModule = z.custom<{ readonly manifest: ObserveManifest | ChangeManifest }>(
  (value) => SHAPES.manifest.safeParse(value).success,
);
export const ObserveModule = z.custom<{ readonly tool: ObserveTool }>(
  (value) => SHAPES.observe.safeParse(value).success,
);
export const ChangeModule = z.custom<{ readonly tool: ChangeTool }>((value) => SHAPES.change.safeParse(value).success);
export const CommandsModule = z.custom<{ readonly service: ServiceCommands }>(
  (value) => SHAPES.commands.safeParse(value).success,
);
