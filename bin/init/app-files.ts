import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import * as z from 'zod';
import { CheckreinError } from '../../lambdas/contracts/errors.ts';
import { packageFile } from '../../lambdas/kernel/policy/rules/package-root.ts';
import { packageJson } from '../../lib/package-files.ts';

interface App {
  readonly name: string;
  /** What to install as Checkrein. Default: this version, as it was released. */
  readonly checkrein: string | undefined;
}

const TEMPLATE = packageFile('template');
/** npm leaves files of these names out of packages, so they have others in the template. */
const STORED_AS: Readonly<Record<string, string>> = { gitignore: '.gitignore', npmrc: '.npmrc' };
const PACKAGE_JSON = 'package.json';

const Packages = z.record(z.string(), z.string());
const PackageJson = z.looseObject({ dependencies: Packages, devDependencies: Packages });

/** The files of an app: path and content, in the order of their paths. */
export const appFiles = (app: App): ReadonlyMap<string, string> =>
  new Map(
    templateFiles().map((path) => {
      const text = readFileSync(join(TEMPLATE, path), 'utf8');
      return [STORED_AS[path] ?? path, path === PACKAGE_JSON ? packageJsonOf(text, app) : text];
    }),
  );

/** The packages that an app installs. */
export const templatePackages = (): string[] => {
  const { dependencies, devDependencies } = templatePackage(readFileSync(join(TEMPLATE, PACKAGE_JSON), 'utf8'));
  return Object.keys({ ...dependencies, ...devDependencies });
};

const templateFiles = (): string[] =>
  readdirSync(TEMPLATE, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(TEMPLATE, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .toSorted();

const templatePackage = (text: string): z.infer<typeof PackageJson> => PackageJson.parse(JSON.parse(text));

/** The template names packages without a version: each gets the one that this package was tested with. */
const packageJsonOf = (text: string, { name, checkrein }: App): string => {
  const own = packageJson();
  const versions: Readonly<Record<string, string>> = {
    ...own.dependencies,
    ...own.devDependencies,
    checkrein: checkrein ?? own.version,
  };
  const withVersions = (packages: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.keys(packages).map((one) => [one, versionOf(one, versions)]));
  const template = templatePackage(text);
  const app = {
    ...template,
    name,
    dependencies: withVersions(template.dependencies),
    devDependencies: withVersions(template.devDependencies),
  };
  return `${JSON.stringify(app, null, 2)}\n`;
};

const versionOf = (name: string, versions: Readonly<Record<string, string>>): string => {
  const version = versions[name];
  if (version !== undefined) return version;
  throw new CheckreinError(
    'IncompletePackage',
    `Checkrein's package.json has no version of ${name}, which the template of an app needs.`,
    'Install another version of Checkrein, and report this.',
  );
};
