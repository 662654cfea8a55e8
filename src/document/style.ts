/** Style of the page; `details` are opened for print, where nobody can open them. */
export const PAGE_STYLE = `:root{--ink:#1b1b1b;--page:#fff;--line:#d5d5d5;--soft:#f4f4f2;--hand:#a3142a;--choice:#7a5b00;--good:#176b2c}
@media (prefers-color-scheme:dark){:root{--ink:#e8e6e1;--page:#16181b;--line:#3a3d42;--soft:#202328;--hand:#ff8d9c;--choice:#e5c36a;--good:#7fd694}}
body{font:15px/1.5 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem;color:var(--ink);background:var(--page);overflow-wrap:anywhere}
h1{font-size:1.6rem;margin:0}h2{font-size:1.2rem;border-bottom:1px solid var(--line);padding-bottom:.2rem;margin-top:2rem}
.summary{font-size:1.15rem}.skip{position:absolute;left:-99rem}.skip:focus{left:1rem}a{color:inherit}
.counts,nav ul{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.5rem 1.5rem}.counts b{font-size:1.4rem}
.counts .hand b{color:var(--hand)}.counts .choice b{color:var(--choice)}.counts .converts b{color:var(--good)}
details{border:1px solid var(--line);border-radius:4px;padding:.3rem .8rem;margin:.4rem 0}summary{cursor:pointer}
:focus-visible{outline:3px solid var(--choice);outline-offset:2px}
pre,.wide{overflow-x:auto;overflow-wrap:normal;background:var(--soft)}pre{padding:.8rem}code{font-size:.92em;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.25rem .6rem;border-bottom:1px solid var(--line)}
@media print{body{margin:0;max-width:none;color:#000;background:#fff}nav,.skip{display:none}details{border:0;break-inside:avoid-page}
details::details-content{content-visibility:visible;display:block;block-size:auto}.wide,pre{overflow:visible;white-space:pre-wrap}.wide{white-space:normal}}`;
