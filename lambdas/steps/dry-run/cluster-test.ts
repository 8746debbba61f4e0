import { CheckreinError } from '../../contracts/errors.ts';
import type { ClusterTest, StepPorts, TestedCluster } from '../../contracts/ports.ts';
import { redactedText } from '../../kernel/redaction/redactor.ts';
import type { Journal } from '../../kernel/trace/journal.ts';

/** Somebody waits at a terminal, and the function has other limits: a cluster that is out of reach takes seconds a request. */
const MAX_WAIT_MS = 30_000;

export interface ClusterTestPorts extends StepPorts {
  readonly testCluster: ClusterTest;
}

/** Tests each cluster of the settings, as a run of the doctor wants to know. Nothing is changed, and no tool is called. */
export const testClusters = async (journal: Journal, ports: ClusterTestPorts): Promise<void> => {
  await journal.once('clusters.tested', async () => {
    const tests = ports.rules.settings.clusters.map(async ({ name }) => {
      const { outcome, says, advice } = await tested(name, journal.incident, ports);
      return { cluster: name, outcome, says: redactedText(says), advice };
    });
    return { data: { clusters: await Promise.all(tests) } };
  });
};

const tested = async (cluster: string, incident: string, ports: ClusterTestPorts): Promise<TestedCluster> => {
  try {
    const found = await ports.clock.within(MAX_WAIT_MS, ports.testCluster(cluster, incident));
    if (found !== undefined) return found.value;
    const says = `The cluster was not tested within ${MAX_WAIT_MS / 1000} s.`;
    return { outcome: 'fail', says, advice: 'Look at the network of the functions, then run the doctor again.' };
  } catch (error) {
    if (!(error instanceof CheckreinError)) throw error;
    return { outcome: 'fail', says: error.message, advice: error.advice };
  }
};
