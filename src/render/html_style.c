/* html_style.c - how the page looks: on a screen wide or narrow, light or dark, and on
 * paper.  Contract: render/html.h.
 *
 * Colours are variables: the inks of the drawings (svg.c) and a few of the page's own.
 * Every text colour has a contrast of at least 4.5 to 1 on the background of its scheme,
 * which tests/browser/test_report.py computes. */
#include "render/html.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const char colours[] =
    ":root{color-scheme:light dark;"
    "--link:#1d5fa8;--good:#1a6b3c;--warn:#8a5300;--bad:#b3261e;"
    "--warn-wash:#fdf1dc;--bad-wash:#fbe4e1;--ask-wash:#e4eefa;"
    "--shade:#f3f3ef;--lit:#fff3c4;--edge:#0003;"
    "--serif:Charter,'Bitstream Charter','Iowan Old Style','Palatino Linotype',Palatino,"
    "'Source Serif 4',Cambria,Georgia,'DejaVu Serif',serif;"
    "--sans:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,"
    "'DejaVu Sans',sans-serif;"
    "--mono:ui-monospace,'SF Mono',Consolas,'Liberation Mono','DejaVu Sans Mono',"
    "monospace}\n"
    "@media screen and (prefers-color-scheme:dark){:root{"
    "--link:#8fc1ff;--good:#7fd19b;--warn:#f0b65a;--bad:#ff9a8f;"
    "--warn-wash:#352a14;--bad-wash:#3d1f1d;--ask-wash:#1b2c3f;"
    "--shade:#1e2226;--lit:#3b3413;--edge:#fff2}}\n";

static const char page[] =
    "*{box-sizing:border-box}\n"
    "html{background:var(--background);-webkit-text-size-adjust:100%;"
    "text-size-adjust:100%;scroll-padding-top:1.5rem}\n"
    "body{margin:0 auto;padding:2.5rem 1.25rem 4rem;max-width:60rem;"
    "color:var(--foreground);font:1.0625rem/1.6 var(--serif);"
    "text-rendering:optimizeLegibility;overflow-wrap:break-word}\n"
    "main{min-width:0;outline:none}\n"
    "main>p,main>ul,.sources>p{max-width:42rem}\n"
    "p{margin:0 0 1em;hanging-punctuation:first last;text-wrap:pretty}\n"
    "ul{margin:0 0 1em;padding-left:1.3em}\n"
    "li{margin:.25em 0}\n"
    "a{color:var(--link);text-decoration-thickness:1px;text-underline-offset:.18em}\n"
    "a:focus-visible,.scroll:focus-visible{outline:2px solid var(--link);"
    "outline-offset:2px;border-radius:2px}\n"
    "code{font:.86em/1.45 var(--mono);overflow-wrap:anywhere}\n"
    ".skip{position:absolute;left:1rem;top:-4rem;padding:.4rem .8rem;"
    "background:var(--background);border:1px solid var(--link);"
    "font-family:var(--sans);z-index:1}\n"
    ".skip:focus{top:1rem}\n";

static const char headings[] =
    "h1,h2,h3,h4{font-weight:600;line-height:1.25;text-wrap:balance;"
    "margin:2.2em 0 .6em}\n"
    "h1{font-size:clamp(1.65rem,1.2rem + 2.2vw,2.4rem);margin:0 0 .35em;"
    "letter-spacing:-.012em;line-height:1.18}\n"
    "h2{font-size:1.45rem;padding-top:1.1rem;border-top:1px solid var(--grid);"
    "margin-top:2.6em}\n"
    "main>h2:first-child{margin-top:0;padding-top:0;border-top:0}\n"
    "h3{font-size:1.15rem}\n"
    "h4{font-size:1rem;font-style:italic}\n"
    ".title{margin-bottom:2.2rem;padding-bottom:1.2rem;"
    "border-bottom:3px double var(--foreground)}\n"
    ".subtitle{margin:0;color:var(--muted);font-size:1.15rem;line-height:1.45;"
    "max-width:46rem}\n"
    ".hint{margin:.9rem 0 0;color:var(--muted);font:.8rem/1.5 var(--sans)}\n"
    "footer{margin-top:3.5rem;padding-top:1rem;border-top:1px solid var(--grid);"
    "color:var(--muted);font:.8rem/1.55 var(--sans)}\n"
    "footer p{margin:0}\n"
    "nav{margin:0 0 2.5rem;font:.875rem/1.45 var(--sans)}\n"
    "nav ol{list-style:none;margin:0;padding:0;columns:15rem 3;column-gap:2rem}\n"
    "nav li{margin:0;padding:.28rem 0;break-inside:avoid}\n"
    "nav a{color:var(--muted);text-decoration:none}\n"
    "nav a:hover{color:var(--link);text-decoration:underline}\n";

