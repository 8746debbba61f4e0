import * as z from 'zod';

/** The input field of a build. */
export const BuildReference = z
  .string()
  .regex(
    /^(?:arn:[\w-]+:codebuild:[\w-]+:\d{12}:build\/)?[A-Za-z\d][\w-]{1,254}:[\w-]{1,64}$/,
    'the id of one build, such as checkout-ci:8745a7a9-c340-456a-9166-edf953571bee, or its ARN',
  )
  .describe('Id of the build (project:uuid) or its ARN, as in the event or in list_builds.');
