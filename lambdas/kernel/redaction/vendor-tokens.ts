import { spansOf, type Detector } from './spans.ts';

/**
 * Tokens that vendors mark with a prefix of their own, as far as secretlint's preset does not know them or wants a
 * stricter form. A prefix is not preceded by a letter or digit; lengths are lower bounds, so that a longer form
 * of next year is still found.
 */
const PREFIXED: Readonly<Record<string, readonly string[]>> = {
  '1password': [String.raw`A3-[A-Z\d]{6}-[A-Z\d-]{22,40}`, String.raw`ops_eyJ[\w+/-]{100,}={0,3}`],
  adobe: ['p8e-[A-Za-z\\d]{32}'],
  age: ['AGE-SECRET-KEY-1[\\dA-Z]{58}'],
  airtable: ['pat[A-Za-z\\d]{14}\\.[\\da-f]{64}'],
  alibaba: ['LTAI[A-Za-z\\d]{16,24}'],
  anthropic: ['sk-ant-[\\w-]{20,}'],
  artifactory: ['AKCp[A-Za-z\\d]{60,}', 'cmVmd[A-Za-z\\d]{50,}'],
  atlassian: ['ATATT3[\\w=-]{50,}', 'ATCTT3[\\w=-]{50,}', 'ATBB[A-Za-z\\d]{28,}'],
  authress: [
    String.raw`(?:sc|ext|scauth|authress)_[a-zA-Z\d]{5,30}\.[a-zA-Z\d]{4,6}\.acc[_-][a-zA-Z\d-]{10,32}\.[\w+/=-]{30,120}`,
  ],
  aws: [
    '(?:A3T[A-Z\\d]|AKIA|ASIA|ABIA|ACCA)[A-Z\\d]{16}(?![A-Za-z\\d])',
    'ABSK[A-Za-z\\d+/]{100,}={0,2}',
    'bedrock-api-key-[\\w+/=-]{20,}',
  ],
  beamer: ['b_[\\w=-]{44}'],
  azure: [String.raw`[\w~.]{3}\dQ~[\w~.-]{31,34}`],
  clickhouse: ['4b1d[A-Za-z\\d]{38}'],
  clojars: ['CLOJARS_[A-Za-z\\d]{40,}'],
  cloudflare: ['v1\\.0-[\\da-f]{24}-[\\da-f]{100,}'],
  databricks: ['dapi[\\da-f]{32}(?:-\\d)?'],
  'defined-networking': ['dnkey-[\\w=-]{26}-[\\w=-]{52}'],
  digitalocean: ['do[oprt]_v1_[\\da-f]{64}'],
  docker: ['dckr_(?:pat|oat)_[\\w-]{20,}'],
  doppler: [String.raw`dp\.(?:pt|st|sa|ct|scim|audit)\.(?:[\w-]{2,35}\.)?[A-Za-z\d]{40,44}`],
  discord: [String.raw`[MNO][A-Za-z\d]{23,25}\.[\w-]{6}\.[\w-]{27,38}`],
  duffel: ['duffel_(?:test|live)_[\\w=-]{40,}'],
  dropbox: ['sl\\.[\\w=-]{100,}'],
  dynatrace: ['dt0[a-z]\\d{2}\\.[A-Za-z\\d]{24}\\.[A-Za-z\\d]{60,}'],
  easypost: ['EZ[AT]K[A-Za-z\\d]{50,}'],
  facebook: ['EAA[A-Z][A-Za-z\\d]{60,}', '\\d{15,16}(?:\\||%7C|%)[\\w-]{27,40}'],
  figma: ['figd_[\\w-]{36,}'],
  flutterwave: ['FLW(?:SECK|PUBK)(?:_TEST)?-[A-Za-z\\d]{12,}(?:-X)?'],
  flyio: ['fo1_[\\w-]{40,}', 'fm\\d[ar]?_[A-Za-z\\d+/]{60,}={0,3}'],
  frameio: ['fio-u-[\\w=-]{60,}'],
  freemius: ['sk_[^\\s"\']{29}(?=["\'])'],
  github: ['gh[pousr]_[A-Za-z\\d]{30,}', 'github_pat_\\w{30,}'],
  gitlab: [
    'gl(?:pat|ptt|dt|rt|rtr|cbt|ft|ffct|soat|agent|oas|imt|wt)-(?:[A-Za-z\\d]{1,5}_)?[\\w.-]{20,}',
    'GR1348941[\\w-]{20,}',
  ],
  google: ['AIza[\\w-]{35}', 'ya29\\.[\\w-]{20,}', 'GOCSPX-[\\w-]{20,}', '1//0[\\w-]{30,}'],
  grafana: ['eyJrIjoi[A-Za-z\\d+/]{40,}={0,3}', 'glc_[A-Za-z\\d+/]{32,}={0,3}', 'glsa_[A-Za-z\\d]{32}_[A-Fa-f\\d]{8}'],
  groq: ['gsk_[A-Za-z\\d]{40,}'],
  harness: ['[ps]at\\.[\\w-]{22}\\.[A-Za-z\\d]{24}\\.[A-Za-z\\d]{20}'],
  heroku: ['HRKU-[\\w-]{36,}'],
  hubspot: ['pat-(?:na|eu)\\d-[\\da-f]{8}-[\\da-f-]{27}'],
  huggingface: ['hf_[A-Za-z\\d]{30,}', 'api_org_[A-Za-z\\d]{30,}'],
  infracost: ['ico-[A-Za-z\\d]{32}'],
  intra42: ['s-s4t2[a-z]{2}-[\\da-f]{64}'],
  linear: ['lin_(?:api|oauth)_[A-Za-z\\d]{32,}'],
  launchdarkly: ['(?:sdk|mob|api)-[\\da-f]{8}-(?:[\\da-f]{4}-){3}[\\da-f]{12}'],
  lob: ['(?:live|test)_(?:pub_)?[\\da-f]{31,35}'],
  gocardless: ['live_[\\w=-]{40}(?![\\w-])'],
  mailchimp: ['[\\da-f]{32}-us\\d{1,2}'],
  mailgun: ['(?:pub)?key-[\\da-f]{32}', '[\\da-h]{32}-[\\da-h]{8}-[\\da-h]{8}'],
  mapbox: ['[ps]k\\.[\\w-]{50,90}\\.[\\w-]{20,24}'],
  maxmind: ['[A-Za-z\\d]{6}_[A-Za-z\\d]{29}_mmk'],
  newrelic: ['NR(?:AK|JS|II|IQ|RA|AL)-[\\w-]{15,}', '[\\da-f]{36}NRAL'],
  notion: ['ntn_[A-Za-z\\d]{40,}', 'secret_[A-Za-z\\d]{43}'],
  npm: ['npm_[A-Za-z\\d]{30,}'],
  nuget: ['oy2[a-z\\d]{43}'],
  octopus: ['API-[A-Z\\d]{25,32}'],
  okta: ['00[\\w=-]{40}(?![\\w=-])'],
  openai: ['sk-(?:proj|svcacct|admin|None)-[\\w-]{20,}', 'sk-[A-Za-z\\d]{32,}', 'sk-or-v1-[\\da-f]{40,}'],
  openshift: ['sha256~[\\w-]{40,}'],
  perplexity: ['pplx-[A-Za-z\\d]{32,}'],
  plaid: ['(?:access|public|link)-(?:sandbox|development|production)-[\\da-f]{8}-(?:[\\da-f]{4}-){3}[\\da-f]{12}'],
  planetscale: ['pscale_(?:tkn|oauth|pw|app_secret)_[\\w=.-]{30,}'],
  postman: ['PMAK-[A-Fa-f\\d]{24}-[A-Fa-f\\d]{34}'],
  prefect: ['pn[ub]_[A-Za-z\\d]{36}'],
  pulumi: ['pul-[\\da-f]{40}'],
  pypi: ['pypi-[\\w-]{50,}'],
  readme: ['rdme_[a-z\\d]{60,}'],
  replicate: ['r8_[A-Za-z\\d]{36,}'],
  rubygems: ['rubygems_[\\da-f]{40,}'],
  scalingo: ['tk-us-[\\w-]{40,}'],
  sendgrid: ['SG\\.[\\w=.-]{50,}'],
  sendinblue: ['x(?:key|smtp)sib-[\\da-f]{64}-[A-Za-z\\d]{16}'],
  sentry: ['sntry[su]_[\\w+/=-]{40,}'],
  settlemint: ['sm_[aps]at_[A-Za-z\\d]{16,}'],
  shippo: ['shippo_(?:live|test)_[A-Fa-f\\d]{40}'],
  shopify: ['shp(?:at|ca|pa|ss|ua)_[A-Fa-f\\d]{32}'],
  slack: [
    'xox[a-z]-[A-Za-z\\d-]{8,}',
    'xoxe\\.xox[bp]-\\d-[A-Za-z\\d]{100,}',
    'xapp-\\d-[A-Za-z\\d]{3,}-\\d{3,}-[A-Za-z\\d]{8,}',
  ],
  sonar: ['sq[uap]_[A-Za-z\\d]{40}'],
  sourcegraph: ['sgp_(?:[A-Fa-f\\d]{16}_|local_)?[A-Fa-f\\d]{40}', 'slk_[\\da-f]{64}'],
  square: ['EAAA[\\w-]{22,60}(?![\\w-])', 'sq0(?:atp|csp|idp)-[\\w-]{22,60}'],
  stripe: ['[rsp]k_(?:live|test|prod)_[A-Za-z\\d]{10,}', 'whsec_[A-Za-z\\d+/=]{24,}'],
  supabase: ['sbp_[\\da-f]{40}'],
  tailscale: ['tskey-[a-z]+-[A-Za-z\\d-]{10,}'],
  telegram: ['\\d{5,16}:AA?[\\w-]{32,35}(?![\\w-])'],
  terraform: ['[A-Za-z\\d]{14}\\.atlasv1\\.[\\w=-]{60,}'],
  twilio: ['(?:SK|AC)[\\da-fA-F]{32}'],
  twitter: ['A{20,22}[\\w%]{60,}'],
  typeform: ['tfp_[\\w.=-]{40,}'],
  vault: ['hv[bsr]\\.[\\w-]{24,}', 's\\.[A-Za-z\\d]{24}(?![\\w.])'],
  vercel: ['vercel_blob_rw_\\w{20,}'],
  xai: ['xai-[A-Za-z\\d]{40,}'],
  yandex: [
    't1\\.[\\w-]+={0,2}\\.[\\w-]{86}={0,2}',
    'AQVN[\\w-]{35,38}',
    'YC[\\w-]{38}(?![\\w-])',
    'y[0-3]_[\\w-]{50,}',
  ],
};

