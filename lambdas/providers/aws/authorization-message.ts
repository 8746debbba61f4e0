import { DecodeAuthorizationMessageCommand, type STSClient } from '@aws-sdk/client-sts';
import * as z from 'zod';
import { CloudError } from '../../contracts/errors.ts';
import type { Cloud } from '../../contracts/ports.ts';

/** The parts of a decoded message that are shown. */
const Decoded = z.object({
  explicitDeny: z.boolean().default(false),
  matchedStatements: z
    .object({ items: z.array(z.object({ statementId: z.string().default('') })).default([]) })
    .prefault({}),
  context: z.object({ action: z.string(), resource: z.string(), principal: z.object({ arn: z.string() }) }),
});

const ENCODED = /\s*Encoded authorization failure message:\s*(?<encoded>\S+)\s*$/;

const denialText = (decoded: z.infer<typeof Decoded>): string => {
  const { action, resource, principal } = decoded.context;
  const statements = decoded.matchedStatements.items.map((one) => one.statementId).filter((id) => id !== '');
  const why = decoded.explicitDeny
    ? `a policy denies it explicitly${statements.length === 0 ? '' : ` (${statements.join(', ')})`}`
    : 'no policy allows it';
  return `${principal.arn} may not ${action} on ${resource}: ${why}.`;
};

/** The decoded reason. Without permission to decode it, AWS's message without the encoded part. */
const decodedMessage = async (sts: STSClient, message: string): Promise<string> => {
  const encoded = ENCODED.exec(message)?.groups?.['encoded'];
  if (encoded === undefined) return message;
  try {
    const { DecodedMessage } = await sts.send(new DecodeAuthorizationMessageCommand({ EncodedMessage: encoded }));
    return denialText(Decoded.parse(JSON.parse(DecodedMessage ?? '')));
  } catch {
    return message.replace(ENCODED, '');
  }
};

/** A cloud whose errors for missing permissions name the action, the resource and the denying statement. */
export const withDecodedDenials = (cloud: Cloud, sts: STSClient): Cloud => ({
  account: cloud.account,
  region: cloud.region,
  send: async (request) => {
    try {
      return await cloud.send(request);
    } catch (error) {
      if (!(error instanceof CloudError) || !ENCODED.test(error.awsMessage)) throw error;
      throw new CloudError(error.name, await decodedMessage(sts, error.awsMessage), error, error.call);
    }
  },
});
