/** Roles that a member account has for the hub: one to read, one to change. */
export type MemberRole = 'read' | 'change';

/** Name of a role that hub and members both use. IAM roles are global, so the name contains the Region. */
export const roleName = (region: string, role: string): string => `checkrein-${region}-${role}`;
