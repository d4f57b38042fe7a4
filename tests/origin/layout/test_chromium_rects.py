"""Boxes come out where Chromium puts them.

`cases/*.txt` hold the cases, `expected/*.json` the rectangles that Chromium gave them. The e2e test records
them again and compares; with EMBLAZON_REFRESH=1 it writes them anew.
"""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

from emblazon_origin.layout.boxes.box import Box, Rect
from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.report import Report
from emblazon_origin.text.fonts.font_library import FontLibrary
from fidelity.chromium import EXECUTABLE, write_fontconfig

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
VIEWPORT = (600, 400)
PAGE_STYLE = "html{font:16px/20px Inter}body{margin:0}"

TOLERANCE = 1 / 64 + 1e-6  # px; Chromium keeps 1/64 px

NO_DOCTYPE = "<!-- no doctype -->"

Rects = dict[str, list[float]]

_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
    "--force-device-scale-factor=1", "--font-render-hinting=none", "--virtual-time-budget=10000",
)  # fmt: skip
_SCRIPT = """
for (const frame of document.querySelectorAll('iframe[data-page]')) {
  frame.contentDocument.write(frame.dataset.page);
  frame.contentDocument.close();
}
onload = () => {
  const all = {};
  for (const frame of document.querySelectorAll('iframe')) {
    const rects = {};
    for (const element of frame.contentDocument.querySelectorAll('[id]')) {
      const r = element.getBoundingClientRect();
      rects[element.id] = [r.x, r.y, r.width, r.height];
    }
    all[frame.name] = rects;
  }
  document.body.textContent = '@@' + JSON.stringify(all) + '@@';
};
"""


def page(body: str) -> str:
    """Return the whole document of one case; those that begin with NO_DOCTYPE are in quirks mode."""
    doctype = "" if body.startswith(NO_DOCTYPE) else "<!doctype html>"
    return f"{doctype}<html lang=en><meta charset=utf-8><style>{PAGE_STYLE}</style><body>{body}"


def read_cases(path: Path) -> dict[str, str]:
    """Read `=== name` sections."""
    parts = re.split(r"^=== (\S+)\n", path.read_text(), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def record(cases: dict[str, str]) -> dict[str, Rects]:
    """Return the border box of every element with an id, as Chromium lays it out."""
    width, height = VIEWPORT
    frames = "".join(
        f'<iframe name="{name}" width={width} height={height} style="border:0;display:block" '
        f'{_source(body)}="{html.escape(page(body))}"></iframe>'
        for name, body in cases.items()
    )
    document = f"<!doctype html><meta charset=utf-8><body>{frames}<script>{_SCRIPT}</script>"
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "cases.html")
        source.write_text(document)
        fonts = write_fontconfig(Path(folder))
        done = subprocess.run(
            [EXECUTABLE, *_FLAGS, f"--user-data-dir={folder}/profile", "--dump-dom", source.as_uri()],
            capture_output=True, text=True, timeout=300, check=True,
            env={"FONTCONFIG_FILE": str(fonts), "PATH": "/usr/bin:/bin", "HOME": folder},
        )  # fmt: skip
    found = re.search(r"@@(.*?)@@", done.stdout, re.DOTALL)
    if found is None:
        raise RuntimeError("Chromium gave no rectangles")
    result: dict[str, Rects] = json.loads(html.unescape(found.group(1)))
    return result


def _source(body: str) -> str:
    """Return the attribute with a case's page: `srcdoc` is never in quirks mode."""
    return "data-page" if body.startswith(NO_DOCTYPE) else "srcdoc"


# --- Emblazon's side --------------------------------------------------------------------------------


@cache
def engine() -> Engine:
    """Return an engine with the project's fonts."""
    return Engine(FontLibrary(ROOT / "fonts"))


