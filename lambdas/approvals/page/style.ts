/**
 * The style of the page: one column on a phone, two on a desktop, light and dark. It is a constant, so the content
 * security policy can allow exactly this style by its hash.
 */
export const STYLE = `
:root { color-scheme: light dark; --background: #f4f5f7; --card: #fff; --text: #17202a; --muted: #566270; --border: #d8dde3;
  --accent: #0a5cad; --good: #1a7a48; --good-background: #e6f4ec; --bad: #b3261e; --bad-background: #fcebe9; --warn: #8a5300; --warn-background: #fdf3e1; }
@media (prefers-color-scheme: dark) { :root { --background: #0f141a; --card: #182028; --text: #e5eaf0; --muted: #9dabb9; --border: #2c3843;
  --accent: #7cb8f5; --good: #6fcf97; --good-background: #15301f; --bad: #ff9a91; --bad-background: #3a1b1a; --warn: #f2bd66; --warn-background: #33270f; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--background); color: var(--text); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  overflow-wrap: anywhere; -webkit-text-size-adjust: 100%; }
.page { max-width: 74rem; margin: 0 auto; padding: 1.25rem 1rem 3rem; }
h1 { font-size: 1.45rem; line-height: 1.25; margin: .15rem 0 .5rem; }
h2 { font-size: 1.02rem; margin: 0 0 .6rem; }
p { margin: 0 0 .6rem; }
:is(section, .card, dd, li, blockquote, .notice, details) > :last-child { margin-bottom: 0; }
a { color: var(--accent); }
.muted { color: var(--muted); }
.small { font-size: .875rem; }
.verbatim { white-space: pre-wrap; }
code, pre { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
pre { white-space: pre-wrap; margin: .5rem 0 0; padding: .6rem .75rem; background: var(--background); border-radius: .4rem; max-height: 22rem; overflow: auto; }
header.top { margin-bottom: 1rem; }
.layout { display: grid; gap: 1rem; }
.layout > * { min-width: 0; }
.stack { display: grid; gap: 1rem; align-content: start; }
.stack > * { min-width: 0; }
main.card { max-width: 40rem; margin: 0 auto; }
main.card form { margin-bottom: .9rem; }
section, .card { background: var(--card); border: 1px solid var(--border); border-radius: .6rem; padding: 1rem 1.1rem; }
@media (min-width: 60rem) {
  .page { padding: 2rem 1.5rem 4rem; }
  .layout { grid-template-columns: minmax(0, 1fr) 22rem; }
  .decision { position: sticky; top: 1rem; }
  .jump { display: none; }
}
.badge { display: inline-block; font-size: .8rem; font-weight: 600; line-height: 1.4; padding: .1rem .55rem; border-radius: .8rem;
  border: 1px solid currentColor; vertical-align: .1em; }
h1 .name { display: inline-block; max-width: 100%; }
.bad { color: var(--bad); } .warn { color: var(--warn); } .good { color: var(--good); }
.notice { border: 1px solid; border-left-width: .3rem; border-radius: .5rem; padding: .75rem 1rem; margin-bottom: 1rem; }
.notice > :first-child { color: inherit; }
.notice.good { background: var(--good-background); } .notice.bad { background: var(--bad-background); } .notice.warn { background: var(--warn-background); }
.notice p, .notice ul { color: var(--text); }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .45rem .6rem .45rem 0; border-bottom: 1px solid var(--border); }
tr:last-child > * { border-bottom: 0; }
thead th { font-size: .8rem; font-weight: 600; color: var(--muted); }
tbody th { font-weight: 500; }
@media (min-width: 40rem) { tbody th { width: 38%; } }
td.after { font-weight: 700; }
dl.impact { display: grid; gap: .9rem 1.25rem; margin: 1rem 0 0; padding-top: 1rem; border-top: 1px solid var(--border); }
@media (min-width: 40rem) { dl.impact { grid-template-columns: repeat(3, minmax(0, 1fr)); } }
dl.impact dt { font-size: .8rem; color: var(--muted); }
dl.impact dd { margin: 0; }
dl.impact strong { display: block; font-size: 1.1rem; }
dl.impact .small { display: block; }
dl.plain { margin: 0 0 .6rem; }
dl.plain dt { color: var(--muted); font-size: .875rem; }
dl.plain dd { margin: 0 0 .4rem; }
@media (min-width: 40rem) {
  dl.plain { display: grid; grid-template-columns: minmax(6rem, max-content) minmax(0, 1fr); gap: .3rem 1rem; }
  dl.plain dt { font-size: 1rem; }
  dl.plain dd { margin: 0; }
}
ul.list { list-style: none; margin: 0; padding: 0; }
ul.list > li { padding: .55rem 0; border-top: 1px solid var(--border); }
ul.list > li:first-child { border-top: 0; padding-top: 0; }
ul.list > li:last-child { padding-bottom: 0; }
blockquote { margin: 0 0 .6rem; padding-left: .9rem; border-left: .2rem solid var(--border); }
summary { cursor: pointer; }
.decision label { display: block; font-weight: 600; margin-bottom: .3rem; }
textarea { width: 100%; min-height: 6.5rem; font: inherit; color: inherit; background: var(--background); border: 1px solid var(--muted);
  border-radius: .4rem; padding: .55rem .65rem; resize: vertical; }
input:not([type]) { width: 100%; min-height: 2.9rem; font: inherit; color: inherit; background: var(--background); border: 1px solid var(--muted);
  border-radius: .4rem; padding: .35rem .65rem; }
textarea[aria-invalid] { border: 2px solid var(--bad); }
.buttons { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; margin-top: .75rem; }
.buttons > :only-child { grid-column: 1 / -1; }
button { font: inherit; font-weight: 600; min-height: 2.9rem; border-radius: .4rem; cursor: pointer; border: 2px solid; }
button:not([value]) { background: var(--accent); border-color: var(--accent); color: var(--card); }
button[value=approve] { background: #1a7a48; border-color: #1a7a48; color: #fff; }
button[value=deny] { background: transparent; border-color: var(--bad); color: var(--bad); }
button:hover { filter: brightness(1.08); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
@media print { .decision form { display: none; } }
`;
