"""Fonts as the text stage sees them: families, faces, instances, fallback per cluster, metrics.

    library = FontLibrary(Path("fonts"))              # fonts.toml, vendor/ and the user's own files
    fonts = library.with_faces(rules, load, report)   # one document's @font-face rules on top
    font_set = fonts.font_set(style)                  # cached per font query
    instance = font_set.select("é", "Latn")           # FontInstance, shared between renders
    fonts.metrics(style)                              # FontMetrics
    library.digest(["Inter"])                         # for template versions

`AssetError` at construction names a font file that is missing or damaged; a document's broken face is
reported and the next family serves.

`ScreenMeasures` gives font-relative units their measures, on a screen of a given resolution.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import uharfbuzz as hb

from ...caching import ByteCache
from ...report import Report
from ...style.values.computed import ComputedStyle
from ...style.values.dom import FontFaceRule
from ...style.values.units import FontMeasures
from .document_fonts import DocumentFace, make_document_faces
from .face import Face
from .families import Catalog, Family, read_catalog
from .font_instance import BOLD, SYNTHETIC_SLANT, FontInstance, FontQuery
from .font_metrics import NO_ADJUSTMENT, FontAdjustment, FontMetrics
from .font_set import FontSet

# Skia's fake bold: outlines grow by this share of the em, by size in px.
_FAKE_BOLD = ((9.0, 1 / 24), (36.0, 1 / 32))

INSTANCE_BYTES, SET_BYTES = 8_000, 2_000  # that one weighs, roughly


@dataclass(eq=False)
class _Shared:
    """What every view of one library shares; bounded."""

    instances: ByteCache[FontInstance]
    loaded: ByteCache[list[Face]]  # documents' faces by digest of their bytes
    sets: ByteCache[FontSet]
    digests: dict[str, str] = field(default_factory=dict)


def _font_sets() -> ByteCache[FontSet]:
    return ByteCache("font sets", 1 << 20, lambda _: SET_BYTES)


class _StyleFonts(NamedTuple):
    """What a style keeps of its fonts."""

    library: FontLibrary
    fonts: FontSet


class FontLibrary:
    """The families that cards can use, and the instances made of them.

    `root` holds `fonts.toml`, `vendor/` and the user's own files; of several the first goes before.
    `document_bytes` bounds the memory kept for fonts that documents bring.
    """

    def __init__(self, root: Path | Sequence[Path], *, document_bytes: int = 64 << 20) -> None:
        self.catalog: Catalog = read_catalog(root)
        self._document: dict[str, list[DocumentFace]] = {}
        self._report: Report | None = None
        self._shared = _Shared(
            ByteCache("font instances", 8 << 20, lambda _: INSTANCE_BYTES),
            ByteCache("document fonts", document_bytes, _faces_size),
            _font_sets(),
        )
        self._sets = self._shared.sets

    def with_faces(
        self,
        rules: Iterable[FontFaceRule],
        load_bytes: Callable[[str], bytes],
        report: Report | None = None,
    ) -> FontLibrary:
        """Return a view of this library with a document's `@font-face` rules before its own families.

        `load_bytes(url)` raises any `EmblazonError` or `OSError` where the font cannot be had.
        """
        document = make_document_faces(rules, load_bytes, self._shared.loaded, self.catalog, report)
        if not document:
            return self
        view = object.__new__(FontLibrary)
        view.catalog, view._shared = self.catalog, self._shared
        view._document, view._report = document, report
        view._sets = _font_sets()
        return view

    # --- choosing ---------------------------------------------------------------------------

    def font_set(self, style: ComputedStyle) -> FontSet:
        """Return the fonts of a style, in fallback order."""
        known = getattr(style, "fonts", None)
        if isinstance(known, _StyleFonts) and known.library is self:
            return known.fonts
        query = self._relevant(FontQuery.of(style))
        found = self._sets.get(query, lambda: FontSet(self, query))
        style.fonts = _StyleFonts(self, found)
        return found

    def _relevant(self, query: FontQuery) -> FontQuery:
        """Drop the exact size where nothing depends on it, so that sizes share their fonts."""
        if self._document or self.catalog.optical_sizing:
            return query
        return query._replace(size=fake_bold_size(query.size) if query.weight >= BOLD else 0.0)

    def document_family(self, name: str) -> Sequence[DocumentFace]:
        """Return the `@font-face` faces of a family, by its lower-case name."""
        return self._document.get(name, ())

    def family(self, name: str) -> Family | None:
        """Return an installed family by name, alias or generic keyword, any case."""
        return self.catalog.find(name)

    def instance(
        self,
        face: Face,
        query: FontQuery,
        *,
        rule: FontFaceRule | None = None,
        embolden: bool = False,
    ) -> FontInstance:
        """Return the shared instance of a face for a query: axes set, bold and slant made up if need be."""
        coordinates = self._coordinates(face, query, rule)
        bold = 0.0
        if (embolden and not face.is_color) or self._needs_bold(face, query, rule):
            bold = fake_bold(query.size)
        slant = self._needs_slant(face, query, rule, coordinates)
        axes = tuple(sorted(coordinates.items()))
        features = rule.features if rule else ()
        adjust = FontAdjustment.of(rule) if rule else NO_ADJUSTMENT
        key = (id(face), axes, bold, slant, features, rule is None, adjust)
        found = self._shared.instances.peek(key)
        if found is None:
            font = hb.Font(face.hb_face)
            if axes:
                font.set_variations(coordinates)
            if bold:
                font.synthetic_bold = (bold, bold, True)
            if slant and not face.is_color:  # HarfBuzz paints no colours aslant
                font.synthetic_slant = slant
            name = _instance_name(face, query, axes)
            found = FontInstance(
                name,
                face.units_per_em,
                face,
                font,
                axes,
                bold,
                slant != 0.0,
                features,
                rule is None,
                adjust,
            )
            self._shared.instances.put(key, found)
        return found

    def _coordinates(self, face: Face, query: FontQuery, rule: FontFaceRule | None) -> dict[str, float]:
        """CSS Fonts 4 §7.1: properties inside descriptors, optical sizing, then explicit settings."""
        axes = face.axes
        if not axes:
            return {}
        values = {tag: axis.default for tag, axis in axes.items()}
        if "wght" in axes:
            values["wght"] = _within(query.weight, rule.weight if rule else None)
        if "wdth" in axes:
            values["wdth"] = _within(query.stretch, rule.stretch if rule else None)
        if query.style != "normal":
            if "ital" in axes:
                values["ital"] = 1.0
            elif "slnt" in axes:
                values["slnt"] = -query.oblique_angle
        # Chromium sizes optically only what @font-face brings; an installed face keeps its default.
        if "opsz" in axes and query.optical_sizing and (rule or self.catalog.optical_sizing):
            values["opsz"] = query.size
        values.update((tag, value) for tag, value in query.variations if tag in axes)
        return {tag: axes[tag].clamp(value) for tag, value in values.items()}

    def _needs_bold(self, face: Face, query: FontQuery, rule: FontFaceRule | None) -> bool:
        if not query.synthesis_weight or face.is_color:
            return False
        if rule:
            drawn = _within(query.weight, rule.weight) if "wght" in face.axes else face.weight[1]
            declared = rule.weight or (drawn, drawn)
            return query.weight >= BOLD and declared[1] < BOLD and drawn < BOLD
        return query.weight >= BOLD and query.weight > face.weight[1] + 200

    def _needs_slant(
        self, face: Face, query: FontQuery, rule: FontFaceRule | None, coordinates: dict[str, float]
    ) -> float:
        declared = rule.style.split()[0] if rule else face.style
        slanted = declared != "normal" or "ital" in coordinates or "slnt" in coordinates
        if not query.leans or slanted or not query.synthesis_style:
            return 0.0
        return SYNTHETIC_SLANT

    # --- measuring --------------------------------------------------------------------------

    def metrics(self, style: ComputedStyle, grid: float = 1.0) -> FontMetrics:
        """Return the metrics of the style's first available font at its size, on device px of `grid` px."""
        return self.font_set(style).primary.metrics(style.font_size, grid)

    # --- versions ---------------------------------------------------------------------------

    def digest(self, families: Iterable[str] = ()) -> str:
        """Return a hash that changes with the named families' files, or with what can stand in for them."""
        total = hashlib.sha256(self.catalog.inventory.encode())
        named = {family.name: family for name in families if (family := self.family(name))}
        named[self.catalog.default.name] = self.catalog.default
        for name in sorted(named):
            for face in named[name].faces:
                total.update(f"{name}\0{face.index}\0{self._file_digest(face)}\n".encode())
        return total.hexdigest()

    def _file_digest(self, face: Face) -> str:
        if face.digest or face.path is None:
            return face.digest
        known = self._shared.digests.get(face.source)
        if known is None:
            with face.path.open("rb") as stream:
                known = hashlib.file_digest(stream, "sha256").hexdigest()
            self._shared.digests[face.source] = known
        return known