def lay_out(body: str) -> Rects:
    """Return the border box of every element with an id, as Emblazon lays it out."""
    width, height = VIEWPORT
    request = RenderRequest(page(body), base="", width=width, height=height)
    found: dict[str, list[Rect]] = {}
    stack = [engine().lay_out(request, Report()).root]
    while stack:
        box = stack.pop()
        _note(found, box)
        stack.extend(reversed(box.children))
    return {name: _union(rects) for name, rects in found.items()}


def _note(found: dict[str, list[Rect]], box: Box) -> None:
    if box.element is not None and (name := box.element.attributes.get("id")):
        found.setdefault(name, []).append(box.border_box)
    turn = box.lines_turn
    content = (turn.box if turn else box).content_box
    for line in box.lines:
        for part in line.boxes:
            if part.element is not None and (name := part.element.attributes.get("id")):
                rect = Rect(content.x + part.x, content.y + part.y, part.width, part.height)
                found.setdefault(name, []).append(turn.to_canvas(line, rect) if turn else rect)


def _union(rects: list[Rect]) -> list[float]:
    rects = [rect for rect in rects if rect.width or rect.height] or rects
    left, top = min(r.x for r in rects), min(r.y for r in rects)
    right, bottom = max(r.x + r.width for r in rects), max(r.y + r.height for r in rects)
    return [left, top, right - left, bottom - top]


def _all_cases() -> list[tuple[str, str, str]]:
    return [
        (path.stem, name, body)
        for path in sorted((HERE / "cases").glob("*.txt"))
        for name, body in read_cases(path).items()
    ]


@cache
def expected(group: str) -> dict[str, Rects]:
    """Return what was recorded."""
    rects: dict[str, Rects] = json.loads((HERE / "expected" / f"{group}.json").read_text())
    return rects


def compare(actual: Rects, wanted: Rects) -> list[str]:
    """Return one line for every rectangle that is off."""
    wrong = []
    for name, rect in wanted.items():
        own = actual.get(name)
        if own is None:
            if any(rect):
                wrong.append(f"#{name}: none, Chromium has {rect}")
        elif any(abs(a - b) > TOLERANCE for a, b in zip(own, rect, strict=True)):
            wrong.append(f"#{name}: {[round(v, 3) for v in own]}, Chromium has {rect}")
    return wrong


@pytest.mark.parametrize(
    ("group", "name", "body"), [pytest.param(*case, id=f"{case[0]}-{case[1]}") for case in _all_cases()]
)
def test_boxes_lie_where_chromium_puts_them(group: str, name: str, body: str) -> None:
    wrong = compare(lay_out(body), expected(group)[name])
    assert not wrong, "\n".join(wrong)


def _all_with(display: str) -> list[Rects]:
    return [lay_out(body) for _, _, body in _all_cases() if display in body]


def test_flex_items_whose_styles_decide_their_sizes_are_as_wide_and_high_as_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`main_sizes` knows of most items what the way around the containing block finds out as well."""
    known = _all_with("flex")
    monkeypatch.setattr("emblazon_origin.layout.flex.plan.main_sizes", lambda *_: None)
    assert _all_with("flex") == known


def test_grid_items_whose_styles_decide_how_they_lie_are_where_others_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`_fills` and `_share` know of most items what asking their styles for each area finds out as well."""
    known = _all_with("grid")
    monkeypatch.setattr("emblazon_origin.layout.grid.plan._fills", lambda *_: False)
    monkeypatch.setattr("emblazon_origin.layout.grid.plan._share", lambda *_: None)
    assert _all_with("grid") == known


@pytest.mark.e2e
def test_the_recorded_rectangles_are_what_chromium_gives() -> None:
    for path in sorted((HERE / "cases").glob("*.txt")):
        fresh = record(read_cases(path))
        if os.environ.get("EMBLAZON_REFRESH"):
            lines = [f"  {json.dumps(name)}: {json.dumps(rects)}" for name, rects in fresh.items()]
            (HERE / "expected" / f"{path.stem}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
        assert fresh == json.loads((HERE / "expected" / f"{path.stem}.json").read_text())
