import { GetProductsCommand, PricingClient } from '@aws-sdk/client-pricing';
import { sdkCommand, type ServiceCommands } from './command.ts';

/** Price List calls that tools may name. Prices of every Region are served from us-east-1. */
export const service: ServiceCommands = {
  connect: (connection) => new PricingClient({ ...connection, region: 'us-east-1' }),
  commands: {
    GetProducts: sdkCommand(GetProductsCommand),
  },
};
