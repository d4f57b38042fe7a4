"""Values inside `<style>` and `style=""` are escaped for CSS, without the author having to think of it.

HTML escaping does not help there: `red} body{display:none` has nothing that HTML would escape. While a
template is compiled, this extension follows the literal text between the expressions, and writes every
`{{ … }}` that stands in a style element or attribute as `{{ (…)|css }}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import Markup

# What opens and closes the two contexts. An attribute counts only inside a tag.
_EDGES = re.compile(
    r"""(?P<open><style\b[^>]*>)|(?P<close></style)|(?P<comment><!--.*?-->)"""
    r"""|(?P<attribute>\sstyle\s*=\s*(?P<quote>["']))""",
    re.IGNORECASE | re.DOTALL,
)
_COLOR = re.compile(r"#(?:[0-9a-f]{6}|[0-9a-f]{8})")
_UNSAFE = re.compile(r"[\x00-\x2c./:-@\[-^`{-\x7f]")


class CssText(Markup):
    """Text that is safe in CSS and, having none of its special characters, in HTML."""


def trusted(value: object) -> Markup:
    """`|safe`: text that the author of the template vouches for, in HTML and in CSS."""
    return CssText(value)


def css(value: object) -> Markup:
    """Escape a value for use in CSS: as a keyword, a number, a colour, or inside a string or `url()`.

    Colours and numbers come through as they are; in all else every character that CSS could read as
    syntax is written as an escape (CSS Syntax §4.3.7).
    """
    if isinstance(value, CssText):
        return value
    if isinstance(value, bool) or value is None:
        return CssText("")
    if isinstance(value, int | float):
        return CssText(repr(value))
    text = str(value)
    if _COLOR.fullmatch(text):
        return CssText(text)
    return CssText(_UNSAFE.sub(lambda match: f"\\{ord(match[0]):x} ", text))


class CssContext(Extension):
    """Adds `|css` to the expressions in style elements and attributes."""

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """Rewrite the template's tokens; the literal text says where we are."""
        end = ""  # what closes the context we are in
        for token in stream:
            if token.type == "data":
                end = _context_after(str(token.value), end)
            if not end or token.type not in ("variable_begin", "variable_end"):
                yield token
            elif token.type == "variable_begin":
                yield token
                yield Token(token.lineno, "lparen", "(")
            else:
                yield from _filtered(token)


def _filtered(end: Token) -> Iterator[Token]:
    yield Token(end.lineno, "rparen", ")")
    yield Token(end.lineno, "pipe", "|")
    yield Token(end.lineno, "name", "css")
    yield end


def _context_after(text: str, end: str) -> str:
    """The context at the end of a piece of literal text, given the one at its start.

    A context is named by what closes it: `</style`, a quote, or "" for HTML.
    """
    position = 0
    while True:
        if end:
            close = text.lower().find(end, position)
            if close < 0:
                return end
            position, end = close + len(end), ""
        match = _EDGES.search(text, position)
        if match is None:
            return ""
        position = match.end()
        if match["open"]:
            end = "</style"
        elif match["attribute"]:
            end = match["quote"]
