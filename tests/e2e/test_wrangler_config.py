"""The production configuration, as the current wrangler reads it (offline, nothing is deployed)."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from worker_imports import imports_of_the_worker
from workerd import ROOT

from emblazon_origin.host.wrangler import node_binary, worker_environment

pytestmark = pytest.mark.e2e


def dry_run(folder: Path, config: Path, *options: str) -> str:
    """Return what `wrangler deploy --dry-run` says; the modules it would upload are in `folder`/out."""
    wrangler = ROOT / "node_modules" / "wrangler" / "bin" / "wrangler.js"
    command = [node_binary(ROOT), str(wrangler), "deploy", "--dry-run", "--config", str(config)]
    done = subprocess.run(
        [*command, "--outdir", str(folder / "out"), *options],
        cwd=ROOT,
        env=worker_environment(ROOT, folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def beside() -> Iterator[Path]:
    """A configuration with the optional blocks switched on, where its relative paths still hold."""
    text = (ROOT / "wrangler.toml").read_text()
    config = ROOT / "wrangler.tests.toml"
    config.write_text(re.sub(r"^# (\[|[a-z_]+ = )", r"\1", text, flags=re.MULTILINE))
    yield config
    config.unlink()


@pytest.mark.parametrize("options", [(), ("--env", "staging")], ids=["production", "staging"])
def test_configuration_is_valid(tmp_path: Path, options: tuple[str, ...]) -> None:
    output = dry_run(tmp_path, ROOT / "wrangler.toml", *options)
    assert "EMBLAZON_KV" in output
    assert "EMBLAZON_ORIGIN_URL" in output
    assert "Unexpected fields" not in output


def test_upload_holds_what_the_worker_imports_and_nothing_else(tmp_path: Path) -> None:
    dry_run(tmp_path, ROOT / "wrangler.toml")
    uploaded = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.py")}
    assert uploaded == imports_of_the_worker()


def test_optional_blocks_are_valid_once_uncommented(tmp_path: Path, beside: Path) -> None:
    output = dry_run(tmp_path, beside)
    for binding in ("EMBLAZON_BLOBS", "EMBLAZON_ANALYTICS", "EMBLAZON_JOBS", "EMBLAZON_RATE_LIMIT"):
        assert binding in output
    assert "Unexpected fields" not in output


def test_configuration_holds_no_secret() -> None:
    text = (ROOT / "wrangler.toml").read_text()
    for name in ("SIGNING_KEYS", "PURGE_TOKEN", "ORIGIN_TOKEN", "ZONE_TOKEN"):
        assert not re.search(rf"^EMBLAZON_{name}\s*=", text, re.MULTILINE)
