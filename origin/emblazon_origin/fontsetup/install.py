"""Copy the fonts that `fonts/fonts.toml` names from PyPI packages into `fonts/vendor/`.

`fonts/fonts.lock` holds the SHA-256 of every vendored file, so that two machines draw the same pixels:
a package that brings other bytes is an error until the lock is refreshed on purpose.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import io
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fontTools.ttLib import TTFont

from ..errors import EmblazonError


class FontSetupError(EmblazonError):
    """A font package or file is missing, or its bytes are not those of the lock."""


@dataclass(frozen=True, slots=True)
class FontSource:
    """One entry of `files`: a distribution and a path inside it."""

    package: str
    path: str

    @classmethod
    def parse(cls, text: str) -> FontSource:
        """Parse `package:path#face`; the face number does not matter here."""
        package, _, path = text.partition(":")
        return cls(package, path.partition("#")[0])

    @property
    def name(self) -> str:
        """The vendored file's name."""
        return Path(self.path).name

    def locate(self) -> Path:
        """Return the file inside the installed package; raises `FontSetupError`."""
        try:
            found = Path(str(importlib.metadata.distribution(self.package).locate_file(self.path)))
        except importlib.metadata.PackageNotFoundError:
            raise FontSetupError(
                f"Font package {self.package} is not installed; run `pip install {self.package}`."
            ) from None
        if not found.is_file():
            raise FontSetupError(
                f"Font file {self.path} is missing from {self.package}; reinstall {self.package}."
            )
        return found


def sources(fonts: Path) -> Iterator[FontSource]:
    """Yield every package's file that `fonts.toml` names, each once, in its order."""
    config = tomllib.loads((fonts / "fonts.toml").read_text(encoding="utf-8"))
    seen: set[FontSource] = set()
    for family in config.get("family", ()):
        for text in family["files"]:
            source = FontSource.parse(text)
            if ":" in text and source not in seen:
                seen.add(source)
                yield source


def _vendored_bytes(path: Path) -> bytes:
    """Return the file, without the SVG table of colour fonts: COLR draws the same in a fifth of the size."""
    data = path.read_bytes()
    if b"SVG " not in data[:512] or b"COLR" not in data[:512]:
        return data
    font = TTFont(io.BytesIO(data), recalcTimestamp=False)
    del font["SVG "]
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def _read_lock(fonts: Path) -> dict[str, str]:
    path = fonts / "fonts.lock"
    if not path.is_file():
        return {}
    pairs = (line.split(maxsplit=1) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return {name: digest for digest, name in pairs}


def _is_current(path: Path, digest: str | None) -> bool:
    return digest is not None and path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest


def install_fonts(root: Path, *, refresh_lock: bool = False) -> int:
    """Fill `root/fonts/vendor/`, and return how many files were written (0: all were in place).

    `refresh_lock` records the digests of what the packages bring instead of checking them.
    """
    fonts = root / "fonts"
    vendor = fonts / "vendor"
    vendor.mkdir(parents=True, exist_ok=True)
    lock = {} if refresh_lock else _read_lock(fonts)
    digests: dict[str, str] = {}
    written = 0
    for source in sources(fonts):
        target = vendor / source.name
        if _is_current(target, lock.get(source.name)):
            digests[source.name] = lock[source.name]
            continue
        data = _vendored_bytes(source.locate())
        digest = hashlib.sha256(data).hexdigest()
        if not refresh_lock and lock.get(source.name) != digest:
            raise FontSetupError(
                f"{source.name} from {source.package} is not the file that fonts/fonts.lock records; install "
                "the locked requirements, or run `emblazon fonts --refresh-lock` if the change is meant."
            )
        target.write_bytes(data)
        digests[source.name] = digest
        written += 1
    if refresh_lock:
        lines = (f"{digest}  {name}\n" for name, digest in sorted(digests.items()))
        (fonts / "fonts.lock").write_text("".join(lines), encoding="utf-8")
    for stale in vendor.iterdir():
        if stale.name not in digests:
            stale.unlink()
    return written
