"""`emblazon worker`: the Worker's entry and the edge's code, as the installed version has them."""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import emblazon

from ...home import builtin_folder, project_folder
from ..exit_codes import CommandError

if TYPE_CHECKING:
    from ..outputs import WrittenOutput

FOLDER = "build/worker"  # as in the checkout
# What the Worker imports; the SDK and its integrations are for sites.
_IMPORTED = (
    "__init__.py", "dataclass.py", "typed.py", "contract", "edge", "cloudflare",
    "sdk/__init__.py", "sdk/meta.py",
)  # fmt: skip


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "worker", help="write the Worker's code; wrangler.toml names it as the build, so that it is never old"
    )
    parser.add_argument(
        "folder", nargs="?", type=Path, metavar="FOLDER", help=f"default: {FOLDER}/ of the project"
    )
    parser.add_argument("--json", action="store_true", help="the files that were written, as JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the files anew."""
    folder: Path = options.folder or project_folder() / FOLDER
    written = write_worker(folder)
    if options.json:
        told: WrittenOutput = {"written": [str(path) for path in written]}
        print(json.dumps(told))
    else:
        print(f"wrote {len(written)} files into {folder}")
    return 0


def write_worker(folder: Path) -> list[Path]:
    """Write `worker.py` and the package `emblazon` into a folder, which holds nothing else; return the files.

    Raises `CommandError` where it holds something else, OSError where it cannot be written.
    """
    entry, package = folder / "worker.py", folder / "emblazon"
    others = (
        [path.name for path in folder.iterdir() if path not in (entry, package)] if folder.is_dir() else []
    )
    if others:
        raise CommandError(f"{folder} holds {others[0]}, which is not the Worker's; name an own folder.")
    shutil.rmtree(package, ignore_errors=True)
    for name in _IMPORTED:
        source, target = Path(emblazon.__file__).parent / name, package / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, target)
    entry.write_text(_entry().read_text("utf-8"), "utf-8")
    return [entry, *sorted(path for path in package.rglob("*") if path.is_file())]


def _entry() -> Path:
    """Return the entry, which binds the runtime to the edge: in the wheel, or in the checkout."""
    builtin = builtin_folder()
    inside = builtin / "worker.py"
    return inside if inside.is_file() else builtin / "edge" / "worker.py"
