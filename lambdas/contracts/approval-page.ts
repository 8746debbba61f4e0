import * as z from 'zod';

const PLAIN_HTTPS = 'an https address without user, query or fragment, e.g. https://approve.example.com';

const Https = z
  .url({ protocol: /^https$/, error: PLAIN_HTTPS, abort: true })
  .max(500)
  .refine((url) => {
    const { username, password, search, hash } = new URL(url);
    return [username, password, search, hash].every((part) => part === '');
  }, PLAIN_HTTPS);

/** Name of the claim that says who somebody is: an e-mail address, or the id of an approver. */
const claim = z
  .string()
  .regex(/^[\w.:/-]{1,128}$/, 'the name of a claim, e.g. email')
  .default('email');

/** A proxy that signs in people with OpenID Connect and adds a JWT to each request: Cloudflare Access, oauth2-proxy, IAP. */
export const JwtIdentity = z.strictObject({
  kind: z.literal('jwt'),
  /** The header with the JWT. Of `authorization`, what follows `Bearer`. */
  header: z.string().regex(/^[a-z0-9-]{1,64}$/i, 'the name of a header, e.g. cf-access-jwt-assertion'),
  issuer: z.string().min(1).max(500),
  audience: z.string().min(1).max(500),
  /** Where the issuer publishes its keys. */
  jwksUrl: z.url({ protocol: /^https$/, error: 'the https address of the keys of the issuer' }).max(500),
  claim,
});
export type JwtIdentity = z.infer<typeof JwtIdentity>;

/** An Application Load Balancer that signs in people. It signs the header `x-amzn-oidc-data`. */
export const AlbIdentity = z.strictObject({
  kind: z.literal('alb'),
  loadBalancerArn: z
    .string()
    .regex(
      /^arn:aws:elasticloadbalancing:[a-z0-9-]+:\d{12}:loadbalancer\/app\/[\w-]+\/[0-9a-f]+$/,
      'an ARN like arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/sso/0123456789abcdef',
    ),
  issuer: z.string().min(1).max(500),
  /** The client id of its listener rule. */
  clientId: z.string().min(1).max(500),
  claim,
});
export type AlbIdentity = z.infer<typeof AlbIdentity>;

/** How the page knows that a request came through the team's proxy, and from whom. */
const PageIdentity = z.discriminatedUnion(
  'kind',
  [
    JwtIdentity,
    AlbIdentity,
    /** Only what is signed for IAM reaches the page: a CloudFront distribution with origin access control. It says nothing of the person. */
    z.strictObject({
      kind: z.literal('iam'),
      distributionArn: z
        .string()
        .regex(
          /^arn:aws[a-z-]*:cloudfront::\d{12}:distribution\/[A-Z0-9]+$/,
          'an ARN like arn:aws:cloudfront::123456789012:distribution/E1ABCDEFGHIJKL',
        ),
    }),
    /** Anybody may reach the page without the proxy, as without this setting. */
    z.strictObject({ kind: z.literal('none') }),
  ],
  { error: "'jwt', 'alb', 'iam' or 'none'" },
);

/** The address of the approval page in messages, where a team has its own. */
export const ApprovalPage = z.strictObject({
  url: Https,
  /** No default: whether the page can be reached without the proxy is a decision. */
  identity: PageIdentity,
});
export type ApprovalPage = z.infer<typeof ApprovalPage>;

/** The address as links begin: without a slash at its end. */
export const linkBase = (url: string): string => url.replace(/\/+$/, '');