static const char margin_contents[] =
    "@media screen and (min-width:72rem){"
    "body.has-contents{max-width:78rem;display:grid;"
    "grid-template-columns:13.5rem minmax(0,1fr);column-gap:4rem;"
    "padding-left:2.5rem;padding-right:2.5rem}\n"
    ".has-contents>.title,.has-contents>footer,.has-contents>main{grid-column:2}\n"
    ".has-contents>nav{grid-column:1;grid-row:1/span 3;position:sticky;top:2.75rem;"
    "align-self:start;margin:0;max-height:calc(100vh - 4rem);overflow-y:auto}\n"
    ".has-contents>nav ol{columns:auto}}\n";

static const char words[] =
    ".number{color:inherit;text-decoration:none}\n"
    ".whole{white-space:nowrap}\n"
    ".number:hover,.number:focus-visible{text-decoration:underline dotted;"
    "text-decoration-color:var(--link)}\n"
    ".mark{font:600 .8em/1.4 var(--sans);white-space:nowrap}\n"
    ".mark::before{content:'';display:inline-block;width:.55em;height:.55em;"
    "margin-right:.4em;border:.14em solid currentColor;border-radius:50%}\n"
    ".mark.good{color:var(--good)}\n"
    ".mark.good::before{background:currentColor}\n"
    ".mark.warn{color:var(--warn)}\n"
    ".mark.warn::before{border-radius:0;transform:rotate(45deg) scale(.9)}\n"
    ".mark.ask{color:var(--link)}\n"
    ".mark.bad{color:var(--bad)}\n"
    ".mark.bad::before{border-radius:0;background:currentColor}\n";

static const char tables[] =
    "figure{margin:2rem 0 2.4rem}\n"
    /* The shades at the edges say that there is more: the covers scroll with the table.
     */
    ".scroll{overflow-x:auto;background:"
    "linear-gradient(to right,var(--background) 1rem,transparent) left/3rem 100% local,"
    "linear-gradient(to left,var(--background) 1rem,transparent) right/3rem 100% local,"
    "linear-gradient(to right,var(--edge),transparent) left/1rem calc(100% - 2px) scroll,"
    "linear-gradient(to left,var(--edge),transparent) right/1rem calc(100% - 2px) scroll;"
    "background-repeat:no-repeat}\n"
    "table{border-collapse:collapse;min-width:min(100%,30rem);"
    "font:.85rem/1.45 var(--sans);font-variant-numeric:tabular-nums lining-nums;"
    "border-bottom:1.5px solid var(--foreground)}\n"
    "caption{caption-side:top;text-align:left;padding:0 0 .6rem}\n"
    "caption div{position:sticky;left:0;width:fit-content;"
    "max-width:min(46rem,calc(100vw - 2.5rem))}\n"
    "caption,figcaption{font:.9rem/1.45 var(--sans);text-wrap:pretty}\n"
    "thead th,thead td{border-top:1.5px solid var(--foreground);"
    "border-bottom:.75px solid var(--foreground);vertical-align:bottom;"
    "font-weight:600;line-height:1.3}\n"
    "th,td{padding:.38rem 1.1rem .38rem 0;text-align:left;vertical-align:top;"
    "overflow-wrap:normal;min-width:2.5rem;max-width:24rem}\n"
    "th.prose{min-width:min(17rem,75vw)}\n"
    "th:last-child,td:last-child{padding-right:.25rem}\n"
    "th:first-child,td:first-child{padding-left:.25rem}\n"
    "tbody th{font-weight:400}\n"
    "tbody tr+tr>*{border-top:1px solid var(--grid)}\n"
    ".across th,.across td{padding-right:.85rem;max-width:20rem}\n"
    "tbody tr:hover>*{background:var(--shade)}\n"
    "th.right,td.right{text-align:right}\n"
    "th.centre,td.centre{text-align:center}\n"
    "th.indent,td.indent,th.indent:first-child{padding-left:1.5rem}\n"
    ".notes{margin-top:.6rem;max-width:46rem;color:var(--muted);"
    "font:.8rem/1.5 var(--sans)}\n"
    ".notes p{margin:0 0 .3em}\n";

