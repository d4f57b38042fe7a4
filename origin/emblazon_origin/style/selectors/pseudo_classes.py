"""The tests that simple selectors compile to."""

from __future__ import annotations

from collections.abc import Callable

from ..values.budget import BUDGET
from ..values.dom import HtmlNode
from ..values.tokens import Token
from .model import Selector, Test

OTHER_PSEUDO_ELEMENTS = frozenset((
    "selection", "placeholder", "backdrop", "file-selector-button",
    "target-text", "highlight", "spelling-error", "grammar-error", "cue", "part", "slotted",
    "details-content", "scroll-marker", "view-transition", "view-transition-group", "checkmark",
    "picker-icon",    "-moz-selection", "-moz-focus-inner", "-moz-placeholder", "-ms-clear",
))  # fmt: skip


def never(node: HtmlNode, scope: HtmlNode | None) -> bool:
    """A state that a still picture is never in."""
    return False


def always(node: HtmlNode, scope: HtmlNode | None) -> bool:
    """`:defined`, `:enabled` and such."""
    return True


def is_root(node: HtmlNode, scope: HtmlNode | None) -> bool:
    """`:root`."""
    return node.parent is None


def is_scope(node: HtmlNode, scope: HtmlNode | None) -> bool:
    """`:scope`, and the start of a relative selector."""
    return node is scope if scope is not None else node.parent is None


def has_tag(name: str) -> Test:
    """A type selector; names are compared in lower case, as HTML elements' are."""
    return lambda node, scope: node.tag == name


def has_id(name: str) -> Test:
    """`#id`."""
    return lambda node, scope: node.id == name


def has_class(name: str) -> Test:
    """`.class`."""
    return lambda node, scope: name in node.classes


def any_of(selectors: tuple[Selector, ...]) -> Test:
    """`:is()`, `:where()` and `&`."""
    return lambda node, scope: any_matches(selectors, node, scope)


def none_of(selectors: tuple[Selector, ...]) -> Test:
    """`:not()`."""
    return lambda node, scope: not any_matches(selectors, node, scope)


def any_matches(selectors: tuple[Selector, ...], node: HtmlNode, scope: HtmlNode | None) -> bool:
    """True where one of the selectors matches; each that is tried is counted."""
    BUDGET.step(len(selectors))
    return any(s.matches(node, scope) for s in selectors)


def has(selectors: tuple[Selector, ...]) -> Test:
    """`:has()`: some element relative to this one matches."""
    outward = any(c in ("+", "~") for s in selectors for c in s.combinators[:1])
    child_only = all(s.combinators == (">",) for s in selectors)

    def test(node: HtmlNode, scope: HtmlNode | None) -> bool:
        stack = list(node.elements)
        if outward:
            stack += node.siblings[node.index + 1 :]
        while stack:
            candidate = stack.pop()
            BUDGET.step(1)
            if any_matches(selectors, candidate, node):
                return True
            if not child_only:
                stack += candidate.elements
        return False

    return test


# --- attributes -------------------------------------------------------------------------------------

_INSENSITIVE = frozenset((
    "accept", "accept-charset", "align", "alink", "axis", "bgcolor", "charset", "checked", "clear",
    "codetype", "color", "compact", "declare", "defer", "dir", "direction", "disabled", "enctype", "face",
    "frame", "hreflang", "http-equiv", "lang", "language", "link", "media", "method", "multiple",
    "nohref", "noresize", "noshade", "nowrap", "readonly", "rel", "rev", "rules", "scope", "scrolling",
    "selected", "shape", "target", "text", "type", "valign", "valuetype", "vlink",
))  # fmt: skip
_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "=": lambda actual, wanted: actual == wanted,
    "~=": lambda actual, wanted: bool(wanted) and wanted in actual.split(),
    "|=": lambda actual, wanted: actual == wanted or actual.startswith(wanted + "-"),
    "^=": lambda actual, wanted: bool(wanted) and actual.startswith(wanted),
    "$=": lambda actual, wanted: bool(wanted) and actual.endswith(wanted),
    "*=": lambda actual, wanted: bool(wanted) and wanted in actual,
}


def attribute(tokens: list[Token], error: type[Exception]) -> tuple[Test, str]:
    """Return the test of `[name]` or `[name op value i]`, and the name."""
    start = next((i for i, token in enumerate(tokens) if token.type != "whitespace"), 0)
    while start + 1 < len(tokens) and tokens[start].type == "literal" and tokens[start].value in ("*", "|"):
        start += 1  # a namespace prefix, right before the name
        if tokens[start].type == "whitespace":
            raise error("unexpected white space after a namespace prefix")
    tokens = [t for t in tokens[start:] if t.type != "whitespace"]
    if not tokens or tokens[0].type != "ident":
        raise error("expected an attribute's name")
    name = tokens[0].lower_value
    if len(tokens) == 1:
        return (lambda node, scope: name in node.attributes), name
    operator = tokens[1].value if tokens[1].type == "literal" else ""
    rest = tokens[2:]
    if operator in ("~", "|", "^", "$", "*") and rest and rest[0].type == "literal" and rest[0].value == "=":
        operator, rest = operator + "=", rest[1:]
    if operator not in _OPERATORS or not rest or rest[0].type not in ("ident", "string"):
        raise error("expected an operator and a value in '[]'")
    flag = rest[1].lower_value if len(rest) == 2 and rest[1].type == "ident" else ""
    if len(rest) > 2 or (len(rest) == 2 and flag not in ("i", "s")):
        raise error("unexpected text after the value in '[]'")
    compare, wanted = _OPERATORS[operator], str(rest[0].value)
    if flag == "i" or (not flag and name in _INSENSITIVE):
        folded = wanted.lower()
        return (
            lambda node, scope: name in node.attributes and compare(node.attributes[name].lower(), folded)
        ), name
    return (lambda node, scope: name in node.attributes and compare(node.attributes[name], wanted)), name


