"""Rows of docs/caching.md that need the real renderer: remote images, bombs, hostile text, fonts."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import re
import shutil
import signal
import struct
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote

import brotli
import pytest
from local_server import LocalServer, Quiet
from PIL import Image, ImageChops
from saving import save
from waiting import at_most

if TYPE_CHECKING:
    from e2e_origin.conftest import OriginProcess, StartOrigin

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.e2e


def png(width: int, height: int, color: str = "#ff0000") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), color).save(buffer, "PNG")
    return buffer.getvalue()


def huge_png(width: int, height: int) -> bytes:
    """A PNG whose header announces more pixels than anybody should decode."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    row = zlib.compress(b"\0" * (width // 8 + 2) * 100, 9)
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", row) + chunk(b"IEND", b"")


def long_gif(frames: int) -> bytes:
    """A GIF of many frames, put together by hand: Pillow would take minutes."""
    head = b"GIF89a" + struct.pack("<HHBBB", 64, 64, 0x80, 0, 0) + b"\xff\0\0\0\0\xff"
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 64, 64, 0) + b"\x02\x02\x44\x01\0"
    return head + frame * frames + b"\x3b"


class Images(Quiet):
    """Good and evil images by path."""

    hits: ClassVar[list[str]] = []
    bodies: ClassVar[dict[str, tuple[int, dict[str, str], bytes]]] = {}

    def do_GET(self) -> None:
        self.hits.append(self.path)
        if self.path.startswith("/drip"):
            self.send_response(200)
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            try:
                for _ in range(1000):
                    self.wfile.write(b"x")
                    self.wfile.flush()
                    time.sleep(0.05)
            except OSError:
                return
            return
        status, headers, body = self.bodies.get(self.path.partition("?")[0], (404, {}, b"not here"))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def canary() -> Iterator[tuple[str, list[str]]]:
    """A server on an address that is not allowed, and what reached it."""
    hits: list[str] = []

    class Canary(Quiet):
        def setup(self) -> None:
            hits.append("connection")
            super().setup()

    with LocalServer(Canary, "127.0.0.2") as server:
        yield server.url, hits


@pytest.fixture(scope="module")
def images(canary: tuple[str, list[str]]) -> Iterator[str]:
    """The base URL of the image server."""
    zeros = b"\0" * 60_000_000
    image = {"Content-Type": "image/png"}
    Images.bodies = {
        "/red.png": (200, image, png(40, 40)),
        "/page": (200, {"Content-Type": "text/html"}, b"<html>not an image</html>"),
        "/lying.png": (200, image, b"<html>not an image</html>"),
        "/broken.png": (200, image, png(40, 40)[:45]),
        "/empty.png": (200, image, b""),
        "/private": (302, {"Location": canary[0] + "/secret"}, b""),
        "/metadata": (302, {"Location": "http://169.254.169.254/latest/meta-data/"}, b""),
        "/bomb-gzip": (200, image | {"Content-Encoding": "gzip"}, gzip.compress(zeros)),
        "/bomb-br": (200, image | {"Content-Encoding": "br"}, brotli.compress(zeros, quality=1)),
        "/bomb-zstd": (200, image | {"Content-Encoding": "zstd"}, b"\x28\xb5\x2f\xfd" + b"\0" * 1000),
        "/huge-50000.png": (200, image, huge_png(50_000, 50_000)),
        "/huge-13000.png": (200, image, huge_png(13_000, 13_000)),
        "/frames.gif": (200, {"Content-Type": "image/gif"}, long_gif(10_000)),
        "/script.svg": (
            200,
            {"Content-Type": "image/svg+xml"},
            b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
            b'<svg xmlns="http://www.w3.org/2000/svg" '
            b'width="40" height="40"><script>alert(1)</script><text>&x;</text>'
            b'<image href="' + canary[0].encode() + b'/x.png" width="9" height="9"/></svg>',
        ),
    }
    with LocalServer(Images) as server:
        yield server.url


