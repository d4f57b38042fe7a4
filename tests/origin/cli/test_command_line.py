"""The command line: what each command does, and one readable line for every mistake."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image
from ports import free_port

from emblazon.contract.signing import Keyring
from emblazon_origin.cli import main

KEYS = "k1:0123456789abcdef0123"
CARD = """<!doctype html><style>
@font-face { font-family: Own; src: url("own.ttf") }
body { margin: 0; background: #fff; font: 40px Own }
</style><p>Hi</p><img src="pictures/red.png" width="20" height="10">"""


def fails(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(arguments)
    err = capsys.readouterr().err
    assert err.startswith("emblazon: ")
    assert err.count("\n") == 1, "one line"
    return code, err


@pytest.fixture
def bare_card(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    (folder / "pictures").mkdir(parents=True)
    Image.new("RGB", (20, 10), (255, 0, 0)).save(folder / "pictures" / "red.png")
    vendor = Path(__file__).resolve().parents[3] / "fonts" / "vendor"
    (folder / "own.ttf").write_bytes((vendor / "JetBrainsMono[wght].ttf").read_bytes())
    (folder / "card.html").write_text(CARD)
    return folder / "card.html"


def test_render_draws_a_template_with_parameters(tmp_path: Path) -> None:
    out = tmp_path / "card.png"
    assert main(["render", "article", "-p", "title=Hello", "-o", str(out)]) == 0
    with Image.open(out) as picture:
        assert (picture.format, picture.size) == ("PNG", (1200, 630))


@pytest.mark.parametrize(
    ("ending", "expected"), [("jpg", "JPEG"), ("jpeg", "JPEG"), ("webp", "WEBP"), ("avif", "AVIF")]
)
def test_render_takes_the_format_from_the_ending(tmp_path: Path, ending: str, expected: str) -> None:
    out = tmp_path / f"card.{ending}"
    assert (
        main(["render", "docs", "-p", "title=Hello", "-o", str(out), "--width", "600", "--height", "315"])
        == 0
    )
    with Image.open(out) as picture:
        assert (picture.format, picture.size) == (expected, (600, 315))


def test_render_reads_data_from_a_file_and_parameters_win(tmp_path: Path) -> None:
    data = tmp_path / "data.json"
    data.write_text(json.dumps({"title": "From the file", "accent": "#ff0000"}))
    first, second = tmp_path / "a.png", tmp_path / "b.png"
    assert main(["render", "article", "--data", str(data), "-o", str(first)]) == 0
    assert main(["render", "article", "--data", str(data), "-p", "title=Won", "-o", str(second)]) == 0
    assert first.read_bytes() != second.read_bytes()


def test_render_of_a_bare_html_file_works_from_any_folder(
    bare_card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["render", str(bare_card), "-o", "out.png", "--width", "200", "--height", "300"]) == 0
    assert capsys.readouterr().err == ""
    with Image.open("out.png") as picture:
        colours = picture.convert("RGB").getcolors(100_000)
    assert colours is not None
    assert (255, 0, 0) in {colour for _, colour in colours}, "the relative image is drawn"
    assert len(colours) > 6, "the text is drawn, smoothly"


def test_render_prints_what_the_card_ignored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card = tmp_path / "card.html"
    card.write_text("<p style='colour: red'>Hi</p>")
    assert main(["render", str(card), "-o", str(tmp_path / "out.png")]) == 0
    assert "colour" in capsys.readouterr().err


def test_render_names_the_nearest_template(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, err = fails(capsys, "render", "artcle", "-o", str(tmp_path / "x.png"))
    assert code == 2
    assert "article" in err


def test_render_names_the_unknown_parameter(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, err = fails(capsys, "render", "article", "-p", "titel=x", "-o", str(tmp_path / "x.png"))
    assert code == 2
    assert "titel" in err
    assert "title" in err


def test_render_names_the_missing_parameter(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, err = fails(capsys, "render", "article", "-o", str(tmp_path / "x.png"))
    assert code == 2
    assert "title" in err


def test_render_names_a_missing_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, err = fails(capsys, "render", "nowhere/card.html", "-o", str(tmp_path / "x.png"))
    assert code == 2
    assert "nowhere/card.html" in err


def test_render_says_which_formats_there_are(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, err = fails(capsys, "render", "article", "-p", "title=x", "-o", str(tmp_path / "x.bmp"))
    assert code == 2
    assert "webp" in err


def test_render_names_the_missing_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "nowhere" / "x.png"
    code, err = fails(capsys, "render", "article", "-p", "title=x", "-o", str(out))
    assert code == 2
    assert str(out.parent) in err


def test_render_says_where_the_data_is_not_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    data = tmp_path / "data.json"
    data.write_text("{title: 1}")
    code, err = fails(capsys, "render", "article", "--data", str(data), "-o", str(tmp_path / "x.png"))
    assert code == 2
    assert "line 1" in err


def test_sign_signs_what_the_edge_verifies(capsys: pytest.CaptureFixture[str]) -> None:
    url = "https://og.example.com/og/article.png?title=Hi&accent=%23ff0000"
    assert main(["sign", url, "--keys", KEYS, "--expires-in", "600"]) == 0
    parts = urlsplit(capsys.readouterr().out.strip())
    assert parts.netloc == "og.example.com"
    Keyring.parse(KEYS).verify(parts.path, parts.query, 0)
    assert "_exp=" in parts.query


def test_sign_without_a_key_names_the_variable(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EMBLAZON_SIGNING_KEYS", raising=False)
    code, err = fails(capsys, "sign", "/og/article.png?title=x")
    assert code == 2
    assert "EMBLAZON_SIGNING_KEYS" in err


def test_sign_refuses_what_is_no_card(capsys: pytest.CaptureFixture[str]) -> None:
    assert fails(capsys, "sign", "https://example.com/about", "--keys", KEYS)[0] == 2


def test_purge_of_nothing_says_what_to_give(capsys: pytest.CaptureFixture[str]) -> None:
    code, err = fails(capsys, "purge")
    assert code == 2
    assert "--template" in err


def test_purge_without_an_edge_fails_in_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    code, err = fails(capsys, "purge", "--all", "--edge", nobody)
    assert code == 1
    assert nobody in err


def test_explain_tells_ignored_css_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card = tmp_path / "card.html"
    card.write_text("<style>\np { colour: red }\n</style><p>Hi</p>")
    assert main(["explain", str(card), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    finding = next(item for item in told["diagnostics"] if "colour" in json.dumps(item))
    assert finding["line"] == 2


def test_explain_writes_the_overlay(tmp_path: Path) -> None:
    out = tmp_path / "overlay.png"
    assert main(["explain", "article", "--preview", "--overlay", str(out)]) == 0
    with Image.open(out) as picture:
        assert picture.format == "PNG"


def test_help_documents_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    assert stopped.value.code == 0
    assert "exit codes:" in capsys.readouterr().out


def test_render_puts_the_page_on_white_unless_told_otherwise(tmp_path: Path) -> None:
    card, out = tmp_path / "card.html", tmp_path / "out.png"
    card.write_text("<p>Hi</p>")
    assert main(["render", str(card), "-o", str(out)]) == 0
    with Image.open(out) as picture:
        assert picture.convert("RGBA").getpixel((1199, 629)) == (255, 255, 255, 255)
    assert main(["render", str(card), "-o", str(out), "--transparent"]) == 0
    with Image.open(out) as picture:
        assert picture.convert("RGBA").getpixel((1199, 629)) == (0, 0, 0, 0)


def test_render_takes_the_language_of_a_preview_case(tmp_path: Path) -> None:
    case, same = tmp_path / "case.png", tmp_path / "same.png"
    assert main(["render", "article", "--preview", "arabic", "-o", str(case)]) == 0
    assert main(["render", "article", "--preview", "arabic", "--lang", "ar", "-o", str(same)]) == 0
    assert case.read_bytes() == same.read_bytes()
