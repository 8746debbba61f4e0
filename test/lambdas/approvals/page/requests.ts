import { handleApproval, type PageResponse } from '../../../../lambdas/approvals/page/http.ts';
import type { PagePorts } from '../../../../lambdas/approvals/page/page-view.ts';

export const getPage = (ports: PagePorts, token: string, method = 'GET'): Promise<PageResponse> =>
  handleApproval({ method, query: new URLSearchParams({ t: token }), headers: {}, body: '' }, ports);

export const post = (
  ports: PagePorts,
  body: string,
  type = 'application/x-www-form-urlencoded',
): Promise<PageResponse> =>
  handleApproval({ method: 'POST', query: new URLSearchParams(), headers: { 'content-type': type }, body }, ports);

export const postAnswer = (
  ports: PagePorts,
  token: string,
  answer: 'approve' | 'deny',
  reason = '',
): Promise<PageResponse> => post(ports, new URLSearchParams({ t: token, answer, reason }).toString());

/** The text of a page as a person reads it: without markup, whitespace collapsed. */
export const pageText = ({ body }: PageResponse): string =>
  body
    .replace(/<style>.*<\/style>/su, '')
    .replaceAll(/<[^>]*>/gu, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&gt;', '>')
    .replaceAll('&lt;', '<')
    .replaceAll(/\s+/gu, ' ');
