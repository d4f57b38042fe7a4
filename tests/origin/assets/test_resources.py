"""Where bytes may come from."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from emblazon_origin.assets.images_decode import ImageLimits
from emblazon_origin.assets.resources import Fetched, Resources, parse_data_url
from emblazon_origin.errors import AssetError


class FakeFetcher:
    """Answers every URL with its own text."""

    def fetch(self, url: str) -> Fetched:
        return Fetched(url.encode(), "text/plain")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "card").mkdir()
    (tmp_path / "card" / "a b.txt").write_bytes(b"inside")
    (tmp_path / "secret.txt").write_bytes(b"outside")
    return tmp_path / "card"


@pytest.mark.parametrize(
    ("href", "data", "kind"),
    [
        ("data:text/plain;base64,aGk=", b"hi", "text/plain"),
        ("data:text/plain;base64,aGk", b"hi", "text/plain"),
        ("data:image/svg+xml;utf8,%3Csvg%3E", b"<svg>", "image/svg+xml"),
        ("data:,a%20b", b"a b", "text/plain"),
        ("data:image/png;base64,YW\n J j", b"abc", "image/png"),
        ("data:image/png;base64,YWJj#part", b"abc", "image/png"),
        ("data:image/svg+xml,%3Csvg/%3E#part", b"<svg/>", "image/svg+xml"),
        ("data:image/svg+xml,<svg fill='#f00'/>", b"<svg fill='#f00'/>", "image/svg+xml"),
    ],
)
def test_data_urls_are_decoded(href: str, data: bytes, kind: str) -> None:
    assert parse_data_url(href) == Fetched(data, kind)


@pytest.mark.parametrize("href", ["data:text/plain;base64", "data:;base64,@@@@"])
def test_broken_data_urls_are_refused(href: str) -> None:
    with pytest.raises(AssetError):
        Resources().read(href)


def test_relative_files_are_read_with_escapes_and_queries(folder: Path) -> None:
    resources = Resources(base=folder)
    assert resources.read("a%20b.txt?v=1#x").data == b"inside"
    assert resources.read("./a b.txt").data == b"inside"
    assert resources.read((folder / "a b.txt").as_uri()).data == b"inside"


@pytest.mark.parametrize(
    "href",
    ["../secret.txt", "%2e%2e/secret.txt", "x/../../secret.txt", "/etc/passwd", "file:///etc/passwd", "a\0b"],
)
def test_files_outside_of_the_folder_are_refused(folder: Path, href: str) -> None:
    with pytest.raises(AssetError):
        Resources(base=folder).read(href)


def test_a_link_out_of_the_folder_is_refused(folder: Path) -> None:
    (folder / "link").symlink_to(folder.parent / "secret.txt")
    with pytest.raises(AssetError, match="outside"):
        Resources(base=folder).read("link")


def test_the_author_may_lift_the_fence(folder: Path) -> None:
    assert Resources(base=folder, outside=True).read("../secret.txt").data == b"outside"


def test_without_a_folder_there_are_no_files() -> None:
    with pytest.raises(AssetError, match="switched off"):
        Resources().read("x.png")


def test_remote_files_go_through_the_fetcher_only() -> None:
    assert Resources(fetcher=FakeFetcher()).read("https://example.com/a").data == b"https://example.com/a"
    with pytest.raises(AssetError, match="switched off"):
        Resources().read("https://example.com/a")


@pytest.mark.parametrize("href", ["", "javascript:alert(1)", "ftp://x/y", "//host/a.png", "file://host/a"])
def test_other_schemes_are_refused(folder: Path, href: str) -> None:
    with pytest.raises(AssetError):
        Resources(base=folder, fetcher=FakeFetcher()).read(href)


def test_size_is_bounded(folder: Path) -> None:
    (folder / "big").write_bytes(bytes(101))
    resources = Resources(base=folder, image_limits=ImageLimits(bytes=100))
    with pytest.raises(AssetError, match="larger"):
        resources.read("big")
    with pytest.raises(AssetError, match="larger"):
        resources.read("data:;base64," + base64.b64encode(bytes(101)).decode())
