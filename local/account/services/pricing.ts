import * as z from 'zod';
import { sha256 } from '../../../lambdas/kernel/trace/canonical.ts';
import { CloudError } from '../../../lambdas/contracts/errors.ts';
import type { CatalogueType } from '../catalogue.ts';
import { simulatedCommand, paginated, type Command } from '../command.ts';
import type { State } from '../state.ts';

const Filter = z.strictObject({ Type: z.literal('TERM_MATCH'), Field: z.string(), Value: z.string() });

/** The price list, as far as the tools use it: EC2 on demand in the world's Region. */
export const pricing: Record<'GetProducts', Command> = {
  GetProducts: simulatedCommand(
    'pricing:GetProducts',
    z.strictObject({
      ServiceCode: z.string(),
      Filters: z.array(Filter).default([]),
      FormatVersion: z.literal('aws_v1').optional(),
      MaxResults: z.int().max(100).optional(),
      NextToken: z.string().optional(),
    }),
    ({ ServiceCode: service, Filters: filters, MaxResults: size = 100, NextToken: token }, state) => {
      if (service !== 'AmazonEC2')
        throw new CloudError('InvalidParameterException', `The service code ${service} is invalid.`);
      const wanted = [...state.fleet.types]
        .flatMap(([name, type]) => VARIANTS.map((variant) => product(name, type, variant, state)))
        .filter(({ attributes }) => filters.every(({ Field: field, Value: value }) => attributes[field] === value));
      const { items, ...more } = paginated(wanted, size, token);
      return { FormatVersion: 'aws_v1', PriceList: items.map(({ list }) => JSON.stringify(list)), ...more };
    },
  ),
};

interface Variant {
  readonly operatingSystem: string;
  readonly capacitystatus: string;
  readonly operation: string;
  readonly price: (linux: number, vcpus: number) => number;
}

/** The list has several prices for one type: a caller that filters too little must find out. */
const VARIANTS: readonly Variant[] = [
  { operatingSystem: 'Linux', capacitystatus: 'Used', operation: 'RunInstances', price: (linux) => linux },
  {
    operatingSystem: 'Linux',
    capacitystatus: 'UnusedCapacityReservation',
    operation: 'RunInstances',
    price: (linux) => linux,
  },
  {
    operatingSystem: 'Linux',
    capacitystatus: 'AllocatedCapacityReservation',
    operation: 'RunInstances',
    price: () => 0,
  },
  {
    operatingSystem: 'Windows',
    capacitystatus: 'Used',
    operation: 'RunInstances:0002',
    price: (linux, vcpus) => linux + 0.046 * vcpus,
  },
];

const LOCATIONS: Readonly<Record<string, string>> = {
  'eu-west-1': 'EU (Ireland)',
  'eu-central-1': 'EU (Frankfurt)',
  'us-east-1': 'US East (N. Virginia)',
  'us-west-2': 'US West (Oregon)',
};

const product = (name: string, type: CatalogueType, variant: Variant, { world }: State) => {
  const sku = sha256(`${name}${variant.operatingSystem}${variant.capacitystatus}`).slice(0, 16).toUpperCase();
  const attributes: Record<string, string> = {
    instanceType: name,
    instanceFamily: 'General purpose',
    vcpu: String(type.vcpus),
    memory: `${type.memoryGiB} GiB`,
    regionCode: world.region,
    location: LOCATIONS[world.region] ?? world.region,
    locationType: 'AWS Region',
    operatingSystem: variant.operatingSystem,
    capacitystatus: variant.capacitystatus,
    operation: variant.operation,
    tenancy: 'Shared',
    preInstalledSw: 'NA',
    licenseModel: 'No License required',
    marketoption: 'OnDemand',
    currentGeneration: 'Yes',
    servicecode: 'AmazonEC2',
    servicename: 'Amazon Elastic Compute Cloud',
  };
  const offer = `${sku}.JRTCKXETXF`;
  const dimension = {
    rateCode: `${offer}.6YS6EN2CT7`,
    unit: 'Hrs',
    beginRange: '0',
    endRange: 'Inf',
    description: `On Demand ${variant.operatingSystem} ${name} Instance Hour`,
    appliesTo: [],
    pricePerUnit: { USD: variant.price(type.hourlyUsd, type.vcpus).toFixed(10) },
  };
  const term = {
    sku,
    offerTermCode: 'JRTCKXETXF',
    effectiveDate: '2026-06-01T00:00:00Z',
    termAttributes: {},
    priceDimensions: { [dimension.rateCode]: dimension },
  };
  const list = {
    product: { productFamily: 'Compute Instance', attributes, sku },
    serviceCode: 'AmazonEC2',
    terms: { OnDemand: { [offer]: term } },
    version: '20260601000000',
    publicationDate: '2026-06-01T00:00:00Z',
  };
  return { attributes, list };
};
