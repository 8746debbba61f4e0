/** The three room laws. Each comment is what a developer reads when the law is broken, so it teaches. */
const rooms = ['open', 'decide', 'observe', 'authorize', 'dry-run', 'approve', 'apply', 'verify', 'close'];

module.exports = {
  forbidden: [
    {
      name: 'law-1-runtime-knows-no-cdk',
      comment:
        'Law 1: lambdas/ is what runs; it never imports aws-cdk-lib, constructs or lib/. Move what both halves need to lambdas/contracts/.',
      severity: 'error',
      from: { path: '^lambdas/' },
      to: { path: '(^lib/|node_modules/(aws-cdk-lib|constructs)/)' },
    },
    {
      name: 'law-1-stack-reads-only-contracts',
      comment:
        'Law 1: lib/ reads from lambdas/ only contracts/, the tool catalogue with its manifests, and the policy rules of kernel/rules/ that synth validates with.',
      severity: 'error',
      from: { path: '^lib/' },
      to: {
        path: '^lambdas/',
        pathNot:
          '^lambdas/(contracts/|tools/(catalogue|[a-z-]+/manifest)\\.ts$|kernel/(rules/|canonical\\.ts)|errors\\.ts$)',
      },
    },
    {
      name: 'law-2-sdks-only-in-adapters',
      comment:
        'Law 2: AWS and model SDKs live in lambdas/adapters/. Add a method to a port (lambdas/ports.ts) and call that.',
      severity: 'error',
      from: { path: '^lambdas/', pathNot: '^lambdas/adapters/' },
      to: { path: 'node_modules/(@aws-sdk|@anthropic-ai|@smithy)/' },
    },
    {
      name: 'law-2-steps-are-pure',
      comment: 'Law 2: only a handler.ts wires adapters to a step. The step itself takes ports.',
      severity: 'error',
      from: { path: '^lambdas/', pathNot: '^lambdas/(adapters/|[a-z-]+/(handler|[a-z-]+-handler)\\.ts$|serve\\.ts$)' },
      to: { path: '^lambdas/adapters/' },
    },
    ...rooms.map((room) => ({
      name: `law-3-${room}-keeps-to-itself`,
      comment: `Law 3: the step room ${room}/ imports contracts, ports, kernel, tools and itself, never another step's room. What two steps share belongs in lambdas/kernel/.`,
      severity: 'error',
      from: { path: `^lambdas/${room}/` },
      to: { path: `^lambdas/(${rooms.filter((other) => other !== room).join('|')}|change-zone)/` },
    })),
    {
      name: 'kernel-knows-no-step',
      comment: 'Law 3: kernel/, tools/ and contracts/ are below the steps; they never import one.',
      severity: 'error',
      from: { path: '^lambdas/(kernel|tools|contracts)/' },
      to: { path: `^lambdas/(${rooms.join('|')}|change-zone|adapters)/` },
    },
    {
      name: 'contracts-are-light',
      comment: 'contracts/ is read by both halves: zod and itself, nothing else.',
      severity: 'error',
      from: { path: '^lambdas/contracts/' },
      to: { pathNot: '^(lambdas/contracts/|node_modules/zod/)' },
    },
    {
      name: 'no-cycles',
      comment: 'A cycle is two files that are really one, or one idea in the wrong file.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'This import leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
