"""The image is built and run for real: as a user without rights, on a root that nobody can write."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from threading import Timer

import pytest
from ports import free_port

from emblazon.contract.signing import Keyring

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
TOOLS = ("buildah", "debootstrap", "bwrap")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "emblazon"
BASE = "emblazon-test-base"
KEYS = "k1:0123456789abcdef0123456789abcdef"
MINUTES = 15 * 60
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        os.geteuid() != 0 or not all(map(shutil.which, TOOLS)),
        reason="wants root, buildah, debootstrap and bubblewrap: make image-test",
    ),
]


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    environment = {**os.environ, "STORAGE_DRIVER": "vfs", "BUILDAH_ISOLATION": "chroot"}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=MINUTES,
    )
    assert done.returncode == 0, done.stdout[-1500:] + done.stderr[-3000:]
    return done.stdout.strip()


@pytest.fixture(scope="module")
def base() -> str:
    """A Debian with Python, in the place of the image that the Dockerfile begins with; kept between runs."""
    if BASE not in run("buildah", "images", "--format", "{{.Name}}"):
        folder = CACHE / "debian"
        if not (folder / "usr" / "bin" / "python3").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.parent.mkdir(parents=True, exist_ok=True)
            run("debootstrap", "--variant=minbase", "--include=python3,python3-venv", "bookworm", folder)
        container = run("buildah", "from", "scratch")
        run("buildah", "add", "-q", container, folder, "/")
        run("buildah", "commit", "-q", container, BASE)
        run("buildah", "rm", container)
    return f"localhost/{BASE}"


@pytest.fixture(scope="module")
def image(base: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The file system of the built image; its wheels lie beside ours, so that the build asks no index."""
    folder = tmp_path_factory.mktemp("image")
    dist = folder / "dist"
    run(BIN / "python", "-m", "build", "--no-isolation", "--wheel", "--outdir", dist, ROOT)
    (wheel,) = dist.glob("*.whl")
    wanted = folder / "wanted.in"
    wanted.write_text(f"emblazon[origin] @ {wheel.as_uri()}\n")
    version = run("buildah", "run", probe := run("buildah", "from", base), "python3", "-V").removeprefix(
        "Python "
    )
    run("buildah", "rm", probe)
    compiled = run(
        BIN / "uv", "pip", "compile", "-q", "--no-header", "--no-annotate", "--python-version", version,
        wanted,
    )  # fmt: skip
    others = folder / "others.txt"
    others.write_text("\n".join(line for line in compiled.splitlines() if not line.startswith("emblazon")))
    run(BIN / "pip", "download", "-q", "--no-deps", "-d", dist, "-r", others)
    shutil.copy(ROOT / "Dockerfile", folder)
    run(
        "buildah", "build", "-q", "--format", "docker", "--build-arg", f"BASE={base}",
        "--build-arg", "PIP_NO_INDEX=1", "-t", "emblazon-test", folder,
    )  # fmt: skip
    container = run("buildah", "from", "emblazon-test")
    yield Path(run("buildah", "mount", container))
    run("buildah", "rm", container)
    run("buildah", "rmi", "emblazon-test")


def inside(image: Path, port: int) -> list[str]:
    """The command that runs something in the image as the image says: read-only, without rights."""
    (config,) = [
        run("buildah", "inspect", "--type", "image", "--format", "{{.OCIv1.Config.User}}", "emblazon-test")
    ]
    user, group = config.split(":")
    settings = {
        "PATH": "/opt/emblazon/bin:/usr/bin:/bin",
        "EMBLAZON_STATE_DIR": "/var/lib/emblazon",
        "EMBLAZON_HOST": "127.0.0.1",
        "EMBLAZON_PORT": str(port),
        "EMBLAZON_WORKERS": "1",
        "EMBLAZON_SIGNING_KEYS": KEYS,
        "EMBLAZON_PURGE_TOKEN": "purge-token-of-the-image-test",
    }
    return [
        "bwrap", "--ro-bind", str(image), "/", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp",  # noqa: S108 - inside the image
        "--tmpfs", "/var/lib/emblazon", "--unshare-user", "--uid", user, "--gid", group, "--die-with-parent",
        "--clearenv", *(part for pair in settings.items() for part in ("--setenv", *pair)),
        "--chdir", "/srv/emblazon", "emblazon",
    ]  # fmt: skip


def test_image_serves_a_signed_card_without_rights_on_a_read_only_root(image: Path) -> None:
    port = free_port()
    command = inside(image, port)
    server = subprocess.Popen(
        [*command, "serve"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    limit = Timer(240, server.kill)
    limit.start()
    try:
        assert server.stdout is not None
        printed = ""
        for line in server.stdout:
            printed += line
            if "is ready" in line:
                break
        assert "is ready" in printed, printed
        query = Keyring.parse(KEYS).sign("/og/article.png", "title=Hello")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/og/article.png?{query}", timeout=60) as card:
            assert card.headers["content-type"] == "image/png"
            assert card.read(8) == b"\x89PNG\r\n\x1a\n"
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/og/article.png?title=Hello", timeout=60)
        health = run(*command, "doctor", "--url", f"http://127.0.0.1:{port}", "--quick")
        assert health.startswith("ok")
    finally:
        limit.cancel()
        server.terminate()
        server.wait(60)


def test_image_names_its_user_ports_and_health_check(image: Path) -> None:
    said = run("buildah", "inspect", "--type", "image", "emblazon-test")
    assert re.search(r'"User": "65532:65532"', said)
    assert '"8080/tcp"' in said
    assert "doctor" in said
    assert not list((image / "opt/emblazon/lib").glob("python*/site-packages/pytest"))
