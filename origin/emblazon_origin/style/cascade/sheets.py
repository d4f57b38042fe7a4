"""The document's style sheets in cascade order: the user agent's, `<style>`, `<link>`, `@import`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path

from ... import limits
from ...caching import ByteCache
from ...errors import EmblazonError, LimitError
from ...report import Diagnostic, Report
from ..document.html import ParsedHtml
from ..syntax.conditions import Condition, media_query_list
from ..syntax.function_rules import FunctionRule
from ..syntax.keyframes import Keyframes
from ..syntax.sheet_model import UNNAMED, Layer, PropertyRule, StyleRule, Stylesheet
from ..syntax.stylesheet import parse_stylesheet
from ..values.counter_styles import CounterStyle
from ..values.dom import FontFaceRule
from ..values.image_values import base_of, resolve_url, urlsplit_scheme
from ..values.tokens import tokenize
from ..values.units import Viewport
from .winners import AUTHOR, USER_AGENT, RuleSet, layer_order

MAX_SHEETS = 32
CACHE_BYTES = 8_000_000

LoadText = Callable[[str], str]


@lru_cache(maxsize=1)
def user_agent() -> Stylesheet:
    """Return the user agent's style sheet."""
    return parse_stylesheet((Path(__file__).parent / "useragent.css").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def quirks_sheet() -> Stylesheet:
    """Return what the user agent adds for documents without a doctype."""
    return parse_stylesheet((Path(__file__).parent / "quirks.css").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Loaded:
    """One sheet in order, with what its link, `media` attribute or @import puts around it."""

    sheet: Stylesheet
    conditions: tuple[Condition, ...] = ()
    media: tuple[object, ...] = ()  # what the conditions were made from, to tell them apart
    layer: Layer = ()
    file: str = ""
    line: int = 1
    column: int = 1


@dataclass(slots=True)
class Cascade:
    """What one set of sheets means for one viewport."""

    rules: RuleSet = field(default_factory=RuleSet)
    font_faces: tuple[FontFaceRule, ...] = ()
    properties: dict[str, PropertyRule] = field(default_factory=dict)
    functions: dict[str, FunctionRule] = field(default_factory=dict)
    counter_styles: dict[str, CounterStyle] = field(default_factory=dict)
    keyframes: dict[str, Keyframes] = field(default_factory=dict)
    weight: int = 1


_cascades: ByteCache[Cascade] = ByteCache("cascades", CACHE_BYTES, lambda cascade: cascade.weight)


def load_sheets(parsed: ParsedHtml, base: str, load: LoadText | None, report: Report) -> list[Loaded]:
    """Parse the document's sheets and report what they have to say, at their places."""
    loader = _Loader(load, report)
    size = sum(len(source.text) for source in parsed.styles)
    if size > limits.MAX_CSS_CHARACTERS:
        raise LimitError(f"the style sheets are longer than {limits.MAX_CSS_CHARACTERS} characters")
    for source in parsed.styles:
        around = _Around(_media(source.media), (source.media,), line=source.line)
        if source.href:
            loader.linked(resolve_url(source.href, base), around)
        else:
            sheet = parse_stylesheet(source.text)
            loader.imports(sheet, around, base)
            loader.add(sheet, around, "", source.line, source.column)
    found = loader.found
    for entry in found:
        for note in entry.sheet.notes:
            line = entry.line + note.line - 1
            column = note.column + (entry.column - 1 if note.line == 1 else 0)
            file = entry.file or report.file
            report.diagnostics.append(
                Diagnostic(note.severity, note.code, note.message, file, line, column, note.where)
            )
    return found


def _media(text: str) -> tuple[Condition, ...]:
    return (media_query_list(tokenize(text)),) if text.strip() else ()


@dataclass(frozen=True, slots=True)
class _Around:
    """What surrounds a sheet: conditions, what they were made from, layer, the sheets that import it."""

    conditions: tuple[Condition, ...] = ()
    media: tuple[object, ...] = ()
    layer: Layer = ()
    chain: tuple[str, ...] = ()
    line: int = 0


@dataclass(slots=True)
class _Loader:
    load: LoadText | None
    report: Report
    found: list[Loaded] = field(default_factory=list)

    def add(self, sheet: Stylesheet, around: _Around, file: str, line: int = 1, column: int = 1) -> None:
        self.found.append(Loaded(sheet, around.conditions, around.media, around.layer, file, line, column))

    def linked(self, href: str, around: _Around) -> None:
        text = self.text(href, around)
        if text is None:
            return
        base = base_of(href)
        sheet = parse_stylesheet(text, base)
        self.imports(sheet, replace(around, chain=(*around.chain, href)), base)
        self.add(sheet, around, href)

    def imports(self, sheet: Stylesheet, around: _Around, base: str) -> None:
        for rule in sheet.imports:
            self.linked(
                resolve_url(rule.href, base),
                _Around(
                    (*around.conditions, *rule.conditions),
                    (*around.media, rule),
                    around.layer if rule.layer is None else (*around.layer, *rule.layer),
                    around.chain,
                    around.line + rule.line - 1 if not around.chain else around.line,
                ),
            )

    def text(self, href: str, around: _Around) -> str | None:
        reason = ""
        if href in around.chain:
            reason = "it imports itself"
        elif len(self.found) >= MAX_SHEETS or len(around.chain) >= MAX_SHEETS:
            reason = f"more than {MAX_SHEETS} style sheets"
        elif self.load is None or urlsplit_scheme(href) not in ("", "file", "data"):
            reason = "only local style sheets are loaded"
        elif href.startswith("data:") and not href.startswith("data:text/css"):
            reason = "its type is not text/css"
        else:
            try:
                text = self.load(href)
                if len(text) > limits.MAX_CSS_CHARACTERS:
                    raise LimitError(f"it is longer than {limits.MAX_CSS_CHARACTERS} characters")
                return text
            except (OSError, ValueError, EmblazonError) as error:
                reason = str(error)
        message = f"style sheet {href} is not loaded: {reason}"
        self.report.add("warning", "css-unsupported-rule", message, line=around.line, where="link")
        return None


def build_cascade(sheets: list[Loaded], viewport: Viewport, *, quirks: bool = False) -> Cascade:
    """Return the rules in force for a viewport, from the cache where the same sheets were seen."""
    # Sheets compare by identity: the parsed ones are shared, and the key keeps them alive.
    key = (viewport, quirks, *((s.sheet, s.layer, s.media) for s in sheets))
    return _cascades.get(key, lambda: _built(sheets, viewport, quirks=quirks))


def _built(sheets: list[Loaded], viewport: Viewport, *, quirks: bool) -> Cascade:
    cascade = Cascade(_user_agent_rules(quirks=quirks).copy())
    layers: list[Layer] = []
    paths = _layer_paths(sheets)
    for loaded, path in zip(sheets, paths, strict=True):
        if all(condition(viewport) for condition in loaded.conditions):
            layers += [loaded.layer[: i + 1] for i in range(len(loaded.layer))]
            layers += map(path, loaded.sheet.layers)
    order = layer_order(layers)
    count = len(user_agent().rules) + len(quirks_sheet().rules)
    faces: list[FontFaceRule] = []
    for loaded, path in zip(sheets, paths, strict=True):
        if not all(condition(viewport) for condition in loaded.conditions):
            continue
        for rule in loaded.sheet.rules:
            if _holds(rule, viewport):
                cascade.rules.add(rule, AUTHOR, order[path(rule.layer)], count)
                count += 1
        faces += [f for f, conditions in loaded.sheet.font_faces if all(c(viewport) for c in conditions)]
        cascade.functions.update(
            {f.name: f for f, conditions in loaded.sheet.functions if all(c(viewport) for c in conditions)}
        )
        cascade.counter_styles.update(
            {name: s for name, s, around in loaded.sheet.counter_styles if all(c(viewport) for c in around)}
        )
        cascade.keyframes.update(
            {k.name: k for k, conditions in loaded.sheet.keyframes if all(c(viewport) for c in conditions)}
        )
        cascade.properties.update({p.name: p for p in loaded.sheet.properties})
    cascade.font_faces = tuple(faces)
    cascade.weight = 1000 + 200 * count
    return cascade


def _layer_paths(sheets: Sequence[Loaded]) -> list[Callable[[Layer], Layer]]:
    """Return what makes the whole path of a sheet's layers, for each sheet.

    Sheets of one text are shared, but a layer without a name is another one each time (Cascade 5 §6.4.2).
    """
    seen: Counter[int] = Counter()
    paths: list[Callable[[Layer], Layer]] = []
    for loaded in sheets:
        paths.append(partial(_layer_path, loaded.layer, seen[id(loaded.sheet)]))
        seen[id(loaded.sheet)] += 1
    return paths


def _layer_path(around: Layer, again: int, own: Layer) -> Layer:
    if again:
        own = tuple(f"{name}-{again}" if name.startswith(UNNAMED) else name for name in own)
    return (*around, *own)


@lru_cache(maxsize=2)
def _user_agent_rules(*, quirks: bool) -> RuleSet:
    rules = RuleSet()
    for number, rule in enumerate((*user_agent().rules, *(quirks_sheet().rules if quirks else ()))):
        rules.add(rule, USER_AGENT, 0, number)
    return rules.shared()


def _holds(rule: StyleRule, viewport: Viewport) -> bool:
    return all(condition(viewport) for condition in rule.conditions)
