"""CSS text → a `Stylesheet`: rules with compiled selectors and parsed declarations, cached by content.

A table names the at-rules that are known and change nothing, or that are not supported, with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import tinycss2

from ...caching import ByteCache
from ...report import Code, Severity
from ..properties.font_face import font_face
from ..selectors import GENERATED, InvalidSelector, ScopeRule, Selector, parse_selector_list
from ..values.image_values import resolve_url, url_token
from ..values.tokens import (
    MAX_NESTING,
    Cursor,
    InvalidValue,
    Rule,
    Token,
    bounded_numbers,
    split_commas,
    tokenize,
    too_deep,
)
from .conditions import Condition, media_query_list, supports, supports_declaration
from .container_queries import ContainerQuery, container_queries
from .counter_rules import counter_rule
from .declarations import Block, Custom, Note, custom_value, parse_declaration, with_units
from .function_rules import function_rule
from .keyframes import keyframes_rule
from .plain_rules import PlainRule, Rest, take_apart
from .sheet_model import UNNAMED, ImportRule, Layer, PropertyRule, StyleRule, Stylesheet

CACHE_BYTES = 16_000_000
# What a parsed sheet weighs for each character of its text; measured with tracemalloc.
_WEIGHT = 60

_sheets: ByteCache[Stylesheet] = ByteCache("style sheets", CACHE_BYTES, lambda sheet: sheet.weight)

# Pseudo-elements that a still picture does not show.
UNSEEN = frozenset(("selection", "placeholder", "backdrop", "file-selector-button", "target-text", "cue"))
INERT = {
    "-moz-keyframes": "a still picture has no animation",
    "starting-style": "a still picture has no transitions",
    "view-transition": "a still picture has no transitions",
    "page": "for print",
    "viewport": "the canvas sets the viewport",
    "-ms-viewport": "the canvas sets the viewport",
}
UNSUPPORTED = {
    "font-feature-values": "named alternates are not drawn; use font-feature-settings",
    "font-palette-values": "font palettes are not drawn",
    "position-try": "boxes are not moved where their anchors leave no room",
}


def parse_stylesheet(text: str, base: str = "") -> Stylesheet:
    """Return the parsed sheet, from the cache where it is there.

    `base` is what its URLs resolve against; "" leaves them relative to the document.
    """
    key = (text, base)
    found = _sheets.peek(key)
    if found is not None:
        return found
    sheet = _Parser(base).parse(text)
    sheet.weight = 1000 + _WEIGHT * len(text)
    return _sheets.put(key, sheet)


@dataclass(slots=True)
class _Scope:
    """What surrounds a rule: parent selectors, conditions, queries, layer, @scope, nesting depth."""

    parents: tuple[Selector, ...] | None = None
    conditions: tuple[Condition, ...] = ()
    queries: tuple[tuple[ContainerQuery, ...], ...] = ()
    layer: Layer = ()
    applies: ScopeRule | None = None
    depth: int = 0
    active: bool = True  # False inside an @supports that does not hold

    def within(self, **changes: Any) -> _Scope:  # fields, as `replace` takes them
        return replace(self, depth=self.depth + 1, **changes)


class _Parser:
    def __init__(self, base: str) -> None:
        self.sheet = Stylesheet()
        self.base = base
        self.anonymous = 0
        self.imports_over = False

    def parse(self, text: str) -> Stylesheet:
        text = bounded_numbers(text)
        for part in take_apart(text) if not self.base else [Rest(text)]:  # whose URLs resolve against it
            if isinstance(part, PlainRule):
                self.imports_over = True
                if part.block:
                    self.sheet.rules.append(StyleRule(part.selectors, part.block, (), ()))
            else:
                items = tinycss2.parse_stylesheet(part.text, skip_comments=True, skip_whitespace=True)
                self.rules(items, _Scope())
        return self.sheet

    def note(self, item: Rule, severity: Severity, code: Code, message: str, where: str = "") -> None:
        self.sheet.notes.append(Note(severity, code, message, item.source_line, item.source_column, where))

    def rules(self, items: Sequence[Rule], scope: _Scope) -> None:
        """Take a list of rules (of the sheet, or of a conditional group)."""
        for item in items:
            if item.type == "qualified-rule":
                self.imports_over = True
                self.style_rule(item, scope)
            elif item.type == "at-rule":
                self.at_rule(item, scope)
            elif item.type == "error":
                self.note(item, "warning", "css-syntax", item.message)

    # --- style rules ---

    def style_rule(self, item: Rule, scope: _Scope) -> None:
        if self.deep(item, scope):
            return
        try:
            scoped = scope.applies is not None
            selectors = parse_selector_list(item.prelude, scope.parents, scoped=scoped)
        except InvalidSelector as error:
            text = tinycss2.serialize(item.prelude).strip()
            self.note(item, "warning", "css-invalid-selector", f"the rule is ignored: {error}", text[:80])
            return
        for selector in selectors:
            if selector.pseudo not in ("", *GENERATED) and ":state" not in selector.pseudo:
                message = f"'::{selector.pseudo}' is not drawn"
                unseen = selector.pseudo in UNSEEN or selector.pseudo.startswith("-")
                severity: Severity = "info" if unseen else "warning"
                self.note(item, severity, "css-unsupported-rule", message, selector.text[:80])
        self.contents(item.content or (), scope.within(parents=selectors), selectors)

    def deep(self, item: Rule, scope: _Scope) -> bool:
        """Report and skip what is nested too deep to be read recursively."""
        found = scope.depth > MAX_NESTING or too_deep(item.prelude)
        if found:
            self.note(item, "warning", "limit", f"the rule is nested more than {MAX_NESTING} deep")
        return found

    def contents(self, tokens: Sequence[Token], scope: _Scope, selectors: tuple[Selector, ...]) -> None:
        """Take a rule's declarations and nested rules; declarations after a nested rule keep their place."""
        if self.base:
            _absolute(tokens, self.base)
        block = Block()
        for item in tinycss2.parse_blocks_contents(tokens, skip_comments=True, skip_whitespace=True):
            if item.type == "declaration":
                parse_declaration(item, block, self.sheet.notes)
                continue
            block = self.flush(block, scope, selectors)
            if item.type == "qualified-rule":
                self.style_rule(item, scope)
            elif item.type == "at-rule":
                self.at_rule(item, scope)
            elif item.type == "error":
                self.note(item, "warning", "css-syntax", item.message)
        self.flush(block, scope, selectors)

    def flush(self, block: Block, scope: _Scope, selectors: tuple[Selector, ...]) -> Block:
        if block and scope.active:
            around = scope.conditions, scope.layer, scope.queries, scope.applies
            self.sheet.rules.append(StyleRule(selectors, block, *around))
            return Block()
        return block

    # --- at-rules ---

    def at_rule(self, item: Rule, scope: _Scope) -> None:
        name = item.lower_at_keyword
        if self.deep(item, scope):
            return
        if name not in ("import", "charset", "layer") or (name == "layer" and item.content is not None):
            self.imports_over = True
        handler = AT_RULES.get(name)
        if handler is not None:
            handler(self, item, scope)
        elif name in INERT:
            if name in ("-moz-keyframes", "starting-style"):
                self.note(item, "info", "css-unsupported-rule", f"@{name}: {INERT[name]}", f"@{name}")
        else:
            reason = UNSUPPORTED.get(name, "unknown at-rule")
            self.note(item, "warning", "css-unsupported-rule", f"@{name} is ignored: {reason}", f"@{name}")

    def group(self, item: Rule, scope: _Scope) -> None:
        """Take the body of a conditional group: rules, or a nested one's declarations and rules."""
        if item.content is None:
            self.note(item, "warning", "css-syntax", f"@{item.lower_at_keyword} takes a block")
        elif scope.parents is not None:
            self.contents(item.content or (), scope, scope.parents)
        else:
            self.rules(
                tinycss2.parse_rule_list(item.content, skip_comments=True, skip_whitespace=True), scope
            )

    def media(self, item: Rule, scope: _Scope) -> None:
        self.group(item, scope.within(conditions=(*scope.conditions, media_query_list(item.prelude))))

    def container(self, item: Rule, scope: _Scope) -> None:
        try:
            queries = container_queries(item.prelude)
        except InvalidValue as error:
            self.note(item, "warning", "css-syntax", f"@container is ignored: {error}", "@container")
            return
        if any(token.type == "function" and token.lower_name == "scroll-state" for token in item.prelude):
            message = "@container scroll-state(): nothing scrolls, so that it never holds"
            self.note(item, "warning", "css-unsupported-rule", message, "@container")
        self.group(item, scope.within(queries=(*scope.queries, queries)))

    def supports(self, item: Rule, scope: _Scope) -> None:
        try:
            holds = supports(item.prelude)
        except InvalidValue as error:
            self.note(item, "warning", "css-syntax", f"@supports is ignored: {error}", "@supports")
            return
        if holds:
            self.group(item, scope.within())

    def scope(self, item: Rule, scope: _Scope) -> None:
        """Take the rules of an @scope: nested in its root, as in `:where(:scope)`."""
        try:
            starts, ends = _scope_prelude(item.prelude)
            scoped = scope.applies is not None
            found = ScopeRule(
                parse_selector_list(starts, scope.parents, scoped=scoped),
                parse_selector_list(ends, scoped=True) if ends is not None else (),
                scope.applies,
            )
            root = parse_selector_list(tokenize(":where(:scope)"), scoped=True)
        except InvalidSelector as error:
            self.note(item, "warning", "css-invalid-selector", f"@scope is ignored: {error}", "@scope")
            return
        self.contents(item.content or (), scope.within(parents=None, applies=found), root)

    def layer(self, item: Rule, scope: _Scope) -> None:
        names = [] if Cursor(item.prelude).done else [_layer_name(part) for part in _parts(item.prelude)]
        if any(name is None for name in names):
            self.note(item, "warning", "css-syntax", "@layer takes names", "@layer")
            return
        if item.content is None:
            for name in names:
                self.declare_layer((*scope.layer, *(name or ())))
            return
        if len(names) > 1:
            self.note(item, "warning", "css-syntax", "@layer with a block takes one name", "@layer")
            return
        path = (*scope.layer, *(names[0] or ())) if names else (*scope.layer, self.unnamed())
        self.declare_layer(path)
        self.group(item, scope.within(layer=path))

    def unnamed(self) -> str:
        self.anonymous += 1
        return f"{UNNAMED}{id(self.sheet)}-{self.anonymous}"

    def declare_layer(self, path: Layer) -> None:
        for end in range(1, len(path) + 1):
            self.sheet.layers.setdefault(path[:end])

    def import_(self, item: Rule, scope: _Scope) -> None:
        if self.imports_over or scope.depth:
            self.note(item, "warning", "css-syntax", "@import must come before other rules", "@import")
            return
        cursor = Cursor(item.prelude)
        try:
            token = cursor.next()
        except InvalidValue:
            return
        href = str(token.value) if token.type == "string" else url_token(token)
        if href is None:
            self.note(item, "warning", "css-syntax", "@import takes a URL", "@import")
            return
        layer: Layer | None = None
        if cursor.keyword("layer"):
            layer = (self.unnamed(),)
        elif (named := cursor.function("layer")) is not None:
            layer = _layer_name(named.arguments)
        if layer is not None:
            self.declare_layer(layer)
        holds = True
        if (condition := cursor.function("supports")) is not None:
            holds = _import_supports(condition.arguments)
        if holds:
            media = media_query_list(cursor.tokens[cursor.i :])
            href = resolve_url(href, self.base) if self.base else href
            self.sheet.imports.append(ImportRule(href, (media,), layer, item.source_line))

    def font_face(self, item: Rule, scope: _Scope) -> None:
        if item.content is None or not scope.active:
            return
        if self.base:
            _absolute(item.content, self.base)
        rule = font_face(item, self.sheet.notes)
        if rule is not None:
            self.sheet.font_faces.append((rule, scope.conditions))

    def property(self, item: Rule, scope: _Scope) -> None:
        cursor = Cursor(item.prelude)
        name = cursor.peek()
        if name is None or name.type != "ident" or not name.value.startswith("--") or item.content is None:
            self.note(
                item, "warning", "css-syntax", "@property takes the name of a custom property", "@property"
            )
            return
        found = {
            d.lower_name: d.value
            for d in tinycss2.parse_blocks_contents(item.content, skip_comments=True, skip_whitespace=True)
            if d.type == "declaration"
        }
        if "syntax" not in found or "inherits" not in found:
            self.note(item, "warning", "css-syntax", "@property takes syntax and inherits", "@property")
            return
        inherits = Cursor(found["inherits"]).ident() == "true"
        syntax = next((str(t.value) for t in found["syntax"] if t.type == "string"), "*")
        value = custom_value(found["initial-value"]) if "initial-value" in found else None
        initial = with_units(syntax, value) if isinstance(value, Custom) else None
        self.sheet.properties.append(PropertyRule(name.value, inherits, initial, syntax))

    def function(self, item: Rule, scope: _Scope) -> None:
        try:
            rule = function_rule(item)
        except InvalidValue as error:
            self.note(item, "warning", "css-syntax", f"@function is ignored: {error}", "@function")
            return
        self.sheet.functions.append((rule, scope.conditions))

    def counter_style(self, item: Rule, scope: _Scope) -> None:
        try:
            name, style = counter_rule(item)
        except InvalidValue as error:
            message = f"@counter-style is ignored: {error}"
            self.note(item, "warning", "css-invalid-value", message, "@counter-style")
            return
        self.sheet.counter_styles.append((name, style, scope.conditions))

    def keyframes(self, item: Rule, scope: _Scope) -> None:
        name = f"@{item.lower_at_keyword}"
        self.note(item, "info", "css-unsupported-rule", f"{name}: a still picture has no animation", name)
        if self.base:
            _absolute(item.content or (), self.base)
        try:
            rule = keyframes_rule(item, self.sheet.notes)
        except InvalidValue as error:
            self.note(item, "warning", "css-invalid-value", f"{name} is ignored: {error}", name)
            return
        if scope.active:
            self.sheet.keyframes.append((rule, scope.conditions))

    def nothing(self, item: Rule, scope: _Scope) -> None:
        """@charset, which changes nothing here."""

    def namespace(self, item: Rule, scope: _Scope) -> None:
        """A prefix says so where a selector has it; the default is taken for HTML's."""
        tokens = Cursor(item.prelude).tokens
        named = tokens[0].value if tokens and tokens[0].type == "string" else None
        name = url_token(tokens[0]) if tokens and named is None else named
        if len(tokens) == 1 and name is not None and name != _XHTML:
            message = f"@namespace: selectors are taken to mean HTML elements, not those of {name}"
            self.note(item, "warning", "css-unsupported-rule", message, "@namespace")


