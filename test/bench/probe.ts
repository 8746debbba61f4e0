/**
 * Loaded with --import into a process that is measured: when it ends, writes its CPU and the most memory that it held to the
 * file in its environment.
 */
import { writeFileSync } from 'node:fs';

const file = process.env['CHECKREIN_BENCH_PROBE'];
process.on('exit', () => {
  if (file === undefined) return;
  const { user, system } = process.threadCpuUsage();
  const whole = process.cpuUsage();
  writeFileSync(
    file,
    JSON.stringify({
      threadMs: (user + system) / 1000,
      processMs: (whole.user + whole.system) / 1000,
      maxRssMB: process.resourceUsage().maxRSS / 1024,
    }),
  );
});
