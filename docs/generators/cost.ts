import { usageOf } from '../../lambdas/kernel/trace/queries.ts';
import { STATE_OF } from '../../lambdas/contracts/flow.ts';
import type { Rules } from '../../lambdas/contracts/rules.ts';
import type { Synthesized, Template } from '../../lib/synthesize.ts';
import type { MeasuredIncident } from '../../test/load/incident.ts';
import { ASSUMED, billedSeconds, statesEntered, useOf } from './cost-use.ts';
import { code, markdownPage, table } from './markdown.ts';
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

/** Resources of the template that cost something without being used. */
const standing = ({ Resources }: Template): { type: string; count: number; usd: number }[] =>
  Object.entries(MONTHLY).flatMap(([type, usd]) => {
    const count = Object.values(Resources).filter((resource) => resource.Type === type).length;
    return count === 0 ? [] : [{ type, count, usd: count * usd }];
  });

const stateRows = (entered: readonly string[]): string[][] => {
  const counts = Map.groupBy(entered, (state) => state);
  return [...counts].map(([state, times]) => [code(state), `${times.length}`]);
};

/** What it costs to keep one trace until its TTL runs out. */
const keeping = ({ bytesKept }: MeasuredIncident, days: number) => {
  const kilobytes = Math.ceil(bytesKept / 5120) * 5;
  const months = days / 30.4;
  const gigabytes = kilobytes / 1024 ** 2;
  return { kilobytes, usd: months * (listPriceOf('storage', gigabytes) + listPriceOf('backup', gigabytes)) };
};

/** What Checkrein costs: an incident, a month, and what the figures rest on. */
export const costPage = (
  { template, stateMachineDefinition: definition }: Synthesized,
  rules: Rules,
  measured: MeasuredIncident,
): string => {
  const use = useOf(measured, definition);
  const used = [...use].reduce((sum, [name, quantity]) => sum + listPriceOf(name, quantity), 0);
  const kept = keeping(measured, rules.settings.retentionDays);
  const incident = used + kept.usd;
  const monthly = standing(template).reduce((sum, { usd }) => sum + usd, 0);
  const tokens = usageOf(measured.events);
  const tokenUsd = Math.ceil(tokens.microUsd / 5000) * 0.005;
  const entered = statesEntered(
    definition,
    measured.steps.map(({ step }) => step),
  );
  const { work, thinking, waiting } = billedSeconds(measured);
  const { accountBudgetPerDay, retentionDays } = rules.settings;
  return markdownPage(
    'What it costs',
    'the state machine, the template and a measured run of the scenario undersized-instance',
    [
      `An incident that is investigated, approved, applied, verified and closed costs about **${dollars(incident)}** in AWS and about **${dollars(tokenUsd)}** in tokens. A deployment that nothing happens in costs ${dollars(monthly)} a month. All figures are list prices; free tiers are not taken off.`,
      '## A month',
      table(
        ['incidents', 'standing', 'incidents in AWS', 'AWS together', 'tokens'],
        MONTHS.map((count) => [
          count.toLocaleString('en'),
          dollars(monthly),
          dollars(count * incident),
          dollars(monthly + count * incident),
          dollars(count * tokenUsd),
        ]),
      ),
      `As shipped, a day ends at ${accountBudgetPerDay.incidents} incidents and $${accountBudgetPerDay.dollars} of tokens for the account, and at less for each agent: 100,000 a month is more than the ceilings let through until you raise them (\`config/deployment.ts\`, \`config/agents/\`).`,
      '## An incident',
      `Measured on the scenario *undersized-instance*: ${tokens.turns} turns of the model, ${measured.events.length} trace events, one change with one approver. Units of the ledger are rounded up to the next five.`,
      table(
        ['', 'used', 'price'],
        [
          ...useRows(use),
          [`DynamoDB, keeping ${kept.kilobytes} KB for ${retentionDays} days`, '', dollars(kept.usd)],
          ['**together**', '', `**${dollars(incident)}**`],
        ],
      ),
      `Functions are billed for ${amount(work)} s of work, ${thinking} s in which ${STATE_OF.decide} waits for the model, and ${waiting} s in which functions wait for AWS, almost all of it ${STATE_OF.apply} while the instance stops and starts. Waiting for people and settling is free: it happens in the state machine.`,
      '### State transitions',
      `${entered.length} states are entered. Each retry and each further look of ${STATE_OF.verify} comes on top.`,
      table(['state', 'times'], stateRows(entered)),
      '### Tokens',
      'The model of that run is a script, so its tokens are estimated: four characters a token, what an earlier turn has sent is read from the cache. A real model writes more, and thinks. What a turn really cost is on the trace (`model.called`, `costMicroUsd`).',
      '## Standing',
      table(
        ['resource', 'count', 'a month'],
        standing(template).map(({ type, count, usd }) => [code(type), `${count}`, dollars(usd)]),
      ),
      'A rotated KMS key costs $1 more a month after its first and after its second rotation.',
      '## What this rests on',
      `Unit prices of US East (N. Virginia) as of ${PRICED}. *Assumption* marks a price that was not checked against a price list.`,
      table(['service', 'price', ''], priceRows()),
      table(
        ['assumption', 'value'],
        [
          [
            'computing of one invocation, with its share of cold starts',
            `${ASSUMED.secondsOfWork} s at ${ASSUMED.gigabytes} GB`,
          ],
          ['the model, for one turn', `${ASSUMED.secondsOfThinking} s`],
          ['visits of the approval page: opened, answered', `${ASSUMED.pageVisits}`],
          ['logs of function and state machine, for one invocation', `${ASSUMED.logKilobytes} KB`],
          ['waiting for AWS', 'by the clock of the simulated account; measured on a laptop'],
          ['one metric in each call of GetMetricData, one trace of X-Ray for each incident', ''],
        ],
      ),
      'Left out, because they are small or yours: KMS requests that DynamoDB and SNS make for themselves (cached for five minutes), the model key in Secrets Manager (read once a cold start), Logs Insights ($0.005 per GB that a query scans), data transfer, and what a change itself costs.',
    ],
  );
};
