"""Faces that a document brings by `@font-face`: loaded when first needed, kept by digest of the bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ...caching import ByteCache
from ...errors import AssetError, EmblazonError
from ...limits import MAX_CARD_FONT_BYTES
from ...report import Report
from ...style.values.dom import FontFaceRule
from .face import Face, open_bytes, unpacked_size
from .families import Catalog


@dataclass(slots=True)
class FontAllowance:
    """How much a document's own fonts may still unpack to, bytes."""

    left: int = MAX_CARD_FONT_BYTES
    most: int = MAX_CARD_FONT_BYTES

    def take(self, size: int) -> None:
        """Count a file. Raises AssetError."""
        if size > self.left:
            raise AssetError(f"the card's own fonts are larger than {self.most // 1_000_000} MB")
        self.left -= size


@dataclass(eq=False)
class DocumentFace:
    """An `@font-face` rule with its face, once loaded. A face that failed stays out of the way."""

    rule: FontFaceRule
    load_bytes: Callable[[str], bytes]
    loaded: ByteCache[list[Face]]
    catalog: Catalog
    report: Report | None
    allowance: FontAllowance
    _face: Face | None = None
    _tried: bool = False

    @property
    def weight(self) -> tuple[float, float]:
        """The `font-weight` descriptor, as matching takes it."""
        return self.rule.weight or (400.0, 400.0)

    @property
    def stretch(self) -> tuple[float, float]:
        """The `font-stretch` descriptor, as matching takes it."""
        return self.rule.stretch or (100.0, 100.0)

    @property
    def style(self) -> str:
        """The `font-style` descriptor."""
        return self.rule.style

    def in_range(self, characters: Iterable[int]) -> bool:
        """Whether `unicode-range` takes all of the characters."""
        ranges = self.rule.unicode_range
        return not ranges or all(any(low <= c <= high for low, high in ranges) for c in characters)

    @property
    def face(self) -> Face | None:
        """The face, loaded now if it was not; None where no source could be had (reported once)."""
        if not self._tried:
            self._tried = True
            self._face = self._load()
        return self._face

    def _load(self) -> Face | None:
        problems = []
        for kind, value in self.rule.sources:
            if kind == "local":
                if face := self.catalog.face_named(value):
                    return face
                problems.append(f"local({value!r}) is not installed")
                continue
            try:
                return self._from_url(value)
            except (EmblazonError, OSError, ValueError) as error:
                problems.append(str(error))
        if self.report is not None:
            self.report.degraded = True
            self.report.add(
                "error",
                "font-load-failed",
                f"@font-face {self.rule.family!r}: {'; '.join(problems) or 'no usable source'}",
                line=self.rule.line,
                where="src",
            )
        return None

    def _from_url(self, url: str) -> Face:
        data = self.load_bytes(url)
        self.allowance.take(unpacked_size(data))
        digest = hashlib.sha256(data).hexdigest()
        faces = self.loaded.peek(digest)
        if faces is None:
            source = url if len(url) < 120 else url[:100] + "…"
            faces = open_bytes(data, source, digest)
            self.loaded.put(digest, faces)
        return faces[0]


def make_document_faces(
    rules: Iterable[FontFaceRule],
    load_bytes: Callable[[str], bytes],
    loaded: ByteCache[list[Face]],
    catalog: Catalog,
    report: Report | None,
) -> dict[str, list[DocumentFace]]:
    """Return the rules' faces by lower-case family name; later rules come first, as CSS Fonts 4 §5.2 asks."""
    families: dict[str, list[DocumentFace]] = {}
    allowance = FontAllowance()
    for rule in rules:
        face = DocumentFace(rule, load_bytes, loaded, catalog, report, allowance)
        families.setdefault(rule.family.lower(), []).insert(0, face)
    return families
