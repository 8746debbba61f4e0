import { sha256 } from './canonical.ts';

/** The id of the question about one plan of one incident. The same for every retry and every reminder. */
export const approvalIdOf = (incidentId: string, digest: string): string =>
  `approval-${sha256(`${incidentId}\n${digest}`).slice(0, 32)}`;
