"""Standard noise is summed up, so that what the author did stands out."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

import pytest

from emblazon_origin.explain import Explanation, explain_card, lint_templates
from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.text.fonts.font_library import FontLibrary

ROOT = Path(__file__).parents[3]
# What resets and frameworks bring along, in words of our own.
RESET = """
*, ::backdrop, ::file-selector-button { box-sizing: border-box }
:root { -moz-tab-size: 4; -o-tab-size: 4; tab-size: 4 }
body { font-family: ui-sans-serif, system-ui, "Segoe UI", Roboto, "Helvetica Neue", Inter, "Segoe UI Emoji" }
textarea { resize: vertical } ::placeholder { opacity: 1 } input::-moz-placeholder { opacity: 1 }
::-webkit-search-decoration { appearance: none }
::-webkit-datetime-edit-year-field { padding: 0 }
:-moz-ui-invalid { box-shadow: none }
::-webkit-inner-spin-button, ::-webkit-outer-spin-button { height: auto }
.fade { transition-property: opacity; transition-duration: .1s; animation-name: spin; will-change: transform }
"""
CARD = "<p class=fade>A <b>card</b>"


@cache
def engine() -> Engine:
    return Engine(FontLibrary(ROOT / "fonts"))


def explain(style: str, body: str = CARD, head: str = "") -> Explanation:
    html = f"<!doctype html><head>{head}<style>body{{padding:60px}}{style}</style><body>{body}"
    return explain_card(RenderRequest(html, "", "card.html"), engine())


def lines(explanation: Explanation) -> list[str]:
    """The findings as a person reads them."""
    return [line for line in explanation.to_text().splitlines()[1:] if "[" in line]


def test_reset_is_one_line_a_kind() -> None:
    explanation = explain(RESET)
    assert len(explanation.diagnostics) > 12
    told = lines(explanation)
    assert len(told) == 3
    assert all(": info: " in line for line in told)
    assert "::backdrop" in told[0]
    assert "transition" in told[1]
    assert "Segoe UI" in told[2]


def test_nothing_is_left_out_where_everything_is_asked_for() -> None:
    explanation = explain(RESET)
    everything = explanation.to_text(everything=True)
    assert everything.count("[css-") >= len(explanation.diagnostics) - 6
    assert len(explanation.data()["diagnostics"]) == len(explanation.diagnostics)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("style", "word"),
    [
        ("p { colour: red }", "colour"),
        ("b { font-family: Wingdings, Inter }", "Wingdings"),
        ("p:hoover { color: red }", "hoover"),
        ("p { width: 10 }", "width"),
        ("p::before2 { color: red }", "before2"),
    ],
)
def test_finding_of_the_author_stands_by_itself(style: str, word: str) -> None:
    told = lines(explain(RESET + style))
    assert len(told) == 4
    assert word in told[3]


def test_lint_ships_a_template_with_a_reset(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "card.html").write_text(
        f"<!doctype html><style>body{{padding:90px}}{RESET}</style>"
        "<body><p class=fade>{{ title|truncate(40) }}"
    )
    (tmp_path / "own" / "card.toml").write_text("[params.title]\nmax_length = 60\n")
    result = lint_templates(tmp_path, engine())
    assert not [entry for entry in result.findings if entry.finding.code.startswith("css-")]


SCRIPTS = {
    "Tailwind's play CDN": (
        '<script src="https://cdn.tailwindcss.com?plugins=forms"></script>',
        "@tailwindcss/cli",
    ),
    "its successor": (
        '<script src="https://cdn.jsdelivr.net/npm/@tailwindcss/browser@4"></script>',
        "compile it",
    ),
    "another": ('<script src="/app.js" type="module"></script>', "/app.js"),
    "inline": ("<script>document.title = 1</script>", "scripts do not run"),
}


@pytest.mark.parametrize("case", SCRIPTS)
@pytest.mark.parametrize("place", ["head", "body"])
def test_script_is_told_wherever_it_stands(case: str, place: str) -> None:
    script, words = SCRIPTS[case]
    explanation = explain("", script + CARD) if place == "body" else explain("", head=script)
    told = [finding for finding in explanation.diagnostics if finding.where == "script"]
    assert len(told) == 1
    assert words in told[0].message


def test_data_in_a_script_element_is_no_script() -> None:
    data = '<script type="application/ld+json">{}</script><script type="text/template"><p></p></script>'
    assert not explain("", data + CARD, data).diagnostics


@pytest.mark.parametrize(
    ("picture", "told"),
    [
        ('<img data-src="a.png">', ["<img data-src>: scripts do not run; name the picture in src"]),
        ('<img src="data:," data-lazy-src="a.png">', ["<img data-lazy-src>: scripts do not run"]),
        ('<img data-src="" alt="">', []),
    ],
)
def test_picture_that_waits_for_a_script_is_told(picture: str, told: list[str]) -> None:
    found = [finding.message for finding in explain("", picture + CARD).diagnostics if finding.where == "img"]
    assert [message[: len(words)] for message, words in zip(found, told, strict=True)] == told


PAGE = """<body class="m-0 flex h-screen flex-col justify-between bg-gradient-to-br from-indigo-700
to-indigo-950 p-16 font-sans antialiased text-white">
<h1 class="text-7xl font-bold leading-tight line-clamp-3 drop-shadow-md">
A card made with Tailwind</h1>
<p class="truncate rounded-lg bg-black/30 px-4 py-2 text-2xl transition hover:bg-black">November</p>"""


@pytest.mark.e2e
def test_compiled_tailwind_sheet_has_at_most_three_lines(tmp_path: Path) -> None:
    """The real thing, by its own compiler."""
    (tmp_path / "page.html").write_text(f'<!doctype html><link rel="stylesheet" href="card.css">{PAGE}')
    sheet = ROOT / "node_modules" / "tailwindcss" / "index.css"
    (tmp_path / "in.css").write_text(f'@import "{sheet}";')
    compiler = ROOT / "node_modules" / ".bin" / "tailwindcss"
    subprocess.run(
        [compiler, "-i", "in.css", "-o", "card.css"],
        cwd=tmp_path,
        check=True,
        timeout=120,
        capture_output=True,
    )
    html = (tmp_path / "page.html").read_text()
    explanation = explain_card(RenderRequest(html, str(tmp_path), "page.html"), engine())
    assert len(explanation.diagnostics) > 20
    assert len(lines(explanation)) <= 3
