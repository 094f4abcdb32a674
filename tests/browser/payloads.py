"""What a model or a tool may say to do harm. Each sets `window.harmed`, fetches from elsewhere, or covers the page."""

from __future__ import annotations

__all__ = ["HUGE", "PAYLOADS"]

_HARM = "window.harmed=1"
_AWAY = "http://away.invalid"
_SVG = f"<svg xmlns='http://www.w3.org/2000/svg'><script>{_HARM}</script></svg>"
_COVER = "position:fixed;inset:0;width:100vw;height:100vh;z-index:99999;background:red"

PAYLOADS: tuple[str, ...] = (
    # Scripts.
    f"<script>{_HARM}</script>",
    f"<ScRiPt >{_HARM}</sCrIpT>",
    f"<scr<script>ipt>{_HARM}</scr</script>ipt>",
    f"<script src='{_AWAY}/a.js'></script>",
    f"<script type=module>{_HARM}</script>",
    f"<script\x0c>{_HARM}</script>",
    f"</script><script>{_HARM}</script>",
    f"<!--><script>{_HARM}</script-->",
    f"<![CDATA[<script>{_HARM}</script>]]>",
    f"<noscript><p title='</noscript><img src=x onerror={_HARM}>'>",
    f"<template><script>{_HARM}</script></template>",
    f"<textarea><img title='</textarea><img src=x onerror={_HARM}>'></textarea>",
    f"<title><img title='</title><img src=x onerror={_HARM}>'></title>",
    f"<style><img title='</style><img src=x onerror={_HARM}>'></style>",
    f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror={_HARM}&gt;'>",
    f"<form><math><mtext></form><form><mglyph><style></math><img src onerror={_HARM}>",
    # Event handlers.
    f"<img src=x onerror={_HARM}>",
    f"<img src=x onerror\x0b={_HARM}>",
    f'<img src="x` `<script>{_HARM}</script>"` `>',
    f"<svg onload={_HARM}></svg>",
    f"<svg/onload={_HARM}>",
    f"<body onload={_HARM}>",
    f"<details open ontoggle={_HARM}><summary>open</summary></details>",
    f"<input autofocus onfocus={_HARM}>",
    f"<video><source onerror={_HARM}></video>",
    f"<audio src=x onerror={_HARM}></audio>",
    f"<marquee onstart={_HARM}>marquee</marquee>",
    f"<div onpointerenter={_HARM} style='{_COVER}'>cover</div>",
    f"<a href=# onclick={_HARM}>click</a>",
    f"<select autofocus onfocus={_HARM}></select>",
    f"<p contenteditable autofocus onfocus={_HARM}>edit</p>",
    f"<xss style='animation-name:x' onanimationstart={_HARM}></xss>",
    # Addresses.
    f"[a](javascript:{_HARM})",
    f"[b](JaVaScRiPt:{_HARM})",
    f"[c](java\tscript:{_HARM})",
    f"[d](&#106;avascript:{_HARM})",
    f"[e](data:text/html,<script>{_HARM}</script>)",
    f"[f](vbscript:{_HARM})",
    f"<a href=' javascript:{_HARM}'>g</a>",
    f"<a href='jav&#x09;ascript:{_HARM}'>h</a>",
    f"[i]: javascript:{_HARM}\n[i]",
    f"<javascript:{_HARM}>",
    f"![j](javascript:{_HARM})",
    f"![k]({_AWAY}/pixel.png)",
    f"![l](data:image/svg+xml,{_SVG.replace(' ', '%20')})",
    f"<img src='{_AWAY}/pixel.png' srcset='{_AWAY}/2.png 2x'>",
    f"<iframe src='javascript:{_HARM}'></iframe>",
    f'<iframe srcdoc="<script>parent.{_HARM}</script>"></iframe>',
    f"<object data='data:text/html,<script>{_HARM}</script>'></object>",
    f"<embed src='{_AWAY}/a.swf'>",
    f"<link rel=stylesheet href='{_AWAY}/a.css'>",
    f"<base href='{_AWAY}/'>",
    f"<meta http-equiv=refresh content='0;url={_AWAY}'>",
    f"<form action='javascript:{_HARM}'><button id=submit>send</button></form>",
    f"<button form=x formaction='javascript:{_HARM}'>go</button>",
    # Style.
    f"<div style='{_COVER}'>cover</div>",
    f"<style>body{{display:none}} *{{{_COVER}}}</style>",
    f"<style>@import '{_AWAY}/a.css';</style>",
    f"<p style='background:url({_AWAY}/b.png)'>background</p>",
    f"<div class='lm-Widget jp-Dialog' style='{_COVER}'>dialog</div>",
    "<dialog open>dialog</dialog><div popover=manual id=jupyterapp>named</div>",
    # SVG and MathML.
    _SVG,
    f"<svg><a xlink:href='javascript:{_HARM}'><text y=20>click</text></a></svg>",
    f"<svg><animate onbegin={_HARM} attributeName=x dur=1s>",
    f"<svg><use href='data:image/svg+xml,{_SVG}#x'/></svg>",
    f"<svg><foreignObject><iframe src='javascript:{_HARM}'></iframe></foreignObject></svg>",
    f"<math href='javascript:{_HARM}'>click</math>",
    f"$\\href{{javascript:{_HARM}}}{{x}}$",
    # Text that is to be taken for something else.
    "\u202egnp.exe\u202c \u2066hidden\u2069 \u200b\u200e\u200f\u061c",
    "\u202e" * 500 + "reversed",
    "a" + "\u0301" * 2000,
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b[2J\x1b[H \x9b31m",
    "\x00\x01\x02\x08\x7f\ufffe\uffff",
    "| a | b |\n|---|---|\n" + "| x | y |\n" * 300,
    "[" * 3000 + "x" + "]" * 3000,
    "> " * 300 + "deep",
    "*" * 5000,
    # What hides or ends what comes after it.
    *(f"the <{name}> element" for name in "title script iframe xmp textarea plaintext details b".split()),
    "$$" + "\\frac{1}{" * 100 + "x" + "}" * 100 + "$$",
    "$" + "\\sqrt{" * 300 + "x" + "}" * 300 + "$",
    "$\\smash{\\raise 5em{\\rlap{\\rule{60em}{30em}}}}$",
)

HUGE = "x" * 10_000_000
"""One line of ten million characters."""