const prefixed = (shapes: readonly string[], flags: string): RegExp =>
  new RegExp(String.raw`(?<![A-Za-z\d])(?:${shapes.join('|')})`, flags);
const BY_VENDOR = Object.entries(PREFIXED).map(([vendor, shapes]) =>
  spansOf(`secret:${vendor}`, prefixed(shapes, 'dg')),
);
/** All shapes at once: one search of a text that has none of them, instead of one for each vendor. */
const OF_ANY_VENDOR = prefixed(Object.values(PREFIXED).flat(), '');
const ofVendors: Detector = (text) => (OF_ANY_VENDOR.test(text) ? BY_VENDOR.flatMap((detect) => detect(text)) : []);

/** Links that let their reader post, download or log in. The secret is the path or the signature. */
const LINKS: Readonly<Record<string, RegExp>> = {
  slack: /hooks\.slack\.com\/(?:services|workflows|triggers)\/(?<it>[\w+/-]{20,})/dgi,
  teams: /\.webhook\.office\.com\/webhookb2\/(?<it>[\w@/-]{40,})/dgi,
  discord: /discord(?:app)?\.com\/api\/webhooks\/(?<it>\d+\/[\w-]{20,})/dgi,
  telegram: /api\.telegram\.org\/bot(?<it>\d+:[\w-]{20,})/dgi,
  azure: /[?&]sig=(?<it>[\w%+/=-]{20,})/dgi,
  zapier: /hooks\.zapier\.com\/hooks\/catch\/(?<it>[\w/]{10,})/dgi,
};

