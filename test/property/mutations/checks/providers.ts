import { testsOf, type KernelCheck } from '../check.ts';

const flags = testsOf('lambdas/providers/flags/promises');
const touched = testsOf('lambdas/providers/aws/also-touched');
const targetFault = 'lambdas/kernel/changes/target-fault.ts';
const alsoTouched = 'lambdas/providers/aws/also-touched.ts';

/** Checks at the seam between the kernel and a provider: what a tool of one provider can reach. */
export const PROVIDERS: readonly KernelCheck[] = [
  {
    name: 'provider/installed',
    kind: 'target',
    holds: 'policy permits nothing of a provider that is not installed, and says so',
    file: 'lambdas/kernel/policy/decision.ts',
    find: '!session.providers.some(({ name }) => name === provider)',
    test: flags('is refused by policy, which does not know where its target is'),
  },
  {
    name: 'provider/one-thing',
    kind: 'target',
    holds: 'a target that does not name exactly one thing gets no credentials',
    file: targetFault,
    find: 'provider.isRef(refOf(target))',
    replace: 'true',
    test: flags('has credentials for no other flag, no wildcard, no other provider and no other account'),
  },
  {
    name: 'provider/own-target',
    kind: 'target',
    holds: 'a tool of one provider changes no target of another one',
    file: targetFault,
    find: 'own !== provider.name',
    test: flags('a target of AWS, which a tool answers, is refused'),
  },
  {
    name: 'provider/described-target',
    kind: 'target',
    holds: 'a target that its tool describes as a wildcard, or as one of another provider, is not proposed',
    file: 'lambdas/kernel/changes/proposed-change.ts',
    find: 'targetFault(found, provider)',
    replace: 'undefined && targetFault(found, provider)',
    test: flags('a target with a wildcard, which a tool answers, is refused'),
  },
  {
    name: 'provider/own-place',
    kind: 'target',
    holds: 'a target in another account or Region than the incident gets no credentials',
    file: 'lambdas/providers/access.ts',
    find: 'at.account === target.account && at.region === target.region',
    replace: 'true',
    test: flags('has credentials for no other flag, no wildcard, no other provider and no other account'),
  },
  {
    name: 'provider/dry-run',
    kind: 'dry-run',
    holds: 'a dry run sends no call that its own provider does not recognize as one',
    file: 'lambdas/kernel/changes/dry-run-only.ts',
    find: '!isDryRun(request)',
    test: flags('sends no change in a dry run'),
  },
  {
    name: 'session/touches-one-thing',
    holds: 'a change touches nothing besides its target that is a wildcard or a placeholder',
    file: alsoTouched,
    find: '!/^arn:[^:*?]+:[^*?$]+$/.test(arn)',
    test: touched('never touches a wildcard'),
  },
  {
    name: 'session/touches-listed',
    holds: 'a change touches nothing besides its target that its manifest does not list',
    file: alsoTouched,
    find: '!patterns.some((pattern) => fits(pattern, arn, targetArn))',
    test: touched('never touches what no pattern lists'),
  },
  {
    name: 'session/passes-listed-role',
    holds: 'a change passes no role that its manifest does not list',
    file: alsoTouched,
    find: `  assertAllowed(
    role,
    allowed.map(({ arn }) => arn),
    targetArn,
  );
`,
    replace: '',
    test: touched('never passes a role of another name'),
  },
  {
    name: 'session/passes-to-one-service',
    holds: 'a role is passed only to the service that its manifest names',
    file: alsoTouched,
    find: "    Condition: { StringEquals: { 'iam:PassedToService': [...new Set(services)] } },\n",
    replace: '',
    test: touched('may touch by name what the change touches, and pass one role'),
  },
];
