import { existsSync } from 'node:fs';
import { chromium, type Page } from 'playwright-core';
import { E2eFailure } from './failure.ts';

const CHROMIUM = '/usr/bin/chromium';
const CHROMIUM_FLAGS = [
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

/** Starts Chromium so that the host names of function URLs, which are those of AWS, resolve to the emulator. */
export const startBrowser = async (emulatorPort: number): Promise<Browser> => {
  if (!existsSync(CHROMIUM))
    throw new E2eFailure(`There is no browser at ${CHROMIUM}.`, 'Debian, Ubuntu: apt-get install chromium.');
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [...CHROMIUM_FLAGS, `--host-resolver-rules=MAP *.on.aws 127.0.0.1:${emulatorPort}`],
  });
  return {
    open: async ({ text }) => {
      const page = await browser.newPage();
      // The emulator has no TLS; the rest of the address is as in AWS.
      await page.goto(linkIn(text).replace(/^https:/, 'http:'));
      return page;
    },
    stop: () => browser.close(),
  };
};

const linkIn = (text: string): string => {
  const [link] = /https:\/\/\S+\/\?t=\S+/.exec(text) ?? [];
  if (link === undefined) throw new E2eFailure(`There is no link in the message:\n${text}`, 'See lambdas/approvals.');
  return link;
};

/** Enters a reason and clicks a button. Returns the status that the page then shows. */
export const answerInBrowser = async (page: Page, button: 'Approve' | 'Deny', reason: string): Promise<string> => {
  await page.getByLabel('Reason').fill(reason);
  await page.getByRole('button', { name: button }).click();
  return page.getByRole('status').innerText();
};
