"""A kept document drawn again with other texts has the pixels, and the findings, of one that nobody knew."""

from __future__ import annotations

import random
import re
from functools import cache
from pathlib import Path

import pytest
from PIL import Image
from sweeps import sweep

from emblazon.contract.schema import Format
from emblazon_origin.ground import Ground, Picture, image_of
from emblazon_origin.layout.boxes import box_tree
from emblazon_origin.layout.boxes.box import Box
from emblazon_origin.paint import display_list, kept_display
from emblazon_origin.prepared import prepared_cards
from emblazon_origin.prepared.skeleton import take_apart
from emblazon_origin.render import Engine, RenderRequest, encode, paint
from emblazon_origin.report import Report
from emblazon_origin.text.fonts.font_library import FontLibrary

ROOT = Path(__file__).parents[3]
CARDS = sorted((ROOT / "bench" / "cards").glob("*/*.html")) + sorted(
    (ROOT / "tests" / "fidelity" / "cases").glob("*/*.html")
)
EDITS = 8  # of each card, more than 1,000 in all: what is kept of one is looked at again by the next
WORDS = (
    "a", "of", "river", "Lanterns", "extraordinarily", "№ 7", "–", "12,5 %", "tea & cake", "ﬁn", "x" * 60,
    "東京", "こんにちは、世界。", "안녕", "سلام عليكم", "שלום", "नमस्ते", "สวัสดีชาวโลก",
    "🎉", "👩‍👩‍👧‍👦", "e\u0301",
    "soft\u00adhyphen", "no\u00a0break", "zero\u200bwidth", "\u202ertl", "&lt;b&gt;", "&eacute;", "&#8230;",
)  # fmt: skip


@cache
def engine() -> Engine:
    """Return the engine that keeps documents."""
    return Engine(FontLibrary(ROOT / "fonts"), outside=True)


def with_other_texts(html: str, chance: random.Random) -> str:
    """Return the card with words of our own for some of its texts."""
    skeleton = take_apart(html)
    assert skeleton is not None
    for text in sorted(set(skeleton.texts), key=len, reverse=True):
        if chance.random() < 0.6:
            words = " ".join(chance.choices(WORDS, k=chance.randint(1, 9)))
            html = re.sub(rf"(?<=>)(\s*){re.escape(text)}(?=\s*<)", rf"\g<1>{words}", html)
    return html


def request(html: str, folder: str = "", **options: object) -> RenderRequest:
    """Return a request for a card of the corpus's size."""
    return RenderRequest(html, folder, "", 480, 252, **options)  # type: ignore[arg-type]


def drawn(wanted: RenderRequest) -> tuple[Image.Image, Report]:
    """Draw as requests are drawn."""
    report = Report()
    return engine().draw(wanted, report), report


def drawn_anew(wanted: RenderRequest) -> tuple[Image.Image, Report]:
    """Draw without anything that was kept of the document."""
    report = Report()
    laid_out = engine().lay_out(wanted, report)
    return image_of(paint(wanted, laid_out, report)), report


def was_kept(report: Report) -> bool:
    """Whether a drawing was one of a kept document: its assets were there already."""
    return "assets" not in report.timings


def told(report: Report) -> tuple[list[str], bool]:
    """Return what a report says, in an order that does not depend on how it came about."""
    return sorted(map(repr, report.diagnostics)), report.degraded