def real_settings(images: str, canary: str, **settings: str) -> dict[str, str]:
    ports = ",".join(url.rpartition(":")[2] for url in (images, canary))
    return {
        "EMBLAZON_RENDERER": "", "EMBLAZON_WORKERS": "1", "EMBLAZON_FETCH_TIMEOUT": "3",
        "EMBLAZON_DEV": "1",
        "EMBLAZON_FETCH_ALLOW": "127.0.0.1/32", "EMBLAZON_FETCH_LITERALS": "1",
        "EMBLAZON_FETCH_PORTS": f"80,443,{ports}", "EMBLAZON_QUEUE_WAIT": "10", **settings,
    }  # fmt: skip


@pytest.fixture(scope="module")
def real(
    tmp_path_factory: pytest.TempPathFactory, images: str, canary: tuple[str, list[str]]
) -> Iterator[OriginProcess]:
    from e2e_origin.conftest import OriginProcess

    shared = OriginProcess(tmp_path_factory.mktemp("real"), **real_settings(images, canary[0]))
    yield shared
    shared.stop()


def card(origin: OriginProcess, **params: str) -> tuple[Image.Image, dict[str, str]]:
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in params.items())
    answer = origin.get(f"/render/article.png?{query}")
    assert answer.status_code == 200, answer.text
    return Image.open(io.BytesIO(answer.content)).convert("RGB"), dict(answer.headers)


def explained(origin: OriginProcess, **params: str) -> str:
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in params.items())
    return origin.get(f"/render/article.png?{query}&_explain=1").text


def has_red(picture: Image.Image) -> bool:
    return any(color == (255, 0, 0) for _, color in picture.getcolors(1 << 24) or [])


def test_a_remote_image_is_drawn(real: OriginProcess, images: str) -> None:
    picture, headers = card(real, title="Hi", image=f"{images}/red.png")
    assert has_red(picture)
    assert "max-age=300" in headers["cache-control"]


@pytest.mark.parametrize("path", ["/missing", "/page", "/lying.png", "/broken.png", "/empty.png", "/drip"])
def test_row_16_a_card_goes_on_without_its_image_and_lives_shortly(
    real: OriginProcess, images: str, path: str
) -> None:
    with at_most(3 + 3):  # it may wait for the picture
        picture, headers = card(real, title="Hi", image=images + path)
    assert picture.size == (1200, 630)
    assert not has_red(picture)
    assert headers["cache-control"].startswith("public, max-age=60,")
    assert "image-failed" in explained(real, title="Hi", image=images + path)


def test_rows_17_and_18_private_addresses_see_no_connection(
    real: OriginProcess, images: str, canary: tuple[str, list[str]]
) -> None:
    base, hits = canary
    port = base.rpartition(":")[2]
    for url in (
        f"{images}/private", f"{images}/metadata", f"{base}/x.png", f"http://127.2:{port}/", f"http://0x7f.2:{port}/",
        f"http://2130706434:{port}/", f"http://[::ffff:127.0.0.2]:{port}/", f"http://①②⑦.⓪.⓪.②:{port}/",
        "http://localhost:6379/", f"{images}/script.svg",
    ):  # fmt: skip
        answer = real.get(f"/render/article.png?title=Hi&image={quote(url, safe='')}")
        assert answer.status_code in (200, 400), url
    assert hits == []


@pytest.mark.parametrize("path", ["/bomb-gzip", "/bomb-br", "/bomb-zstd"])
def test_row_19_compressed_bombs_are_cut_off(real: OriginProcess, images: str, path: str) -> None:
    before = peak_memory(real)
    card(real, title=path, image=images + path)
    assert peak_memory(real) - before < 40


@pytest.mark.parametrize("path", ["/huge-50000.png", "/huge-13000.png", "/frames.gif"])
def test_row_20_image_bombs_are_refused_before_they_are_decoded(
    real: OriginProcess, images: str, path: str
) -> None:
    card(real, title=path, image=f"{images}/red.png?warm={path}")
    before = peak_memory(real)
    with at_most(3):
        card(real, title=path, image=images + path)
    assert peak_memory(real) - before < 20


