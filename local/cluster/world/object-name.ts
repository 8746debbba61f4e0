import * as z from 'zod';

/** An object in a world file, `NAMESPACE/RESOURCE/NAME`. */
export const ObjectName = z
  .string({ error: 'NAMESPACE/RESOURCE/NAME, such as shop/deployments/checkout' })
  .regex(/^[a-z0-9-]+\/[a-z]+\/[a-z0-9.-]+$/, 'NAMESPACE/RESOURCE/NAME, such as shop/deployments/checkout');
