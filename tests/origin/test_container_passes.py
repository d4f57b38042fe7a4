"""Cards that ask query containers are laid out again until the sizes are known, and no oftener."""

from __future__ import annotations

from pathlib import Path

import pytest

from emblazon_origin.layout.boxes.box import Box
from emblazon_origin.limits import CARD_WORK
from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.report import Report
from emblazon_origin.text.fonts.font_library import FontLibrary

ENGINE = Engine(FontLibrary(Path(__file__).parents[2] / "fonts"))


def boxes_of(html: str, report: Report) -> dict[str, Box]:
    root = ENGINE.lay_out(RenderRequest(html, base="", width=400, height=300), report).root
    stack, found = [root], {}
    while stack:
        box = stack.pop()
        if box.element is not None:
            found[box.element.attributes.get("id", "")] = box
        stack += box.children
    return found


def nested(depth: int) -> str:
    style = ".c{container-type:inline-size}.c .c{width:50cqw}"
    return f"<style>{style}</style>{'<div class=c>' * depth}<p id=p></p>{'</div>' * depth}"


def test_findings_are_told_once_however_often_a_card_is_laid_out() -> None:
    report = Report()
    boxes_of(nested(3).replace("<p", "<p style='float:middle'"), report)
    assert [finding.where for finding in report.diagnostics] == ["float"]


@pytest.mark.parametrize(("depth", "told"), [(1, []), (4, []), (6, ["container-type"])])
def test_containers_nested_too_deep_are_told(depth: int, told: list[str]) -> None:
    report = Report()
    found = boxes_of(nested(depth), report)
    assert [finding.where for finding in report.diagnostics] == told
    if not told:
        assert found["p"].border_box.width == pytest.approx(384 / 2 ** (depth - 1))


def test_a_failed_picture_inside_of_a_container_is_told_once() -> None:
    report = Report()
    style = "@container (width>1px){img{width:9px}}"
    html = f"<style>{style}</style><div style='container-type:size'><img src=no.png>"
    boxes_of(html, report)
    assert [finding.code for finding in report.diagnostics] == ["image-failed"]


def test_an_answer_to_a_failed_picture_holds_in_every_pass_and_the_failure_is_told_once() -> None:
    report = Report()
    style = ".c{container-type:inline-size}@container (width>1px){#f{width:50cqw}}"
    lost = "<p id=p style='container-type:size'><img src=no.png onerror='this.parentElement.remove()'></p>"
    found = boxes_of(f"<style>{style}</style><div class=c>{lost}<div id=f>x</div><img src=none.png>", report)
    told = [(finding.code, finding.where) for finding in report.diagnostics]
    assert told == [("image-failed", "no.png"), ("image-failed", "none.png")]
    assert "p" not in found
    assert found["f"].border_box.width == pytest.approx(192)


def test_a_costly_card_is_not_laid_out_for_its_containers_again_and_again() -> None:
    report = Report()
    rules = "".join(f"@container (width>{i}px){{*{{color:red}}}}" for i in range(300))
    boxes_of(f"<style>*{{container-type:size}}{rules}</style>{'<div>' * 100}{'<p>x' * 900}", report)
    assert "container-type" in [finding.where for finding in report.diagnostics if finding.code == "limit"]
    assert sum(report.work.values()) < CARD_WORK


def test_a_kept_card_gives_its_containers_new_sizes() -> None:
    def drawn(text: str) -> bytes:
        html = (
            "<style>body{margin:0}.r{display:flex}.c{container-type:inline-size;flex:1;height:9px}"
            "@container (width<300px){p{background:red;height:9px;margin:0}}</style>"
            f"<div class=r><b>{text}</b><div class=c><p></p></div></div>"
        )
        return ENGINE.draw(RenderRequest(html, base="", width=400, height=20)).tobytes()

    long = "a text that leaves less than the others"
    fresh = drawn(long)
    for _ in range(3):
        drawn("short")
    assert drawn(long) == fresh
    assert drawn("short") != fresh
