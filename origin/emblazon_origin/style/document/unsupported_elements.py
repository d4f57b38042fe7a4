"""HTML elements that are not drawn as a browser would, with the reason; and scripts, wherever they stand."""

from __future__ import annotations

import re

from ...report import Report
from ..values.node import HtmlNode

UNSUPPORTED_ELEMENTS = {
    "video": "only its poster is drawn", "audio": "audio is not drawn",
    "canvas": "a canvas is not drawn", "iframe": "frames are not drawn", "object": "only pictures are drawn",
    "embed": "only pictures are drawn", "input": "form controls are not drawn as such",
    "select": "form controls are not drawn as such", "textarea": "form controls are not drawn as such",
    "math": "MathML is not laid out", "marquee": "a marquee does not move", "progress": "not drawn",
    "meter": "not drawn", "script": "scripts do not run", "ruby": "ruby is not laid out",
    "frameset": "frames are not drawn", "legend": "drawn above what is in its fieldset, not in its border",
}  # fmt: skip

_TAILWIND = re.compile(
    r"cdn\.tailwindcss\.com|/@tailwindcss/browser\b|/tailwindcss@?[^/]*/.*\.js\b", re.IGNORECASE
)
_NO_SCRIPT_TYPES = re.compile(
    r"(?!.*(?:java|ecma)script)(?:application|text)/[^\s;]+|importmap|speculationrules"
)
_MAX_SHOWN = 80


def report_scripts(root: HtmlNode, report: Report) -> None:
    """Warn of every script: nothing runs, so what it would have drawn is not there."""
    stack = [root]
    while stack:
        node = stack.pop()
        stack.extend(reversed(node.elements))
        kind = node.attributes.get("type", "").strip().lower()
        if node.tag == "script" and not _NO_SCRIPT_TYPES.fullmatch(kind):
            report.add("warning", "html-unsupported-element", _script(node), line=node.line, where="script")


def _script(node: HtmlNode) -> str:
    source = node.attributes.get("src", "").strip()
    if _TAILWIND.search(source):
        return (
            "<script>: scripts do not run, and Tailwind's play CDN makes its sheet with one; compile it "
            'once (npx @tailwindcss/cli -o card.css) and name it: <link rel="stylesheet" href="card.css">'
        )
    if not source:
        return "<script>: scripts do not run"
    shown = source if len(source) <= _MAX_SHOWN else source[: _MAX_SHOWN - 1] + "…"
    return f"<script src={shown}>: scripts do not run; put what it makes into the HTML or the style sheet"