# --- positions among siblings -----------------------------------------------------------------------


def _in_series(position: int, a: int, b: int) -> bool:
    offset = position - b
    return offset == 0 if a == 0 else offset % a == 0 and offset // a >= 0


def nth(
    formula: tuple[int, int], of: tuple[Selector, ...] | None = None, *, last: bool, of_type: bool
) -> Test:
    """`:nth-child(An+B [of S])` and its three siblings."""
    a, b = formula

    def test(node: HtmlNode, scope: HtmlNode | None) -> bool:
        if of is None and not of_type:
            position = len(node.siblings) - node.index if last else node.index + 1
            return _in_series(position, a, b)
        # Counted once for all the children of a parent; `of` may depend on the scope only inside :has().
        key = (of, last, id(scope) if of is not None else 0)
        parent = node.parent
        cache = parent.positions if parent is not None else None
        found = cache.get(key) if cache is not None else None
        if found is None:
            found = _counted(node.siblings, of, last, scope)
            if parent is not None:
                parent.positions = {**(cache or {}), key: found}
        position = found.get(id(node), 0)
        return position > 0 and _in_series(position, a, b)

    return test


def _counted(
    siblings: list[HtmlNode], of: tuple[Selector, ...] | None, last: bool, scope: HtmlNode | None
) -> dict[int, int]:
    """Return the position, by id, of every sibling: among those that match `of`, or of its own type."""
    counts: dict[str, int] = {}
    found: dict[int, int] = {}
    for node in reversed(siblings) if last else siblings:
        BUDGET.step(1)
        if of is not None and not any_matches(of, node, scope):
            continue
        name = node.tag if of is None else ""
        counts[name] = found[id(node)] = counts.get(name, 0) + 1
    return found


_first_child = nth((0, 1), last=False, of_type=False)
_last_child = nth((0, 1), last=True, of_type=False)
_first_of_type = nth((0, 1), last=False, of_type=True)
_last_of_type = nth((0, 1), last=True, of_type=True)


def _both(first: Test, second: Test) -> Test:
    return lambda node, scope: first(node, scope) and second(node, scope)


def _empty(node: HtmlNode, scope: HtmlNode | None) -> bool:
    return not node.elements and not any(isinstance(c, str) and c for c in node.children)


# --- language, direction, state ---------------------------------------------------------------------


def language_of(node: HtmlNode | None) -> str:
    """Return the nearest `lang`, in lower case."""
    while node is not None:
        BUDGET.step(1)
        if "lang" in node.attributes:
            return node.attributes["lang"].lower()
        node = node.parent
    return ""


def lang(language: str) -> Test:
    """`:lang()` as Chromium has it, by basic filtering (RFC 4647 §3.3.1): `*` is no language."""
    wanted = language.lower()

    def test(node: HtmlNode, scope: HtmlNode | None) -> bool:
        tag = language_of(node)
        return tag == wanted or (bool(wanted) and tag.startswith(f"{wanted}-"))

    return test


def direction_of(node: HtmlNode | None) -> str:
    """Return the nearest `dir`."""
    while node is not None:
        BUDGET.step(1)
        value = node.attributes.get("dir", "").lower()
        if value in ("ltr", "rtl"):
            return value
        node = node.parent
    return "ltr"


def direction(wanted: str) -> Test:
    """`:dir()`."""
    return lambda node, scope: direction_of(node) == wanted


def _has_attribute(name: str, *tags: str) -> Test:
    return lambda node, scope: name in node.attributes and (not tags or node.tag in tags)


_FIELDS = ("input", "button", "select", "textarea", "option", "optgroup", "fieldset")
_link = _has_attribute("href", "a", "area")


def _disabled(node: HtmlNode, scope: HtmlNode | None) -> bool:
    """Whether a control is disabled, be it by its fieldset, but for what is in that one's legend."""
    if node.tag not in _FIELDS:
        return False
    if "disabled" in node.attributes:
        return True
    child, around = node, node.parent
    while around is not None:
        if around.tag in ("optgroup", "select") and "disabled" in around.attributes:
            return True
        if around.tag == "fieldset" and "disabled" in around.attributes:
            in_legend = child.tag == "legend" and child is _first(around, "legend")
            if not in_legend:
                return True
        child, around = around, around.parent
    return False


