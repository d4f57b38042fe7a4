"""`/openapi.json` is true to the code: schemathesis finds no 5xx, no undocumented answer, no hang."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from e2e_origin.conftest import METRICS_TOKEN

if TYPE_CHECKING:
    from e2e_origin.conftest import StartOrigin

# Not those that JSON Schema has no words for: the pixel bound _w · _h · _dpr², and texts whose length counts
# after invisible characters were removed.
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance",
    "response_headers_conformance", "response_schema_conformance", "unsupported_method", "ignored_auth",
)  # fmt: skip
# A card whose picture's server does not answer is not stored: 502, and the only 5xx that is right.
RIGHT = """
[[operations]]
include-path-regex = "^/store/"
checks.not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", "502"]
"""
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")


def _short(text: str) -> str:
    return "\n".join(line[:300] for line in text.splitlines()[-120:])


@pytest.mark.e2e
@pytest.mark.parametrize("secured", [False, True], ids=["open", "secured"])
def test_schemathesis_finds_nothing(start_origin: StartOrigin, tmp_path: Path, secured: bool) -> None:
    settings = {"EMBLAZON_STORAGE": "folder", "EMBLAZON_STORAGE_FOLDER": str(tmp_path / "cards")}
    if secured:
        settings["EMBLAZON_ORIGIN_TOKEN"] = "token-of-the-edge"
    # The real renderer, its queue as long as schemathesis is impatient.
    origin = start_origin(EMBLAZON_RENDERER="", EMBLAZON_QUEUE_WAIT="10", **settings)
    token = "token-of-the-edge" if secured else METRICS_TOKEN
    header = ["--header", f"Authorization: Bearer {token}"]
    (tmp_path / "schemathesis.toml").write_text(RIGHT)
    done = subprocess.run(
        [
            str(SCHEMATHESIS), "run", f"{origin.url}/openapi.json", *header, "--checks", ",".join(CHECKS),
            "--phases", "coverage,fuzzing", "--max-examples", "8", "--request-timeout", "60", "--seed", "7",
            "--include-path-regex", "article.png|docs.webp|json|readyz|healthz|metrics",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, _short(done.stdout)
    serious = [line for line in origin.lines if line.get("level") in ("error", "critical")]
    assert [line for line in serious if line.get("error") != "Incomplete"] == []
