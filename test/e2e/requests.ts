import assert from 'node:assert/strict';
import * as z from 'zod';
import type { Emulators } from './emulators.ts';
import { ACCOUNT, REGION } from './paths.ts';
import type { Exchange } from './recording-proxy.ts';

const form = ({ body }: Exchange): URLSearchParams => new URLSearchParams(body);

/** The access key that signed a request. */
const accessKeyOf = ({ headers }: Exchange): string =>
  /Credential=([^/]+)/.exec(headers.authorization ?? '')?.[1] ?? 'nobody';

const Actions = z.union([z.array(z.string()), z.string().transform((one) => [one])]);
const SessionPolicy = z.object({ Statement: z.array(z.object({ Action: Actions, Resource: z.string() })) });

interface Session {
  readonly name: string | null;
  readonly identity: string | null;
  readonly statements: z.infer<typeof SessionPolicy>['Statement'];
}

const NO_SESSION: Session = { name: null, identity: null, statements: [] };

/** Sessions of the change role by access key: the source identity that CloudTrail would record, and the session policy. */
const changeSessions = ({ aws }: Emulators): Map<string, Session> =>
  new Map(
    aws.exchanges
      .filter((request) => form(request).has('SourceIdentity'))
      .map((request) => [
        /<AccessKeyId>([^<]+)</.exec(request.answer)?.[1] ?? '',
        {
          name: form(request).get('RoleSessionName'),
          identity: form(request).get('SourceIdentity'),
          statements: SessionPolicy.parse(JSON.parse(form(request).get('Policy') ?? '')).Statement,
        },
      ]),
  );

const RESIZE_CALLS = ['StopInstances', 'ModifyInstanceAttribute', 'StartInstances'];

/**
 * moto does not enforce IAM, so the requests themselves are checked: each call first as a dry run, then once for real,
 * all in sessions of the change role that allow the call on this instance only.
 */
export const assertResizeRequests = (emulators: Emulators, incident: string, instanceId: string): void => {
  const sessions = changeSessions(emulators);
  const sent = emulators.compute.exchanges.filter((request) =>
    RESIZE_CALLS.includes(form(request).get('Action') ?? ''),
  );
  const arn = `arn:aws:ec2:${REGION}:${ACCOUNT}:instance/${instanceId}`;
  assert.deepEqual(
    sent.map((request) => {
      const call = form(request).get('Action') ?? '';
      const { name, identity, statements } = sessions.get(accessKeyOf(request)) ?? NO_SESSION;
      const allowed = statements.filter(({ Action }) => Action.includes(`ec2:${call}`)).map(({ Resource }) => Resource);
      return { call, dryRun: form(request).get('DryRun') === 'true', name, identity, allowed };
    }),
    ['dry-run', 'apply'].flatMap((purpose) =>
      RESIZE_CALLS.map((call) => ({
        call,
        dryRun: purpose === 'dry-run',
        name: `${purpose}-${incident}`,
        identity: incident,
        allowed: [arn],
      })),
    ),
  );
};

/** No request to the account was denied: the roles have all permissions that they need. */
export const assertNothingDenied = ({ aws }: Emulators): void => {
  const denied = aws.exchanges.filter(
    ({ status, answer }) => status >= 400 && /not authorized|AccessDenied/.test(answer),
  );
  assert.deepEqual(
    denied.map(({ answer }) => answer),
    [],
  );
};

const STACK_CHANGES = ['CreateStack', 'UpdateStack', 'CreateChangeSet', 'ExecuteChangeSet'];

/** How many requests to change a stack CloudFormation has received so far. */
export const stackChangeRequests = ({ aws }: Emulators): number =>
  aws.exchanges.filter((request) => STACK_CHANGES.includes(form(request).get('Action') ?? '')).length;
