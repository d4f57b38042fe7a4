"""The page at `/` of the local server."""

from __future__ import annotations

import html
import re
from pathlib import Path

from emblazon.contract.request import parse_request
from emblazon.contract.signing import Keyring
from emblazon_origin.cli.gallery import gallery_at, gallery_page
from emblazon_origin.home import find_home
from emblazon_origin.template.library import TemplateLibrary


def library_of_ours() -> TemplateLibrary:
    return TemplateLibrary(find_home().templates, lambda families: "")


def test_every_picture_of_the_gallery_is_a_valid_card() -> None:
    library = TemplateLibrary(find_home().templates, lambda families: "")
    page = gallery_page(library, {})
    manifest = library.manifest("test")
    sources = [html.unescape(source) for source in re.findall(r'<img[^>]* src="([^"]+)"', page)]
    assert len(sources) == sum(len(library.get(name).preview.cases) for name in library.specs)
    for source in sources:
        path, _, query = source.partition("?")
        assert parse_request("GET", path, query, manifest).template.name in library.specs


def test_a_picture_has_another_address_when_its_template_has_changed() -> None:
    library = library_of_ours()

    def sources(version: str) -> list[str]:
        page = gallery_page(library, dict.fromkeys(library.specs, version))
        return re.findall(r'<img[^>]* src="([^"]+)"', page)

    assert not set(sources("1" * 64)) & set(sources("2" * 64)), "a browser would show the old picture"
    assert not re.findall(r'<a href="[^"]*_tv', gallery_page(library, {})), "links are to be copied"


def test_a_template_that_does_not_load_is_named_on_the_page(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "card.html").write_text("<h1>{{ title")
    (tmp_path / "mine" / "card.toml").write_text("[params.title]\nrequird = true\n")
    page, status = gallery_at(tmp_path, lambda families: "", {})
    assert status == 500
    assert "Did you mean &#x27;required&#x27;?" in page


def test_links_and_pictures_are_signed_where_the_edge_wants_it() -> None:
    keys = Keyring.parse("k1:0123456789abcdef0123")
    page = gallery_page(library_of_ours(), {}, keys)
    targets = [html.unescape(target) for target in re.findall(r' (?:src|href)="(/og[^"]+)"', page)]
    assert targets
    for target in targets:
        path, _, query = target.partition("?")
        keys.verify(path, query, now=0)


def test_the_gallery_names_every_template_and_parameter() -> None:
    library = TemplateLibrary(find_home().templates, lambda families: "")
    page = gallery_page(library, {})
    for name, spec in library.specs.items():
        assert f"<h2>{name}</h2>" in page
        for parameter in spec.params:
            assert f"<code>{parameter}</code>" in page
