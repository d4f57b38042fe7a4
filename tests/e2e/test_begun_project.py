"""What `emblazon init` begins is served for development by `serve --dev` and, on workerd, by `dev`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from ports import free_port
from waiting import first_line
from workerd import ROOT

pytestmark = pytest.mark.e2e
EMBLAZON = str(Path(sys.executable).with_name("emblazon"))
MINUTES = 5 * 60


@pytest.mark.parametrize("command", [["serve", "--dev"], ["dev"]], ids=" ".join)
def test_project_with_keys_of_its_own_is_developed_unsigned_and_purged(
    command: list[str], tmp_path: Path
) -> None:
    edge = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EMBLAZON_")}
    environment |= {"EMBLAZON_PORT": str(edge), "EMBLAZON_EDGE_PORT": str(edge), "EMBLAZON_WORKERS": "1"}
    environment |= {"EMBLAZON_ORIGIN_PORT": str(free_port())}

    def emblazon(*arguments: str) -> str:
        return subprocess.run(
            [EMBLAZON, *arguments], cwd=tmp_path, env=environment, timeout=MINUTES, check=True, text=True,
            stdout=subprocess.PIPE,
        ).stdout  # fmt: skip

    emblazon("init", "--yes")
    assert "EMBLAZON_SIGNING_KEYS=" in (tmp_path / ".env").read_text()
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    with subprocess.Popen(
        [EMBLAZON, *command], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert f"http://127.0.0.1:{edge}/" in first_line(process)
            studio = first_line(process).removeprefix("The studio: ").strip()
            card = f"http://127.0.0.1:{edge}/og/hello.png?title=Hello"
            with httpx.Client(trust_env=False, timeout=60) as client:
                assert client.get(studio).status_code == 200
                answers = [client.get(card) for _again in range(2)]
                assert [answer.status_code for answer in answers] == [200, 200]
                signature = emblazon("sign", card).strip().rpartition("_sig=")[2]
                snippets = client.get(f"{studio}api/snippets/hello.png?title=Hello").text
                assert signature in snippets
            assert "Forgotten: template hello." in emblazon("purge", "--template", "hello")
        finally:
            process.terminate()
            try:
                process.wait(60)
            finally:
                process.kill()
