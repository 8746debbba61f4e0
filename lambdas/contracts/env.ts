/**
 * Environment variables of the functions, by name. `lib/` sets them from this list and `serve.ts` reads
 * them through it, so neither half can misspell one.
 */
export const ENV = {
  ledgerTable: 'CHECKREIN_LEDGER_TABLE',
  rulesPath: 'CHECKREIN_RULES_PATH',
  switchParameter: 'CHECKREIN_SWITCH_PARAMETER',
  /** ARN of the alarm that only the doctor raises. */
  doctorAlarm: 'CHECKREIN_DOCTOR_ALARM',
  modelSecret: 'CHECKREIN_MODEL_SECRET',
  modelBaseUrl: 'CHECKREIN_MODEL_BASE_URL',
  grantKey: 'CHECKREIN_GRANT_KEY',
  /** Not set if no policy can permit a change without a person. */
  unattendedKey: 'CHECKREIN_UNATTENDED_KEY',
  linkKey: 'CHECKREIN_LINK_KEY',
  sealKey: 'CHECKREIN_SEAL_KEY',
  /** The topic of messages that must not wait: approval requests, break-glass. */
  topic: 'CHECKREIN_TOPIC',
  /** The topic of reports on closed incidents. */
  reportsTopic: 'CHECKREIN_REPORTS_TOPIC',
  pageUrl: 'CHECKREIN_PAGE_URL',
  /** The function that sends an approver their own link on request. */
  sendLinkFunction: 'CHECKREIN_SEND_LINK_FUNCTION',
  changeRole: 'CHECKREIN_CHANGE_ROLE',
  /** Role ARNs of member accounts, with the placeholder `${account}`. Not set when there are no members. */
  memberReadRole: 'CHECKREIN_MEMBER_READ_ROLE',
  memberChangeRole: 'CHECKREIN_MEMBER_CHANGE_ROLE',
} as const;
export type EnvName = keyof typeof ENV;
