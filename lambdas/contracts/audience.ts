/** The message attribute `audience` of messages to every approver; a message to one approver has that person's address. */
export const EVERYONE = 'everyone';
