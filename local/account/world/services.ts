import { APPLY_READS } from '../../../lambdas/contracts/step-reads.ts';
import { callsOf, isAwsCall, type Manifest } from '../../../lambdas/contracts/tool.ts';
import { didYouMean } from '../../../lambdas/kernel/policy/rules/did-you-mean.ts';
import type { Answer } from './answers.ts';
import type { Fault } from './faults.ts';
import type { WorldProblem } from './problem.ts';
import { A_SERVICE } from './service-name.ts';

interface NamesServices {
  readonly answers: readonly Answer[];
  readonly faults: readonly Fault[];
}

/** Finds every service that neither one of these tools nor a step itself may call: a line about it would have no effect. */
export const serviceProblems = ({ answers, faults }: NamesServices, manifests: readonly Manifest[]): WorldProblem[] => {
  const services = servicesOf(manifests);
  const expected = (given: string): string => `${A_SERVICE}${didYouMean(given, services)}`;
  const commands = (
    match: { readonly command?: string | undefined } | undefined,
    path: WorldProblem['path'],
  ): WorldProblem[] => {
    const [service = ''] = match?.command?.split(':') ?? [];
    if (match?.command === undefined || services.includes(service)) return [];
    return [{ path: [...path, 'command'], message: `a command of ${expected(service)}` }];
  };
  return [
    ...answers.flatMap(({ service }, n) =>
      services.includes(service) ? [] : [{ path: ['answers', n, 'service'], message: expected(service) }],
    ),
    ...faults.flatMap((fault, n) => [
      ...commands(fault, ['faults', n]),
      ...commands(fault.before, ['faults', n, 'before']),
      ...commands(fault.after, ['faults', n, 'after']),
    ]),
  ];
};

const servicesOf = (manifests: readonly Manifest[]): readonly string[] => [
  ...new Set([...APPLY_READS, ...manifests.flatMap(callsOf)].filter(isAwsCall).map(({ service }) => service)),
];
