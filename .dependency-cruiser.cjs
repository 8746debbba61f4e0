/** The room laws. Each comment is what a developer reads when the law is broken, so it teaches. */
const steps = ['open', 'decide', 'observe', 'authorize', 'dry-run', 'apply', 'verify', 'close'];

/**
 * The kernel's rooms, and which of the others each may import. What is missing here is forbidden: no arrow runs upward,
 * and a room that needs another one says so in this table.
 */
const kernelRooms = {
  trace: [],
  redaction: ['trace'],
  limits: ['trace'],
  changes: ['trace', 'limits'],
  model: ['trace', 'redaction'],
  policy: ['trace', 'model'],
};

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
        'Law 1: lib/ reads from lambdas/ only contracts/, the tool catalogue with its manifests, the permissions of providers, and the rules that synth validates with. lib/own-tools/ loads the tools of a team, and lib/tool.ts is what those import.',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/(own-tools/|tool\\.ts$)' },
      to: {
        path: '^lambdas/',
        pathNot:
          '^lambdas/(contracts/|tools/(catalogue|installed|[a-z-]+/manifest)\\.ts$|providers/[a-z]+/permissions\\.ts$|kernel/(policy/rules/|trace/(canonical|outside-text)\\.ts))',
      },
    },
    {
      name: 'law-2-sdks-only-in-adapters',
      comment:
        'Law 2: AWS and model SDKs live in lambdas/adapters/ and lambdas/providers/. Add a method to a port (lambdas/contracts/ports.ts) and call that.',
      severity: 'error',
      from: { path: '^lambdas/', pathNot: '^lambdas/(adapters|providers)/' },
      to: { path: 'node_modules/(@aws-sdk|@anthropic-ai|@smithy)/' },
    },
    {
      name: 'law-2-adapters-know-no-provider',
      comment:
        'Law 2: providers/ may use adapters/ (the connection and the errors of AWS), never the other way round. Move what an adapter needs from a provider to lambdas/adapters/.',
      severity: 'error',
      from: { path: '^lambdas/adapters/' },
      to: { path: '^lambdas/providers/' },
    },
    {
      name: 'law-2-steps-are-pure',
      comment: 'Law 2: only a handler.ts wires adapters to a step. The step itself takes ports.',
      severity: 'error',
      from: {
        path: '^lambdas/',
        pathNot: '^lambdas/(adapters/|providers/|[a-z]+/[a-z-]+/(handler|[a-z-]+-handler)\\.ts$|runtime/)',
      },
      to: { path: '^lambdas/(adapters|providers)/' },
    },
    ...steps.map((step) => ({
      name: `law-3-${step}-keeps-to-itself`,
      comment: `Law 3: the step room steps/${step}/ imports contracts, ports, kernel, tools and itself, never another step's room. What two steps share belongs in lambdas/kernel/.`,
      severity: 'error',
      from: { path: `^lambdas/steps/${step}/` },
      to: { path: `^lambdas/(approvals|steps/(?!${step}/))` },
    })),
    {
      name: 'law-3-approvals-keep-to-themselves',
      comment:
        'Law 3: approvals/ is a step too: it imports no room of steps/. What they share belongs in lambdas/kernel/.',
      severity: 'error',
      from: { path: '^lambdas/approvals/' },
      to: { path: '^lambdas/steps/' },
    },
    {
      name: 'law-3-scheduled-keeps-to-itself',
      comment: 'Law 3: scheduled/ imports no step and no approval. What they share belongs in lambdas/kernel/.',
      severity: 'error',
      from: { path: '^lambdas/scheduled/' },
      to: { path: '^lambdas/(steps|approvals)/' },
    },
    {
      name: 'law-3-moments-keeps-to-itself',
      comment: 'Law 3: moments/ imports no step and no approval. What they share belongs in lambdas/kernel/.',
      severity: 'error',
      from: { path: '^lambdas/moments/' },
      to: { path: '^lambdas/(steps|approvals|scheduled)/' },
    },
    {
      name: 'law-3-ask-and-page-meet-in-answer',
      comment: 'Law 3: ask/ and page/ may import answer/, never each other; answer/ imports neither.',
      severity: 'error',
      from: { path: '^lambdas/approvals/([a-z]+)/' },
      to: { path: '^lambdas/approvals/', pathNot: '^lambdas/approvals/($1|answer)/' },
    },
    {
      name: 'law-3-send-link-sends-the-message-of-ask',
      comment:
        'Law 3: send-link/ may import answer/ and, of ask/, only the message: an approver gets the same one from both.',
      severity: 'error',
      from: { path: '^lambdas/approvals/send-link/' },
      to: {
        path: '^lambdas/approvals/',
        pathNot: '^lambdas/approvals/(send-link/|answer/|ask/(message|request)\\.ts$)',
      },
    },
    {
      name: 'law-2-only-identity-reads-tokens',
      comment:
        'Law 2: the library that verifies sign-ins is used in lambdas/adapters/identity/ only, behind the port `Identify`.',
      severity: 'error',
      from: { path: '^(lambdas|lib|local|bin)/', pathNot: '^lambdas/adapters/identity/' },
      to: { path: 'node_modules/jose/' },
    },
    {
      name: 'kernel-knows-no-step',
      comment: 'Law 3: kernel/, tools/ and contracts/ are below the steps; they never import one.',
      severity: 'error',
      from: { path: '^lambdas/(kernel|tools|contracts)/' },
      to: { path: '^lambdas/(steps|approvals|scheduled|moments|adapters|providers|runtime)/' },
    },
    ...Object.entries(kernelRooms).map(([room, below]) => ({
      name: `kernel-${room}-imports-only-rooms-below-it`,
      comment: `kernel/${room}/ imports ${below.length === 0 ? 'no other room of the kernel' : `only ${below.map((one) => `kernel/${one}/`).join(', ')}`}. Move what both need to the lower room, or change the table in .dependency-cruiser.cjs with a reason.`,
      severity: 'error',
      from: { path: `^lambdas/kernel/${room}/` },
      to: { path: '^lambdas/kernel/', pathNot: `^lambdas/kernel/(${[room, ...below].join('|')})/` },
    })),
    {
      name: 'the-catalogue-is-passed-on',
      comment:
        'A deployment may have other tools than the shipped ones: take `installed` or its catalogue as a value. What people read long after a run, such as the heading of a tool, belongs on the trace.',
      severity: 'error',
      from: { path: '^lambdas/', pathNot: '^lambdas/providers/installed\\.ts$' },
      to: { path: '^lambdas/tools/catalogue\\.ts$' },
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
      // What the bench compares with has packages of its own, which are installed on demand.
      from: { pathNot: '^test/bench/peers/' },
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
