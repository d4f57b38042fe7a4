"""Parses the command line and runs one command; every error is one readable line on stderr.

Exit codes: 0 done · 1 a server, a file or the network failed · 2 the input is wrong · 3 findings.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from emblazon import __version__
from emblazon.contract.problem import Problem
from emblazon.contract.signing import KeyringError
from emblazon.edge.config import ConfigError as EdgeConfigError

from ..errors import CardError, EmblazonError
from . import explain_command, export, fonts_command, purge, render, serve, sign
from .exit_codes import FAILED, WRONG_INPUT, CommandError

EPILOG = """exit codes:
  0  done
  1  a server, a file or the network failed
  2  the command line, the card or a setting is wrong
  3  `lint` or `explain --strict` found errors
"""
COMMANDS = (serve, render, export, sign, purge, explain_command, fonts_command)


class OneLineParser(argparse.ArgumentParser):
    """A parser whose errors are one line, as all errors here are; `--help` has the usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(WRONG_INPUT, f"emblazon: {' '.join(message.split())} (see {self.prog} --help)\n")


def parser() -> argparse.ArgumentParser:
    """Return the parser of every command."""
    top = OneLineParser(
        prog="emblazon",
        description="Open Graph images at the edge, in Python.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"emblazon {__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in COMMANDS:
        module.register(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    options = parser().parse_args(arguments)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except CommandError as error:
        return _fail(str(error), error.code)
    except (CardError, KeyringError, EdgeConfigError) as error:
        return _fail(str(error), WRONG_INPUT)
    except Problem as problem:
        return _fail(problem.detail or problem.title, WRONG_INPUT)
    except BrokenPipeError:  # whoever read the output has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:
        named = f"{error.filename}: {error.strerror}." if error.filename and error.strerror else str(error)
        return _fail(named, FAILED)
    except EmblazonError as error:
        return _fail(str(error), FAILED)
    except KeyboardInterrupt:
        return 130
    return code


def _fail(message: str, code: int) -> int:
    print(f"emblazon: {' '.join(message.split())}", file=sys.stderr)
    return code
