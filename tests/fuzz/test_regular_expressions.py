"""Every regular expression that sees what strangers wrote takes time in proportion to it, and little of that.

The expressions are found in the product's source, with the methods that they are used by. Those of modules
that read only what the operator wrote are named with the reason; any other is tried.
"""

from __future__ import annotations

import ast
import importlib
import re
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import regex
from sweeps import sweep

from .pumps import pumps

ROOT = Path(__file__).parents[2]
CHARACTERS = 100_000
SECONDS = 0.05  # of computing
SHORT, INSTANT = 3_000, 0.0004
TRIES = 3
PATIENCE = 3.0  # seconds of computing that one expression is tried for
METHODS = ("match", "fullmatch", "search", "findall", "finditer", "sub", "subn", "split")
TRUSTED = {
    "server/config.py": "the operator's environment",
    "storage/port.py": "names that the operator exports under",
    "cli/": "the author's command line and files",
    "template/card_file.py": "card.toml, the author's",
    "workers/process.py": "the operator's environment",
    "server/app.py": "a request line of 32 KiB at most",
}


class Use(NamedTuple):
    """A regular expression and a method that it is used by."""

    where: str
    pattern: Any
    method: str

    def run(self, text: str) -> None:
        given: Any = text.encode("utf-8", "replace") if isinstance(self.pattern.pattern, bytes) else text
        function = getattr(self.pattern, self.method)
        if self.method in ("sub", "subn"):
            function(b"" if isinstance(given, bytes) else "", given)
        elif self.method == "finditer":
            for _ in function(given):
                pass
        else:
            function(given)


def sources() -> Iterator[tuple[Path, str]]:
    for folder in ("origin", "edge"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT / folder).with_suffix("").parts)
            if path.name != "worker.py":
                yield path, name.removesuffix(".__init__")


def is_trusted(path: Path) -> bool:
    text = path.as_posix()
    return any(f"/{part}" in text for part in TRUSTED)


@cache
def uses() -> list[Use]:
    found: dict[tuple[str, str, str], Use] = {}
    for path, module in sources():
        if is_trusted(path):
            continue
        text = path.read_text("utf-8")
        if not re.search(r"\b(re|regex)\.|compile\(", text):
            continue
        tree = ast.parse(text)
        for use in [*_inline(path, tree), *_named(path, module, tree)]:
            found[use.where, str(use.pattern.pattern), use.method] = use
    return list(found.values())


def _inline(path: Path, tree: ast.Module) -> Iterator[Use]:
    """Yield expressions given to functions of `re` and `regex` as texts."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        of = node.func.value
        if isinstance(of, ast.Name) and of.id in ("re", "regex") and node.func.attr in METHODS:
            engine: Any = re if of.id == "re" else regex
            if not isinstance(node.args[0], ast.Constant):  # made of others, which are tried
                continue
            yield Use(f"{path.name}:{node.lineno}", engine.compile(node.args[0].value), node.func.attr)


def _named(path: Path, module: str, tree: ast.Module) -> Iterator[Use]:
    """Yield compiled expressions of a module by every method that is called on their names anywhere in it."""
    methods: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in METHODS:
            base = node.value
            while isinstance(base, (ast.Subscript, ast.Attribute)):
                base = base.value
            if isinstance(base, ast.Name):
                methods.setdefault(base.id, set()).add(node.attr)
    for name, value in vars(importlib.import_module(module)).items():
        for pattern in _patterns(value):
            used = methods.get(name, set()) or {"match"}
            for method in sorted(used):
                yield Use(f"{path.name} {name}", pattern, method)


def _patterns(value: object) -> list[Any]:
    if isinstance(value, re.Pattern) or type(value).__name__ == "Pattern":
        return [value]
    if isinstance(value, dict):
        return [item for item in value.values() if isinstance(item, re.Pattern)]
    if isinstance(value, (tuple, list)):
        return [item for item in value if isinstance(item, re.Pattern)]
    return []


def seconds_of(use: Use, text: str) -> float:
    """Return the least of three runs where the first is a little too long: others may have slowed it."""
    best = float("inf")
    for _ in range(3):
        began = time.process_time()
        use.run(text)
        best = min(best, time.process_time() - began)
        if best <= SECONDS or best > 3 * SECONDS:
            break
    return best


def slow_input(use: Use) -> str:
    """Return what an expression takes too long for, "" for nothing.

    Short inputs are tried first: one whose time grows by more than its length is refused at once. A long one is
    tried where the time would be too long for it.
    """
    many = 4  # long inputs that are tried though nothing grew
    until = time.process_time() + PATIENCE
    source = use.pattern.pattern
    text = source.decode("latin-1") if isinstance(source, bytes) else source
    for prefix, unit, end in pumps(text, use.pattern.flags):

        def seconds(length: int, parts: tuple[str, str, str] = (prefix, unit, end)) -> float:
            return seconds_of(use, parts[0] + parts[1] * (length // len(parts[1])) + parts[2])

        taken: list[float] = []
        lengths = [22, SHORT // 4, SHORT]
        for length in lengths:
            taken.append(seconds(length))
            if taken[-1] > SECONDS:
                return f"{prefix!r} + {unit!r} * n + {end!r}: {taken[-1]:.3f} s for {length} characters"
            if length == SHORT and taken[2] * CHARACTERS / SHORT > SECONDS and many > 0:
                many -= 1
                lengths.append(CHARACTERS)
            if (
                length == SHORT
                and taken[2] > 8 * taken[1]
                and taken[2] > INSTANT
                and seconds(2 * SHORT) > 3 * taken[2]
            ):
                return f"{prefix!r} + {unit!r} * n + {end!r}: four times the text takes far longer"
        if time.process_time() > until:
            break
    return ""


def repeatedly_slow(use: Use) -> str:
    """Return what an expression takes too long for each time that it is tried; others may have slowed it once."""
    found = ""
    for _ in range(TRIES):
        found = slow_input(use)
        if not found:
            break
    return found


def test_the_expressions_are_found() -> None:
    assert len(uses()) > 100
    assert {"svg.py _LENGTH", "html.py _TAG"} <= {use.where for use in uses()}
    for part in TRUSTED:
        assert any(f"/{part}" in path.as_posix() for path, _ in sources()), f"{part} is gone"


def test_it_takes_little_time_for_much_text() -> None:
    slow = {f"{use.where} {use.method}": repeatedly_slow(use) for use in uses()}
    assert [f"{use}: {found}" for use, found in slow.items() if found] == []


@pytest.mark.parametrize("pattern", sweep([r"(a+)+$", r"\s*(x?)\s*$", r"(\d+\.?\d*|\.\d+)x"], quick=1))
def test_slow_expressions_are_noticed(pattern: str) -> None:
    assert slow_input(Use("here", re.compile(pattern), "search")) != ""
