"""What the pictures of one card may take: little ones are decoded at once, others where they can end.

Remote files are always decoded in a process of their own, and so is whatever goes beyond the work that a
card's pictures may take here. A picture that takes too long costs that picture, and is remembered for a
while.

Work on pictures in a process of its own, which ends when its time or memory does; only the picture is lost.

The process is forked for the one picture, so that it begins warm, and hands pixels back in shared memory.
Its answer is not trusted further than its type: the picture may have taken it over.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import mmap
import os
import re
import resource
import select
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from PIL import Image

from ..caching import ByteCache
from ..errors import AssetError
from ..processes import end_with_parent
from .image_color import price_of_colors
from .image_headers import declared_sizes, sniff
from .images_decode import ImageLimits, decode_image
from .svg import MAX_CSS, SvgImage, draw_svg, parse_svg, work_of
from .vector.svg_geometry import MAX_MEASURED, MEASURED, UNGROWN
from .vector.svg_runs import SvgFace, SvgTextFonts
from .vector.svg_transforms import PLACED

IN_PROCESS = 100_000_000.0  # units of `limits.py` for all pictures of a card together
SECONDS, CARD_SECONDS = 1.0, 1.5  # of computing, for the picture of one file and for all of a card
OWN_SECONDS = 0.8  # for all that a page brings itself or that are drawn: with the page below two seconds
_WALL, _LEAST_WALL = 60.0, 0.5  # seconds that the clock may show meanwhile: a busy machine takes its time
_BYTE, _PIXEL, _MARKUP = 5.0, 15.0, 100.0
_RUN, _FIELDS = 300.0, 60.0  # of a BMP file: for each byte, which may begin a run, and each pixel
_STYLED, _CSS = 25_000.0, 2_500.0  # for each tag of an SVG file with styles, and each of their characters
_OUTLINED = 2_000.0  # for each character of outlines that are measured
_TAG, _REWORDED = 8_000.0, 60_000.0  # for each tag of an SVG file, and each value that is said otherwise
_COSTLY_WORD = re.compile(
    rb"calc\(|min\(|max\(|clamp\(|[\d.](?:r?em|ex|ch|cm|mm|in|pt|pc|q|[lsd]?v[whib])\b|clip-path|shadow", re.I
)
_LONG_MARKUP = 200_000  # characters
# What makes a rasteriser count for ever: dashes, tiles and filters of odd sizes, numbers beyond any picture.
_STRANGE = re.compile(r"dasharray|<pattern|<filter|<marker|\d{6}|\d[eE]\+?\d|inf\b|nan\b", re.I)
_COLOR = re.compile(r"#[0-9a-f]{3,8}\b", re.I)  # whose digits are no numbers
_SHORT = 0.05  # seconds that are not worth a process

T = TypeVar("T")
MODES = {"RGB": 3, "RGBa": 4}
Answer = tuple[dict[str, Any], Image.Image | None]  # facts as JSON, and pixels
AVAILABLE = sys.platform == "linux"  # forks of threaded processes are not safe everywhere
_MOST_FACTS = 32_000_000  # bytes
_MEMORY = 400 << 20  # that it may grow by


@dataclass(frozen=True, slots=True)
class Decoded:
    """A raster image ("RGB" or premultiplied "RGBa") or an SVG document, under the digest of its bytes.

    A raster may be held smaller than it is by nature. `damage` tells what was wrong with its file.
    """

    digest: bytes
    source: Image.Image | SvgImage
    width: float | None = None
    height: float | None = None
    ratio: float | None = None
    damage: str = ""
    moves: bool = False  # its file has more frames

    @property
    def keeps_strokes(self) -> bool:
        """Whether it is drawn otherwise on a finer screen: its strokes do not grow with it."""
        return isinstance(self.source, SvgImage) and UNGROWN in self.source.markup

    @property
    def bytes(self) -> int:
        """Memory taken."""
        if isinstance(self.source, SvgImage):
            return len(self.source.markup) + sum(len(face.href) for face in self.source.faces)
        return self.source.width * self.source.height * 4


_decoded: ByteCache[Decoded] = ByteCache("images", 96_000_000, lambda image: image.bytes)
_failures: ByteCache[str] = ByteCache(
    "failed pictures", 500_000, lambda reason: 200 + len(reason), life=300.0
)
_lock = threading.Lock()


@dataclass(slots=True)
class PictureWork:
    """Decodes and draws the pictures of one card."""

    limits: ImageLimits = field(default_factory=ImageLimits)
    left: float = IN_PROCESS
    seconds: float = CARD_SECONDS
    own_seconds: float = OWN_SECONDS
    waiting: Callable[[], AbstractContextManager[None]] = nullcontext  # told while another process works
    time_left: Callable[[], float] = lambda: math.inf  # seconds of the clock until the card must go on
    scale: float = 1.0  # of the page, in device px for one px

    def decode(self, data: bytes, *, remote: bool, brought: bool = False) -> Decoded:
        """Decode any supported image, from the cache if its bytes were seen before. Raises AssetError.

        One that the page has `brought` inside itself has less time than a file.
        """
        digest = hashlib.sha256(data).digest()

        def make() -> Decoded:
            if self._affords(_price(data), remote):
                return _decode(data, digest, self.limits)
            work = lambda: _as_answer(_decode(data, digest, self.limits))  # noqa: E731
            facts, image = self._isolated((digest,), work, own=brought)
            return _from_answer(facts, image, digest)

        return _decoded.get(digest, make)

    def draw(
        self, image: Decoded, svg: SvgImage, width: int, height: int, fonts: SvgTextFonts
    ) -> Image.Image:
        """Rasterise an SVG image. Raises AssetError."""
        return self._drawn((image.digest, width, height), svg, width, height, fonts)

    def draw_once(self, markup: str, width: int, height: int, fonts: SvgTextFonts) -> Image.Image:
        """Rasterise markup that is of this card alone. Raises AssetError."""
        return self._drawn((object(),), parse_svg(markup.encode()), width, height, fonts)

    def _drawn(
        self, key: tuple[object, ...], svg: SvgImage, width: int, height: int, fonts: SvgTextFonts
    ) -> Image.Image:
        tame = len(svg.markup) < _LONG_MARKUP and not _STRANGE.search(_COLOR.sub("", svg.markup))
        kept = _OUTLINED * len(svg.markup) if UNGROWN in svg.markup else 0.0
        if tame and self._affords(kept + work_of(svg, width, height), remote=False):
            return draw_svg(svg, width, height, fonts, self.scale)

        def work() -> Answer:
            return {}, draw_svg(svg, width, height, fonts, self.scale)

        _, drawn = self._isolated(key, work, own=True)
        if drawn is None:
            raise AssetError("the SVG image cannot be drawn")
        return drawn

    def _affords(self, price: float, remote: bool) -> bool:
        """Take the work of doing it here; False where it is done elsewhere."""
        if AVAILABLE and (remote or price > self.left):
            return False
        self.left -= price
        return True

    def _isolated(self, key: tuple[object, ...], work: Callable[[], Answer], *, own: bool) -> Answer:
        with _lock:
            known = _failures.peek(key)
        if known is not None:
            raise AssetError(known)
        most = OWN_SECONDS if own else SECONDS
        cpu = min(most, self.seconds, self.own_seconds if own else most)
        if cpu < _SHORT:
            raise AssetError("the card's pictures take too long: no time is left for this one")
        before = children_seconds()
        try:
            with self.waiting():
                return isolated(work, cpu, min(_WALL, max(_LEAST_WALL, self.time_left())))
        except BusyMachine:  # not the picture's fault: the next card tries anew
            raise
        except AssetError as error:
            if cpu == most:  # else others had used its time up
                with _lock:
                    _failures.put(key, str(error))
            raise
        finally:
            used = children_seconds() - before
            self.seconds -= used
            if own:
                self.own_seconds -= used


def _price(data: bytes) -> float:
    """Return the work of decoding a file here, in units of `limits.py`."""
    kind = sniff(data)
    if kind == "SVG":
        outlines = (
            _OUTLINED * min(len(data), MAX_MEASURED) if MEASURED.search(data) or PLACED.search(data) else 0.0
        )
        words = _TAG * data.count(b"<") + _REWORDED * len(_COSTLY_WORD.findall(data)) + outlines
        return _MARKUP * len(data) + words + (_price_of_styles(data) if b"style" in data else 0.0)
    pixels = sum(width * height for width, height in declared_sizes(kind or "", data))
    price = _BYTE * len(data) + _PIXEL * pixels + price_of_colors(kind or "", data, pixels)
    if kind in ("BMP", "ICO"):
        price += _RUN * len(data) + _FIELDS * pixels
    return price


def _price_of_styles(data: bytes) -> float:
    """Return the work of an SVG file's CSS: what stands behind each `style`, up to the next tag."""
    parts = data.replace(b"<![CDATA[", b"").split(b"style")[1:]
    css = sum(end if (end := part.find(b"<")) >= 0 else len(part) for part in parts)
    return _STYLED * data.count(b"<") + _CSS * min(css, MAX_CSS)


