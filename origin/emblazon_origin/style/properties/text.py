"""Text: colour, spacing, alignment, wrapping, decoration, direction."""

from __future__ import annotations

from ..color.css_color import parse_color
from ..color.names import WHITE
from ..syntax.registry import alias, longhand, shorthand
from ..values import value_types as v
from ..values.calculation import integer, length, length_px, number
from ..values.tokens import Cursor, Deferred, InvalidValue, lift, one_of, unexpected
from .common import any_order, enum, is_numeric, mapped


def spacing(cursor: Cursor) -> object:
    """Read `letter-spacing` or `word-spacing`: a length, percentages of the font size."""
    return v.ZERO if cursor.keyword("normal") else length(cursor)


_COLLAPSE = ("collapse", "preserve", "preserve-breaks", "break-spaces", "preserve-spaces")
_WHITE_SPACE = {
    "normal": ("collapse", "wrap"), "nowrap": ("collapse", "nowrap"), "pre": ("preserve", "nowrap"),
    "pre-wrap": ("preserve", "wrap"), "pre-line": ("preserve-breaks", "wrap"),
    "break-spaces": ("break-spaces", "wrap"), "-webkit-nowrap": ("collapse", "nowrap"),
}  # fmt: skip


def white_space(cursor: Cursor) -> dict[str, object]:
    """Read `white-space`, in its old and its new grammar (CSS Text 4 §3)."""
    if (name := cursor.keyword(*_WHITE_SPACE)) is not None:
        collapse, mode = _WHITE_SPACE[name]
        return {"white_space_collapse": collapse, "text_wrap_mode": mode}
    return any_order(
        cursor,
        {"white_space_collapse": one_of(_COLLAPSE), "text_wrap_mode": one_of(("wrap", "nowrap"))},
        {"white_space_collapse": "collapse", "text_wrap_mode": "wrap"},
    )


_STYLES = ("auto", "balance", "pretty", "stable")


def text_wrap(cursor: Cursor) -> dict[str, object]:
    """Read `text-wrap`."""
    return any_order(
        cursor,
        {"text_wrap_mode": one_of(("wrap", "nowrap")), "text_wrap_style": one_of(_STYLES)},
        {"text_wrap_mode": "wrap", "text_wrap_style": "auto"},
    )


_TRANSFORMS = ("uppercase", "lowercase", "capitalize", "full-width")


def text_transform(cursor: Cursor) -> str:
    """Read `text-transform`: one transform."""
    if cursor.keyword("none"):
        return "none"
    found = []
    while (name := cursor.keyword(*_TRANSFORMS, "full-size-kana", "math-auto")) is not None:
        if name in _TRANSFORMS:
            found.append(name)
        else:
            cursor.notes.append(f"text-transform: {name} is not drawn")
    if len(found) > 1:
        cursor.notes.append(f"of several transforms only '{found[0]}' is drawn")
    if not found and not cursor.notes:
        unexpected(cursor.peek())
    return found[0] if found else "none"


def text_indent(cursor: Cursor) -> object:
    """Read `text-indent`."""
    found: object = None
    while not cursor.done:
        if (name := cursor.keyword("hanging", "each-line")) is not None:
            cursor.notes.append(f"text-indent: {name} is not drawn")
        elif found is None:
            found = length(cursor)
        else:
            unexpected(cursor.peek())
    if found is None:
        raise InvalidValue("text-indent takes a length")
    return found


def tab_size(cursor: Cursor) -> object:
    """Read `tab-size` as (size, whether it is px)."""
    token = cursor.peek()
    if token is not None and (found := cursor.attempt(lambda c: number(c, 0))) is not None:
        return lift(lambda n: (n, False), found)
    return lift(lambda n: (n, True), length_px(cursor, 0))


def vertical_align(cursor: Cursor) -> object:
    """Read `vertical-align`."""
    names = (
        "baseline", "sub", "super", "top", "text-top", "middle", "bottom", "text-bottom",
        "-webkit-baseline-middle",
    )  # fmt: skip
    if (name := cursor.keyword(*names)) is not None:
        return name
    return length(cursor)


