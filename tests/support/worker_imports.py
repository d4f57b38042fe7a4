"""What the Worker imports, and what its configuration copies to be uploaded."""

from __future__ import annotations

import ast
import subprocess
import tomllib
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[2]


def built_worker(folder: Path) -> Path:
    """Run the configuration's build step in `folder`, as wrangler does; returns the folder of the upload."""
    settings = tomllib.loads((folder / "wrangler.toml").read_text())
    subprocess.run(settings["build"]["command"], shell=True, cwd=folder, check=True, timeout=60)  # noqa: S602  # ours
    return folder.joinpath(settings["main"]).parent


def imports_of_the_worker() -> set[str]:
    """Return the modules that the entry imports, directly or not, at its start or later."""
    edge = ROOT / "edge"
    graph = grimp.build_graph("emblazon", cache_dir=None, exclude_type_checking_imports=True)
    entry = ast.parse((edge / "worker.py").read_text())
    needed = {
        node.module
        for node in ast.walk(entry)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("emblazon.")
    }
    for module in list(needed):
        needed |= graph.find_upstream_modules(str(module)) - {"emblazon"}
    needed |= {str(module).rpartition(".")[0] for module in needed} | {"emblazon"}
    paths = {Path(*str(module).split(".")) for module in needed if module}
    return {"worker.py"} | {
        str(path / "__init__.py" if (edge / path).is_dir() else path.with_suffix(".py")) for path in paths
    }
