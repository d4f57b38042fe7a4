"""An edited template shows as soon as the origin has loaded it, with no fallback on the way."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from PIL import Image
from ports import free_port
from saving import save
from waiting import first_line, wait_until
from workerd import ROOT

pytestmark = pytest.mark.e2e
EMBLAZON = str(Path(sys.executable).with_name("emblazon"))
CARD_TOML = 'description = "A note."\n[params.title]\ndescription = "The note."\n'
PATIENCE = 180.0  # seconds for new render processes on a busy machine


@dataclass
class Site:
    """A project with one template, served for development."""

    template: Path
    client: httpx.Client  # of the edge
    origin: str  # whose manifest tells that a template is loaded; "" in the same process

    def paint(self, colour: str) -> None:
        """Save the template with a card of one colour."""
        page = f'<body style="margin: 0; background: {colour}">{{{{ title }}}}'
        save(self.template / "card.html", page)

    def version(self) -> str:
        """Return the version of the template that the origin has loaded; "" where it cannot be asked."""
        if not self.origin:
            return ""
        manifest = httpx.get(f"{self.origin}/manifest.json", trust_env=False, timeout=60).json()
        return str(manifest["templates"]["note"]["version"])

    def colour(self) -> tuple[int, ...]:
        """Ask for the card; return the colour of its last pixel."""
        answer = self.client.get("/og/note.png?title=Hello")
        assert answer.status_code == 200
        assert "x-emblazon-fallback" not in answer.headers
        image = Image.open(io.BytesIO(answer.content)).convert("RGB")
        colour = image.getpixel((image.width - 1, image.height - 1))
        assert isinstance(colour, tuple)
        return colour


@pytest.fixture(params=["serve", "dev"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    for name in ("node_modules", "edge", "wrangler.toml"):  # what `dev` runs the Worker with
        (tmp_path / name).symlink_to(ROOT / name)
    template = tmp_path / "templates" / "note"
    template.mkdir(parents=True)
    (template / "card.toml").write_text(CARD_TOML)
    edge, origin = free_port(), free_port()
    names = {"EMBLAZON_PORT": edge, "EMBLAZON_EDGE_PORT": edge, "EMBLAZON_ORIGIN_PORT": origin}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EMBLAZON_")}
    environment |= {name: str(port) for name, port in names.items()}
    environment |= {"EMBLAZON_DEV": "1", "EMBLAZON_HOME": str(tmp_path), "EMBLAZON_WORKERS": "1"}
    address = f"http://127.0.0.1:{edge}"
    client = httpx.Client(base_url=address, trust_env=False, timeout=60)
    drawn = Site(template, client, f"http://127.0.0.1:{origin}" if request.param == "dev" else "")
    drawn.paint("#ff0000")
    with (
        client,
        subprocess.Popen(
            [EMBLAZON, request.param], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
        ) as process,
    ):
        try:
            assert address in first_line(process)
            wait_until(lambda: client.get("/healthz").status_code == 200, PATIENCE)
            yield drawn
        finally:
            process.terminate()
            try:
                process.wait(60)
            finally:
                process.kill()


RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def test_edited_template_shows_as_soon_as_the_origin_has_it(site: Site) -> None:
    assert [site.colour(), site.colour()] == [RED, RED]
    for html, old, new in (("#00ff00", RED, GREEN), ("#0000ff", GREEN, BLUE)):
        before = site.version()
        site.paint(html)
        if before:
            wait_until(lambda before=before: site.version() != before, PATIENCE)  # type: ignore[misc]  # bound at once
            assert site.colour() == new, "at the first request"
        seen: list[tuple[int, ...]] = []
        wait_until(lambda seen=seen, new=new: seen.append(site.colour()) or seen[-1] == new, PATIENCE)  # type: ignore[misc]
        assert set(seen) <= {old, new}
        assert [site.colour(), site.colour()] == [new, new], "and never the old one again"
