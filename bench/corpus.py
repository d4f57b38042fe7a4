"""The cards that are measured: `cards/KIND/NAME.html`, and the shipped templates with their preview data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from emblazon_origin.template.library import TemplateLibrary

from .filler import disguise, fill

FOLDER = Path(__file__).with_name("cards")
KINDS = ("layout", "text", "paint", "scripts", "templates")
WIDTH, HEIGHT = 1200, 630
# Preview cases, and the parameters that get new text.
_TEMPLATE_CASES: dict[str, tuple[str, ...]] = {
    "article": ("plain", "short", "long", "arabic"),
    "docs": ("preview", "code", "summary", "dark"),
    "product": ("plain", "priced", "long", "japanese"),
}
_CHANGED = ("title", "name", "subtitle", "tagline", "summary", "author")


@dataclass(frozen=True, slots=True)
class BenchCard:
    """One card; `html(round)` has other text in every round, `lang` is given beside the HTML."""

    kind: str
    name: str
    draw_html: Callable[[str], str]
    base: str = ""
    lang: str = ""

    @property
    def id(self) -> str:
        """`kind/name`."""
        return f"{self.kind}/{self.name}"

    def html(self, number: int, *, unseen: bool = False) -> str:
        """Return the card of a round; `unseen` also makes it a document that nobody saw before."""
        seed = f"{self.id} {number}"
        html = self.draw_html(seed)
        return disguise(html, seed) if unseen else html


def cards(library: TemplateLibrary) -> list[BenchCard]:
    """Return every card, by kind and name."""
    files = [_file_card(kind, path) for kind in KINDS[:-1] for path in sorted((FOLDER / kind).glob("*.html"))]
    shipped = [
        _template_card(library, name, case) for name, names in _TEMPLATE_CASES.items() for case in names
    ]
    return [*files, *shipped]


def _file_card(kind: str, path: Path) -> BenchCard:
    source = path.read_text(encoding="utf-8")
    return BenchCard(kind, path.stem, lambda seed: fill(source, seed))


def _template_card(library: TemplateLibrary, name: str, case: str) -> BenchCard:
    shown = library.get(name).preview.cases[case]

    def html(seed: str) -> str:
        """Shuffle the words (or characters) of the preview's own text, so that its length stays."""
        params = {
            key: fill_like(value, f"{seed} {key}") if key in _CHANGED and isinstance(value, str) else value
            for key, value in shown.params.items()
        }
        card = replace(shown, params=params)
        return library.bind(name, card.params, lang=card.lang, variant=card.variant).html

    folder = str(library.get(name).folder)
    return BenchCard("templates", f"{name}-{case}", html, folder, shown.lang)


def fill_like(text: str, seed: str) -> str:
    """Return the words of a text in another order, with a number; for text without spaces its characters."""
    from random import Random

    random = Random(seed)  # noqa: S311
    words = text.split()
    if len(words) < 3:
        return f"{text} {random.randint(2, 99)}"
    random.shuffle(words)
    return " ".join(words)
