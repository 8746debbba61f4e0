/** What the name of a field, variable, option or header says about its value. */

/**
 * - `certain`: the value is secret whatever it looks like (`dbPassword`, `client_secret`).
 * - `vendor`, `likely`: secret if it looks random. A vendor's name makes even a UUID a secret (`HEROKU_KEY`).
 * - `doubtful`: a bare `key`, which is also the word for the name of an object in S3 or of an entry in a cache.
 */
export type Naming = 'certain' | 'vendor' | 'likely' | 'doubtful' | 'none';

const ENDING = String.raw`(?:[_.-]?(?:\d{1,3}|value|string|binary|text|plain|prod|dev|test|live|staging|old|new|primary|secondary))?$`;
const GAP = '[ _.-]{0,2}';

const CERTAIN = new RegExp(
  `(?:${[
    'pass(?:word|wd|phrase|code)|passwort|pswd|[_.-]pass|(?<![a-z])pass',
    '(?-i:(?<=[a-z])P(?:ass|wd))',
    'pwd',
    `secret(?:${GAP}(?:access)?${GAP}key)?`,
    `(?:api|app|application|access|private|signing|encryption|master|account|shared|auth|subscription|license|consumer|hmac|webhook)${GAP}key`,
    `(?:access|refresh|id|auth|session|security|bearer|api|csrf|xsrf|personal|bot|deploy|private|service|authentication|verification|registration|vault)${GAP}token`,
    '(?:proxy-)?authorization',
    '(?:set-)?cookie',
  ].join('|')})${ENDING}`,
  'i',
);

/** Signatures of links count only where they are the name of a parameter. */
const SIGNATURE = /(?:^|[_-])(?:signature|sig)$/iu;

/** Vendors whose name alone says that a random value is theirs. Spelled without gaps. */
const VENDOR_NAMES =
  'adafruit|adobe|airtable|algolia|alibaba|aliyun|amplitude|anthropic|artifactory|asana|atlassian|authress|auth0|azure|beamer|bintray|bitbucket|bittrex|braintree|buildkite|bugsnag|circleci|clickhouse|clojars|cloudflare|cloudinary|codacy|codeclimate|codecov|cohere|coinbase|confluence|confluent|contentful|contribsys|coveralls|databricks|datadog|deepgram|deepl|digitalocean|discord|dnkey|dockerhub|docusign|doppler|droneci|dropbox|duffel|dynatrace|easypost|elevenlabs|eventbrite|expo|facebook|fastly|figma|finicity|finnhub|firebase|flickr|flutterwave|flyio|foursquare|frameio|freemius|freshbooks|freshdesk|giphy|github|gitlab|gitter|gocardless|grafana|groq|harness|hashicorp|helpscout|heroku|honeycomb|hubspot|huggingface|infracost|infura|instagram|intercom|intra42|ipinfo|ipstack|jenkins|jfrog|jumpcloud|keycloak|klaviyo|kraken|kucoin|launchdarkly|linkedin|logzio|looker|mailchimp|mailgun|mailjet|mandrill|mapbox|mattermost|maxmind|meraki|messagebird|mistral|mixpanel|moralis|netlify|newrelic|newyorktimes|ngrok|notion|npmrc|nuget|nvidia|nytimes|octopus|onesignal|openai|openrouter|openshift|openweather|opsgenie|optimizely|pagerduty|papertrail|paypal|pendo|perplexity|pingdom|pipedrive|planetscale|postmark|postman|prefect|privateai|pulumi|pusher|pypi|rapidapi|razorpay|recaptcha|replicate|rollbar|rubygems|salesforce|scaleway|scalingo|segment|sendbird|sendgrid|sendinblue|sentry|settlemint|shippo|shodan|shopify|sidekiq|slack|snowflake|snyk|sonarcloud|sonarqube|sonar|sourcegraph|splunk|spotify|squarespace|statuspage|stripe|sumologic|supabase|surge|tavily|telegram|telegr|terraform|tiktok|travisci|travis|trello|twilio|twitch|twitter|typeform|uploadcare|vercel|virustotal|voyage|vultr|wakatime|webex|wechat|whatsapp|xray|yandex|youtube|zendesk|zapier|zoom';
const VENDORS = new RegExp(VENDOR_NAMES);
/** Vendors whose name is part of other words. They count at the start of a word. */
const SHORT_VENDORS =
  /(?:^| )(?:etsy|jira|linear|lob|okta|plaid|readme|square|sumo|webex)(?= |$|token|key|api|secret|access|client|auth)/u;

const CREDENTIAL =
  /token|key|secret|auth(?!orit|or(?:s|ed)?(?: |$))|credential|creds?(?= |$)|passw|access|api(?= |$)|(?:^| )(?:pat|sas|jwt|otp|sid|bearer|signature|session|csrf|xsrf|cookie)(?= |$)|sess(?:ion)?id$|_session$|phpsessid/u;

