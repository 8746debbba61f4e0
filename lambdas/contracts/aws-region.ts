import * as z from 'zod';

/** The name of a Region. */
export const AwsRegion = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a Region, e.g. eu-west-1');
