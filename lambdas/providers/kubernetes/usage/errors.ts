import { CloudError } from '../../../contracts/errors.ts';

/** No answer, or none that can be used: as a refusal that the model can plan around, since the cluster itself may well work. */
export const usageUnavailable = (source: string, why: string, cause?: unknown): CloudError =>
  new CloudError('UsageUnavailable', `${source} gave no usable answer (${why}).`, cause, undefined, {
    advice: 'See docs/kubernetes.md: usage over time.',
    forModel: 'Ask for a shorter window, or go on without usage over time: what is not known counts as 100 %.',
  });

/** A query that the source refuses. */
export const usageRefused = (source: string, code: string, why: string): CloudError =>
  new CloudError(code, `${source} refused the query: ${why}`, undefined, undefined, {
    advice: 'See docs/kubernetes.md: usage over time.',
  });