/* A text that was looked at: every flag has a colour, a line of its own kind and a sign;
 * its notes stand in the margin where there is one. */
static const char noted[] =
    ".unseen{position:absolute;width:1px;height:1px;overflow:hidden;"
    "clip-path:inset(50%);white-space:nowrap}\n"
    ".flag{color:inherit;text-decoration:none;position:relative;"
    "border-bottom:2px solid transparent;white-space:nowrap}\n"
    ".flag i{font:600 .72em/1 var(--sans);vertical-align:.45em;margin-left:.12em}\n"
    ".flag.plain{border-bottom:1px dotted var(--muted)}\n"
    ".flag.good{border-bottom-color:var(--good)}\n"
    ".flag.warn{border-bottom-style:dashed;border-bottom-color:var(--warn);"
    "background:var(--warn-wash)}\n"
    ".flag.bad{border-bottom-width:3px;border-bottom-style:double;"
    "border-bottom-color:var(--bad);background:var(--bad-wash);font-weight:600}\n"
    ".flag.ask{border-bottom-style:dotted;border-bottom-color:var(--link);"
    "background:var(--ask-wash)}\n"
    ".flag.plain i{color:var(--muted)}.flag.good i{color:var(--good)}"
    ".flag.warn i{color:var(--warn)}.flag.bad i{color:var(--bad)}"
    ".flag.ask i{color:var(--link)}\n"
    ".noted{max-width:42rem}\n"
    ".noted.wide{max-width:none}\n"
    ".noted .item{padding-left:1.3em;text-indent:-.9em}"
    ".noted .item::before{content:'\\2022\\a0\\a0'}\n"
    ".margin{list-style:none;margin:-.2rem 0 1.4rem;padding:0;"
    "font:.8rem/1.5 var(--sans)}\n"
    ".margin li{margin:0 0 .55rem;padding:.1rem 0 .1rem .7rem;"
    "border-left:3px solid var(--grid);overflow-wrap:anywhere}\n"
    ".margin li.warn{border-left-style:dashed;border-left-color:var(--warn)}\n"
    ".margin li.bad{border-left-width:5px;border-left-style:double;"
    "border-left-color:var(--bad)}\n"
    ".margin li.ask{border-left-style:dotted;border-left-color:var(--link)}\n"
    ".margin li:target{background:var(--lit)}\n"
    "@media screen and (min-width:60rem){"
    ".noted{max-width:none;display:grid;grid-template-columns:minmax(0,1fr) 20rem;"
    "column-gap:2.2rem;align-items:start}\n"
    ".noted.wide{display:block}.noted.wide .margin{columns:20rem 2;column-gap:2rem}"
    ".noted.wide li{break-inside:avoid}\n"
    ".margin{margin-top:.2rem}\n"
    ".noted>h2,.noted>h3,.noted>h4{grid-column:1}}\n";

static const char pictures[] = ".drawing{display:block;width:100%;height:auto}\n"
                               ".drawing.wide{min-width:35rem}\n"
                               "figcaption{margin-top:.7rem;max-width:46rem}\n";

static const char sources[] =
    ".sources ol{list-style:none;margin:0;padding:0;font:.8rem/1.5 var(--sans);"
    "columns:24rem 2;column-gap:2.5rem}\n"
    ".sources li{margin:0;padding:.6rem .5rem;border-top:1px solid var(--grid);"
    "break-inside:avoid}\n"
    ".sources li p{margin:0}\n"
    ".sources dl{margin:0}\n"
    ".sources dl div,.sources dt,.sources dd{display:inline;margin:0}\n"
    ".sources dt{font-style:italic}\n"
    ".sources code{font-size:.95em}\n"
    ".sources dl{color:var(--muted)}\n"
    ".sources dt::after{content:': '}\n"
    ".sources dl div+div::before{content:' · '}\n"
    ".sources dd{overflow-wrap:anywhere}\n"
    /* The entry that was asked for is laid out at ease. */
    ".sources li:target dl{display:block;margin-top:.4rem}\n"
    ".sources li:target dl div{display:block;padding-left:1rem;text-indent:-1rem}\n"
    ".sources li:target dl div::before{content:none}\n"
    ".sources li:target{background:var(--lit);outline:2px solid var(--link)}\n"
    ".sources li:target dl{color:var(--foreground)}\n"
    "figure:target caption,figure:target figcaption{background:var(--lit)}\n";

