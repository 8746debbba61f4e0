import * as z from 'zod';
import { consolePage } from './console-page.ts';
import { eventType } from './event-type.ts';

const Phase = z.looseObject({
  'phase-type': z.string().default('a phase'),
  'phase-status': z.string().optional(),
  'phase-context': z.array(z.string()).default([]),
});
const Detail = z.looseObject({
  'build-status': z.string().optional(),
  'completed-phase': z.string().optional(),
  'completed-phase-status': z.string().optional(),
  'completed-phase-context': z.string().optional(),
  'project-name': z.string().min(1),
  'build-id': z.string().min(1),
  'additional-information': z.looseObject({ phases: z.array(Phase).default([]) }).prefault({}),
});
type Detail = z.infer<typeof Detail>;

/** `COMPILE failed: …`, of each phase that did not succeed. CodeBuild's empty context is `: `. */
const failedPhases = ({ 'additional-information': { phases }, ...detail }: Detail): string[] =>
  [
    ...phases,
    {
      'phase-type': detail['completed-phase'] ?? '',
      'phase-status': detail['completed-phase-status'],
      'phase-context': [detail['completed-phase-context'] ?? ''],
    },
  ]
    .filter((phase) => phase['phase-status'] !== undefined && phase['phase-status'] !== 'SUCCEEDED')
    .map((phase) => {
      const said = phase['phase-context'].filter((text) => /[^\s:[\]]/.test(text)).join(' ');
      return `${phase['phase-type']} ${phase['phase-status'] ?? ''}${said === '' ? '' : `: ${said}`}`;
    });

/** A build that changed its state, or ended a phase. All events of a build are one subject. */
export const CODEBUILD = eventType(
  'aws.codebuild',
  ['CodeBuild Build State Change', 'CodeBuild Build Phase Change'],
  Detail,
  (detail, { account, region }) => {
    const project = detail['project-name'];
    const build = detail['build-id'].replace(/^.*:build\//, '');
    const status = detail['build-status'] ?? `${detail['completed-phase'] ?? 'a phase'} ended`;
    return {
      title: `${project}: build ${status}`,
      cause: failedPhases(detail).join('\n'),
      link: consolePage(region)`codesuite/codebuild/${account}/projects/${project}/build/${build}/`,
      key: ['build', detail['build-id']],
    };
  },
);
