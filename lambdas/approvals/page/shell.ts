import { createHash } from 'node:crypto';
import { html, Html } from './html.ts';
import { STYLE } from './style.ts';

const styleHash = createHash('sha256').update(STYLE).digest('base64');

/** No script, no image, no frame, nothing from elsewhere: the one style by its hash, and a form that comes back here. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${styleHash}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A whole document around a body. */
export const documentOf = (title: string, body: Html): string =>
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

/** A page that says what is wrong and what to do, and nothing about any incident. */
export const errorPage = (title: string, says: string): string =>
  documentOf(
    title,
    html`<main class="card">
      <h1>${title}</h1>
      <p>${says}</p>
      <p class="quiet">Nothing was changed by opening this page.</p>
    </main>`,
  );
