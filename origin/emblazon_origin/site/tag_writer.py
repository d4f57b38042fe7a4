"""The elements of a card in a page's head. What stood there before for the picture goes."""

from __future__ import annotations

import re
from html import escape

BEGIN, END = "<!-- emblazon -->", "<!-- /emblazon -->"
_BLOCK = re.compile(rf"{re.escape(BEGIN)}.*?{re.escape(END)}\n?", re.DOTALL)
_META = re.compile(r"<meta\b[^<>]*>\n?", re.IGNORECASE)
_NAME = re.compile(
    r"""\b(?:property|name)\s?=\s?["']?(og:image|twitter:image|twitter:card)\b""", re.IGNORECASE
)
_HEAD_END = re.compile(r"</head\s*>", re.IGNORECASE)
_HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)


def without_own(html: str) -> str:
    """Return the page as it was before an earlier run."""
    return _BLOCK.sub("", html)


def with_tags(html: str, tags: str, picture: str = "") -> str | None:
    """Return the page with the tags at the end of its head; None where it has no head.

    Tags of an earlier run and other elements for the picture are taken out, so that no platform reads two.
    `picture`, which the page named itself, stays as `emblazon:image` for the next run.
    """
    end = _HEAD_END.search(html)
    begin = _HEAD.search(html)
    if end is None or begin is None or begin.end() > end.start():
        return None
    before = _BLOCK.sub("", html[begin.end() : end.start()])
    head = _META.sub(_unless_picture, before)
    if picture and head != before:
        head += f'<meta name="emblazon:image" content="{escape(picture)}">\n'
    gap = "" if head.endswith("\n") else "\n"
    return f"{html[: begin.end()]}{head}{gap}{BEGIN}\n{tags}\n{END}\n{html[end.start() :]}"


def _unless_picture(element: re.Match[str]) -> str:
    return "" if _NAME.search(element[0]) else element[0]
