"""Holds what `--json` prints against its documented type."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter

from emblazon_origin.cli.outputs import OUTPUTS


def check_shape(command: str, text: str) -> list[Any]:
    """Return the objects that a command printed; each has the members of its type and none more."""
    output = OUTPUTS[command]
    adapter: TypeAdapter[Any] = TypeAdapter(output.type)
    printed = [json.loads(line) for line in text.splitlines()] if output.lines else [json.loads(text)]
    for value in printed:
        assert json.loads(adapter.dump_json(adapter.validate_python(value, strict=True))) == value
    return printed
