"""The mode that a document's doctype asks for (HTML §13.2.6.4.1)."""

from __future__ import annotations

import re
from typing import Literal

Mode = Literal["none", "limited", "full"]

_DOCTYPE = re.compile(
    r"\s*+(?:<!--.*?-->\s*+)*+<!doctype\s++html(?=[\s>])\s*+"
    r"(?:(?P<kind>public|system)\s*+(?P<first>\"[^\">]*+\"|'[^'>]*+')?\s*+(?P<second>[\"'])?)?",
    re.IGNORECASE | re.DOTALL,
)
_LIMITED = ("-//w3c//dtd xhtml 1.0 frameset//", "-//w3c//dtd xhtml 1.0 transitional//")
_BY_SYSTEM = ("-//w3c//dtd html 4.01 frameset//", "-//w3c//dtd html 4.01 transitional//")
_QUIRKY = re.compile(
    r"-//w3c//dtd html (?:3|experimental|4\.0 (?:frameset|transitional)//)|-//w3c//dtd w3 html //"
    r"|-//w3o//dtd w3 html |-//ietf//dtd html|-//as//dtd html|-//advasoft ltd//dtd html|-//netscape comm"
    r"|-//microsoft//dtd internet explorer|-//o'reilly|-//softquad|-//spyglass|-//sun microsystems"
    r"|-//metrius//|-//sq//dtd html|-//webtechs//|\+//silmaril//|-/w3c/dtd html 4\.0 transitional/en$|html$"
)


def quirks_of(html: str) -> Mode:
    """Return which quirks a document gets: all without a doctype, those of lines by some old ones."""
    found = _DOCTYPE.match(html)
    if found is None:
        return "full"
    if (found["kind"] or "").lower() != "public" or found["first"] is None:
        return "none"
    public = found["first"][1:-1].lower()
    if public.startswith(_LIMITED):
        return "limited"
    if public.startswith(_BY_SYSTEM):
        return "limited" if found["second"] else "full"
    return "full" if _QUIRKY.match(public) else "none"
