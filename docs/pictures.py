"""Draws the README's pictures with Emblazon itself: `make docs`."""

from __future__ import annotations

from pathlib import Path

from emblazon_origin.home import find_home
from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.template.library import TemplateLibrary

FOLDER = Path(__file__).parent / "pictures"
WIDTH, HEIGHT = 1200, 630
PICTURES = (
    ("article", "preview"), ("product", "preview"), ("docs", "preview"),
    ("article", "arabic"), ("product", "japanese"), ("article", "emoji"),
)  # fmt: skip


def main() -> None:
    """Write one PNG for each picture, at two thirds of a card's size."""
    home = find_home(FOLDER)
    engine = Engine.from_home(home)
    library = TemplateLibrary(home.templates, engine.fonts.digest)
    FOLDER.mkdir(exist_ok=True)
    for name, case in PICTURES:
        card = library.get(name).preview.cases[case]
        bound = library.bind(
            name, card.params, lang=card.lang, variant=card.variant, width=WIDTH, height=HEIGHT
        )
        request = RenderRequest(
            html=bound.html,
            base=str(bound.base),
            file=bound.file,
            width=WIDTH,
            height=HEIGHT,
            dpr=2 / 3,
            lang=bound.lang,
            effort="small",
        )
        (FOLDER / f"{name}-{case}.png").write_bytes(engine.render(request).data)


if __name__ == "__main__":
    main()
