import * as z from 'zod';
import { consolePage } from './console-page.ts';
import { eventType } from './event-type.ts';

const Detail = z.looseObject({
  pipeline: z.string().min(1),
  'execution-id': z.string().min(1),
  state: z.string(),
  stage: z.string().optional(),
  action: z.string().optional(),
  'execution-result': z
    .looseObject({ 'external-execution-summary': z.string().optional(), 'error-code': z.string().optional() })
    .optional(),
  'additional-attributes': z
    .looseObject({
      failedActions: z.array(z.looseObject({ additionalInformation: z.string().optional() })).default([]),
    })
    .prefault({}),
});

/** A pipeline, a stage or an action that changed its state. All events of one execution are one subject. */
export const CODEPIPELINE = eventType(
  'aws.codepipeline',
  [
    'CodePipeline Pipeline Execution State Change',
    'CodePipeline Stage Execution State Change',
    'CodePipeline Action Execution State Change',
  ],
  Detail,
  (detail, { region }) => {
    const { pipeline, stage, action, state } = detail;
    const result = detail['execution-result'];
    const failed = detail['additional-attributes'].failedActions.map((one) => one.additionalInformation);
    const place = [stage, action].filter((name) => name !== undefined).join(', ');
    return {
      title: `${pipeline}: ${place === '' ? 'execution' : place} ${state}`,
      cause: [result?.['error-code'], result?.['external-execution-summary'], ...failed]
        .filter((text) => text !== undefined && text !== '')
        .join('\n'),
      link: consolePage(
        region,
      )`codesuite/codepipeline/pipelines/${pipeline}/executions/${detail['execution-id']}/timeline`,
      key: ['execution', pipeline, detail['execution-id']],
    };
  },
);
