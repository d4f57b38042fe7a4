"""The page at `/` of the local server."""

from __future__ import annotations

import html
import re

from emblazon.contract.request import parse_request
from emblazon_origin.cli.gallery import gallery_page
from emblazon_origin.home import find_home
from emblazon_origin.template.library import TemplateLibrary


def test_every_picture_of_the_gallery_is_a_valid_card() -> None:
    library = TemplateLibrary(find_home().templates, lambda families: "")
    page = gallery_page(library)
    manifest = library.manifest("test")
    sources = [html.unescape(source) for source in re.findall(r'<img[^>]* src="([^"]+)"', page)]
    assert len(sources) == sum(len(library.get(name).preview.cases) for name in library.specs)
    for source in sources:
        path, _, query = source.partition("?")
        assert parse_request("GET", path, query, manifest).template.name in library.specs


def test_the_gallery_names_every_template_and_parameter() -> None:
    library = TemplateLibrary(find_home().templates, lambda families: "")
    page = gallery_page(library)
    for name, spec in library.specs.items():
        assert f"<h2>{name}</h2>" in page
        for parameter in spec.params:
            assert f"<code>{parameter}</code>" in page