def _enabled(node: HtmlNode, scope: HtmlNode | None) -> bool:
    return node.tag in _FIELDS and not _disabled(node, scope)


def _read_write(node: HtmlNode, scope: HtmlNode | None) -> bool:
    """Whether a reader could write there."""
    if node.tag == "textarea" or (node.tag == "input" and _kind(node) not in _NOT_TYPED):
        return "readonly" not in node.attributes and not _disabled(node, scope)
    item: HtmlNode | None = node
    while item is not None:
        if "contenteditable" in item.attributes:
            return item.attributes["contenteditable"].lower() in ("", "true", "plaintext-only")
        item = item.parent
    return False


def _kind(node: HtmlNode) -> str:
    return node.attributes.get("type", "").lower()


def _placeholder_shown(node: HtmlNode, scope: HtmlNode | None) -> bool:
    if node.tag == "textarea":
        is_empty = not node.children
    else:
        is_empty = (
            node.tag == "input" and _kind(node) in _WITH_PLACEHOLDER and not node.attributes.get("value")
        )
    return is_empty and bool(node.attributes.get("placeholder"))


_OPTIONS = 16  # that take a step together
_TYPED = ("input", "select", "textarea")
_WITH_PLACEHOLDER = ("", "text", "search", "url", "tel", "email", "password", "number")
_NOT_TYPED = frozenset((
    "hidden", "range", "color", "checkbox", "radio", "file", "submit", "image", "reset", "button",
))  # fmt: skip


def _is_open(node: HtmlNode, scope: HtmlNode | None) -> bool:
    return node.tag in ("details", "dialog") and "open" in node.attributes


def _is_first_choice(option: HtmlNode) -> bool:
    """Whether a select shows an option because none is said to be selected."""
    select = option.parent
    while select is not None and select.tag != "select":
        select = select.parent
    if (
        select is None
        or "multiple" in select.attributes
        or select.attributes.get("size", "1") not in ("0", "1")
    ):
        return False
    if _is_off(option):
        return False
    BUDGET.step(len(select.children) // _OPTIONS)
    options = (item for child in select.elements for item in (child, *child.elements) if item.tag == "option")
    if option is not next((item for item in options if not _is_off(item)), None):
        return False
    return not any(
        "selected" in item.attributes
        for child in select.elements
        for item in (child, *child.elements)
        if item.tag == "option"
    )


def _first(node: HtmlNode, tag: str) -> HtmlNode | None:
    return next((item for item in node.elements if item.tag == tag), None)


def _is_off(option: HtmlNode) -> bool:
    group = option.parent
    in_group = group is not None and group.tag == "optgroup" and "disabled" in group.attributes
    return "disabled" in option.attributes or in_group


def _checked(node: HtmlNode, scope: HtmlNode | None) -> bool:
    if node.tag == "option":
        return "selected" in node.attributes or _is_first_choice(node)
    kind = node.attributes.get("type", "").lower()
    return node.tag == "input" and kind in ("checkbox", "radio") and "checked" in node.attributes


def _defined(node: HtmlNode, scope: HtmlNode | None) -> bool:
    return "-" not in node.tag


def _visited(node: HtmlNode, scope: HtmlNode | None) -> bool:
    """True for links to the page itself, which alone is known to have been seen.

    They match `:link` too, as in Chromium for all that is no colour.
    """
    return _link(node, scope) and not node.attributes.get("href", "").strip()


SIMPLE: dict[str, Test] = {
    "root": is_root, "scope": is_scope, "empty": _empty,
    "first-child": _first_child, "last-child": _last_child,
    "only-child": _both(_first_child, _last_child), "first-of-type": _first_of_type,
    "last-of-type": _last_of_type, "only-of-type": _both(_first_of_type, _last_of_type),
    "link": _link, "visited": _visited, "any-link": _link, "-webkit-any-link": _link,
    "defined": _defined, "enabled": _enabled,
    "disabled": _disabled, "checked": _checked,
    "required": _has_attribute("required", *_TYPED), "open": _is_open,
    "read-write": _read_write,
    "read-only": lambda node, scope: node.tag != "svg" and not _read_write(node, scope),
    "optional": lambda node, scope: node.tag in (*_TYPED, "button") and "required" not in node.attributes,
    "placeholder-shown": _placeholder_shown,
    **dict.fromkeys((
        "hover", "active", "focus", "focus-visible", "focus-within", "target", "target-within",
        "local-link", "autofill", "-webkit-autofill", "default",
        "indeterminate", "valid", "invalid", "user-valid", "user-invalid", "in-range", "out-of-range",
        "fullscreen", "modal", "picture-in-picture", "playing", "paused", "current", "past", "future",
        "host", "popover-open", "blank", "seeking", "buffering", "stalled", "muted", "volume-locked",
        "-moz-focusring", "-webkit-full-screen", "closed",
    ), never),
}  # fmt: skip