@pytest.mark.parametrize("path", sweep(CARDS, quick=10), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_kept_documents_have_the_pixels_of_new_ones(path: Path) -> None:
    chance = random.Random(path.stem)  # noqa: S311 - no secret
    source = path.read_text(encoding="utf-8")
    folder = str(path.parent)
    for _ in range(2):
        drawn(request(source, folder))
    for _ in range(EDITS):
        wanted = request(with_other_texts(source, chance), folder)
        (kept, report), (anew, fresh) = drawn(wanted), drawn_anew(wanted)
        assert (kept.mode, kept.tobytes()) == (anew.mode, anew.tobytes())
        assert told(report) == told(fresh)


@pytest.mark.parametrize("path", sweep(CARDS, quick=10), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_kept_documents_have_the_files_of_new_ones(path: Path) -> None:
    """What is known of the rows that stay gives the bytes that finding it anew would."""
    chance = random.Random(path.stem)  # noqa: S311 - no secret
    source = path.read_text(encoding="utf-8")
    folder = str(path.parent)
    for _ in range(4):
        engine().render(request(with_other_texts(source, chance), folder))
    formats: tuple[Format, ...] = ("png", "jpg", "webp")
    for format in formats:
        wanted = request(with_other_texts(source, chance), folder, format=format)
        anew = encode(wanted, drawn_anew(wanted)[0], Report())
        assert engine().render(wanted).data == anew[0]


def test_most_cards_are_kept() -> None:
    kept, some = 0, CARDS[::10]
    for path in some:
        wanted = request(path.read_text(encoding="utf-8"), str(path.parent))
        for _ in range(2):
            drawn(wanted)
        kept += was_kept(drawn(wanted)[1])
    assert kept >= 0.9 * len(some)


CARD = "<!doctype html><body style='font: 20px Inter'><h1 dir=auto>{}</h1><p>{}</p>"


def test_a_text_of_the_other_direction_is_another_document() -> None:
    for text in ("One", "Two", "Three"):
        drawn(request(CARD.format(text, "below")))
    wanted = request(CARD.format("مرحبا", "below"))
    (kept, report), (anew, _) = drawn(wanted), drawn_anew(wanted)
    assert not was_kept(report)
    assert kept.tobytes() == anew.tobytes()
    assert was_kept(drawn(request(CARD.format("Four", "below")))[1])  # it is as it was


def test_the_end_of_a_line_inside_of_a_text_is_not_one_after_it() -> None:
    card = "<!doctype html><body style='font: 20px Inter'><p>{}<i>end</i></p>"
    for text in ("a\nb", "c\nd", "e\nf"):
        drawn(request(card.format(text)))
    wanted = request(card.format("g h\n"))
    assert drawn(wanted)[0].tobytes() == drawn_anew(wanted)[0].tobytes()


@pytest.mark.parametrize(
    "text", ["&#32;", "", "  ", "a<b>c</b>", "<i></i>", "a\rb", "\0", "&nbsp;", "<!-- x -->", "a < b", "&amp"]
)
def test_texts_that_may_make_another_tree_are_drawn_as_new(text: str) -> None:
    for known in ("One", "Two", "Three"):
        drawn(request(CARD.format("Title", known)))
    wanted = request(CARD.format("Title", text))
    assert drawn(wanted)[0].tobytes() == drawn_anew(wanted)[0].tobytes()


LETTERED = (
    "<!doctype html><style>p::first-letter {{ font-size: 40px; color: red; {} }}</style>"
    "<body style='font: 20px Inter'><p>\n {} </p><p>{}</p>"
)


@pytest.mark.parametrize("style", ["", "float: left; padding: 4px"])
def test_a_text_with_a_first_letter_takes_other_letters(style: str) -> None:
    for texts in (("One house", "“Two”"), ("Two houses", "Three"), ("Three houses", "Four")):
        drawn(request(LETTERED.format(style, *texts)))
    for text, is_kept in (("Éclair au lait", True), ("“¿Qué?” he said", True), ("x", False), ("—", False)):
        wanted = request(LETTERED.format(style, text, "Never"))
        (kept, report), (anew, _) = drawn(wanted), drawn_anew(wanted)
        assert kept.tobytes() == anew.tobytes(), text
        assert was_kept(report) is is_kept


def test_a_text_gets_a_first_letter_that_had_none() -> None:
    for text in ("—", "–", "«"):
        drawn(request(LETTERED.format("top: 0", text, "below")))
    wanted = request(LETTERED.format("top: 0", "A house", "below"))
    assert drawn(wanted)[0].tobytes() == drawn_anew(wanted)[0].tobytes()


def test_a_file_that_changed_is_read_again(tmp_path: Path) -> None:
    html = "<!doctype html><body><img src=dot.png width=40 height=40><p>{}</p>"
    for color in ("red", "blue"):
        Image.new("RGB", (40, 40), color).save(tmp_path / "dot.png")
        for number in range(4):
            wanted = request(html.format(number), str(tmp_path))
            kept, report = drawn(wanted)
        assert was_kept(report)
        assert kept.tobytes() == drawn_anew(wanted)[0].tobytes()


def test_a_file_that_lay_still_is_not_read_again_until_it_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared_cards, "_SETTLED", -10_000_000_000)  # as if all files were old
    read: list[Path] = []
    read_bytes = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read.append(path) or read_bytes(path))  # type: ignore[func-returns-value]
    html = "<!doctype html><body><img src=now/dot.bmp width=40 height=40><p>{} lies still</p>"
    for color in ("red", "blue"):  # two folders, one link: a file of the same size under the same name
        (tmp_path / color).mkdir()
        Image.new("RGB", (40, 40), color).save(tmp_path / color / "dot.bmp")
        (tmp_path / "link").symlink_to(tmp_path / color)
        (tmp_path / "link").replace(tmp_path / "now")
        for number in range(4):
            wanted = request(html.format(number), str(tmp_path))
            before = len(read)
            kept, report = drawn(wanted)
        assert was_kept(report)
        assert len(read) == before
        assert kept.tobytes() == drawn_anew(wanted)[0].tobytes()


