"""The library: what is on disk, checked, versioned, and loaded again when it changes."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import CodeType

import pytest

from emblazon.contract.manifest import manifest_from_json, manifest_to_json
from emblazon.contract.schema import CacheLife
from emblazon_origin.errors import TemplateError
from emblazon_origin.template import TemplateLibrary
from emblazon_origin.template.environment import CardEnvironment

SAMPLED = '[params.image]\ntype = "url"\n[samples]\n"{}" = "a.png"\n'
TEMPLATES = Path(__file__).parents[3] / "templates"


def write(root: Path, name: str = "card", **files: str) -> Path:
    """Write a template; files are named with `__` for the dot."""
    folder = root / name
    folder.mkdir(exist_ok=True)
    for file, text in ({"card__html": "<p>{{ title }}</p>", "card__toml": "[params.title]"} | files).items():
        (folder / file.replace("__", ".")).write_text(text, "utf-8")
    return folder


def load(root: Path, fonts: str = "f") -> TemplateLibrary:
    return TemplateLibrary(root, lambda families: f"{fonts}:{families}")


def test_card_toml_becomes_the_spec(tmp_path: Path) -> None:
    write(
        tmp_path,
        card__toml="""
        description = "d"
        alt = "{title}[, {day}]"
        tags = ["news"]
        variants = ["night"]
        format = "jpg"
        [size]
        width = 800
        [cache]
        max_age = "2m"
        stale_while_revalidate = 60
        stale_if_error = "1w"
        [params.title]
        required = true
        [params.day]
        type = "date"
        default = 2026-11-22
        [params.tone]
        type = "choice"
        choices = ["calm", "loud"]
        default = "calm"
        [fallback]
        title = "Read on"
        """,
    )
    spec = load(tmp_path).specs["card"]
    assert (spec.width, spec.height, spec.default_format, spec.tags) == (800, 630, "jpg", ("news",))
    assert spec.cache == CacheLife(120, 60, 604_800)
    assert spec.params["day"].default == "2026-11-22"
    assert spec.fallback == {"title": "Read on"}


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("x = ", "not valid TOML"),
        ("descripton = ''", r"descripton: Key 'descripton' is not known. Did you mean 'description'\?"),
        ("[params.title]\ntyp = 'text'", r"params.title.typ: .*Did you mean 'type'\?"),
        ("[params.title]\ntype = 'txt'", r"params.title.type: .*Did you mean 'text'\?"),
        ("[params.Title]", "params.Title: a name is a lower-case letter"),
        ("[params.title]\nmax_length = '9'", "params.title.max_length: expected a whole number"),
        ("[params.title]\nrequired = true\ndefault = 'x'", "params.title.default: a required parameter"),
        ("[params.c]\ntype = 'choice'", "params.c.choices"),
        ("[params.c]\ntype = 'color'\ndefault = 'reddish'", "params.c.default: .*takes a colour"),
        ("[size]\nwidth = 9", "size.width: 9 is not between 64 and 4096"),
        ("[cache]\nmax_age = '5 minutes'", "cache.max_age: expected seconds, or a duration"),
        ("tags = ['Big News']", "tags: 'Big News' may have only"),
        ("variants = ['fallback']", "variants: 'fallback' is always there"),
        ("[warm]\nsizes = ['9x9']", "warm.sizes: '9x9' is no size; write"),
        ("[warm]\nformats = ['gif']", "warm.formats: Value 'gif'"),
        ("variants = ['auto']", "variants: 'auto' stands for"),
        ("[experiment.weights]\nnigth = 1", "experiment.weights.nigth: Key 'nigth'"),
        ("variants = ['night']\n[experiment.weights]\nnight = 0", "experiment.weights: all of them are 0"),
        ("variants = ['night']\n[experiment.weights]\nnight = -1", "experiment.weights.night: -1 is not"),
        ("alt = '{titel}'\n[params.title]", r"alt: Parameter 'titel' .*Did you mean 'title'\?"),
        ("[fallback]\nx = 1", "fallback.x: Key 'x'"),
        ("format = 'gif'", "format: Value 'gif'"),
        ("safe_format = 'webp'", "safe_format: 'webp' is neither"),
        ("safe_format = 'jpg if picture'\n[params.image]", "safe_format: 'jpg if picture' is neither"),
        ("size = 3", "size: expected a table"),
    ],
)
def test_fault_in_card_toml_names_file_key_and_fix(tmp_path: Path, toml: str, said: str) -> None:
    write(tmp_path, card__toml=toml, card__html="x")
    with pytest.raises(TemplateError, match=said) as caught:
        load(tmp_path)
    assert str(tmp_path / "card" / "card.toml") in str(caught.value)


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="no such folder"):
        load(tmp_path / "nowhere")
    folder = write(tmp_path)
    (folder / "card.html").unlink()
    with pytest.raises(TemplateError, match=r"card\.html: missing"):
        load(tmp_path)
    (folder / "card.toml").unlink()
    with pytest.raises(TemplateError, match=r"card\.toml: missing"):
        load(tmp_path)


def test_variant_file_must_be_declared(tmp_path: Path) -> None:
    write(tmp_path, card__night__html="x")
    with pytest.raises(TemplateError, match='variants = \\["night"\\]'):
        load(tmp_path)


def test_fallback_that_cannot_be_bound_is_found_at_start(tmp_path: Path) -> None:
    write(tmp_path, fallback__html="{{ titel }}")
    with pytest.raises(TemplateError, match=r"fallback\.html:1: 'titel' is undefined"):
        load(tmp_path)


def test_folder_name_that_no_url_can_have_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "My Card")
    with pytest.raises(TemplateError, match="rename the folder"):
        load(tmp_path)


def test_preview_is_checked_against_the_schema(tmp_path: Path) -> None:
    write(tmp_path, preview__json='{"params": {"title": "Hi"}, "cases": {"wide": {"options": {"w": 64}}}}')
    cases = load(tmp_path).get("card").preview.cases
    assert (cases["preview"].params, cases["wide"].width) == ({"title": "Hi"}, 64)
    write(tmp_path, preview__json='{"params": {}, "cases": {"bad": {"params": {"titel": "x"}}}}')
    with pytest.raises(TemplateError, match=r"preview\.json: bad: .*Did you mean 'title'"):
        load(tmp_path)


def test_version_changes_with_what_is_drawn_and_with_nothing_else(tmp_path: Path) -> None:
    folder = write(tmp_path)
    versions = [load(tmp_path).specs["card"].version]

    def version(fonts: str = "f") -> str:
        return load(tmp_path, fonts).specs["card"].version

    (folder / "preview.json").write_text('{"params": {"title": "x"}}')
    (folder / "card.toml").write_text(f"{(folder / 'card.toml').read_text()}\n[experiment]\nname = 'a'\n")
    begun = version()
    text = (folder / "card.toml").read_text()
    (folder / "card.toml").write_text(f"{text}weights = {{ base = 3 }}\n[warm]\nformats = ['webp']\n")
    assert version() == begun, "who sees which look changes none of them"
    versions[0] = begun
    (folder / ".DS_Store").write_text("x")
    os.utime(folder / "card.html", (1, 1))
    assert version() == versions[0]
    versions.append(version("other fonts"))
    (folder / "logo.svg").write_text("<svg/>")
    versions.append(version())
    (folder / "logo.svg").rename(folder / "logo2.svg")
    versions.append(version())
    (folder / "card.html").write_text("<p>{{ title }}!</p>")
    versions.append(version())
    assert len(set(versions)) == len(versions)


def test_changed_added_and_removed_templates_are_loaded_again(tmp_path: Path) -> None:
    folder = write(tmp_path)
    write(tmp_path, "other")
    library = load(tmp_path)
    kept = library.get("other")
    assert library.reload() == []
    (folder / "card.html").write_text("<h1>{{ title }}</h1>")
    write(tmp_path, "new")
    assert library.reload() == ["card", "new"]
    assert library.bind("card", {"title": "x"}).html == "<h1>x</h1>"
    assert library.get("other") is kept
    for file in (tmp_path / "new").iterdir():
        file.unlink()
    (tmp_path / "new").rmdir()
    assert library.reload() == ["new"]
    assert "new" not in library.specs


def test_template_broken_on_reload_stays_as_it_was(tmp_path: Path) -> None:
    folder = write(tmp_path)
    library = load(tmp_path)
    (folder / "card.html").write_text("{% if %}")
    assert library.reload() == []
    assert "card.html:1" in str(library.errors["card"])
    assert library.bind("card", {"title": "x"}).html == "<p>x</p>"
    (folder / "card.html").write_text("mended {{ title }}")
    assert library.reload() == ["card"]
    assert library.errors == {}


def test_hidden_and_private_folders_are_no_templates(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "_drafts").mkdir()
    (tmp_path / "notes.txt").write_text("x")
    assert list(load(tmp_path).specs) == ["card"]


def test_manifest_of_the_library_reads_back_at_the_edge(tmp_path: Path) -> None:
    manifest = load(TEMPLATES).manifest("r1")
    assert set(manifest.templates) >= {"article", "product", "docs"}
    assert manifest_from_json(manifest_to_json(manifest)) == manifest


@pytest.mark.parametrize("name", sorted(path.parent.name for path in TEMPLATES.glob("*/card.toml")))
def test_shipped_template_binds_its_preview_and_every_worst_case(name: str) -> None:
    library = load(TEMPLATES)
    template = library.get(name)
    assert {"preview", "short", "long", "arabic", "japanese", "emoji"} <= set(template.preview.cases)
    for request in template.preview.cases.values():
        bound = library.bind(name, request.params, lang=request.lang, variant=request.variant)
        assert bound.html.startswith("<!DOCTYPE html>")
        assert "None" not in bound.html
    assert template.spec.fallback
    assert json.dumps(template.spec.alt)
    assert library.bind_fallback(name).html


def test_a_sample_s_address_is_the_file_that_stands_for_it(tmp_path: Path) -> None:
    (tmp_path / "card").mkdir()
    (tmp_path / "card" / "a.png").write_bytes(b"x")
    write(tmp_path, card__html="{{ image }}", card__toml=SAMPLED.format("https://example.com/a.png"))
    library = load(tmp_path)
    assert library.bind("card", {"image": "https://example.com/a.png"}).html == "a.png"
    assert library.bind("card", {"image": "https://example.com/b.png"}).html == "https://example.com/b.png"


@pytest.mark.parametrize(
    ("url", "word"), [("https://news.site/a.png", "somebody"), ("https://example.com/a", "no file")]
)
def test_samples_stand_for_nobody_s_address_and_exist(tmp_path: Path, url: str, word: str) -> None:
    write(tmp_path, card__toml=SAMPLED.format(url))
    with pytest.raises(TemplateError, match=word):
        load(tmp_path)


def test_a_library_of_one_template_leaves_the_others_alone(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, "broken", card__html="{% if %}")
    assert list(TemplateLibrary(tmp_path, lambda families: "", only="card").specs) == ["card"]
    with pytest.raises(TemplateError, match="broken"):
        TemplateLibrary(tmp_path, lambda families: "", only="no-such-card")


def test_only_what_changed_is_compiled_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    real = CardEnvironment.compile

    def counted(environment: CardEnvironment, source: str, name: str, filename: str) -> CodeType:
        compiled.append(Path(filename).parent.name)
        return real(environment, source, name, filename)

    monkeypatch.setattr(CardEnvironment, "compile", counted)
    write(tmp_path, "one")
    write(tmp_path, "two")
    load(tmp_path)
    assert compiled == ["one", "two"]
    write(tmp_path, "two", card__html="<h1>{{ title }}</h1>")
    assert load(tmp_path).bind("two", {"title": "x"}).html == "<h1>x</h1>"
    assert compiled == ["one", "two", "two"]
