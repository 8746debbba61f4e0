import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { LinkRequests } from '../../contracts/ports.ts';
import { CONNECTION } from './connection.ts';
import { translateAwsError } from './errors.ts';

/** Hands requests for links to the function that sends them. Lambda queues each, so nobody can tell by the time what came of it. */
export const lambdaLinkRequests = (functionArn: string, client = new LambdaClient(CONNECTION)): LinkRequests => ({
  request: async (request) => {
    const Payload = Buffer.from(JSON.stringify(request));
    const command = new InvokeCommand({ FunctionName: functionArn, InvocationType: 'Event', Payload });
    await client.send(command).catch((error: unknown) => {
      throw translateAwsError('lambda:Invoke', error);
    });
  },
});