/** The last word of names that say what a thing is called, where it is or how it was counted. */
const HARMLESS_END =
  /(?:^| )(?:name|arn|arns|type|url|uri|path|file|filename|dir|host|hostname|endpoint|region|zone|version|hash|sha|sha1|sha256|md5|digest|fingerprint|thumbprint|checksum|commit|revision|rev|ref|release|branch|tag|image|build|expiry|expires|expiration|ttl|time|timestamp|at|on|date|count|size|length|limit|max|min|total|used|usage|status|state|code|error|message|reason|level|mode|scope|scopes|method|algorithm|alg|request|event|trace|span|issue|ticket|project|org|user|username|team|channel|workspace|bucket|log|logs|job|run|pipeline|runner|order|invoice|charge|customer|payment|plan|price|role|policy|group|manager|secretsmanager|controller|provider|store|email|domain|server|cluster|namespace|index|model|number|position|offset|tokens|keys)$/u;
const HARMLESS_ID = /(?:^| )(?:ids?|uuid|guid)$/u;
const CLIENT_ID = /(?:^| )(?:client|app|application|access|api|consumer|tenant client) ?id$/u;

/** Tokens of pages and retries, and keys of tables, objects and caches. */
const OTHER_TOKEN =
  /(?:^| )(?:next|previous|prev|page|pagination|continuation|start|starting|forward|backward|max|min|input|output|prompt|completion|total|num|unexpected|sync|resume|idempotency|request|lock|fencing|parse|parser|lexer|current|last|first|end|eof|context|cached|reasoning|sampling) ?token$/u;
/** What makes a call of AWS idempotent. With the name of a vendor before it, it is a token. */
const CLIENT_TOKEN = /(?:^| )client token$/u;
const OTHER_KEY =
  /(?:^| )(?:public|pub|primary|foreign|partition|sort|range|hash|cache|object|s3|bucket|idempotency|idempotent|routing|row|group|grouping|map|lookup|kms|cmk|unique|dedup|deduplication|message|event|composite|shard|redis|host|known|index|config|property|metric|label|tag|translation|state|lock|storage|registry|hot|node|resource|item|record|entity|evaluated|start|exclusive|attribute|parameter|context|condition|surrogate|queue|topic|correlation|join|search|data|file|prefix|issue|project|jira) ?key$/u;

const wordsOf = (name: string): string =>
  (name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? []).join(' ').toLowerCase();

/** Whether the last words of a name belong to what an SRE needs. */
const isHarmless = (words: string): boolean =>
  HARMLESS_END.test(words) ||
  OTHER_TOKEN.test(words) ||
  OTHER_KEY.test(words) ||
  (HARMLESS_ID.test(words) && !CLIENT_ID.test(words) && !/sess(?:ion)? ?id$/u.test(words));

/** Whether a name has a word for a credential in it, and not only the name of a vendor. */
export const namesCredential = (name: string): boolean => CREDENTIAL.test(wordsOf(name));

/**
 * Every name of a secret has one of these words in it, in lower case and without gaps: each pattern above that finds one asks for
 * it. Few words of a log do, and to look for them takes a fraction of what a judgement takes.
 */
const KEYWORD = new RegExp(
  `pass|pswd|pwd|secret|key|token|auth|cookie|sig|cred|access|api|pat|sas|jwt|otp|sid|bearer|sess|csrf|xsrf|etsy|jira|linear|lob|okta|plaid|readme|square|sumo|webex|${VENDOR_NAMES}`,
);
/** Letters of other scripts may count as ASCII ones where case is ignored, so they are left to the patterns. */
const OTHER_LETTERS = /[^\0-\x7f]/;

/** Whether a name, or some name in a text, may be that of a secret. False only if `namingOf` says `none` of all of them. */
export const mayNameSecret = (text: string): boolean =>
  KEYWORD.test(text.replaceAll(/[^A-Za-z\d]+/g, '').toLowerCase()) || OTHER_LETTERS.test(text);

/** How a value of this name is to be judged. */
export const namingOf = (name: string): Naming => (mayNameSecret(name) ? namingByPatterns(name) : 'none');

/** The same without the look for a keyword, which changes nothing but the time. */
export const namingByPatterns = (name: string): Naming => {
  if (CERTAIN.test(name) || SIGNATURE.test(name)) return 'certain';
  const words = wordsOf(name);
  if (isHarmless(words)) return 'none';
  if (VENDORS.test(words.replaceAll(' ', '')) || SHORT_VENDORS.test(words)) return 'vendor';
  if (CLIENT_TOKEN.test(words)) return 'none';
  if (/(?:^| )key$/u.test(words) && !/(?:^| )\w+ key$/u.test(words)) return 'doubtful';
  return CREDENTIAL.test(words) ? 'likely' : 'none';
};
