import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { InputError } from '../../lambdas/contracts/errors.ts';
import { median, type Figure } from './figure.ts';

const run = promisify(execFile);
const STARTS = 5;

const LambdaFunction = z.looseObject({
  Type: z.literal('AWS::Lambda::Function'),
  Properties: z.looseObject({ Code: z.looseObject({ S3Key: z.string() }) }),
});
const Template = z.looseObject({ Resources: z.record(z.string(), z.unknown()) });

/** Milliseconds that the import of a bundle takes, in its own process. */
const initOf = async (folder: string): Promise<number> => {
  const probe = `const started = performance.now(); await import(${JSON.stringify(join(folder, 'index.mjs'))}); console.log(performance.now() - started);`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', probe], { cwd: folder });
  return Number(stdout);
};

const sizeOf = (folder: string): number =>
  readdirSync(folder)
    .filter((file) => !file.endsWith('.map'))
    .reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);

/** Size and module-init time of every function, bundled as `cdk synth` bundles it. */
export const measureBundles = async (unit: number): Promise<Figure[]> => {
  const assembly = mkdtempSync(join(tmpdir(), 'checkrein-bench-'));
  try {
    await run(process.execPath, ['bin/app.ts'], {
      cwd: join(import.meta.dirname, '../..'),
      env: { ...process.env, CDK_OUTDIR: assembly },
    });
    const template = readdirSync(assembly).find((file) => file.endsWith('.template.json'));
    if (template === undefined)
      throw new InputError(assembly, 'cdk synth wrote no template', 'a checkout that synthesizes');
    const { Resources } = Template.parse(JSON.parse(readFileSync(join(assembly, template), 'utf8')));
    const figures: Figure[] = [];
    for (const [logicalId, resource] of Object.entries(Resources)) {
      const parsed = LambdaFunction.safeParse(resource);
      if (!parsed.success) continue;
      const name = logicalId.replace(/^Steps/, '').replace(/[0-9A-F]{8}$/, '');
      const folder = join(assembly, `asset.${parsed.data.Properties.Code.S3Key.replace('.zip', '')}`);
      const starts: number[] = [];
      for (let start = 0; start < STARTS; start += 1) starts.push(await initOf(folder));
      const kilobytes = sizeOf(folder) / 1024;
      const init = median(starts);
      figures.push({ name: `bundle ${name}`, measured: `${Math.round(kilobytes)} KB`, relative: kilobytes });
      figures.push({ name: `init ${name}`, measured: `${init.toFixed(0)} ms`, relative: init / unit });
    }
    return figures;
  } finally {
    rmSync(assembly, { recursive: true });
  }
};
