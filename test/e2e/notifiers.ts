import { ACCOUNT, REGION } from './paths.ts';

/**
 * The topics of two notifiers. No others work on the emulator: those that post to the Internet refuse its address, and it
 * has no API destinations that reach PagerDuty.
 */
export const NOTIFIER_TOPICS = { chat: 'e2e-chat', topic: 'e2e-topic' } as const;

const arn = (topic: string): string => `arn:aws:sns:${REGION}:${ACCOUNT}:${topic}`;

/** One that a function of ours sends to, behind its queue, and one that EventBridge sends to itself. */
export const NOTIFIER_SETTINGS = `notifiers: [
    { name: 'team', kind: 'chat', topicArn: '${arn(NOTIFIER_TOPICS.chat)}' },
    { name: 'portal', kind: 'topic', topicArn: '${arn(NOTIFIER_TOPICS.topic)}' },
  ],`;