def test_what_a_title_says_does_not_matter() -> None:
    html = "<!doctype html><title>{}</title><body><p>Text</p>"
    for title in ("One", "Two", "Three"):
        report = drawn(request(html.format(title)))[1]
    assert was_kept(report)


def test_findings_come_with_every_drawing() -> None:
    html = "<!doctype html><style>p {{ colour: red; line-clamp: 1 }}</style><p>{}</p>"
    for words in (3, 50, 90):
        wanted = request(html.format("word " * words + "."))
        report = drawn(wanted)[1]
        assert told(report) == told(drawn_anew(wanted)[1])
    assert was_kept(report)
    assert {finding.code for finding in report.diagnostics} == {"css-unknown-property", "text-clamped"}


def test_a_card_that_comes_once_is_not_kept() -> None:
    assert not was_kept(drawn(request("<!doctype html><p class=once>One</p>"))[1])
    assert not was_kept(drawn(request("<!doctype html><p class=once>Two</p>"))[1])
    assert was_kept(drawn(request("<!doctype html><p class=once>Three</p>"))[1])


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many items each playing of a display list has, in order."""
    counts: list[int] = []

    def counted(items: kept_display.Items, *rest: object) -> None:
        counts.append(len(items))
        display_list.play(items, *rest)  # type: ignore[arg-type]

    played_on = kept_display._play_on

    def counted_on(ground: Ground, items: kept_display.Items, *rest: object) -> Picture:
        with monkeypatch.context() as uncounted:
            uncounted.setattr(kept_display, "play", display_list.play)
            counts.append(len(items))
            return played_on(ground, items, *rest)  # type: ignore[arg-type]  # handed on

    monkeypatch.setattr(kept_display, "play", counted)
    monkeypatch.setattr(kept_display, "_play_on", counted_on)
    return counts


def test_texts_that_come_again_now_and_then_cost_no_new_picture(played: list[int]) -> None:
    card = (
        "<!doctype html><body style='font: 20px Inter; background: linear-gradient(45deg, red, blue)'>"
        "<i style='display: block; height: 30px; background: green'></i><p>{}</p><p>{}</p><b>{}</b>"
    )
    chance = random.Random(5)  # noqa: S311 - no secret
    pictures = 0
    for number in range(40):
        played.clear()
        texts = [str(chance.randint(7, 9)) for _ in range(2)]
        drawn(request(card.format(*texts, f"new {number}")))
        pictures += number >= 6 and len(played) == 2
    assert pictures <= 6


def test_what_is_beside_a_text_stays_in_the_picture(played: list[int]) -> None:
    """A large title that ends just before a panel does not count as lying over it."""
    card = (
        "<style>div{{position:absolute;top:0}}#a{{font:30px Inter}}#b{{left:75px;width:50px;height:90px;"
        "background:red}}</style><div id=a>{}</div><div id=b></div>"
    )
    for text in ("one", "two", "ten", "new", "sun"):
        played.clear()
        drawn(request(card.format(text)))
    assert played == [1]  # the title alone


def test_borders_that_collapsed_stay_in_the_picture(played: list[int]) -> None:
    card = (
        "<style>table{{border-collapse:collapse;table-layout:fixed;width:300px;font:20px Inter}}"
        "td{{border-bottom:2px solid red}}</style><table><tr><td>{}<td>same<tr><td>same<td>same</table>"
    )
    for text in ("one", "two", "ten", "new", "sun"):
        played.clear()
        drawn(request(card.format(text)))
    assert played == [1]  # the text that changed alone, and nothing for edges of cells


def test_layout_stops_where_a_text_keeps_its_size() -> None:
    def work(depth: int, text: str) -> float:
        column = "<div style='display:flex;flex-direction:column;padding:1px'>"
        page = f"<!doctype html><body style='font: 20px Inter'>{column * depth}<p>{{}}</p>"
        for known in ("One", "Two"):
            drawn(request(page.format(known)))
        return drawn(request(page.format(text)))[1].work["layout"]

    assert work(20, "Three") == work(4, "Three")
    assert work(20, "word " * 60) > work(4, "word " * 60)


def test_boxes_stay_that_nothing_changed_or_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []

    def counted(*values: object) -> Box:
        made.append(values)
        return Box(*values)  # type: ignore[arg-type]

    monkeypatch.setattr(box_tree, "Box", counted)
    page = "<!doctype html><body style='font: 20px Inter'><ul><li>one<li>two</ul><p>{}</p><b>after</b>"
    counts, long = [], " ".join(["word"] * 60)
    for text in ("One", "Two", "Three", "Four", long, long):
        made.clear()
        drawn(request(page.format(text)))
        counts.append(len(made))
    html_body_and_text, and_what_follows = 3, 1
    assert counts[3] == html_body_and_text
    assert counts[4] == html_body_and_text + and_what_follows
    assert counts[5] == 0


def test_a_box_that_takes_another_size_moves_what_is_around_it() -> None:
    card = (
        "<!doctype html><body style='margin: 0; font: 20px Inter'>"
        "<div style='display: flex; gap: 4px; align-items: center'><b>{}</b><i>label</i><u>{}</u></div>"
        "<div style='display: grid; grid-template-columns: auto 1fr; position: relative'>"
        "<p>{}</p><p>fixed</p><s style='position: absolute; right: 0; bottom: 0'>{}</s></div>"
        "<table><tr><td>{}<td>cell<tr><td>x<td>{}</table><p>a <em style='display: inline-block'>{}</em> b</p>"
    )
    chance = random.Random(3)  # noqa: S311 - no secret
    for number in range(60):
        texts = [chance.choice(("same", "Ag", "wider text", " ".join(["word"] * 30))) for _ in range(7)]
        wanted = request(card.format(*texts))
        kept, report = drawn(wanted)
        assert kept.tobytes() == drawn_anew(wanted)[0].tobytes(), number
    assert was_kept(report)


LAYOUTS = {
    "anchors": "<div style='position: relative; height: 200px'><p>{} <b style='display: inline-block; "
    "anchor-name: --a'>{}</b> end</p><s style='position: absolute; position-anchor: --a; "
    "left: anchor(right); top: anchor(bottom); width: 9px; height: 9px; background: blue'></s></div>",
    "vertical": "<div style='writing-mode: vertical-rl; height: 150px'><p>{}</p>"
    "<div style='display: flex; gap: 4px'><b>{}</b><i>x</i></div></div><p>{}</p>",
    "subgrid": "<div style='display: grid; grid-template-columns: auto auto 1fr'><div style='display: grid; "
    "grid-column: 1 / 4; grid-template-columns: subgrid'><b>{}</b><i>{}</i><u>x</u></div>"
    "<p>a</p><p>{}</p></div>",
    "shapes": "<i style='float: left; width: 60px; height: 60px; shape-outside: circle()'>{}</i>"
    "<p>{}</p><p>{}</p>",
    "columns": "<div style='columns: 3; height: 60px'><p>{}</p><p>{}</p></div><p>{}</p>",
    "lists": "<ol><li>{}<li><div>{}</div></ol><ul style='list-style-position: inside'><li>{}</ul>",
    "clamped": "<div style='display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; "
    "overflow: hidden'><p>{}</p><p>{}</p></div><p>{}</p>",
    "clamped inside": "<div style='display: -webkit-box; -webkit-line-clamp: 3; -webkit-box-orient: "
    "vertical; overflow: hidden'><div style='position: relative'><div style='height: 40px'>"
    "<p style='margin: 0'>{}</p></div><p>{}</p><i style='position: absolute; right: 0; "
    "top: 0'>x</i></div><p>{}</p></div>",
    "inline": "<p>a <span style='display: inline-flex'><b>{}</b><i>x</i></span> {} "
    "<span style='position: relative'>b<s style='position: absolute; left: 100%'>{}</s></span></p>",
    "sticky": "<div style='position: sticky; top: 40px'><p>{}</p></div><div style='transform: rotate(4deg)'>"
    "<p style='position: fixed; right: 9px; bottom: 9px'>{}</p><p>{}</p></div>",
    "percent": "<div style='display: flex; flex-direction: column; height: 50%'><p style='height: 30%'>{}</p>"
    "<div style='flex: 1; display: grid; align-items: end'><p>{}</p></div></div><p>{}</p>",
}  # fmt: skip


@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts_of_every_kind_follow_their_texts(name: str) -> None:
    style = (
        "<!doctype html><html style='height: 100%'><body style='margin: 0; height: 100%; font: 20px Inter'>"
    )
    page = style + LAYOUTS[name]
    chance = random.Random(name)  # noqa: S311 - no secret
    kept = 0
    for number in range(40):
        texts = [chance.choice(("same", "Ag", "wider text", " ".join(["word"] * 30))) for _ in range(3)]
        wanted = request(page.format(*texts))
        picture, report = drawn(wanted)
        kept += was_kept(report)
        assert picture.tobytes() == drawn_anew(wanted)[0].tobytes(), number
    assert kept > 30 or (name == "anchors" and not kept)  # whose boxes lie where others do
