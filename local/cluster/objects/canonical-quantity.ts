import { canonicalQuantity as canonical } from '../../../lambdas/tools/kubernetes/canonical-quantity.ts';
import type { Json } from '../../../lambdas/contracts/json.ts';
import { quantityIn } from './json.ts';

/** A quantity as the API server stores it. World files may have a number. */
export const canonicalQuantity = (given: Json): string => canonical(quantityIn(given));
