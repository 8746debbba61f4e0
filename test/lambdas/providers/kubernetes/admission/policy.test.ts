import { describe, expect, test } from 'vitest';
import { InputError } from '../../../../../lambdas/contracts/errors.ts';
import {
  admissionBinding,
  admissionPolicy,
  POLICY_NAME,
} from '../../../../../lambdas/providers/kubernetes/admission/policy.ts';
import { kubernetesTool, TOOLS } from '../../../../kubernetes/tools.ts';

const scope = {
  group: 'checkrein:change',
  usernamePrefixes: ['arn:aws:sts::123456789012:assumed-role/change/'],
  namespaces: ['shop'],
};
const policyOf = (service: string, command: string, fields?: readonly string[]) => {
  const call = { service, command, ...(fields !== undefined && { fields }) };
  return () => admissionPolicy({ ...scope, tools: [kubernetesTool('a_tool', call)] });
};

describe('the admission policy', () => {
  test('denies, and denies what it cannot evaluate', () => {
    expect(admissionPolicy({ ...scope, tools: TOOLS }).spec.failurePolicy).toBe('Fail');
    expect(admissionBinding().spec).toEqual({ policyName: POLICY_NAME, validationActions: ['Deny', 'Audit'] });
  });

  test('covers every operation on every resource and subresource, of the change role alone', () => {
    const { matchConstraints, matchConditions } = admissionPolicy({ ...scope, tools: TOOLS }).spec;
    expect(matchConstraints.resourceRules).toEqual([
      { apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'] },
    ]);
    expect(matchConditions.map(({ expression }) => expression)).toEqual([
      "(has(request.userInfo.groups) && 'checkrein:change' in request.userInfo.groups) || (has(request.userInfo.username) && ['arn:aws:sts::123456789012:assumed-role/change/'].exists(p, request.userInfo.username.startsWith(p)))",
    ]);
  });

  test('knows the change role by its group where its user names are not known', () => {
    const { matchConditions } = admissionPolicy({ ...scope, usernamePrefixes: [], tools: TOOLS }).spec;
    expect(matchConditions).toMatchObject([
      { expression: "(has(request.userInfo.groups) && 'checkrein:change' in request.userInfo.groups)" },
    ]);
  });

  test('is the same text whatever the order of the tools', () => {
    const backwards = admissionPolicy({ ...scope, tools: TOOLS.toReversed() });
    expect(backwards).toEqual(admissionPolicy({ ...scope, tools: TOOLS }));
  });

  test('without a tool admits no call at all', () => {
    const { validations } = admissionPolicy({ ...scope, tools: [] }).spec;
    expect(validations.map(({ expression }) => expression)).toContain('false');
  });

  test('says for each operation what the cluster does not compare', () => {
    const { annotations } = admissionPolicy({ ...scope, tools: TOOLS }).metadata;
    expect(annotations).toMatchObject({
      'checkrein.dev/undo-rollout':
        'any value is admitted in spec.template, metadata.annotations["deprecated.daemonset.template.generation"]',
      'checkrein.dev/restart-pod': 'an eviction changes no field',
    });
  });

  test('a quote in a name stays inside its string', () => {
    const { validations } = admissionPolicy({ ...scope, namespaces: [String.raw`a' || true || '\ `], tools: [] }).spec;
    expect(validations.map(({ expression }) => expression).join('\n')).toContain(String.raw`['a\' || true || \'\\ ']`);
  });
});

describe('no policy is made for', () => {
  test.each([
    ['delete pods', 'v1'],
    ['deletecollection pods', 'v1'],
    ['create pods/exec', 'v1'],
    ['create deployments', 'apps/v1'],
    ['update deployments', 'apps/v1'],
    ['impersonate users', 'v1'],
    ['patch deployments', 'apps/v1'],
    ['create pods/eviction', 'policy/v1'],
    ['patch *', 'apps/v1'],
    ['patch deployments', '*'],
  ])('the call %s of %s', (command, service) => {
    expect(policyOf(service, command)).toThrow(InputError);
  });

  test.each([
    'spec',
    'status.replicas',
    'metadata',
    'metadata.annotations',
    'metadata.labels["app"]',
    'metadata.finalizers',
    'metadata.ownerReferences',
    'metadata.managedFields',
    'spec[*]',
    'spec.template.spec.containers[*]',
    'spec..replicas',
    'spec.template spec',
    'spec.template["a\'b"]',
    '',
  ])('the field path %j', (path) => {
    expect(policyOf('apps/v1', 'patch deployments', [path])).toThrow(/cannot be allowed/);
  });

  test.each(['has-hyphen', 'a_name_that_is_too_long', 'Upper'])('a tool with the name %s', (name) => {
    const call = { service: 'v1', command: 'create pods/eviction' };
    const policy = () => admissionPolicy({ ...scope, tools: [kubernetesTool(name, call)] });
    expect(policy).toThrow(/cannot be part of a session name/);
  });

  test('a tool without a changing call', () => {
    expect(() => admissionPolicy({ ...scope, tools: [kubernetesTool('a_tool')] })).toThrow(/list no call/);
  });
});
