"""Draws the README's pictures and the contact sheet of the templates with Emblazon itself: `make docs`."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from PIL import Image

from emblazon.contract.schema import EXTENSION_OF
from emblazon_origin.bound_request import bound_request
from emblazon_origin.home import find_home
from emblazon_origin.render import Engine, Rendered
from emblazon_origin.template.library import TemplateLibrary

FOLDER = Path(__file__).parent / "pictures"
WIDTH = 1200
PICTURES = (
    ("article", "preview"), ("product", "preview"), ("docs", "preview"),
    ("event", "arabic"), ("release", "japanese"), ("repository", "dark"),
)  # fmt: skip
COLUMNS, SHRUNK, GAP = 3, 400 / WIDTH, 12
GROUND = (226, 228, 232)


def main() -> None:
    """Write one file for each picture, at two thirds of a card's size, and the sheet of all previews."""
    home = find_home(FOLDER)
    engine = Engine.from_home(home)
    library = TemplateLibrary(home.templates, engine.fonts.digest)
    FOLDER.mkdir(exist_ok=True)
    for name, case in PICTURES:
        card = drawn(engine, library, name, case, 2 / 3)
        (FOLDER / f"{name}-{case}.{EXTENSION_OF[card.content_type]}").write_bytes(card.data)
    contact_sheet(engine, library).save(FOLDER / "gallery.jpg", quality=80, optimize=True)


def drawn(engine: Engine, library: TemplateLibrary, name: str, case: str, dpr: float) -> Rendered:
    """Return one case of a template's previews: photographs as JPEG, drawings as PNG."""
    card = library.get(name).preview.cases[case]
    request = bound_request(
        library,
        name,
        card.params,
        lang=card.lang,
        variant=card.variant,
        dpr=dpr,
        effort="small",
        format="auto-safe",
    )
    return engine.render(request)


def contact_sheet(engine: Engine, library: TemplateLibrary) -> Image.Image:
    """Return the preview of every template, in rows."""
    pictures = [
        Image.open(BytesIO(drawn(engine, library, name, "preview", SHRUNK).data)).convert("RGB")
        for name in library.specs
    ]
    width, height = pictures[0].size
    rows = -(-len(pictures) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * (width + GAP) + GAP, rows * (height + GAP) + GAP), GROUND)
    for number, picture in enumerate(pictures):
        column, row = number % COLUMNS, number // COLUMNS
        sheet.paste(picture, (GAP + column * (width + GAP), GAP + row * (height + GAP)))
    return sheet


if __name__ == "__main__":
    main()
