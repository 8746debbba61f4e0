import { usageOf } from '../../lambdas/kernel/trace/queries.ts';
import { STATE_OF } from '../../lambdas/contracts/flow.ts';
import type { Rules } from '../../lambdas/contracts/rules.ts';
import type { Synthesized, Template } from '../../lib/synthesize.ts';
import type { MeasuredIncident } from '../../test/load/incident.ts';
import { ASSUMED, billedSeconds, statesEntered, useOf } from './cost-use.ts';
import { code, markdownPage, table } from './markdown.ts';
import { billedUnits } from './alarm-metrics.ts';
import { MONTHLY, PRICED, listPriceOf, PRICES, type Priced } from './prices.ts';

const MONTHS = [10, 1000, 100_000];

const dollars = (usd: number): string => `$${usd >= 1 ? usd.toFixed(2) : usd.toPrecision(2)}`;

const amount = (quantity: number): string =>
  Number.isInteger(quantity) ? `${quantity}` : Number(quantity.toPrecision(2)).toString();

const names = Object.keys(PRICES).filter((name): name is Priced => name in PRICES);

const priceRows = (): string[][] =>
  names.map((name) => {
    const price = PRICES[name];
    return [
      price.what,
      `$${price.usd} per ${price.per === 1 ? '' : `${price.per.toLocaleString('en')} `}${price.unit}`,
      'assumed' in price ? 'assumption' : '',
    ];
  });

const useRows = (use: ReadonlyMap<Priced, number>): string[][] =>
  [...use]
    .toSorted(([a, one], [b, other]) => listPriceOf(b, other) - listPriceOf(a, one))
    .map(([name, quantity]) => [
      PRICES[name].what,
      `${amount(quantity)} ${PRICES[name].unit}`,
      dollars(listPriceOf(name, quantity)),
    ]);

/** Resources of the template that are billed by the month. */
const fixedCosts = ({ Resources }: Template): { type: string; count: number; usd: number; note: string }[] =>
  Object.entries(MONTHLY).flatMap(([type, usd]) => {
    const found = Object.values(Resources).filter((resource) => resource.Type === type);
    const count = found.reduce((sum, resource) => sum + billedUnits(resource), 0);
    return count === 0
      ? []
      : [{ type, count, usd: count * usd, note: found.length === count ? '' : ` (metrics of ${found.length})` }];
  });

const stateRows = (entered: readonly string[]): string[][] => {
  const counts = Map.groupBy(entered, (state) => state);
  return [...counts].map(([state, times]) => [code(state), `${times.length}`]);
};

/** The cost of storing one incident until its TTL. */
const storageOf = ({ bytesKept }: MeasuredIncident, days: number) => {
  const kilobytes = Math.ceil(bytesKept / 5120) * 5;
  const months = days / 30.4;
  const gigabytes = kilobytes / 1024 ** 2;
  return { kilobytes, usd: months * (listPriceOf('storage', gigabytes) + listPriceOf('backup', gigabytes)) };
};

