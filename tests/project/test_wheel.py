"""The wheel is whole: in an empty folder, without the checkout, npm or make, it draws a card."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from threading import Timer

import pytest
from installed_wheel import quiet, without_emblazon
from PIL import Image
from ports import free_port

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
pytestmark = pytest.mark.e2e


class Served:
    """`emblazon serve` in a folder, and what it printed until it was ready."""

    def __init__(self, command: Path, folder: Path, *arguments: str) -> None:
        environment = {**without_emblazon(), "EMBLAZON_PORT": str(free_port()), "EMBLAZON_WORKERS": "1"}
        self.process = subprocess.Popen(
            [str(command), "serve", *arguments],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        limit = Timer(180, self.process.kill)  # a server that never gets ready ends the reading below
        limit.start()
        self.printed: list[str] = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.printed.append(line)
            if line.startswith("For work on templates:"):
                break
        limit.cancel()

    @property
    def card(self) -> str:
        found = re.search(r"^A signed card: (\S+)$", "".join(self.printed), re.MULTILINE)
        assert found, self.printed
        return found[1]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(60)
        if self.process.stdout is not None:
            self.process.stdout.close()


@pytest.fixture
def served(installed: Path, tmp_path: Path) -> Iterator[Served]:
    server = Served(installed, tmp_path)
    yield server
    server.stop()


def fetch(url: str) -> tuple[str, bytes]:
    with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 - 127.0.0.1
        return answer.headers["content-type"], answer.read()


def test_empty_folder_serves_the_card_that_is_printed(served: Served) -> None:
    kind, data = fetch(served.card)
    assert kind == "image/png"
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(data[16:20], "big") == 1200


def test_begun_project_is_drawn_with_its_logo(installed: Path, tmp_path: Path) -> None:
    square = "<rect width='9' height='9' fill='#f0f'/>"
    (tmp_path / "mark.svg").write_text(
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'>{square}</svg>"
    )
    quiet(installed, "init", "--yes", "--name", "Meridian", "--logo", "mark.svg", cwd=tmp_path)
    quiet(installed, "render", "hello", "-p", "title=Hello", "-o", "card.png", cwd=tmp_path)
    assert MAGENTA in colors(tmp_path / "card.png")
    server = Served(installed, tmp_path)
    try:
        assert "/og/hello.png?" in server.card, "the first card that is shown is the project's own"
        (tmp_path / "served.png").write_bytes(fetch(server.card)[1])
        assert MAGENTA in colors(tmp_path / "served.png")
        told = re.search(r"^More of them: emblazon (.*)$", "".join(server.printed), re.MULTILINE)
        assert told, server.printed
        url = quiet(installed, *told[1].split(), cwd=tmp_path)
        assert fetch(url.strip())[0] == "image/png"
    finally:
        server.stop()


MAGENTA = (255, 0, 255)


def colors(path: Path) -> set[object]:
    with Image.open(path) as picture:
        return {color for _, color in picture.convert("RGB").getcolors(1 << 20) or []}


def test_origin_of_the_deploy_page_becomes_ready(installed: Path, tmp_path: Path) -> None:
    port = free_port()
    environment = {
        **without_emblazon(),
        "EMBLAZON_ORIGIN_PORT": str(port),
        "EMBLAZON_ORIGIN_TOKEN": "a-token-of-the-wheel-test",
        "EMBLAZON_WORKERS": "1",
    }
    origin = subprocess.Popen([str(installed), "origin"], cwd=tmp_path, env=environment)
    try:
        ready = f"http://127.0.0.1:{port}/readyz"
        until = time.monotonic() + 180
        while not answers(ready) and origin.poll() is None and time.monotonic() < until:
            time.sleep(0.2)
        assert answers(ready)
        request = urllib.request.Request(f"http://127.0.0.1:{port}/render/article.png?title=Hello")
        request.add_header("Authorization", "Bearer a-token-of-the-wheel-test")
        with urllib.request.urlopen(request, timeout=60) as card:  # noqa: S310 - 127.0.0.1
            assert card.headers["content-type"] == "image/png"
    finally:
        origin.terminate()
        origin.wait(60)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - 127.0.0.1
            return bool(answer.status == 200)
    except OSError:
        return False


def test_emoji_and_every_script_come_with_pip_alone(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "card.html").write_text(
        "<p style='font:40px sans-serif'>😀 漢字 한국어 العربية עברית हिन्दी ไทย"
    )
    told = quiet(installed, "explain", "card.html", cwd=tmp_path)
    assert "no font" not in told
    assert "Noto Color Emoji" in told


def test_sdk_alone_says_what_the_commands_need(wheel: Path, tmp_path: Path) -> None:
    quiet(BIN / "uv", "venv", "-q", "--python", sys.executable, "venv", cwd=tmp_path)
    quiet(BIN / "uv", "pip", "install", "-q", "--python", "venv", str(wheel), cwd=tmp_path)
    card = "Card('article', base_url='https://og.example.com', title='Hi')"
    script = f"from emblazon import Card; print({card}.meta_tags())"
    assert "og:image" in quiet("venv/bin/python", "-c", script, cwd=tmp_path)
    done = subprocess.run(
        ["venv/bin/emblazon", "render", "article", "-o", "a.png"],
        cwd=tmp_path, env=without_emblazon(), capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 1
    assert 'pip install "emblazon[origin]"' in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("version", ["3.12", "3.13", "3.14"])
def test_other_pythons_draw_the_same_bytes(
    version: str, wheel: Path, installed: Path, tmp_path: Path
) -> None:
    python = interpreter(version)
    if python is None:
        pytest.skip(f"Python {version} is not on this machine")
    quiet(BIN / "uv", "venv", "-q", "--python", python, "venv", cwd=tmp_path)
    quiet(BIN / "uv", "pip", "install", "-q", "--python", "venv", f"{wheel}[origin]", cwd=tmp_path)
    card = ["render", "article", "-q", "-p", "title=Hello 漢字 😀 עברית", "-p", "author=Inês", "-o"]
    quiet(installed, *card, "here.png", cwd=tmp_path)
    there = tmp_path / "venv" / "bin" / "emblazon"
    quiet(there, *card, "there.png", cwd=tmp_path)
    assert (tmp_path / "there.png").read_bytes() == (tmp_path / "here.png").read_bytes()
    server = Served(there, tmp_path)
    try:
        assert fetch(server.card)[0] == "image/png"
    finally:
        server.stop()


def interpreter(version: str) -> Path | None:
    """Return a Python of that version: on the path, or of pyenv."""
    of_pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    on_path = shutil.which(f"python{version}")
    found = [Path(on_path)] if on_path else []
    for path in [*found, *sorted(of_pyenv.glob(f"{version}.*/bin/python"))]:
        told = subprocess.run([path, "-V"], capture_output=True, text=True, timeout=60)
        if told.stdout.startswith(f"Python {version}."):
            return path
    return None


def test_wheel_holds_what_it_needs_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"emblazon", "emblazon_origin"}
    assert {"emblazon/py.typed", "emblazon_origin/py.typed"} <= names
    assert "emblazon_origin/builtin/templates/article/card.html" in names
    assert "emblazon_origin/builtin/fonts/fonts.toml" in names
    assert not any("/tests/" in name or name.endswith((".pyc", ".lock.json")) for name in names)
