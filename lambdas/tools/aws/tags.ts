import * as z from 'zod';

/** `[{ Key, Value }]`, as EC2 and Auto Scaling send tags, made a record. */
export const Tags = z
  .array(z.object({ Key: z.string(), Value: z.string().default('') }))
  .default([])
  .transform((tags) => Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])));

/**
 * The environment that tags put a target in: tag `environment` or `env`, in any case. No such tag, an
 * empty one, or two that disagree mean `production`, so that what is unclear is held to the strictest policy.
 */
export const environmentOf = (tags: Readonly<Record<string, string>>): string => {
  const values = Object.entries(tags)
    .filter(([key]) => ['environment', 'env'].includes(key.toLowerCase()))
    .map(([, value]) => value.trim().toLowerCase());
  const [first = '', ...others] = new Set(values);
  return first === '' || others.length > 0 ? 'production' : first;
};