def _decode(data: bytes, digest: bytes, limits: ImageLimits) -> Decoded:
    if sniff(data) == "SVG":
        svg = parse_svg(data)
        return Decoded(digest, svg, svg.width, svg.height, svg.ratio)
    raster = decode_image(data, limits)
    ratio = raster.width / raster.height
    return Decoded(digest, raster.image, raster.width, raster.height, ratio, raster.damage, raster.moves)


def _as_answer(image: Decoded) -> Answer:
    facts = {"width": image.width, "height": image.height, "damage": image.damage, "moves": image.moves}
    if isinstance(image.source, SvgImage):
        return {**facts, "svg": asdict(image.source)}, None
    return facts, image.source


def _from_answer(facts: dict[str, Any], image: Image.Image | None, digest: bytes) -> Decoded:
    """Read what another process decoded; it is checked, not believed. Raises AssetError."""
    try:
        if image is None:
            svg = facts["svg"]
            source = SvgImage(
                str(svg["markup"]), _size(svg["width"]), _size(svg["height"]), _size(svg["ratio"]),
                bool(svg["has_text"]), tuple(str(note)[:200] for note in svg["notes"]),
                _rgba(svg["background"]), bool(svg["stretches"]), bool(svg["scales"]),
                tuple(_face(face) for face in svg["faces"]),
            )  # fmt: skip
            return Decoded(digest, source, source.width, source.height, source.ratio)
        width, height = _size(facts["width"]), _size(facts["height"])
        if not width or not height:
            raise ValueError("a picture without size")
        damage, moves = str(facts["damage"]), bool(facts["moves"])
        return Decoded(digest, image, width, height, width / height, damage, moves)
    except (KeyError, TypeError, ValueError) as error:
        raise AssetError("the image's decoder answered nonsense") from error