def text_overflow(cursor: Cursor) -> object:
    """Read `text-overflow`; the second of two values is for the end of the line."""
    found: list[str] = []
    while not cursor.done and len(found) < 2:
        token = cursor.next()
        if token.type == "string" or (token.type == "ident" and token.lower_value in ("clip", "ellipsis")):
            found.append(token.lower_value if token.type == "ident" else token.value)
        else:
            unexpected(token)
    if not found:
        raise InvalidValue("the value is empty")
    if len(found) == 2:
        cursor.notes.append("only the end of the line has an ellipsis")
    return found[-1]


def line_clamp(cursor: Cursor) -> dict[str, object]:
    """Read `line-clamp: none | <lines> [<block-ellipsis>]`."""
    if cursor.keyword("none"):
        return {"line_clamp": None, "block_ellipsis": "…"}
    lines = integer(cursor, 1)
    ellipsis = "…"
    token = cursor.peek()
    if token is not None and token.type == "string":
        ellipsis = str(cursor.next().value)
    elif cursor.keyword("no-ellipsis"):
        ellipsis = ""
    else:
        cursor.keyword("ellipsis", "auto")
    return {"line_clamp": lines, "block_ellipsis": ellipsis}


def _block_ellipsis(cursor: Cursor) -> str:
    token = cursor.next()
    if token.type == "string":
        return str(token.value)
    if token.type != "ident" or token.lower_value not in ("auto", "no-ellipsis", "none"):
        unexpected(token)
    return "…" if token.lower_value == "auto" else ""


def text_fit(cursor: Cursor) -> object:
    """Read `text-fit: none | shrink [<min> [<max>]]` (and `grow`); lengths, percentages of the font size."""
    if cursor.keyword("none"):
        return None
    mode = cursor.keyword("shrink", "grow")
    if mode is None:
        unexpected(cursor.peek())
    cursor.keyword("consistent", "per-line", "per-line-all")
    sizes: list[object] = []
    while is_numeric(cursor) and len(sizes) < 2:
        sizes.append(length(cursor, 0))
    return lift(lambda *s: (mode, s), *sizes)


def quotes(cursor: Cursor) -> object:
    """Read `quotes`; None is auto."""
    if cursor.keyword("auto"):
        return None
    if cursor.keyword("none"):
        return ()
    found = []
    while not cursor.done:
        token = cursor.next()
        if token.type != "string":
            unexpected(token)
        found.append(str(token.value))
    if not found or len(found) % 2:
        raise InvalidValue("quotes come in pairs")
    return tuple(zip(found[::2], found[1::2], strict=True))


def hanging_punctuation(cursor: Cursor) -> str:
    """Read `hanging-punctuation`, which Chromium does not draw either."""
    found = []
    while (name := cursor.keyword("none", "first", "last", "allow-end", "force-end")) is not None:
        found.append(name)
    if not found:
        unexpected(cursor.peek())
    return next((n for n in ("first", "last") if n in found), "none")


_ALIGN = ("start", "end", "left", "right", "center", "justify", "match-parent")


def text_align(cursor: Cursor) -> str:
    """Read `text-align`."""
    name = cursor.keyword(
        *_ALIGN, "-webkit-left", "-webkit-right", "-webkit-center", "-webkit-match-parent", "-internal-center"
    )
    if name is None:
        unexpected(cursor.peek())
    return "match-parent" if name == "-webkit-match-parent" else name