def fake_bold(size: float) -> float:
    """Return by how much of an em synthetic bold grows outlines at a size in px."""
    (small, most), (large, least) = _FAKE_BOLD
    share = (fake_bold_size(size) - small) / (large - small)
    return most + (least - most) * share


def fake_bold_size(size: float) -> float:
    """Return the size that decides the strength of synthetic bold: whole px within its range."""
    return min(max(float(round(size)), _FAKE_BOLD[0][0]), _FAKE_BOLD[1][0])


def _within(value: float, span: tuple[float, float] | None) -> float:
    return value if span is None else min(max(value, span[0]), span[1])


def _faces_size(faces: list[Face]) -> int:
    return sum(face.size for face in faces) + 1024


def _instance_name(face: Face, query: FontQuery, axes: tuple[tuple[str, float], ...]) -> str:
    details = [f"{tag} {value:g}" for tag, value in axes if value != face.axes[tag].default]
    style = "" if face.style == "normal" else f" {face.style}"
    return f"{face.family}{style}" + (f" ({', '.join(details)})" if details else "")


@dataclass(frozen=True, slots=True)
class ScreenMeasures:
    """Answers the style stage's `FontMetricsPort`; a device px takes `grid` px."""

    fonts: FontLibrary
    grid: float = 1.0
    load_font: Callable[[str], bytes] | None = None  # of the document that is styled

    def with_faces(self, rules: Sequence[FontFaceRule]) -> ScreenMeasures:
        """Return measures that know a document's `@font-face` rules; the fonts are read when measured."""
        if self.load_font is None:
            return self
        return ScreenMeasures(self.fonts.with_faces(rules, self.load_font), self.grid)

    def measure(self, style: ComputedStyle) -> FontMeasures:
        """Return what `ex`, `cap`, `ch` and `ic` of a style are made of, px."""
        m = self.fonts.metrics(style, self.grid)
        fonts, size = self.fonts.font_set(style), style.font_size
        zero = fonts.measured(ord("0")).metrics(size, self.grid).zero_advance
        water = fonts.measured(ord("水")).metrics(size, self.grid).ideograph_advance
        return FontMeasures(m.x_height, m.cap_height, zero, water)

    def line_height(self, style: ComputedStyle) -> float:
        """Return the px of `line-height: normal`."""
        return self.fonts.metrics(style, self.grid).line_spacing
