/** Roles that a member account has for the hub: one that looks, one that changes. */
export type MemberRole = 'read' | 'change';

/** Name of a role that the hub and its members know of each other. Roles are global, so the Region is in it. */
export const roleName = (region: string, role: string): string => `checkrein-${region}-${role}`;
