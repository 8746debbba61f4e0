import { CONTENT_SECURITY_POLICY, errorPage } from './document.ts';

/** An HTTP request to the approval page, from Lambda or the local server. Header names are lower case. */
export interface PageRequest {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** An HTTP response, in the shape that a Lambda function URL takes. */
export interface PageResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A page, with the headers that every response has. */
export const respond = (statusCode: number, body: string, headers: Record<string, string> = {}): PageResponse => ({
  statusCode,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer', // the address contains the link
    'strict-transport-security': 'max-age=63072000; includeSubDomains',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    ...headers,
  },
  body,
});

/** Why a request has no effect. */
export const errorResponse = (
  statusCode: number,
  message: string,
  headers: Record<string, string> = {},
): PageResponse => respond(statusCode, errorPage('This cannot be answered', message), headers);
