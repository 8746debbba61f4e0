// What commands for a deployed stack do. They are loaded together: each needs the clients of AWS, and a file for each would be a
// chunk of the package.
export { listApprovals } from './approvals.ts';
export { askStack } from './ask.ts';
export { listDeployedBreakers, resetDeployedBreaker } from './breaker.ts';
export { decide } from './decide.ts';
export { printDiagnosis } from './doctor.ts';
export { sendEvent } from './event.ts';
export { listIncidents } from './incidents.ts';
export { confirmSubscription } from './subscribe.ts';
export { showOrSetSwitch } from './switch.ts';
export { getTrace } from './trace-get.ts';
