import { handleApproval, type ApprovalResponse } from '../../../../lambdas/approvals/page/http.ts';
import type { PagePorts } from '../../../../lambdas/approvals/page/page-view.ts';

export const getPage = (ports: PagePorts, token: string, method = 'GET'): Promise<ApprovalResponse> =>
  handleApproval({ method, query: new URLSearchParams({ t: token }), headers: {}, body: '' }, ports);

export const post = (
  ports: PagePorts,
  body: string,
  type = 'application/x-www-form-urlencoded',
): Promise<ApprovalResponse> =>
  handleApproval({ method: 'POST', query: new URLSearchParams(), headers: { 'content-type': type }, body }, ports);

export const postAnswer = (
  ports: PagePorts,
  token: string,
  says: 'approve' | 'deny',
  reason = '',
): Promise<ApprovalResponse> => post(ports, new URLSearchParams({ t: token, answer: says, reason }).toString());

/** What a person reads on a page: its text without markup, spaces folded. */
export const pageText = ({ body }: ApprovalResponse): string =>
  body
    .replace(/<style>.*<\/style>/su, '')
    .replaceAll(/<[^>]*>/gu, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&gt;', '>')
    .replaceAll('&lt;', '<')
    .replaceAll(/\s+/gu, ' ');
