import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { packageFile } from '../../lambdas/kernel/policy/rules/package-root.ts';

/** An app of a team into which the package is installed. */
export interface App {
  readonly name: string;
  /** Writes its files below a folder. Returns where the app itself is, which is deeper in a workspace. */
  readonly write: (folder: string, tarball: string) => string;
  /** Installs its packages, in `folder`. */
  readonly install: readonly string[];
  /** Checks its types. */
  readonly types: readonly string[];
}

const Versions = z.record(z.string(), z.string());
const { dependencies, devDependencies } = z
  .object({ dependencies: Versions, devDependencies: Versions })
  .parse(JSON.parse(readFileSync(packageFile('package.json'), 'utf8')));
const aws = devDependencies['aws-cdk-lib'] ?? '';
const cdk = devDependencies['aws-cdk'] ?? '';
/** The client that the tool of the template needs: pnpm shows a package only what it names itself. */
const client = { '@aws-sdk/client-lambda': dependencies['@aws-sdk/client-lambda'] ?? '' };
/** The oldest that the package says it works with, and its `constructs`. */
const OLDEST = { cdk: '2.270.0', constructs: '10.5.0', zod: '4.5.0' };

const NPM = ['npm', 'install', '--no-audit', '--no-fund', '--prefer-offline'];

/** In the order of how old they are. */
export const APPS: readonly App[] = [
  {
    name: 'what `cdk init` writes today: TypeScript 7 and tsx',
    write: (folder, tarball) =>
      written(folder, {
        'package.json': packageOf(tarball, { tsx: '^4.23.0', typescript: '~7.0.2', 'aws-cdk': cdk }),
        ...typescriptFiles(),
      }),
    install: NPM,
    types: ['npx', 'tsc', '--noEmit'],
  },
  {
    name: 'what `cdk init` wrote in 2024: CommonJS, ts-node, node10 resolution, the oldest CDK that is supported',
    write: (folder, tarball) =>
      written(folder, {
        'package.json': packageOf(
          tarball,
          { 'ts-node': '10.9.2', typescript: '5.6.3', '@types/node': '22.7.9', 'aws-cdk': cdk },
          { 'aws-cdk-lib': OLDEST.cdk, constructs: OLDEST.constructs, zod: OLDEST.zod },
        ),
        'cdk.json': JSON.stringify({ app: 'npx ts-node --prefer-ts-exts bin/app.ts' }),
        'tsconfig.json': compilerOptions({ target: 'ES2020', module: 'commonjs', moduleResolution: 'node10' }),
        'bin/app.ts': appFile(''),
        'lib/ops-stack.ts': stackFile(''),
      }),
    install: NPM,
    types: ['npx', 'tsc', '--noEmit'],
  },
  {
    name: 'plain JavaScript in ES modules',
    write: (folder, tarball) =>
      written(folder, {
        'package.json': packageOf(tarball, { 'aws-cdk': cdk }, {}, { type: 'module' }),
        'cdk.json': JSON.stringify({ app: 'node bin/app.js' }),
        'bin/app.js': appFile('.js'),
        'lib/ops-stack.js': stackFile('.js').replace(/: (Construct|string)/g, ''),
      }),
    install: NPM,
    types: [],
  },
  {
    name: 'pnpm, which lets a package see only what it names',
    write: (folder, tarball) =>
      written(folder, {
        'package.json': packageOf(
          tarball,
          { 'aws-cdk': cdk, typescript: '5.9.3', tsx: '^4.23.0' },
          {},
          { type: 'module' },
        ),
        'pnpm-workspace.yaml': 'hoist: false\nstrictPeerDependencies: true\nonlyBuiltDependencies: [esbuild]\n',
        ...typescriptFiles(),
      }),
    install: ['npx', '--yes', 'pnpm@10', 'install', '--no-frozen-lockfile', '--prefer-offline'],
    types: ['npx', 'tsc', '--noEmit'],
  },
  {
    name: 'a workspace, with the app two folders below its packages',
    write: (folder, tarball) => {
      written(folder, {
        'package.json': JSON.stringify({ name: 'shop', private: true, workspaces: ['services/*'] }),
        'services/web/package.json': JSON.stringify({
          name: 'web',
          version: '1.0.0',
          dependencies: { zod: '3.25.76' },
        }),
      });
      return written(join(folder, 'services/ops'), {
        'package.json': packageOf(
          tarball,
          { 'aws-cdk': cdk, tsx: '^4.23.0', typescript: '5.9.3' },
          {},
          { name: 'ops' },
        ),
        ...typescriptFiles(),
      });
    },
    install: NPM,
    types: ['npx', 'tsc', '--noEmit'],
  },
];

/** An app of TypeScript in ES modules, whose compiled form tsx makes as it loads it. */
const typescriptFiles = (): Record<string, string> => ({
  'cdk.json': JSON.stringify({ app: 'npx tsx bin/app.ts' }),
  'tsconfig.json': compilerOptions({ target: 'ES2022', module: 'NodeNext', moduleResolution: 'NodeNext' }),
  'bin/app.ts': appFile('.js'),
  'lib/ops-stack.ts': stackFile('.js'),
});

const stackFile = (ending: string): string => `import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { Checkrein } from 'checkrein';
import { deployment } from '../config/deployment${ending}';

export class OpsStack extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new Checkrein(this, 'Checkrein', { settings: deployment, config: 'config', tools: 'tools' });
  }
}
`;

const appFile = (ending: string): string => `import { App } from 'aws-cdk-lib';
import { OpsStack } from '../lib/ops-stack${ending}';

new OpsStack(new App(), 'CheckreinOps');
`;

const packageOf = (
  tarball: string,
  devDependencies: Readonly<Record<string, string>>,
  others: Readonly<Record<string, string>> = {},
  more: object = {},
): string =>
  JSON.stringify({
    name: 'team-app',
    version: '1.0.0',
    private: true,
    dependencies: {
      'aws-cdk-lib': aws,
      constructs: '^10.5.0',
      zod: '^4.5.0',
      ...client,
      ...others,
      checkrein: `file:${tarball}`,
    },
    devDependencies: { '@types/node': '^24.0.0', ...devDependencies },
    ...more,
  });

const compilerOptions = (options: object): string =>
  JSON.stringify({
    // Types of the package are checked, too: a team may not skip them.
    compilerOptions: {
      ...options,
      lib: ['es2022'],
      strict: true,
      esModuleInterop: true,
      skipLibCheck: false,
      types: ['node'],
    },
    include: ['bin', 'lib', 'config', 'tools'],
  });

/** Writes the files of an app, and the configuration and the tool that `checkrein init` writes. */
const written = (folder: string, files: Readonly<Record<string, string>>): string => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  if (files['cdk.json'] !== undefined) copyTemplate(folder, 'tsconfig.json' in files);
  return folder;
};

/** The configuration, the tools and the scenarios that `checkrein init` writes, in the way in which the app writes its imports. */
const copyTemplate = (folder: string, hasTypes: boolean): void => {
  for (const part of ['config', 'tools', 'scenarios'])
    cpSync(packageFile('template', part), join(folder, part), { recursive: true });
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  )) {
    const path = join(folder, file);
    writeFileSync(path, readFileSync(path, 'utf8').replace(/(from '\.[^']*)\.ts'/g, "$1.js'"));
  }
  if (hasTypes) return;
  const deployment = join(folder, 'config/deployment');
  writeFileSync(`${deployment}.js`, stripTypeScriptTypes(readFileSync(`${deployment}.ts`, 'utf8')));
  rmSync(`${deployment}.ts`);
};