_XHTML = "http://www.w3.org/1999/xhtml"
AT_RULES = {
    "media": _Parser.media,
    "container": _Parser.container,
    "supports": _Parser.supports,
    "layer": _Parser.layer,
    "scope": _Parser.scope,
    "import": _Parser.import_,
    "font-face": _Parser.font_face,
    "property": _Parser.property,
    "function": _Parser.function,
    "counter-style": _Parser.counter_style,
    "keyframes": _Parser.keyframes,
    "-webkit-keyframes": _Parser.keyframes,
    "charset": _Parser.nothing,
    "namespace": _Parser.namespace,
}


def _scope_prelude(tokens: Sequence[Token]) -> tuple[Sequence[Token], Sequence[Token] | None]:
    """Return the selectors of a scope's roots and of its limits; raise `InvalidSelector`."""
    cursor = Cursor(tokens)
    found: list[Sequence[Token]] = []
    for word in (None, "to"):
        if word is not None and (cursor.done or cursor.keyword(word) is None):
            break
        token = cursor.peek()
        if token is None or token.type != "() block":
            raise InvalidSelector("expected '(' and the roots' selectors; a <style>'s parent is no root here")
        found.append(cursor.next().content)
    if not cursor.done:
        raise InvalidSelector("unexpected text after its selectors")
    return found[0], found[1] if len(found) > 1 else None


