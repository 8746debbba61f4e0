/** The message attribute `audience` of what every approver should read; what is for one carries their address. */
export const EVERYONE = 'everyone';
