"""What an isolate loads before its first request: start-up is paid for by whoever comes first."""

from __future__ import annotations

import json
import subprocess
import sys

MOST_MODULES = 85  # with the standard library's; it was 122 when purge, publishing and cron came along
LATE = (
    "emblazon.edge.admin.purge",
    "emblazon.edge.admin.publish",
    "emblazon.edge.admin.scheduled",
    "emblazon.edge.fill.last_resort",
)


# What takes as long to load as all of the edge: `emblazon.dataclass` and `emblazon.typed` stand for it.
SLOW = ("dataclasses", "inspect", "typing", "urllib.parse", "calendar", "asyncio", "email")


def loaded(statement: str) -> list[str]:
    """Return the modules that a statement loads in a process of its own."""
    code = (
        "import json, sys; before = set(sys.modules)\n"
        f"{statement}\n"
        "print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    modules: list[str] = json.loads(done.stdout)
    return modules


def test_handler_loads_few_modules() -> None:
    modules = loaded("import emblazon.edge.handler")
    assert len(modules) <= MOST_MODULES, modules


def test_handler_loads_neither_administration_nor_the_picture_of_last_resort() -> None:
    modules = loaded("import emblazon.edge.handler")
    assert not [name for name in modules if name in LATE]


def test_handler_loads_nothing_that_takes_as_long_as_itself() -> None:
    modules = loaded("import emblazon.edge.handler")
    assert not [name for name in modules if name in SLOW]
