"""The fonts of one style in fallback order, and the choice among them for each grapheme cluster.

A cluster is drawn by the first font that has all of it: the style's own families, then the library's by
script and language, then any other, and last the default family's .notdef. A variation selector that asks
for emoji presentation puts colour fonts first, one for text presentation puts them last; without any the
order of families decides, as in Chromium.

As in Chromium on Linux, a fallback font is used in its regular weight, emboldened for bold text; set
`fallback_weights = true` under `[default]` in fonts.toml for the weight that the style asks for.

Which presentation, text or emoji, a grapheme cluster asks for (UTS #51 §4).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple, Protocol

import regex

from ...caching import remembered
from ...report import Report
from ...style.values.dom import FontFaceRule
from ..shaping.scripts import script_of
from .document_fonts import DocumentFace
from .face import Face
from .families import COMMON, GENERICS, Catalog, Family
from .font_instance import BOLD, FontInstance, FontQuery, match

MAX_CHOICES = 4_000  # clusters remembered per style
_CLUSTER_KEY = 64  # characters of a cluster that decide

VS15, VS16, KEYCAP = "\ufe0e", "\ufe0f", "\u20e3"
_DIGITS = frozenset("0123456789#*")  # emoji too, where a style asks for that
_MAY_BE_EMOJI = regex.compile(r"[\p{Emoji}--[0-9#*]]|[0-9#*]\ufe0f?\u20e3", regex.V1)
_EMOJI_DEFAULT = regex.compile(
    r"\p{Emoji_Presentation}|\p{Regional_Indicator}{2}|\p{Emoji}\p{Emoji_Modifier}"
    r"|\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]?\u200d\p{Extended_Pictographic}|[0-9#*]\ufe0f?\u20e3"
)
# For these HarfBuzz sets others of a face that lacks them, the spaces in widths of their own.
STAND_INS = {0x2011: 0x2010} | dict.fromkeys((0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F), 0x20)
_IGNORABLE = regex.compile(r"[\p{Default_Ignorable_Code_Point}\p{Cc}]+")


class Choice(NamedTuple):
    """The font of a cluster. `fallback` is True where no family of the style has it."""

    font: FontInstance
    fallback: bool = False
    missing: bool = False
    visible: bool = True  # False: nothing but ignorable characters, which any font can carry


class InstanceSource(Protocol):
    """What a set takes from its library."""

    catalog: Catalog

    def family(self, name: str) -> Family | None:
        """Return an installed family by name, alias or generic keyword."""

    def document_family(self, name: str) -> Sequence[DocumentFace]:
        """Return the `@font-face` faces of a family, by its lower-case name."""

    def instance(
        self, face: Face, query: FontQuery, *, rule: FontFaceRule | None = None, embolden: bool = False
    ) -> FontInstance:
        """Return the shared instance of a face for a query."""


class FontSet:
    """The fonts of one query. Made by `FontLibrary.font_set`, which keeps it."""

    def __init__(self, library: InstanceSource, query: FontQuery) -> None:
        self._library = library
        self._query = query
        self._choices: dict[tuple[str, str], Choice] = {}
        self._instances: dict[int, FontInstance] = {}
        self._ranked: dict[str, list[Family]] = {}  # to fall back on, by script
        self._faces: dict[int, Face] = {}  # that fall back, by family
        self._plain: set[str] = set()  # characters that the primary font draws by themselves

    @cached_property
    def primary(self) -> FontInstance:
        """The first available font: what metrics and the strut come from (CSS Fonts 4 §5.1)."""
        for entry in self._own:
            if isinstance(entry, DocumentFace):
                if entry.in_range((0x20,)) and entry.face is not None:
                    return self._make(entry)
            else:
                return self._make(entry)
        return self._library.instance(match(self._library.catalog.default.faces, self._query)[0], self._query)

    def measured(self, character: int) -> FontInstance:
        """Return the font that the width of a character comes from, as that of "0" for `ch`.

        It is the first one that is there for it, be its `unicode-range` without the space.
        """
        for entry in self._own:
            if not isinstance(entry, DocumentFace):
                return self._make(entry)
            if entry.in_range((character,)) and entry.face is not None:
                return self._make(entry)
        return self.primary

    def names(self, font: FontInstance) -> bool:
        """Whether the style names a font; others are what the system falls back on."""
        return any(self._make(entry) is font for entry in self._own)

    @cached_property
    def unavailable(self) -> tuple[str, ...]:
        """Families that the style names and nobody has."""
        library = self._library
        return tuple(
            name
            for name in self._query.families
            if not library.document_family(name.lower())
            and library.family(name) is None
            and name.lower() not in GENERICS
        )

    def select(self, cluster: str, script: str) -> Choice:
        """Return the font that draws a cluster of a script (ISO 15924 code)."""
        key = (cluster[:_CLUSTER_KEY], script)
        found = self._choices.get(key)
        if found is None:
            if len(self._choices) >= MAX_CHOICES:
                self._choices.clear()
            found = self._choices[key] = self._choose(*key)
        return found

    def draws_plainly(self, text: str, special: regex.Pattern[str]) -> bool:
        """Whether the primary font draws all of a text, and no cluster in it needs a look of its own."""
        unknown = set(text) - self._plain
        if not unknown:
            return True
        if special.search(text):  # atomics, line feeds and tabs among them
            return False
        primary = self.primary
        for character in unknown:
            choice = self.select(character, "Zyyy")
            if choice.font is not primary or choice.missing:
                return False
        if len(self._plain) > MAX_CHOICES:
            self._plain = set()
        self._plain |= unknown
        return True

    # --- reporting ----------------------------------------------------------------------------

    def report_unavailable(self, report: Report) -> None:
        """Warn, once per render, of families that nobody has."""
        for name in self.unavailable:
            where = f"font-family: {name}"
            if not any(d.where == where and d.code == "font-fallback" for d in report.diagnostics):
                message = f"font family {name!r} is not installed and no @font-face brings it"
                report.add("warning", "font-fallback", message, where=where)

    def report_fallback(self, text: str, script: str, font: FontInstance, report: Report) -> bool:
        """Note, once per face, text that none of the style's own families has; emoji are nobody's to name.

        Returns whether there is nothing more to say of the font.
        """
        if font is self.primary or font.is_color or not self._query.families:
            return True
        first = next((character for character in text if visible_characters(character)), "")
        if not first or not self.select(first, script).fallback or self.select(first, script).missing:
            return False
        where = f"font-family: {', '.join(self._query.families)}"
        message = f"{font.face.family} draws {text.strip()[:20]!r} and the like: no family of the list has it"
        known = (d for d in report.diagnostics if d.code == "font-fallback" and d.where == where)
        if not any(d.message.startswith(f"{font.face.family} draws ") for d in known):
            report.add("info", "font-fallback", message, where=where)
        return True

    def report_missing(self, text: str, script: str, report: Report) -> None:
        """Tell of characters that no font has."""
        missing = sorted(
            {
                character
                for character in text
                if visible_characters(character) and self.select(character, script).missing
            }
        )
        if missing:
            listed = ", ".join(f"{c} (U+{ord(c):04X})" for c in missing[:20])
            more = f" and {len(missing) - 20} more" if len(missing) > 20 else ""
            message = f"no font has {listed}{more}"
            if not any(d.message == message for d in report.diagnostics):
                report.add("warning", "missing-glyph", message)

    # --- choosing ---------------------------------------------------------------------------

    def _choose(self, cluster: str, script: str) -> Choice:
        characters = visible_characters(cluster)
        if not characters:
            return Choice(self.primary, visible=False)
        emoji = wants_emoji(cluster, self._query.emoji)
        forced = self._query.emoji == "emoji" or forces_emoji(cluster)
        if emoji and forced and (choice := self._colored(characters)):
            return choice
        own = [entry for entry in self._own if self._covers(entry, characters)]
        if own:
            plain = [entry for entry in own if not self._is_color(entry)] if emoji is False else []
            return Choice(self._make((plain or own)[0]))
        prefer_emoji = emoji is not False and may_be_emoji(cluster)
        fallbacks = self._fallbacks(script, prefer_emoji)
        if emoji is False:
            # As in Chromium a picture goes before a font of symbols alone.
            fallbacks = sorted(fallbacks, key=lambda family: (family.only, family.is_color))
        emoji_key = "Zsye" if prefer_emoji else ""
        face = self._fallback(characters, emoji_key or script, fallbacks)
        if face is None and script not in COMMON and script_of(cluster[0])[0] in COMMON:
            symbols = self._fallbacks("Zyyy", prefer_emoji)  # a symbol among letters
            face = self._fallback(characters, emoji_key or "Zyyy", symbols)
        if face is not None:
            return Choice(self._make_fallback(face), fallback=True)
        return self._composed(cluster, script) or Choice(self.primary, fallback=True, missing=True)

    def _composed(self, cluster: str, script: str) -> Choice | None:
        """HarfBuzz composes and decomposes: a face may have é and lack its accent, or the reverse."""
        for form in ("NFC", "NFD"):
            other = unicodedata.normalize(form, cluster)
            if other != cluster and len(other) < _CLUSTER_KEY * 2:
                characters = visible_characters(other)
                for entry in self._own:
                    if self._covers(entry, characters):
                        return Choice(self._make(entry))
                if (face := self._fallback(characters, script, self._fallbacks(script, False))) is not None:
                    return Choice(self._make_fallback(face), fallback=True)
        base = visible_characters(cluster[0])
        for entry in self._own:  # marks alone are missing: keep the base letter's font
            if base and len(cluster) > 1 and self._covers(entry, base):
                return Choice(self._make(entry), missing=True)
        return None

    def _colored(self, characters: tuple[int, ...]) -> Choice | None:
        for entry in self._own:
            if self._is_color(entry) and self._covers(entry, characters):
                return Choice(self._make(entry))
        colored = [family for family in self._fallbacks("Zsye", True) if family.is_color]
        face = self._first_with(characters, colored)
        return Choice(self._make_fallback(face)) if face is not None else None

    def _first_with(self, characters: tuple[int, ...], families: list[Family]) -> Face | None:
        """Return the face of the first family that has all of the characters; no further one is opened."""
        for family in families:
            face = self._faces.get(id(family))
            if face is None:
                face = self._faces[id(family)] = match(family.faces, self._fallback_query)[0]
            if has_characters(face, characters):
                return face
        return None

    def _fallback(self, characters: tuple[int, ...], script: str, families: list[Family]) -> Face | None:
        """Return the first face among the families for a script; what none of them has is sought once."""
        catalog = self._library.catalog
        covered = catalog.covered.get(script)
        if covered is not None and not all(character in covered for character in characters):
            return None
        face = self._first_with(characters, families)
        if face is None and covered is None:
            catalog.learn(script)
        return face

    @cached_property
    def _own(self) -> list[DocumentFace | Face]:
        """The faces of the style's own families, best match first within each."""
        library, query = self._library, self._query
        entries: list[DocumentFace | Face] = []
        for name in query.families or (library.catalog.default.name,):
            if document := library.document_family(name.lower()):
                entries.extend(self._document_matches(document))
            elif family := library.family(name):
                entries.extend(match(family.faces, query)[:1])
        if not any(isinstance(entry, Face) for entry in entries):
            entries.extend(match(library.catalog.default.faces, query)[:1])
        return entries

    def _document_matches(self, faces: object) -> Iterator[DocumentFace]:
        """The best faces by descriptors; where one cannot be loaded the next best serve."""
        left = list(faces)  # type: ignore[call-overload]
        while left:
            best = match(left, self._query)
            yield from best
            if all(not face.rule.unicode_range for face in best) and any(f.face is not None for f in best):
                return
            left = [face for face in left if face not in best]
            if any(face.rule.unicode_range for face in best):
                return

    def _fallbacks(self, script: str, emoji: bool) -> list[Family]:
        """The installed families, the fittest for a script first."""
        key = "Zsye" if emoji else script
        found = self._ranked.get(key)
        if found is None:
            found = self._ranked[key] = self._ranked_families(key)
        return found

    @cached_property
    def _fallback_query(self) -> FontQuery:
        if self._library.catalog.fallback_weights:
            return self._query
        return self._query._replace(weight=400.0, stretch=100.0, variations=())

    def _make_fallback(self, face: Face) -> FontInstance:
        found = self._instances.get(~id(face))
        if found is None:
            bold = self._query.weight >= BOLD and self._query.synthesis_weight
            embolden = bold and not self._library.catalog.fallback_weights
            found = self._library.instance(face, self._fallback_query, embolden=embolden)
            self._instances[~id(face)] = found
        return found

    def _ranked_families(self, script: str) -> list[Family]:
        """The installed families: by script and language, then those that look like the style's first one."""
        kind = self._kind

        def rank(pair: tuple[int, Family]) -> tuple[int, bool, int]:
            number, family = pair
            strange = bool(family.kind) and family.kind != kind
            return -_fitness(family, script, self._query.lang), strange, number

        ranked = sorted(enumerate(self._library.catalog.families), key=rank)
        return [family for _, family in ranked if family.serves(script)]

    @cached_property
    def _kind(self) -> str:
        for name in self._query.families:
            family = self._library.family(name)
            if family is not None and family.kind:
                return family.kind
        return self._library.catalog.default.kind

    def _covers(self, entry: DocumentFace | Face, characters: tuple[int, ...]) -> bool:
        if isinstance(entry, Face):
            return has_characters(entry, characters)
        if not entry.in_range(characters):
            return False
        return entry.face is not None and has_characters(entry.face, characters)

    def _is_color(self, entry: DocumentFace | Face) -> bool:
        face = entry.face if isinstance(entry, DocumentFace) else entry
        return face is not None and face.is_color

    def _make(self, entry: DocumentFace | Face) -> FontInstance:
        found = self._instances.get(id(entry))
        if found is None:
            if isinstance(entry, DocumentFace):
                assert entry.face is not None  # noqa: S101 - callers looked
                found = self._library.instance(entry.face, self._query, rule=entry.rule)
            else:
                found = self._library.instance(entry, self._query)
            self._instances[id(entry)] = found
        return found