def _parts(tokens: Sequence[Token]) -> list[list[Token]]:
    try:
        return split_commas(tokens)
    except InvalidValue:
        return [[]]


def _layer_name(tokens: Sequence[Token]) -> Layer | None:
    names: list[str] = []
    items = [t for t in tokens if t.type not in ("whitespace", "comment")]
    for i, token in enumerate(items):
        if i % 2 == 0 and token.type == "ident":
            names.append(token.value)
        elif not (i % 2 == 1 and token.type == "literal" and token.value == "."):
            return None
    return tuple(names) if len(items) % 2 == 1 else None


def _import_supports(tokens: Sequence[Token]) -> bool:
    try:
        if any(t.type == "literal" and t.value == ":" for t in tokens):
            return supports_declaration(tokens)
        return supports(tokens)
    except InvalidValue:
        return False


def _absolute(tokens: Sequence[Token], base: str) -> None:
    """Resolve URLs of a sheet that lies elsewhere than the document, in place."""
    stack = list(tokens)
    while stack:
        token = stack.pop()
        if token.type == "url":
            token.value = resolve_url(token.value, base)
        elif token.type == "function":
            if token.lower_name in ("url", "src", "image-set", "-webkit-image-set"):
                for inner in token.arguments:
                    if inner.type == "string":
                        inner.value = resolve_url(inner.value, base)
            stack += token.arguments
        elif token.type in ("() block", "[] block", "{} block"):
            stack += token.content
