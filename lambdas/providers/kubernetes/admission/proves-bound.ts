import { isDeepStrictEqual } from 'node:util';
import { FIELD_MANAGER } from '../../../contracts/clusters.ts';
import { CloudError, ToolRefusal } from '../../../contracts/errors.ts';
import type { JsonObject } from '../../../contracts/json.ts';
import type { Cloud, CloudRequest } from '../../../contracts/ports.ts';
import type { ProviderCall } from '../../../contracts/tool.ts';
import { POLICY_NAME } from './policy.ts';

/** An object that the session could change, were there no policy, and the call by which it could. */
export interface BoundProof extends ProviderCall {
  /** Undefined for an object that is in none. */
  readonly namespace: string | undefined;
  readonly name: string;
}

/** No tool may set a label, so the policy must refuse this of every session. */
const LABEL = 'checkrein.dev/proves-bound';

/**
 * Returns if the cluster refuses a dry run that our policy must refuse; otherwise throws a `ToolRefusal`. It is a dry run, so
 * nothing changes where the policy is missing.
 */
export const provesBound = async (cloud: Cloud, proof: BoundProof): Promise<void> => {
  const { service, command, namespace, name } = proof;
  const shown = namespace === undefined ? name : `${namespace}/${name}`;
  const input = {
    ...(namespace !== undefined && { namespace }),
    name,
    query: { dryRun: 'All' },
    ...forbiddenBody(proof),
  };
  try {
    await cloud.send({ service, command, input });
  } catch (error) {
    if (error instanceof CloudError && isDenial(error)) return;
    if (error instanceof CloudError)
      throw new ToolRefusal(
        `It is not proved that the admission policy ${POLICY_NAME} is bound: its refusal was expected, but ${command} on ${shown} failed with ${error.code}: ${error.awsMessage}`,
      );
    throw error;
  }
  throw new ToolRefusal(
    `The admission policy ${POLICY_NAME} is not bound: the cluster accepted a dry run of ${command} on ${shown} that the policy refuses. Apply the output of \`checkrein kubernetes manifests\`.`,
  );
};

/** Whether a request is such a dry run. No tool sends one: it would be refused. */
export const isBoundProof = ({ service, command, input }: CloudRequest): boolean => {
  const { namespace, name, body } = input;
  const isPlace = namespace === undefined || typeof namespace === 'string';
  if (!isPlace || typeof name !== 'string' || body === undefined) return false;
  return isDeepStrictEqual(body, forbiddenBody({ service, command, namespace, name }).body);
};

const forbiddenBody = ({
  command,
  namespace,
  name,
}: BoundProof): { readonly body: JsonObject; readonly contentType?: string } =>
  command === 'create pods/eviction'
    ? // Without the UID precondition, and for another reason than a disruption budget, which answers later.
      {
        body: {
          apiVersion: 'policy/v1',
          kind: 'Eviction',
          metadata: { ...(namespace !== undefined && { namespace }), name },
        },
      }
    : {
        contentType: 'application/merge-patch+json',
        body: { metadata: { labels: { [LABEL]: FIELD_MANAGER } } },
      };

/** RBAC answers Forbidden too, but before admission, and without the name of the policy. */
const isDenial = ({ awsMessage }: CloudError): boolean =>
  awsMessage.includes(
    `ValidatingAdmissionPolicy '${POLICY_NAME}' with binding '${POLICY_NAME}' denied request: Checkrein:`,
  );
