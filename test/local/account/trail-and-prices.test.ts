import { expect, test } from 'vitest';
import * as z from 'zod';
import { ParsedJson } from './json-text.ts';
import { APP, BUSY_SERVER, ExampleWorld } from './example-world.ts';

const DEPLOYED = `${BUSY_SERVER}
cloudtrail:
  - at: -12m
    event: SendCommand
    source: ssm.amazonaws.com
    user: pipeline
    resources: [{ type: 'AWS::EC2::Instance', name: ${APP} }]
    request: { comment: deploy 4.12.0 }
`;
const Filters = Object.entries({ instanceType: 'm6i.xlarge', regionCode: 'eu-west-1', operatingSystem: 'Linux' }).map(
  ([Field, Value]) => ({ Type: 'TERM_MATCH', Field, Value }),
);
const used = { Type: 'TERM_MATCH', Field: 'capacitystatus', Value: 'Used' };

test('CloudTrail finds the events of a resource, each as JSON text', async () => {
  const example = new ExampleWorld(DEPLOYED);
  const LookupAttributes = [{ AttributeKey: 'ResourceName', AttributeValue: APP }];
  const answer = await example.send('cloudtrail:LookupEvents', { LookupAttributes, MaxResults: 10 });
  expect(answer).toMatchObject({ Events: [{ EventName: 'SendCommand', Username: 'pipeline', ReadOnly: 'false' }] });
  const Event = ParsedJson.pipe(z.object({ requestParameters: z.object({ comment: z.string() }) }));
  const { Events } = z.object({ Events: z.array(z.object({ CloudTrailEvent: Event })) }).parse(answer);
  expect(Events[0]?.CloudTrailEvent.requestParameters.comment).toBe('deploy 4.12.0');
  const before = await example.send('cloudtrail:LookupEvents', { LookupAttributes, EndTime: '2026-11-20T09:00:00Z' });
  expect(before).toEqual({ Events: [] });
});

test('the price list holds JSON text, and one price for a caller that filters enough', async () => {
  const example = new ExampleWorld(BUSY_SERVER);
  const answer = await example.send('pricing:GetProducts', { ServiceCode: 'AmazonEC2', Filters: [...Filters, used] });
  const Price = z.object({ pricePerUnit: z.object({ USD: z.string() }), unit: z.literal('Hrs') });
  const Product = z.object({
    terms: z.object({ OnDemand: z.record(z.string(), z.object({ priceDimensions: z.record(z.string(), Price) })) }),
  });
  const { PriceList } = z.object({ PriceList: z.array(ParsedJson.pipe(Product)) }).parse(answer);
  const prices = PriceList.flatMap((product) => Object.values(product.terms.OnDemand)).flatMap((term) =>
    Object.values(term.priceDimensions),
  );
  expect(prices.map((price) => price.pricePerUnit.USD)).toEqual(['0.2140000000']);
});

test('a caller that forgets capacity status gets several prices, as in AWS', async () => {
  const answer = await new ExampleWorld(BUSY_SERVER).send('pricing:GetProducts', { ServiceCode: 'AmazonEC2', Filters });
  expect(z.object({ PriceList: z.array(z.string()) }).parse(answer).PriceList).toHaveLength(3);
});