def _face(value: Any) -> SvgFace:
    return SvgFace(str(value["family"]), str(value["href"]), _size(value["weight"]), bool(value["italic"]))


def _rgba(value: object) -> tuple[int, int, int, int] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        raise TypeError("not a colour")
    r, g, b, a = (min(255, max(0, int(level))) for level in value)
    return r, g, b, a


def _size(value: object) -> float | None:
    if value is None:
        return None
    size = float(value) if isinstance(value, (int, float)) else -1.0
    if not 0 <= size < 1e9:
        raise ValueError("not a size")
    return size


def isolated(work: Callable[[], Answer], cpu: float, wall: float) -> Answer:
    """Return what `work` returns, done in another process within seconds of computing and of waiting.

    Raises AssetError: what the work raised, or that its time or memory was up.
    """
    with tempfile.TemporaryFile() if not hasattr(os, "memfd_create") else _memory() as shared:
        read, write = os.pipe()
        pid = os.fork()
        if not pid:
            _run(work, shared.fileno(), write, cpu)
        os.close(write)
        try:
            facts = _receive(read, wall)
        finally:
            os.close(read)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            status = _ended(pid)
        if facts is None:
            raise _failure(status)
        return _answer(facts, shared.fileno())


class BusyMachine(AssetError):
    """A process did not get the processor for as long as it may compute before its card had to go on."""


def _ended(pid: int) -> int:
    """Wait for a process; return its status, 0 where a handler of signals has waited for it already."""
    try:
        return os.waitpid(pid, 0)[1]
    except ChildProcessError:
        return 0


def children_seconds() -> float:
    """Return the seconds that processes of this one's have computed, those that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _memory() -> Any:
    return os.fdopen(os.memfd_create("picture"), "w+b")


def _run(work: Callable[[], Answer], shared: int, out: int, cpu: float) -> None:
    """Do the work in the new process; never returns."""
    code = 1
    try:
        _confine(cpu)
        facts: dict[str, Any]
        try:
            facts, image = work()
            if image is not None:
                facts = {**facts, "mode": image.mode, "size": image.size}
                _write(shared, image.tobytes())
            facts = {"ok": True, **facts}
        except AssetError as error:
            facts = {"ok": False, "error": str(error)[:1000]}
        _write(out, json.dumps(facts).encode())
        code = 0
    finally:
        os._exit(code)


def _confine(cpu: float) -> None:
    end_with_parent()
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, cpu)  # ends the process
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError, ValueError), open("/proc/self/statm") as file:
        limit = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE") + _MEMORY
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (limit if hard < 0 else min(limit, hard), hard))


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _receive(descriptor: int, wall: float) -> bytes | None:
    """Return all that the process says before it ends; None where it says nothing in time."""
    end = time.monotonic() + wall
    poll = select.poll()
    poll.register(descriptor, select.POLLIN | select.POLLHUP)
    parts: list[bytes] = []
    size = 0
    while size <= _MOST_FACTS:
        if not poll.poll(max(0.0, end - time.monotonic()) * 1000):
            return None
        part = os.read(descriptor, 1 << 20)
        if not part:
            return b"".join(parts) or None
        parts.append(part)
        size += len(part)
    return None


def _failure(status: int) -> AssetError:
    """Return why a process has said nothing; it is ended by SIGKILL where the clock's time was up."""
    ended = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if ended == signal.SIGKILL:
        return BusyMachine("the machine is too busy to decode or draw the image in time")
    if ended == signal.SIGPROF:
        return AssetError("the image takes too long to decode or to draw")
    return AssetError("the image takes too much memory to decode, or ends the decoder")


def _answer(said: bytes, shared: int) -> Answer:
    """Read the answer back, checking all that is used of it. Raises AssetError."""
    try:
        facts = json.loads(said)
        if not facts["ok"]:
            raise AssetError(str(facts["error"]))
        if "mode" not in facts:
            return facts, None
        width, height = (int(side) for side in facts["size"])
        length = width * height * MODES[facts["mode"]]
        if min(width, height) <= 0 or os.fstat(shared).st_size != length:
            raise ValueError("pixels are missing")
        with mmap.mmap(shared, length, access=mmap.ACCESS_READ) as pixels, memoryview(pixels) as view:
            return facts, Image.frombytes(facts["mode"], (width, height), view)
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise AssetError("the image's decoder answered nonsense") from error
