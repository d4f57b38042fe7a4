"""Values that one pattern can take apart: names, numbers with their units, colours, functions of such.

Most values are of these alone. They are made into tinycss2's own tokens, in half the time that its tokeniser
takes; anything else, strings and URLs among it, is left to that one.
"""

from __future__ import annotations

import re
from typing import cast

from tinycss2 import ast

from ..values.tokens import Token

_TOKEN = re.compile(
    r"([ \t]++)"
    r"|([+-]?(?:\d*+\.)?+\d++)(?:(%)|([a-z]++))?+(?![\w.\\%-]|[^\x00-\x7f])"  # with an exponent: not here
    r"|#([\w-]++)(?![\\]|[^\x00-\x7f])"
    r"|((?:--|-?[a-z_])[\w-]*+)(\(?+)(?![\\+]|[^\x00-\x7f])"
    r"|([,/*()])(?!\*)",
    re.ASCII | re.IGNORECASE,
)
_IDENT_START = re.compile(r"--|-?[a-z_]", re.IGNORECASE)


def plain_tokens(text: str, column: int = 1) -> list[Token] | None:
    """Return the component values of a line of CSS without comments; None where it takes the tokeniser.

    The line begins in this column of the first line.
    """
    tokens: list[ast.Node] = []
    stack: list[list[ast.Node]] = []
    at = 0
    for match in _TOKEN.finditer(text):
        if match.start() != at:
            return None
        place = column + at
        at = match.end()
        kind = match.lastindex
        if kind == 1:
            tokens.append(ast.WhitespaceToken(1, place, match[1]))
        elif kind == 7:
            name, opens = match.group(6, 7)
            if not opens:
                tokens.append(ast.IdentToken(1, place, name))
            elif name.lower() == "url":
                return None
            else:
                inside: list[ast.Node] = []
                tokens.append(ast.FunctionBlock(1, place, name, inside))
                stack.append(tokens)
                tokens = inside
        elif kind in (2, 3, 4):
            number, percent, unit = match.group(2, 3, 4)
            whole = int(number) if "." not in number else None
            if unit:
                tokens.append(ast.DimensionToken(1, place, float(number), whole, number, unit))
            elif percent:
                tokens.append(ast.PercentageToken(1, place, float(number), whole, number))
            else:
                tokens.append(ast.NumberToken(1, place, float(number), whole, number))
        elif kind == 5:
            tokens.append(ast.HashToken(1, place, match[5], _IDENT_START.match(match[5]) is not None))
        elif match[8] == "(":
            inside = []
            tokens.append(ast.ParenthesesBlock(1, place, inside))
            stack.append(tokens)
            tokens = inside
        elif match[8] == ")":
            if not stack:
                return None
            tokens = stack.pop()
        else:
            tokens.append(ast.LiteralToken(1, place, match[8]))
    return cast("list[Token]", tokens) if at == len(text) and not stack else None
