import { takeAnswer } from '../../../lambdas/approvals/answer/answer.ts';
import { handleApproval } from '../../../lambdas/approvals/page/http.ts';
import type { TraceEventOf } from '../../../lambdas/contracts/events.ts';
import type { LaptopPorts } from '../../../local/laptop.ts';
import type { Act, HostileCase, Reaction } from '../case/case.ts';
import type { Recording } from '../recording.ts';

type Asked = TraceEventOf<'approval.asked'>['data'];
type Answer = Pick<Act, 'answer' | 'breakGlass'>;

export const PEOPLE: Record<Act['who'], string> = {
  sre: 'sre-oncall@example.com',
  owner: 'service-owner@example.com',
  viewer: 'viewer@example.com',
  stranger: 'stranger@example.net',
  agent: 'ec2-responder',
};

const SILENT: Reaction = { silence: 100, late: false, acts: [] };
const HOUR = 61 * 60_000;

/** Approvers who do what a case says: approve, deny, stay silent, answer without the right to, or tamper with links. */
export class People {
  readonly #testCase: HostileCase;
  readonly #recording: Recording;
  readonly #ports: () => LaptopPorts;
  readonly #questions: string[] = [];
  readonly #waits = new Map<string, number>();

  constructor(testCase: HostileCase, recording: Recording, ports: () => LaptopPorts) {
    this.#testCase = testCase;
    this.#recording = recording;
    this.#ports = ports;
  }

  /** Called whenever an execution waits. Afterwards the question is answered, or the wait times out. */
  async act(asked: Asked, answered: Promise<unknown>, expire: () => void): Promise<void> {
    if (!this.#questions.includes(asked.approvalId)) this.#questions.push(asked.approvalId);
    const nth = this.#questions.indexOf(asked.approvalId);
    const wait = this.#waits.get(asked.approvalId) ?? 0;
    this.#waits.set(asked.approvalId, wait + 1);
    const reaction = this.#testCase.people[nth % this.#testCase.people.length] ?? SILENT;
    if (wait === reaction.silence) {
      if (reaction.late) await this.#ports().clock.sleep(HOUR);
      for (const act of reaction.acts) await this.#perform(act, asked).catch(() => undefined);
    }
    const isAnswered = await Promise.race([
      answered.then(() => true),
      new Promise((over) => setImmediate(over, false)),
    ]);
    if (isAnswered !== true) expire();
  }

  async #perform(act: Act, asked: Asked): Promise<void> {
    const approver = PEOPLE[act.who];
    switch (act.how) {
      case 'plainly':
        return this.#answer(asked, approver, act);
      case 'twice':
        await Promise.allSettled([1, 2].map(() => this.#answer(asked, approver, act)));
        return;
      case 'race': {
        const other = act.who === 'sre' ? PEOPLE.owner : PEOPLE.sre;
        const opposite = act.answer === 'approve' ? 'deny' : 'approve';
        await Promise.allSettled([
          this.#answer(asked, approver, act),
          this.#answer(asked, other, { ...act, answer: opposite }),
        ]);
        return;
      }
      case 'prefetch':
        for (const method of ['GET', 'HEAD'])
          await this.#request(asked, method, this.#linkOf(asked.approvalId, approver), act);
        return;
      case 'page':
        return this.#post(asked, approver, this.#linkOf(asked.approvalId, approver), act);
      case 'reused':
        return this.#post(asked, approver, this.#linkOf(this.#questions[0] ?? '', approver), act);
      case 'forged':
        return this.#request(asked, 'POST', this.#forged(asked, approver), act);
      case 'flipped':
        return this.#request(asked, 'POST', flipped(this.#linkOf(asked.approvalId, approver)), act);
    }
  }

  /** Answers without a link, as the CLI does. */
  async #answer({ approvalId }: Asked, approver: string, { answer, breakGlass }: Answer): Promise<void> {
    this.#recording.add({ is: 'clicked', approvalId, approver, answer, breakGlass });
    const submitted = { approvalId, approver, answer, reason: 'because', breakGlass, via: 'preset' } as const;
    const receipt = await takeAnswer(submitted, this.#ports());
    const detail = receipt.status === 'refused' ? receipt.because : '';
    this.#recording.add({ is: 'receipt', approvalId, receipt: receipt.status, detail });
  }

  /** Opens the link and sends the form. */
  async #post(asked: Asked, approver: string, link: string, given: Answer): Promise<void> {
    const [body] = link.split('.');
    const approvalId = /"approvalId":"([^"]+)"/.exec(Buffer.from(body ?? '', 'base64url').toString())?.[1];
    if (approvalId !== undefined)
      this.#recording.add({ is: 'clicked', approvalId, approver, answer: given.answer, breakGlass: given.breakGlass });
    await this.#request(asked, 'GET', link, given);
    await this.#request(asked, 'POST', link, given);
  }

  async #request({ approvalId }: Asked, method: string, token: string, { answer, breakGlass }: Answer): Promise<void> {
    const ticked = breakGlass ? { breakGlass: 'yes' } : {};
    const form = new URLSearchParams({ t: token, answer, reason: 'because', ...ticked });
    const response = await handleApproval(
      {
        method,
        query: new URLSearchParams({ t: token, answer }),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: method === 'POST' ? form.toString() : '',
      },
      this.#ports(),
    );
    const detail = `${method} ${response.statusCode}`;
    this.#recording.add({ is: 'receipt', approvalId, receipt: 'http', detail });
  }

  /** The link that a person got by mail; empty when none was sent. */
  #linkOf(approvalId: string, approver: string): string {
    const links = this.#recording.entries.flatMap((entry) =>
      entry.is === 'message' && entry.message.audience === approver ? linksIn(entry.message.text) : [],
    );
    return links.findLast((link) => bodyOf(link).includes(approvalId)) ?? '';
  }

  /** A link that names this person, with the MAC of somebody else's link. */
  #forged({ approvalId, expiresAt }: Asked, approver: string): string {
    const [, mac = 'AAAA'] = this.#linkOf(approvalId, PEOPLE.sre).split('.');
    const body = JSON.stringify({ approvalId, approver: `${approver} `, expiresAt });
    return `${Buffer.from(body).toString('base64url')}.${mac}`;
  }
}

/** Links in a message: the signed part. */
export const linksIn = (text: string): string[] =>
  [...text.matchAll(/\?t=([\w-]+\.[\w-]+)/g)].map(([, link = '']) => link);

/** The claims of a link. */
export const bodyOf = (link: string): string => Buffer.from(link.split('.')[0] ?? '', 'base64url').toString();

const flipped = (link: string): string => {
  const [body = '', mac = ''] = link.split('.');
  const bytes = Buffer.from(mac, 'base64url');
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  return `${body}.${bytes.toString('base64url')}`;
};
