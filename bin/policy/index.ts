// What the policy commands do. They are loaded together: each needs the policy engine.
export { checkPolicies } from './check.ts';
export { explainPolicies } from './explain.ts';
export { replayTraces } from './replay.ts';
export { testPolicies } from './test.ts';
