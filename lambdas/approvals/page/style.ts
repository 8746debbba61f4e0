/**
 * The look of the page: plain, one column on a phone, two on a desk, light and dark. It is one constant
 * text, so the content security policy can allow it by its hash and nothing else.
 */
export const STYLE = `
:root { color-scheme: light dark; --ground: #f4f5f7; --card: #fff; --ink: #17202a; --quiet: #566270; --line: #d8dde3;
  --accent: #0a5cad; --good: #1a7a48; --good-ground: #e6f4ec; --bad: #b3261e; --bad-ground: #fcebe9; --warn: #8a5300; --warn-ground: #fdf3e1; }
@media (prefers-color-scheme: dark) { :root { --ground: #0f141a; --card: #182028; --ink: #e5eaf0; --quiet: #9dabb9; --line: #2c3843;
  --accent: #7cb8f5; --good: #6fcf97; --good-ground: #15301f; --bad: #ff9a91; --bad-ground: #3a1b1a; --warn: #f2bd66; --warn-ground: #33270f; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  overflow-wrap: anywhere; -webkit-text-size-adjust: 100%; }
.page { max-width: 74rem; margin: 0 auto; padding: 1.25rem 1rem 3rem; }
h1 { font-size: 1.45rem; line-height: 1.25; margin: .15rem 0 .5rem; }
h2 { font-size: 1.02rem; margin: 0 0 .6rem; }
p { margin: 0 0 .6rem; }
:is(section, .card, dd, li, blockquote, .notice, details) > :last-child { margin-bottom: 0; }
a { color: var(--accent); }
.quiet { color: var(--quiet); }
.small { font-size: .875rem; }
.said { white-space: pre-wrap; }
code, pre { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
pre { white-space: pre-wrap; margin: .5rem 0 0; padding: .6rem .75rem; background: var(--ground); border-radius: .4rem; max-height: 22rem; overflow: auto; }
header.top { margin-bottom: 1rem; }
.layout { display: grid; gap: 1rem; }
.layout > * { min-width: 0; }
.stack { display: grid; gap: 1rem; align-content: start; }
.stack > * { min-width: 0; }
main.card { max-width: 40rem; margin: 0 auto; }
section, .card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem 1.1rem; }
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
.notice.good { background: var(--good-ground); } .notice.bad { background: var(--bad-ground); } .notice.warn { background: var(--warn-ground); }
.notice p, .notice ul { color: var(--ink); }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .45rem .6rem .45rem 0; border-bottom: 1px solid var(--line); }
tr:last-child > * { border-bottom: 0; }
thead th { font-size: .8rem; font-weight: 600; color: var(--quiet); }
tbody th { font-weight: 500; width: 34%; }
td.after { font-weight: 700; }
dl.impact { display: grid; gap: .9rem 1.25rem; margin: 1rem 0 0; padding-top: 1rem; border-top: 1px solid var(--line); }
@media (min-width: 40rem) { dl.impact { grid-template-columns: repeat(3, minmax(0, 1fr)); } }
dl.impact dt { font-size: .8rem; color: var(--quiet); }
dl.impact dd { margin: 0; }
dl.impact strong { display: block; font-size: 1.1rem; }
dl.impact .small { display: block; }
dl.plain { margin: 0 0 .6rem; }
dl.plain dt { color: var(--quiet); font-size: .875rem; }
dl.plain dd { margin: 0 0 .4rem; }
@media (min-width: 40rem) {
  dl.plain { display: grid; grid-template-columns: minmax(6rem, max-content) minmax(0, 1fr); gap: .3rem 1rem; }
  dl.plain dt { font-size: 1rem; }
  dl.plain dd { margin: 0; }
}
ul.list { list-style: none; margin: 0; padding: 0; }
ul.list > li { padding: .55rem 0; border-top: 1px solid var(--line); }
ul.list > li:first-child { border-top: 0; padding-top: 0; }
ul.list > li:last-child { padding-bottom: 0; }
blockquote { margin: 0 0 .6rem; padding-left: .9rem; border-left: .2rem solid var(--line); }
summary { cursor: pointer; }
.decision label { display: block; font-weight: 600; margin-bottom: .3rem; }
textarea { width: 100%; min-height: 6.5rem; font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--quiet);
  border-radius: .4rem; padding: .55rem .65rem; resize: vertical; }
textarea[aria-invalid] { border: 2px solid var(--bad); }
.buttons { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; margin-top: .75rem; }
.buttons > :only-child { grid-column: 1 / -1; }
button { font: inherit; font-weight: 600; min-height: 2.9rem; border-radius: .4rem; cursor: pointer; border: 2px solid; }
button[value=approve] { background: #1a7a48; border-color: #1a7a48; color: #fff; }
button[value=deny] { background: transparent; border-color: var(--bad); color: var(--bad); }
button:hover { filter: brightness(1.08); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
@media print { .decision form { display: none; } }
`;
