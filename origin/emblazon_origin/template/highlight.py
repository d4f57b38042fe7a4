"""Code with its syntax marked, by Pygments: a `<span class="…">` for each token, one text for each line."""

from __future__ import annotations

from markupsafe import Markup, escape
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Token, _TokenType
from pygments.util import ClassNotFound

from ..caching import remembered

MAX_HIGHLIGHTED = 4_000  # characters; more is set plain
# What a card tells apart. The first that holds a token names its class; the rest is plain.
_KINDS: tuple[tuple[_TokenType, str], ...] = (
    (Token.Comment, "comment"), (Token.Generic.Prompt, "prompt"), (Token.Keyword, "keyword"),
    (Token.Operator.Word, "keyword"), (Token.Literal.String, "string"), (Token.Literal.Number, "number"),
    (Token.Name.Function, "name"), (Token.Name.Class, "name"), (Token.Name.Tag, "keyword"),
    (Token.Name.Attribute, "name"), (Token.Name.Builtin, "name"), (Token.Name.Decorator, "keyword"),
    (Token.Name.Variable, "variable"), (Token.Generic.Inserted, "string"), (Token.Generic.Deleted, "keyword"),
    (Token.Operator, "mark"), (Token.Punctuation, "mark"),
)  # fmt: skip


@remembered("lexers", 64, bytes_each=20_000)
def _lexer(language: str) -> Lexer:
    return get_lexer_by_name(language, stripnl=False, ensurenl=False)


def highlight(value: str, language: str = "") -> list[Markup]:
    """Return the lines of a code with its tokens marked; plain without a language that Pygments knows."""
    if not language or len(value) > MAX_HIGHLIGHTED:
        return [escape(line) for line in value.splitlines()]
    try:
        lexer = _lexer(language)
    except ClassNotFound:
        return [escape(line) for line in value.splitlines()]
    lines = [Markup("")]
    for kind, text in lexer.get_tokens("\n".join(value.splitlines()) + "\n"):
        for number, piece in enumerate(text.split("\n")):
            if number:
                lines.append(Markup(""))
            lines[-1] += _marked(kind, piece)
    return lines[:-1] if len(lines) > 1 and not lines[-1] else lines


def _marked(kind: _TokenType, text: str) -> Markup:
    name = next((name for parent, name in _KINDS if kind[: len(parent)] == parent), "")
    if not name or not text.strip():
        return escape(text)
    return Markup('<span class="{}">{}</span>').format(name, text)
