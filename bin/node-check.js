// Plain JavaScript, because it must also start on a Node that cannot read TypeScript. Imported before anything else.
import { existsSync } from 'node:fs';

const inProject = (path) => existsSync(new URL(`../node_modules/${path}`, import.meta.url));

const advice = () => {
  if (inProject('.bin/node'))
    return 'This project has its own Node 24, which npx and npm run use: npx checkrein, npm start.';
  if (inProject('node'))
    return 'npm installs a Node 24 for this project by an install script, which has not run (--ignore-scripts?). Run it:\n  npm rebuild node --ignore-scripts=false\nOr use Node 24 or newer yourself.';
  return 'The packages of this project, a Node 24 among them, are not installed. Run:\n  npm ci';
};

if (!process.features.typescript) {
  process.stderr.write(`checkrein: this is Node ${process.versions.node}, which cannot run TypeScript.\n${advice()}\n`);
  process.exit(1);
}