/** Hashes of passwords can be tried out. */
const PASSWORD_HASH =
  /\$(?:2[abxy]?\$\d\d\$[./A-Za-z\d]{53}|[156]\$[^\s$]{1,20}\$[./A-Za-z\d]{22,86}|argon2i?d?\$[^\s"']{30,200})/dg;

/** JWTs, the second part may be cut; the same once more in base64. */
const JWT = /(?<![\w-])ey[A-Za-z\d][\w-]{10,4000}\.ey[\w/\\-]{8,8000}(?:\.[\w/\\=-]*)?/dg;
const JWT_BASE64 = /(?<![A-Za-z\d])ZXlK[A-Za-z\d+/=_-]{40,8000}/dg;
/** Session tokens begin with the same serialized header; a secret key is recognized by the access key id before it. */
const AWS_SESSION = /\b(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz)[A-Za-z\d+/=]{50,}/dg;
const AWS_PAIR = /\bA(?:KI|SI)A[A-Z\d]{16}\W{1,5}(?<it>[A-Za-z\d+/]{40})(?![A-Za-z\d+/=])/dg;

export const vendorTokens: readonly Detector[] = [
  spansOf('secret:aws', AWS_PAIR),
  spansOf('secret:aws-session', AWS_SESSION),
  ofVendors,
  ...Object.entries(LINKS).map(([vendor, pattern]) => spansOf(`secret:${vendor}`, pattern)),
  spansOf('secret:password-hash', PASSWORD_HASH),
  spansOf('secret:jwt', JWT),
  spansOf('secret:jwt', JWT_BASE64),
];
