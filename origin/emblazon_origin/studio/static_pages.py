"""The studio as static files, with every example drawn ahead: the playground of the documentation's site.

python -m emblazon_origin.studio.static_pages FOLDER
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import cast

from emblazon.contract.route import Extension
from emblazon.contract.schema import EXTENSION_OF

from ..assets.images_decode import ImageLimits
from ..home import Home, find_home
from .snippets import snippets
from .workshop import Entry, Workshop, catalogue

ASSETS = Path(__file__).with_name("assets")
BASE_URL = "https://og.example.com"
_LIVE, _STATIC = '<html lang="en">', '<html lang="en" data-source="static">'
_FORMAT: Extension = "auto-safe"


def write_pages(folder: Path, home: Home) -> int:
    """Write the page and the cards of every built-in template; return how many cards were drawn.

    Each case has its picture in `cards/` and its facts beside it. Raises EmblazonError, OSError.
    """
    workshop = Workshop(Home(home.builtin, home.builtin), None, ImageLimits())
    found = catalogue(workshop, home)
    templates = cast("list[Entry]", found["templates"])
    shutil.copytree(ASSETS, folder / "assets", dirs_exist_ok=True)
    page = (ASSETS / "index.html").read_text("utf-8").replace(_LIVE, _STATIC)
    (folder / "index.html").write_text(page, "utf-8")
    drawn = 0
    for template in templates:
        template["folder"] = ""  # of the machine that this ran on
        for kind in ("cases", "worst"):
            for case in cast("list[Entry]", template[kind]):
                case |= _write_card(workshop, folder, str(template["name"]), kind, case)
                drawn += 1
    (folder / "catalogue.json").write_text(json.dumps(found | {"signs": False}, ensure_ascii=False), "utf-8")
    return drawn


def _write_card(workshop: Workshop, folder: Path, name: str, kind: str, case: Entry) -> Entry:
    """Draw one case into `cards/` and return where its picture is, and its facts without their extension."""
    stem = f"cards/{name}/{kind}-{case['name']}"
    card = workshop.read(name, _FORMAT, str(case["query"]))
    drawn = workshop.draw(card)
    file = f"{stem}.{EXTENSION_OF[drawn.content_type]}"
    facts = {
        "picture": file,
        "facts": drawn.facts,
        "explanation": workshop.explain(card),
        "snippets": [snippet.data() for snippet in snippets(card, _FORMAT, BASE_URL, None)],
    }
    (folder / stem).parent.mkdir(parents=True, exist_ok=True)
    (folder / file).write_bytes(drawn.data)
    (folder / f"{stem}.json").write_text(json.dumps(facts, ensure_ascii=False), "utf-8")
    return {"file": stem, "picture": file}


if __name__ == "__main__":
    print(f"{write_pages(Path(sys.argv[1]), find_home())} cards in {sys.argv[1]}")