# The initial colour is CanvasText, which follows the colour scheme.
_CANVAS_TEXT = Deferred(lambda c: WHITE if c.scheme == "dark" else v.BLACK)
longhand("color", _CANVAS_TEXT, parse_color, inherited=True)
longhand("letter-spacing", v.ZERO, spacing, inherited=True)
longhand("word-spacing", v.ZERO, spacing, inherited=True)
longhand("text-align", "start", text_align, inherited=True)
longhand(
    "text-align-last", "auto", one_of(("auto", "start", "end", "left", "right", "center", "justify")),
    inherited=True,
)  # fmt: skip
longhand("text-justify", "auto", one_of(("auto", "none", "inter-word", "inter-character")), inherited=True)
longhand("text-indent", v.ZERO, text_indent, inherited=True, status="partly", note="no hanging, each-line")
longhand(
    "text-transform", "none", text_transform, inherited=True, status="partly", note="one transform at a time"
)
longhand("white-space-collapse", "collapse", one_of(_COLLAPSE), inherited=True)
longhand("text-wrap-mode", "wrap", one_of(("wrap", "nowrap")), inherited=True)
longhand("text-wrap-style", "auto", one_of(_STYLES), inherited=True)
shorthand("white-space", ("white_space_collapse", "text_wrap_mode"), white_space)
shorthand("text-wrap", ("text_wrap_mode", "text_wrap_style"), text_wrap)
longhand(
    "-webkit-text-security", "none", one_of(("none", "disc", "circle", "square")),
    inherited=True, key="text_security",
)  # fmt: skip
longhand("tab-size", (8.0, False), tab_size, inherited=True)
longhand(
    "word-break", "normal", one_of(("normal", "break-all", "keep-all", "auto-phrase", "break-word")),
    inherited=True, note="auto-phrase in Japanese alone, by the phrases of ICU",
)  # fmt: skip
longhand("overflow-wrap", "normal", one_of(("normal", "break-word", "anywhere")), inherited=True)
longhand("line-break", "auto", one_of(("auto", "loose", "normal", "strict", "anywhere")), inherited=True)
longhand(
    "hyphens",
    "manual",
    one_of(("none", "manual", "auto")),
    inherited=True,
    note="auto by dictionaries of the language",
)


def _hyphenate_limits(cursor: Cursor) -> object:
    """Read how long a word, and its parts before and after a hyphen, are at least."""
    found: list[object] = []
    while not cursor.done and len(found) < 3:
        found.append(v.HYPHENATE_LIMITS[len(found)] if cursor.keyword("auto") else integer(cursor, 0))
    if not found:
        raise InvalidValue("the value is empty")
    if len(found) == 1:
        found.append(v.HYPHENATE_LIMITS[1])
    if len(found) == 2:
        found.append(found[1])
    return lift(lambda *limits: limits, *found)


def _hyphenate_character(cursor: Cursor) -> str:
    token = cursor.next()
    if token.type == "string":
        return str(token.value)
    if token.type != "ident" or token.lower_value != "auto":
        unexpected(token)
    return "auto"


longhand("hyphenate-limit-chars", v.HYPHENATE_LIMITS, _hyphenate_limits, inherited=True)
longhand("hyphenate-character", "auto", _hyphenate_character, inherited=True)
longhand(
    "text-spacing-trim",
    "normal",
    one_of(("normal", "space-all", "space-first", "trim-start")),
    inherited=True,
)
_FLOWS = ("horizontal-tb", "vertical-rl", "vertical-lr", "sideways-rl", "sideways-lr")
_OLD_FLOWS = {
    "lr": "horizontal-tb", "lr-tb": "horizontal-tb", "rl": "horizontal-tb", "rl-tb": "horizontal-tb",
    "tb": "vertical-rl", "tb-rl": "vertical-rl",
}  # fmt: skip
longhand("writing-mode", "horizontal-tb", enum({f: f for f in _FLOWS} | _OLD_FLOWS), inherited=True)
longhand(
    "text-orientation", "mixed",
    enum({"mixed": "mixed", "upright": "upright", "sideways": "sideways", "sideways-right": "sideways"}),
    inherited=True,
)  # fmt: skip
longhand("direction", "ltr", one_of(("ltr", "rtl")), inherited=True)
_BIDI = ("normal", "embed", "isolate", "bidi-override", "isolate-override", "plaintext")


