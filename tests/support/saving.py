"""Saving a file as careful editors do: who looks meanwhile sees the old one or the new one, whole."""

from __future__ import annotations

from pathlib import Path


def save(path: Path, text: str) -> None:
    """Write a file in one step, by way of another that no watch looks at."""
    beside = path.with_name(f".{path.name}.saving")
    beside.write_text(text, "utf-8")
    beside.replace(path)