def has_characters(face: Face, characters: tuple[int, ...]) -> bool:
    """Whether a face draws all of the characters, or HarfBuzz sets others of its glyphs for them."""
    coverage = face.coverage
    return all(
        character in coverage or STAND_INS.get(character, character) in coverage for character in characters
    )


def _fitness(family: Family, script: str, lang: str) -> int:
    """How well a family suits a script and language: 3 for both, 2 for the script, 0 for neither."""
    if script not in family.scripts:
        return 0
    if lang and family.langs:
        return 3 + _lang_match(family.langs, lang)
    return 2


def _lang_match(langs: tuple[str, ...], lang: str) -> int:
    """Longest match of subtags; -2 where the family is for other languages."""
    wanted = lang.lower().split("-")
    best = -2
    for tag in langs:
        parts = tag.lower().split("-")
        if parts == wanted[: len(parts)]:
            best = max(best, len(parts))
    return best


@remembered("emoji", 2048, bytes_each=200)
def wants_emoji(cluster: str, variant: str = "normal") -> bool | None:
    """Return True for emoji presentation, False for text presentation asked for, None for plain text.

    `variant` is the value of `font-variant-emoji`; a variation selector in the text wins over it.
    """
    if not _MAY_BE_EMOJI.match(cluster):
        return True if variant == "emoji" and VS15 not in cluster and cluster[0] in _DIGITS else None
    if VS16 in cluster or KEYCAP in cluster:
        return VS15 not in cluster
    if VS15 in cluster:
        return False
    if variant == "emoji":
        return True
    if variant == "text":
        return False
    return True if _EMOJI_DEFAULT.match(cluster) else None


def may_be_emoji(cluster: str) -> bool:
    """Whether the cluster begins with a character that has an emoji form."""
    return _MAY_BE_EMOJI.match(cluster) is not None


def forces_emoji(cluster: str) -> bool:
    """Whether the text itself asks for the emoji form, by VS16 or a keycap."""
    return (VS16 in cluster or KEYCAP in cluster) and wants_emoji(cluster) is True


@remembered("emoji", 2048, bytes_each=250)
def visible_characters(cluster: str) -> tuple[int, ...]:
    """Return the code points that a font must have to draw the cluster: no ignorable or control ones."""
    return tuple(map(ord, _IGNORABLE.sub("", cluster)))