static const char narrow[] = "@media screen and (max-width:36rem){"
                             "body{padding:1.5rem 1.25rem 3rem;font-size:1rem}\n"
                             "nav ol{columns:1}\n"
                             /* Who a row is about stays in sight, and hides no rule. */
                             "tbody th:first-child:not(.prose){position:sticky;left:0;"
                             "max-width:7.5rem;background:linear-gradient("
                             "var(--background),var(--background)) 0 2px/100% "
                             "calc(100% - 4px) no-repeat}\n"
                             "nav li{padding:.4rem 0}}\n";

static const char paper[] =
    "@media print{"
    ":root{--background:#fff;--foreground:#000;--muted:#444;--grid:#bbb}\n"
    "html{scroll-padding:0}\n"
    "body,body.has-contents{display:block;max-width:none;padding:0;"
    "font-size:10.5pt;line-height:1.45}\n"
    "nav,.skip,.hint{display:none}\n"
    "a{color:inherit;text-decoration:none}\n"
    "main>p,main>ul,.subtitle,.notes,figcaption,.sources>p{max-width:none}\n"
    "h1,h2,h3,h4{break-after:avoid;break-inside:avoid}\n"
    ".subtitle{font-size:11pt}h1{font-size:20pt}h2{font-size:14pt;margin-top:1.6em}h3{"
    "font-size:11.5pt}\n"
    "p{orphans:3;widows:3}\n"
    "figure{margin:1.2em 0 1.4em}\n"
    "figure.picture,.notes,.sources li{break-inside:avoid}\n"
    ".scroll{overflow:visible;background:none}\n"
    "table{font-size:8pt;line-height:1.3;min-width:0}\n"
    "caption div{position:static;max-width:none}\n"
    "caption,figcaption{font-size:9pt}\n"
    ".notes{font-size:7.5pt}\n"
    "th,td,th.prose{padding:.25em .8em .25em 0;min-width:0}\n"
    "thead{display:table-header-group}\n"
    "tr,figure.short{break-inside:avoid}\n"
    "thead,tbody tr:nth-child(-n+2){break-after:avoid}\n"
    "figure.across{page:across}\n"
    ".across table{font-size:7pt}\n"
    ".across th,.across td{padding-right:.9em;max-width:none}\n"
    ".drawing.wide{min-width:0}\n"
    /* Hundreds of entries that only a link can reach: on paper a sentence stands for
       them. */
    ".sources ol{display:none}\n"
    ".sources>p::after{content:\" The list is in the electronic report.\"}\n"
    ".noted,.noted.wide{display:block;max-width:none}\n"
    ".noted:not(.wide){display:grid;grid-template-columns:minmax(0,1fr) 62mm;"
    "column-gap:6mm;align-items:start}\n"
    ".margin{font-size:7.5pt;line-height:1.35;margin-top:0}\n"
    ".margin li{break-inside:avoid;margin-bottom:1.2mm}\n"
    ".flag,.margin li{print-color-adjust:exact;-webkit-print-color-adjust:exact}\n"
    ".mark::before{print-color-adjust:exact;-webkit-print-color-adjust:exact}\n"
    "footer{font-size:7.5pt}}\n";

void cbk_html_style(cbk_buffer *out, cbk_paper sheets)
{
    static const char *const parts[] = {
        colours, page,     headings, margin_contents, words, tables,
        noted,   pictures, sources,  narrow,          paper,
    };
    for (size_t i = 0; i < N(parts); i++) {
        cbk_buffer_add(out, parts[i]);
    }
    const char *size = sheets == CBK_PAPER_LETTER ? "letter" : "A4";
    cbk_buffer_addf(out,
                    "@page{size:%s;margin:18mm 17mm 20mm}\n"
                    "@page across{size:%s landscape;margin:15mm}\n",
                    size, size);
}
