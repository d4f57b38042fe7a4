"""Writes docs/cli.md from the commands themselves: `python -m emblazon_origin.cli.reference`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .main import COMMANDS, parser
from .outputs import OUTPUTS, WITHOUT_JSON, Output

PAGE = Path(__file__).parents[3] / "docs" / "cli.md"
HEAD = """# Commands

Generated from the commands themselves by `python -m emblazon_origin.cli.reference`; a test keeps it current.

Every command that prints facts takes `--json`; what it prints then is listed here, and tests hold each
command to it. Errors are one line on stderr. Exit codes: 0 done, 1 a server, a file or the network failed,
2 the command line, the card or a setting is wrong, 3 findings. Settings come from the environment, else
`.env`, else `emblazon.toml`; `emblazon config` says which holds.
"""


def page() -> str:
    """Return the page."""
    return "\n".join([HEAD, *(_section(name, command) for name, command in _parsers().items())])


def _parsers() -> dict[str, argparse.ArgumentParser]:
    choices = next(a.choices for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    return {name: choices[name] for name in sorted(COMMANDS)}


def _section(name: str, command: argparse.ArgumentParser) -> str:
    rows = [row for action in command._actions if (row := _row(action))]
    lines = [f"## emblazon {name}\n", f"{_about(name)}.\n"]
    if rows:
        lines += ["| argument | meaning |", "|---|---|", *rows, ""]
    if name in OUTPUTS:
        lines.append(_json(OUTPUTS[name]))
    else:
        lines.append(f"No `--json`: {WITHOUT_JSON[name]}.\n")
    return "\n".join(lines)


def _about(name: str) -> str:
    top = next(a for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    text = next(str(choice.help) for choice in top._choices_actions if choice.dest == name)
    return text[0].upper() + text[1:]


def _row(action: argparse.Action) -> str:
    if action.help == argparse.SUPPRESS or isinstance(action, argparse._HelpAction):
        return ""
    value = action.metavar or (action.dest if not action.option_strings else action.dest.upper())
    if action.choices:
        value = "{" + ",".join(map(str, action.choices)) + "}"
    takes_value = action.nargs != 0
    named = [f"{option} {value}" if takes_value else option for option in action.option_strings[-1:]]
    shown = ", ".join([*action.option_strings[:-1], *named]) or str(value)
    return f"| `{shown}` | {str(action.help or '').replace('|', chr(92) + '|')} |"


def _json(output: Output) -> str:
    schema = output.schema()
    kind = "one object a line" if output.lines else "a list of objects" if "items" in schema else "an object"
    definitions = schema.get("$defs", {})
    members = ", ".join(_members(_resolved(schema.get("items", schema), definitions), definitions))
    return f"`--json` prints {kind}: {members}.\n"


def _resolved(schema: Any, definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = str(schema.get("$ref", "")).rpartition("/")[2]
    found: Mapping[str, Any] = definitions[reference] if reference else schema
    return found


def _members(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Iterator[str]:
    for name, member in schema.get("properties", {}).items():
        optional = "" if name in schema.get("required", ()) else ", may be missing"
        yield f"`{name}` ({_kind(member, definitions)}{optional})"


def _kind(member: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    if "anyOf" in member:
        return " or ".join(_kind(part, definitions) for part in member["anyOf"])
    if "$ref" in member:
        return "object: " + ", ".join(_members(_resolved(member, definitions), definitions))
    if member.get("type") == "array":
        return f"list of {_kind(member['items'], definitions)}"
    if "additionalProperties" in member and member.get("type") == "object":
        return f"{_kind(member['additionalProperties'], definitions)} by name"
    return str(member.get("type", "any"))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