def _unicode_bidi(cursor: Cursor) -> str:
    name = cursor.keyword(*_BIDI, "-webkit-isolate", "-webkit-isolate-override", "-webkit-plaintext")
    if name is None:
        unexpected(cursor.peek())
    return name.removeprefix("-webkit-")


longhand(
    "unicode-bidi", "normal",
    _unicode_bidi,
)  # fmt: skip
longhand("vertical-align", "baseline", vertical_align)
longhand("text-overflow", "clip", text_overflow)
longhand(
    "-webkit-line-clamp", None, lambda c: line_clamp(c)["line_clamp"],
    note="with -webkit-box and -webkit-box-orient: vertical, as in Chromium; line-clamp needs neither",
)  # fmt: skip
longhand(
    "-webkit-box-orient", "horizontal",
    mapped(one_of(("horizontal", "vertical")), {"inline-axis": "horizontal", "block-axis": "vertical"}),
)  # fmt: skip
longhand(
    "-webkit-box-align", "stretch",
    mapped(one_of(("stretch", "center", "baseline")), {"start": "flex-start", "end": "flex-end"}),
    note="of -webkit-box",
)  # fmt: skip
longhand(
    "-webkit-box-pack", "flex-start",
    mapped(one_of(("center",)), {"start": "flex-start", "end": "flex-end", "justify": "space-between"}),
    note="of -webkit-box",
)  # fmt: skip
longhand("-webkit-box-direction", "normal", one_of(("normal", "reverse")), note="of -webkit-box")
longhand("-webkit-box-flex", 0.0, number, note="of what is in a -webkit-box")
longhand("-webkit-box-ordinal-group", 1, lambda c: integer(c, 1), note="of what is in a -webkit-box")
longhand("max-lines", None, lambda c: line_clamp(c)["line_clamp"], key="line_clamp")
longhand("block-ellipsis", "…", _block_ellipsis)
shorthand("line-clamp", ("line_clamp", "block_ellipsis"), line_clamp)
longhand(
    "text-fit", None, text_fit, note="none | shrink [<min> [<max>]] | grow: Emblazon's reading of CSS Text 5"
)
longhand("quotes", None, quotes, inherited=True)
longhand(
    "hanging-punctuation", "none", hanging_punctuation, inherited=True, status="partly", note="first and last"
)
alias("word-wrap", "overflow-wrap")
alias("-webkit-hyphens", "hyphens")
alias("-moz-tab-size", "tab-size")
alias("-webkit-hyphenate-character", "hyphenate-character")
alias("font-width", "font-stretch")


# --- text-box (CSS Inline 3 §7) ---

_TRIM = one_of(("none", "trim-start", "trim-end", "trim-both"))
_OVER, _UNDER = ("text", "cap", "ex"), ("text", "alphabetic")


def _edge(cursor: Cursor) -> tuple[str, str]:
    """Read `text-box-edge` as the edge above and the one below; `auto` is the text's."""
    if cursor.keyword("auto"):
        return "text", "text"
    over = one_of(_OVER)(cursor)
    under = cursor.keyword(*_UNDER)
    return over, under or "text"


def _text_box(cursor: Cursor) -> dict[str, object]:
    found: dict[str, object] = {}
    if cursor.keyword("normal"):
        return {"text_box_trim": "none", "text_box_edge": ("text", "text")}
    while not cursor.done:
        is_trim = (cursor.ident() or "").startswith(("none", "trim-"))
        key = "text_box_trim" if is_trim else "text_box_edge"
        if key in found:
            unexpected(cursor.peek())
        found[key] = _TRIM(cursor) if is_trim else _edge(cursor)
    return {"text_box_trim": "trim-both", "text_box_edge": ("text", "text")} | found


longhand("text-box-trim", "none", _TRIM)
longhand("text-box-edge", ("text", "text"), _edge, inherited=True)
shorthand("text-box", ("text_box_trim", "text_box_edge"), _text_box)
