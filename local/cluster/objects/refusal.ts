import { CheckreinError } from '../../../lambdas/contracts/errors.ts';
import type { Json, JsonObject } from '../../../lambdas/contracts/json.ts';

/** A refusal of the simulated API server, as the Status object that the real one answers. */
export class StatusRefusal extends CheckreinError {
  readonly status: number;
  readonly details: JsonObject | undefined;
  constructor(status: number, reason: string, message: string, details?: JsonObject) {
    super(reason, message, 'See the reason.');
    this.status = status;
    this.details = details;
  }

  /** The body of the answer. */
  get body(): JsonObject {
    const { code: reason, message, details, status: code } = this;
    const start = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason };
    return { ...start, ...(details !== undefined && { details }), code };
  }
}

/** Where a refused object is, as `details` has it. */
export interface RefusedAt {
  /** As messages name it: `deployments.apps`. */
  readonly resource: string;
  readonly name: string;
}

const detailsOf = ({ resource, name }: RefusedAt, causes?: readonly Json[]): JsonObject => {
  const [kind = '', ...group] = resource.split('.');
  return {
    ...(name !== '' && { name }),
    ...(group.length > 0 && { group: group.join('.') }),
    kind,
    ...(causes && { causes: [...causes] }),
  };
};

/** There is no such object. */
export const notFound = (at: RefusedAt): StatusRefusal =>
  new StatusRefusal(404, 'NotFound', `${at.resource} "${at.name}" not found`, detailsOf(at));

/** The object is another one, or has changed since it was read. */
export const conflict = (
  at: RefusedAt,
  why = 'the object has been modified; please apply your changes to the latest version and try again',
): StatusRefusal =>
  new StatusRefusal(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${at.resource} "${at.name}": ${why}`,
    detailsOf(at),
  );

/** The caller may not do it. */
export const forbidden = (at: RefusedAt, why: string, causes?: readonly Json[]): StatusRefusal =>
  new StatusRefusal(
    403,
    'Forbidden',
    `${at.resource}${at.name === '' ? '' : ` "${at.name}"`} is forbidden: ${why}`,
    detailsOf(at, causes),
  );

/** Fields of an object have values that they cannot have. */
export const invalid = (
  kind: string,
  name: string,
  faults: readonly { field: string; message: string }[],
): StatusRefusal => {
  const says = faults.map(({ field, message }) => `${field}: ${message}`);
  const list = says.length === 1 ? (says[0] ?? '') : `[${says.join(', ')}]`;
  const causes = faults.map(({ field, message }) => ({ reason: reasonOf(message), message, field }));
  return new StatusRefusal(
    422,
    'Invalid',
    `${kind} "${name}" is invalid: ${list}`,
    detailsOf({ resource: kind, name }, causes),
  );
};

const reasonOf = (message: string): string => {
  if (message.startsWith('Forbidden')) return 'FieldValueForbidden';
  return message.startsWith('Required') ? 'FieldValueRequired' : 'FieldValueInvalid';
};
