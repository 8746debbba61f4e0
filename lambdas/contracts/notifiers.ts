import * as z from 'zod';
import { MomentKind } from './moment.ts';
import { mayBePublicName } from './public-address.ts';

/**
 * Notifiers: where people are, outside the mailboxes of approvers. Each hears of moments (`moment.ts`). None can decide anything, and
 * none gets a link of a person: only the page where approvers have their own link sent to them.
 */

/** Part of names of resources, and what `onMoments` and logs call it. */
const Name = z.string().regex(/^[a-z][a-z0-9-]{0,19}$/, 'at most 20 lower-case letters, digits and dashes, e.g. ops');

const SECRET_NAME = /^[\w/+=.@-]{1,512}$/;
const SECRET_ARN = /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+-[A-Za-z0-9]{6}$/;

const Secret = z
  .string()
  .refine(
    (text) => SECRET_NAME.test(text) || SECRET_ARN.test(text),
    'the name or the whole ARN of a secret in Secrets Manager, e.g. checkrein/slack. What it holds never stands in settings',
  )
  .refine(
    (text) => !/^[\da-zA-Z]{32}$/.test(text),
    'the name of a secret, and not the routing key itself: settings are written to the template',
  );

const TopicArn = z
  .string()
  .regex(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]+$/, 'an ARN like arn:aws:sns:eu-west-1:123456789012:ops');

const KeyArn = z
  .string()
  .regex(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/\S+$/, 'an ARN like arn:aws:kms:eu-west-1:123456789012:key/…');

/** The KMS key of the secret, or of the topic, if it is one of yours. */
const keyArn = KeyArn.optional();

const WebhookUrl = z
  .url({ protocol: /^https$/, error: 'the https URL of the receiver, e.g. https://hooks.example.com/checkrein' })
  .refine((url) => /^https:\/\/[^/?#@\\]+(\/[\w./~%-]*)?$/i.test(url), {
    error:
      'a URL without a user, a query or a fragment: the signature tells the receiver who sends, and settings hold no secret',
  })
  .refine((url) => !URL.canParse(url) || mayBePublicName(new URL(url).hostname), {
    error: 'a host name of the public Internet: not an address, and not a name of the machine or of a private network',
  });

/** What a channel of people hears of unless its settings say otherwise: not what the next moment tells again. */
const TOLD_PEOPLE: readonly MomentKind[] = MomentKind.options.filter(
  (kind) => kind !== 'incident.joined' && kind !== 'change.proposed',
);

const PAGED = ['approval.asked', 'approval.reminded', 'approval.escalated'] as const;

/** What a pager can be told: somebody must decide, nobody must any more, and what changed meanwhile. */
const PAGER_MOMENTS = [
  ...PAGED,
  'approval.decided',
  'change.applied',
  'change.rolled-back',
  'incident.closed',
] as const satisfies readonly MomentKind[];

const PagerMoment = z.enum(PAGER_MOMENTS, {
  error: `one of ${PAGER_MOMENTS.join(', ')}: a pager is told who must decide and what changed`,
});

const momentsOf = <Kind extends string>(kind: z.ZodType<Kind>, otherwise: readonly Kind[]) =>
  z
    .array(kind)
    .min(1, 'at least one kind of moment')
    .refine((all) => new Set(all).size === all.length, 'every kind once')
    .default([...otherwise]);

/** A notifier of the settings. */
export const NotifierSettings = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({
      /** An incoming webhook of Slack. The secret holds its URL. */
      kind: z.literal('slack'),
      name: Name,
      secret: Secret,
      keyArn,
      moments: momentsOf(MomentKind, TOLD_PEOPLE),
    }),
    z.strictObject({
      /** Any HTTPS receiver. The secret holds the key of the signature. */
      kind: z.literal('webhook'),
      name: Name,
      url: WebhookUrl,
      secret: Secret,
      keyArn,
      moments: momentsOf(MomentKind, MomentKind.options),
    }),
    z.strictObject({
      /** Events API v2 of PagerDuty. The secret holds the routing key of an integration. */
      kind: z.literal('pagerduty'),
      name: Name,
      secret: Secret,
      /** Service region of the PagerDuty account. */
      region: z.enum(['us', 'eu']).default('us'),
      moments: momentsOf(PagerMoment, PAGER_MOMENTS).refine(
        (all) => !PAGED.some((kind) => all.includes(kind)) || all.includes('approval.decided'),
        'approval.decided as well, or nothing would ever resolve the page',
      ),
    }),
    z.strictObject({
      /** Amazon Q Developer in chat applications, through the SNS topic of a channel configuration. */
      kind: z.literal('chat'),
      name: Name,
      topicArn: TopicArn,
      keyArn,
      moments: momentsOf(MomentKind, TOLD_PEOPLE),
    }),
    z.strictObject({
      /** An SNS topic that gets each moment as JSON. */
      kind: z.literal('topic'),
      name: Name,
      topicArn: TopicArn,
      moments: momentsOf(MomentKind, MomentKind.options),
    }),
  ],
  { error: "'slack', 'webhook', 'pagerduty', 'chat' or 'topic'" },
);
export type NotifierSettings = z.infer<typeof NotifierSettings>;

/** The notifiers of a deployment. As many as one alarm can watch. */
export const Notifiers = z
  .array(NotifierSettings)
  .max(10, 'at most ten notifiers')
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'every name once')
  .default([]);

/** The notifiers that a function of ours sends to: the others are targets of EventBridge itself. */
export type SentNotifier = Extract<NotifierSettings, { kind: 'slack' | 'webhook' | 'chat' }>;

/** Whether a function of ours sends to this notifier. */
export const isSent = (one: NotifierSettings): one is SentNotifier =>
  one.kind === 'slack' || one.kind === 'webhook' || one.kind === 'chat';
