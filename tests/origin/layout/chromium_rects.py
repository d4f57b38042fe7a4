"""Records what Chromium makes of the layout cases: every case in one page, each in its own frame."""

from __future__ import annotations

import html
import json
import re
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[3]
VIEWPORT = (600, 400)
PAGE_STYLE = "html{font:16px/20px Inter}body{margin:0}"

Rects = dict[str, list[float]]

_FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<dir>{fonts}</dir><cachedir>{cache}</cachedir>
<alias binding="same"><family>sans-serif</family><prefer><family>Inter</family></prefer></alias>
<alias binding="same"><family>serif</family><prefer><family>Source Serif 4</family></prefer></alias>
<alias binding="same"><family>monospace</family><prefer><family>JetBrains Mono</family></prefer></alias>
</fontconfig>"""
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
    "--force-device-scale-factor=1", "--font-render-hinting=none", "--virtual-time-budget=10000",
)  # fmt: skip
_SCRIPT = """
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
    """Return the whole document of one case."""
    return f"<!doctype html><html lang=en><meta charset=utf-8><style>{PAGE_STYLE}</style><body>{body}"


def read_cases(path: Path) -> dict[str, str]:
    """Read `=== name` sections."""
    parts = re.split(r"^=== (\S+)\n", path.read_text(), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def record(cases: dict[str, str]) -> dict[str, Rects]:
    """Return the border box of every element with an id, as Chromium lays it out."""
    width, height = VIEWPORT
    frames = "".join(
        f'<iframe name="{name}" width={width} height={height} style="border:0;display:block" '
        f'srcdoc="{html.escape(page(body))}"></iframe>'
        for name, body in cases.items()
    )
    document = f"<!doctype html><meta charset=utf-8><body>{frames}<script>{_SCRIPT}</script>"
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "cases.html")
        source.write_text(document)
        fonts = Path(folder, "fonts.conf")
        fonts.write_text(_FONTS.format(fonts=ROOT / "fonts" / "vendor", cache=f"{folder}/cache"))
        done = subprocess.run(
            ["chromium", *_FLAGS, f"--user-data-dir={folder}/profile", "--dump-dom", source.as_uri()],
            capture_output=True, text=True, timeout=120, check=True,
            env={"FONTCONFIG_FILE": str(fonts), "PATH": "/usr/bin:/bin", "HOME": folder},
        )  # fmt: skip
    found = re.search(r"@@(.*?)@@", done.stdout, re.DOTALL)
    if found is None:
        raise RuntimeError("Chromium gave no rectangles")
    result: dict[str, Rects] = json.loads(html.unescape(found.group(1)))
    return result
