import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');

/** Top-level folders that no test of a check reads. */
const LEFT_OUT = ['node_modules', '.git', 'cdk.out', 'coverage', 'reports', '.checkrein', '.stryker-tmp'];

/** A temporary copy of the working tree. Code is changed in it only. */
export class SourceCopy {
  readonly root: string;

  constructor() {
    this.root = mkdtempSync(join(realpathSync(tmpdir()), 'checkrein-checks-'));
    cpSync(ROOT, this.root, {
      recursive: true,
      filter: (path) => !LEFT_OUT.includes(relative(ROOT, path).split(sep)[0] ?? ''),
    });
    symlinkSync(realpathSync(join(ROOT, 'node_modules')), join(this.root, 'node_modules'));
  }

  /** Runs something while one file of the copy is changed. */
  async withChange<T>(file: string, change: (code: string) => string, run: () => Promise<T>): Promise<T> {
    const path = join(this.root, file);
    const code = readFileSync(path, 'utf8');
    writeFileSync(path, change(code));
    try {
      return await run();
    } finally {
      writeFileSync(path, code);
    }
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** The text of a file of the working tree; empty if there is no such file. */
export const textOf = (file: string): string => {
  const path = join(ROOT, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
};
