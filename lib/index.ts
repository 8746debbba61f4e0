export { Checkrein, type CheckreinProps } from './checkrein.ts';
export { explainMistakes } from './explain-mistakes.ts';
export { CheckreinMember, type CheckreinMemberProps } from './member-stack.ts';
export type { SettingsInput } from '../lambdas/contracts/settings.ts';
