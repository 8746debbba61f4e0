import { existsSync } from 'node:fs';
import { chromium, type Page } from 'playwright-core';
import { E2eFailure } from './failure.ts';

const CHROMIUM = '/usr/bin/chromium';
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** An approver's browser. */
export interface Browser {
  /** Opens the link of a message. */
  open(mail: { readonly text: string }): Promise<Page>;
  stop(): Promise<void>;
}

/** Starts Chromium so that function URLs lead to the emulator. Their host names are those of AWS. */
export const startBrowser = async (emulatorPort: number): Promise<Browser> => {
  if (!existsSync(CHROMIUM))
    throw new E2eFailure(`There is no browser at ${CHROMIUM}.`, 'Debian, Ubuntu: apt-get install chromium.');
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [...QUIET, `--host-resolver-rules=MAP *.on.aws 127.0.0.1:${emulatorPort}`],
  });
  return {
    open: async ({ text }) => {
      const page = await browser.newPage();
      // The emulator speaks plain HTTP; all else about the address is as in AWS.
      await page.goto(linkIn(text).replace(/^https:/, 'http:'));
      return page;
    },
    stop: () => browser.close(),
  };
};

const linkIn = (text: string): string => {
  const [link] = /https:\/\/\S+\/\?t=\S+/.exec(text) ?? [];
  if (link === undefined) throw new E2eFailure(`There is no link in the message:\n${text}`, 'See lambdas/approve.');
  return link;
};

/** Gives a reason and presses a button; what the page then says about it. */
export const answerInBrowser = async (page: Page, button: 'Approve' | 'Deny', reason: string): Promise<string> => {
  await page.getByLabel('Reason').fill(reason);
  await page.getByRole('button', { name: button }).click();
  return page.getByRole('status').innerText();
};
