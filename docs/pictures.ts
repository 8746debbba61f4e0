import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { runMain } from '../test/run-main.ts';
import { terminalPicture } from './generators/terminal-picture.ts';

/** Folder of the pictures. They show one real run: `npm run docs:pictures`, with Chromium and Python 3 installed. */
const PICTURES = join(import.meta.dirname, 'pictures');

const SCENARIO = 'scenarios/undersized-instance';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];
const LINK = /http:\/\/127\.0\.0\.1:\d+\/\?t=\S+/;

/** What the terminal shows of the run; the rest of it is a line of dots. */
const SHOWN = /^(model +turn 2|policy|dry run|approval|apply|verify|closed|sealed)/;
const DETAILS = 7;

/** Runs a scenario on a terminal of 80 columns, and hands over the link of the approver. Returns what was printed. */
const runOnTerminal = (out: string, onLink: (link: string) => Promise<void>): Promise<string> =>
  new Promise((resolve, reject) => {
    const run = `${process.execPath} bin/checkrein.js run --event ${SCENARIO}/event.json --world ${SCENARIO}/world.yaml --out ${out}`;
    const program = 'import pty, sys; pty.spawn(sys.argv[1:])';
    const child = spawn('python3', ['-c', program, 'sh', '-c', `stty cols 80 rows 50; exec ${run}`], {
      cwd: join(import.meta.dirname, '..'),
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let printed = '';
    let answered = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      const [link] = LINK.exec(printed) ?? [];
      if (answered || link === undefined || !printed.includes('[y/n]')) return;
      answered = true;
      onLink(link).catch(reject);
    });
    child.once('error', reject).once('exit', () => resolve(printed));
  });

const photograph = async (page: Page, link: string): Promise<void> => {
  await page.goto(link);
  await page.screenshot({ path: join(PICTURES, 'approval-page.png') });
  const decision = page.locator('section').filter({ has: page.getByRole('button', { name: 'Approve' }) });
  await decision.screenshot({ path: join(PICTURES, 'approval-decision.png') });
  await page.getByRole('button', { name: 'Approve' }).click();
};

/** Makes the pictures of the README. */
const makePictures = async (): Promise<void> => {
  const out = mkdtempSync(join(tmpdir(), 'checkrein-pictures-'));
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });
  try {
    const page = await browser.newPage({ viewport: { width: 820, height: 770 } });
    const printed = await runOnTerminal(out, (link) => photograph(page, link));
    writeFileSync(join(PICTURES, 'run.svg'), terminalPicture(printed, { shown: SHOWN, details: DETAILS }));
  } finally {
    await browser.close();
    rmSync(out, { recursive: true });
  }
};

await runMain(makePictures);
