"""The cron trigger reads a site's sitemap and draws the cards of its pages, on both runtimes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest
from local_server import LocalServer, Quiet
from misbehaving_origin import MisbehavingOrigin
from waiting import wait_until
from workerd import PyodideHost, RecordingWorkerd, Workerd, worker_variables

pytestmark = pytest.mark.e2e


class Blog:
    """A site with pages whose `og:image` is a signed card."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        self.asked: list[str] = []
        blog = self

        class Handler(Quiet):
            def do_GET(self) -> None:
                blog.asked.append(self.path)
                body, etag = blog.answer(self.path), f'"{len(blog.pages)}"'
                known = self.path == "/sitemap.xml" and self.headers["If-None-Match"] == etag
                self.send_response(304 if known else 200 if body else 404)
                self.send_header("ETag", etag)
                self.send_header("Content-Length", str(0 if known else len(body)))
                self.end_headers()
                if not known:
                    self.wfile.write(body)

        self._server = LocalServer(Handler)
        self.url = self._server.url

    def answer(self, path: str) -> bytes:
        if path == "/sitemap.xml":
            urls = "".join(f"<url><loc>{self.url}{page}</loc></url>" for page in self.pages)
            return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode()
        return self.pages.get(path, b"")

    def publish(self, path: str, image: str) -> None:
        meta = f'<meta property="og:image" content="{escape(image)}">'
        self.pages[path] = f"<!doctype html><head>{meta}</head><body>".encode()

    def close(self) -> None:
        self._server.close()


@pytest.fixture
def blog() -> Iterator[Blog]:
    blog = Blog()
    yield blog
    blog.close()


@pytest.mark.parametrize("kind", [Workerd, PyodideHost], ids=["workerd", "pyodide"])
def test_cards_of_new_pages_are_there_before_anybody_asks(
    kind: type[Workerd], blog: Blog, origin: MisbehavingOrigin, tmp_path: Path, title: str
) -> None:
    variables = worker_variables(origin.url) | {"EMBLAZON_SITEMAPS": f"{blog.url}/sitemap.xml"}
    worker = kind(tmp_path / "worker", variables)
    worker.start()
    try:
        card = worker.card_url(title)
        blog.publish("/posts/1", variables["EMBLAZON_PUBLIC_URL"] + card)
        blog.publish("/posts/2", variables["EMBLAZON_PUBLIC_URL"] + worker.card_url(f"{title}-2") + "x")
        worker.run_cron()
        assert len(origin.renders(title)) == 1
        assert blog.asked == ["/sitemap.xml", "/posts/1", "/posts/2"]
        assert not origin.renders(f"{title}-2"), "its signature is wrong"
        worker.run_cron()
        assert blog.asked[3:] == [], "it is not yet time"
        wait_until(lambda: "hit" in worker.client.get(card).headers["cache-status"])
        assert len(origin.renders(title)) == 1
    finally:
        worker.stop()


def test_cards_drawn_ahead_are_counted_as_warmed_used_and_wasted(
    blog: Blog, origin: MisbehavingOrigin, tmp_path: Path, title: str
) -> None:
    variables = worker_variables(origin.url) | {"EMBLAZON_SITEMAPS": f"{blog.url}/sitemap.xml"}
    worker = RecordingWorkerd(tmp_path / "worker", variables)

    def counted() -> Counter[str]:
        points: list[list[str]] = [point["blobs"] for point in worker.recorded()["analytics"]]  # type: ignore[misc]
        return Counter(blobs[0] for blobs in points if blobs[1] == "ahead")

    worker.start()
    try:
        for number in range(5):
            card = worker.card_url(f"{title}-{number}")
            blog.publish(f"/posts/{number}", variables["EMBLAZON_PUBLIC_URL"] + card)
        worker.run_cron()
        wait_until(lambda: counted() == {"warmed": 5})
        for number in (0, 1, 1):
            assert "hit" in worker.card(f"{title}-{number}").headers["cache-status"]
        assert len(origin.renders(f"{title}-0")) == 1
        worker.later(7 * 3600)
        worker.run_cron()
        assert counted() == {"warmed": 5, "used": 2}
        worker.later(8 * 86_400)
        worker.run_cron()
        assert counted() == {"warmed": 5, "used": 2, "wasted": 3}
    finally:
        worker.stop()
