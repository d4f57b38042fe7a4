"""What a command loads: most of the time of a short command is imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HTML = (
    "<!doctype html><body style='margin: 0; background: #fff'><p style='border-radius: 4px'>Plain</p></body>"
)


def loads(arguments: list[str], *names: str) -> list[str]:
    """Run the command line in a process of its own; return which of the modules it loaded."""
    code = (
        "import sys; from emblazon_origin.cli import main\n"
        f"code = main({arguments!r})\n"
        "from emblazon_origin.cli.late_modules import LateModule\n"
        f"print([n for n in {names!r} if not isinstance(sys.modules.get(n, LateModule(n)), LateModule)])\n"
        "raise SystemExit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found: list[str] = eval(done.stdout.splitlines()[-1])  # noqa: S307 - a list of names that we wrote
    return found


def test_version_loads_neither_the_contract_nor_the_renderer() -> None:
    names = ("emblazon.contract.problem", "emblazon_origin.render", "asyncio", "dataclasses", "tempfile")
    assert loads(["--version"], *names) == []


def test_a_plain_card_in_all_its_colours_needs_no_http_no_numpy_and_no_svg(tmp_path: Path) -> None:
    card = tmp_path / "card.html"
    card.write_text(HTML, encoding="utf-8")
    arguments = ["render", str(card), "-o", str(tmp_path / "card.jpg")]
    assert loads(arguments, "httpx", "http.client", "asyncio", "numpy", "lxml.etree", "resvg_py") == []


def test_a_gradient_and_an_svg_load_what_they_need(tmp_path: Path) -> None:
    card = tmp_path / "card.html"
    card.write_text(
        "<!doctype html><body style='background: linear-gradient(to right in oklch, red, blue)'>"
        "<svg width='9' height='9'><rect width='9' height='9'/></svg></body>",
        encoding="utf-8",
    )
    arguments = ["render", str(card), "-o", str(tmp_path / "card.jpg")]
    assert loads(arguments, "numpy", "lxml.etree") == ["numpy", "lxml.etree"]
