import * as z from 'zod';
import { Json } from '../lambdas/contracts/json.ts';

const Intrinsic = z.union([
  z.strictObject({ 'Fn::Join': z.tuple([z.string(), z.array(Json)]) }),
  z.strictObject({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }),
  z.strictObject({ Ref: z.string() }),
]);

/** The text of a template value, with `name` replacing each CloudFormation reference in it. */
export const templateText = (value: unknown, name: (reference: string) => string): string => {
  if (typeof value === 'string') return value;
  const intrinsic = Intrinsic.parse(value);
  if ('Fn::Join' in intrinsic) {
    const [separator, parts] = intrinsic['Fn::Join'];
    return parts.map((part) => templateText(part, name)).join(separator);
  }
  return name('Ref' in intrinsic ? intrinsic.Ref : intrinsic['Fn::GetAtt'].join('.'));
};