def peak_memory(origin: OriginProcess) -> float:
    """Highest resident memory of the render processes so far, in MB."""
    peaks = [0.0]
    for pid in origin.children():
        try:
            found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
        except OSError:
            continue
        peaks.append(int(found[1]) / 1024 if found else 0)
    return max(peaks)


@pytest.mark.parametrize(
    "text",
    [
        "\u202egnp.exe\u202c",
        "\u2066" * 100,
        "a" + "\u0301" * 250,
        "\u200d" * 300,
        "\ufeff\u200b\u00ad" * 90,
        "👩‍👩‍👧‍👦" * 30,
        "ﷺ" * 300,
    ],
    ids=["override", "isolates", "marks", "joiners", "invisible", "families", "ligatures"],
)
def test_row_28_hostile_text_is_drawn_in_bounded_time(real: OriginProcess, text: str) -> None:
    with at_most(3):
        answer = real.get(f"/render/article.png?title={quote(text)}")
    assert answer.status_code in (200, 400)


@pytest.mark.parametrize(
    "text",
    ["{{7*7}}", "{% for x in range(9) %}x{% endfor %}", "</style><script>alert(1)</script>", "<b>bold</b>"],
)
def test_row_30_markup_in_a_parameter_is_drawn_literally(real: OriginProcess, text: str) -> None:
    literal, _ = card(real, title=text)
    other, _ = card(real, title="49")
    assert ImageChops.difference(literal, other).getbbox()
    seen = "".join(re.findall(r'"[^"]*": ?"([^"]*)"', explained(real, title=text)))
    for character in set(text.replace(" ", "").replace('"', "")):
        assert character in seen or character in "<>&", character


def test_the_same_card_is_the_same_bytes_in_another_process(real: OriginProcess) -> None:
    target = "/render/article.webp?title=Same"
    from e2e_origin.conftest import descendants

    first = real.get(target, X_Emblazon_Key="1")
    before = real.children()
    for pid in before:
        if not descendants(pid):  # a leaf: it renders
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    again = real.get(target, X_Emblazon_Key="2")
    assert set(real.children()) != set(before)
    assert first.content == again.content


def test_row_15_a_damaged_font_fails_readiness_by_name(start_origin: StartOrigin, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(ROOT / "fonts", home / "fonts")
    shutil.copytree(ROOT / "templates", home / "templates")
    fonts = sorted((home / "fonts" / "vendor").glob("*.ttf"))
    victim = fonts[0]
    whole = victim.read_bytes()
    damaged = bytearray(whole)
    damaged[len(damaged) // 2] ^= 0xFF
    for broken in (None, bytes(damaged), whole[: len(whole) // 2]):
        victim.unlink(missing_ok=True)
        if broken is not None:
            victim.write_bytes(broken)
        origin = start_origin(EMBLAZON_RENDERER="", EMBLAZON_WORKERS="1", EMBLAZON_HOME=str(home))
        answer = origin.get("/readyz")
        if broken is None:  # the package that it was copied from serves
            assert answer.status_code == 200
        else:
            assert answer.status_code == 503
            assert victim.name in answer.json()["reason"]
        origin.stop()


def test_templates_are_reloaded_when_they_change_on_disk(start_origin: StartOrigin, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "fonts").symlink_to(ROOT / "fonts")
    shutil.copytree(ROOT / "templates" / "article", home / "templates" / "article")
    origin = start_origin(
        EMBLAZON_RENDERER="", EMBLAZON_WORKERS="1", EMBLAZON_HOME=str(home), EMBLAZON_DEV="1"
    )
    before = origin.get("/render/article.png?title=Hi")
    page = home / "templates" / "article" / "card.html"
    save(page, page.read_text().replace("</style>", "body { background: #00ff00 !important }</style>", 1))
    origin.wait_for_log("reloaded")
    after = origin.get("/render/article.png?title=Hi")
    version = "x-emblazon-template-version"
    assert before.headers[version] != after.headers[version]
    assert before.content != after.content
