import { createHash } from 'node:crypto';
import { html, Html } from './html.ts';
import { STYLE } from './style.ts';

const styleHash = createHash('sha256').update(STYLE).digest('base64');

/** No scripts, images or frames, nothing from other hosts: only the one style, by its hash, and a form that posts back here. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${styleHash}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A complete HTML document around a body. */
export const htmlDocument = (title: string, body: Html): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        ${new Html(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <div class="page">${body}</div>
      </body>
    </html> `.toString();

/** A page with an error and what to do about it. It shows nothing about any incident. */
export const errorPage = (title: string, message: string): string =>
  htmlDocument(
    title,
    html`<main class="card">
      <h1>${title}</h1>
      <p>${message}</p>
      <p class="muted">Nothing was changed by opening this page.</p>
    </main>`,
  );