/** The cost page: an incident, a month, and the prices and assumptions behind the figures. */
export const costPage = (
  { template, stateMachineDefinition: definition }: Synthesized,
  rules: Rules,
  measured: MeasuredIncident,
): string => {
  const use = useOf(measured, definition);
  const used = [...use].reduce((sum, [name, quantity]) => sum + listPriceOf(name, quantity), 0);
  const stored = storageOf(measured, rules.settings.retentionDays);
  const incident = used + stored.usd;
  const monthly = fixedCosts(template).reduce((sum, { usd }) => sum + usd, 0);
  const tokens = usageOf(measured.events);
  const tokenUsd = Math.ceil(tokens.microUsd / 5000) * 0.005;
  const entered = statesEntered(
    definition,
    measured.steps.map(({ step }) => step),
  );
  const { work, model, waiting } = billedSeconds(measured);
  const { accountBudgetPerDay, retentionDays } = rules.settings;
  return markdownPage(
    'What it costs',
    'the state machine, the template and a measured run of the scenario undersized-instance',
    [
      `An incident that is investigated, approved, applied, verified and closed costs about **${dollars(incident)}** in AWS and about **${dollars(tokenUsd)}** in tokens. An idle deployment costs ${dollars(monthly)} a month. All figures are list prices without free tiers.`,
      '## A month',
      table(
        ['incidents', 'fixed', 'incidents in AWS', 'AWS total', 'tokens'],
        MONTHS.map((count) => [
          count.toLocaleString('en'),
          dollars(monthly),
          dollars(count * incident),
          dollars(monthly + count * incident),
          dollars(count * tokenUsd),
        ]),
      ),
      `As shipped, the account is limited to ${accountBudgetPerDay.incidents} incidents and $${accountBudgetPerDay.dollars} of tokens a day, and each agent to less. For 100,000 incidents a month, raise the limits (\`config/deployment.ts\`, \`config/agents/\`).`,
      '## An incident',
      `Measured on the scenario *undersized-instance*: ${tokens.turns} turns of the model, ${measured.events.length} trace events, one change with one approver. Read and write units of the ledger are rounded up to a multiple of five.`,
      table(
        ['', 'used', 'price'],
        [
          ...useRows(use),
          [`DynamoDB, storing ${stored.kilobytes} KB for ${retentionDays} days`, '', dollars(stored.usd)],
          ['**total**', '', `**${dollars(incident)}**`],
        ],
      ),
      `Functions are billed for ${amount(work)} s of work, ${model} s in which ${STATE_OF.decide} waits for the model, and ${waiting} s of waiting for AWS. Waiting for people, for an instance to stop and start, and for a change to take effect happens in the state machine, and costs three transitions a look.`,
      '### State transitions',
      `${entered.length} states are entered. Each retry, each further health check of ${STATE_OF.verify}, and each further look at an instance that takes longer to stop or start adds to that.`,
      table(['state', 'times'], stateRows(entered)),
      '### Tokens',
      'The model of that run is a script, so its tokens are estimated at four characters each, and text sent in an earlier turn counts as read from the cache. A real model writes more, and thinks. The trace has the real cost of each turn (`model.called`, `costMicroUsd`).',
      '## Fixed costs',
      table(
        ['resource', 'count', 'a month'],
        fixedCosts(template).map(({ type, count, usd, note }) => [code(type), `${count}${note}`, dollars(usd)]),
      ),
      'A rotated KMS key costs $1 more a month after its first and after its second rotation. A policy that permits a change without a person adds one key.',
      '## Prices and assumptions',
      `Unit prices of US East (N. Virginia) as of ${PRICED}. An *assumption* was not checked against a price list.`,
      table(['service', 'price', ''], priceRows()),
      table(
        ['assumption', 'value'],
        [
          [
            'compute time of one invocation, with its share of cold starts',
            `${ASSUMED.secondsOfWork} s at ${ASSUMED.gigabytes} GB`,
          ],
          ['one turn of the model', `${ASSUMED.secondsOfModel} s`],
          ['moments of an incident', 'each in an invocation of its own, which reads the trace up to its event'],
          ['requests to the approval page: open, answer', `${ASSUMED.pageRequests}`],
          ['logs of function and state machine for one invocation', `${ASSUMED.logKilobytes} KB`],
          ['waiting for AWS', 'by the clock of the simulated account'],
          ['metrics per GetMetricData call, X-Ray traces per incident', '1 each'],
        ],
      ),
      'Reading the stream of the ledger costs nothing: Lambda does it. Not included, because they are small or not ours: KMS requests of DynamoDB and SNS (cached for five minutes), reads of the model key in Secrets Manager (once per cold start), counters of mails (one write unit each), a run of `checkrein doctor` (one token of each model: $0.01 at most), the two functions on a schedule (10,000 invocations and 110,000 reads a month, about $0.05), Logs Insights ($0.005 per GB scanned), data transfer, and the cost of the change itself.',
    ],
  );
};
