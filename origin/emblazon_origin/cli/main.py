"""Parses the command line and runs one command; every error is one readable line on stderr.

Exit codes: 0 done · 1 a server, a file or the network failed · 2 the input is wrong · 3 findings.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from emblazon import __version__

from .exit_codes import FAILED, WRONG_INPUT, CommandError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

EPILOG = """exit codes:
  0  done
  1  a server, a file or the network failed
  2  the command line, the card or a setting is wrong
  3  `lint`, `audit` or `explain --strict` found errors
"""
# The module that defines each command; only the named one is loaded.
COMMANDS = {
    "serve": "serve", "origin": "serve", "dev": "serve", "render": "render", "export": "many.export",
    "sign": "sign", "purge": "purge", "explain": "explain_command", "lint": "explain_command",
    "fonts": "fonts_command", "init": "project.init", "new": "project.init",
    "eject": "project.init", "config": "project.config_command",
    "doctor": "project.doctor", "url": "url_command", "meta": "url_command", "pages": "many.pages",
    "warm": "many.warm", "worker": "project.worker_files", "stats": "project.stats",
    "manifest": "schema_commands", "types": "schema_commands", "completion": "completion",
    "audit": "project.audit_command",
}  # fmt: skip


class OneLineParser(argparse.ArgumentParser):
    """A parser whose errors are one line, as all errors here are; `--help` has the usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(WRONG_INPUT, f"emblazon: {' '.join(message.split())} (see {self.prog} --help)\n")


def parser(command: str = "") -> argparse.ArgumentParser:
    """Return the parser of one command and its module's others; of every command where none is named."""
    top = OneLineParser(
        prog="emblazon",
        description="Open Graph images at the edge, in Python.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"emblazon {__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in [COMMANDS[command]] if command in COMMANDS else dict.fromkeys(COMMANDS.values()):
        import_module(f"..{module}", __name__).register(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; without arguments they are the process's own."""
    if arguments is None:
        code = main(sys.argv[1:])
        gc.freeze()  # the process ends: there is nothing to gain by looking for garbage once more
        return code
    if list(arguments) == ["--version"]:  # without loading the commands
        print(f"emblazon {__version__}")
        return 0
    try:
        command = arguments[0] if arguments else ""
        _check_command(command)
        read_settings()
        options = parser(command).parse_args(arguments)
        code = int(options.run(options))
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read the output has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        return _explained(error)
    return code


def _check_command(name: str) -> None:
    """Raise CommandError for a command that there is not."""
    if name and name not in COMMANDS and not name.startswith("-"):
        from emblazon.contract.problem import unknown_word

        raise CommandError(f"{unknown_word('Command', name, list(COMMANDS))[0]} emblazon --help lists them.")


def read_settings() -> None:
    """Put the project's `emblazon.toml` below the environment, before any command reads a variable."""
    from ..home import SETTINGS_FILE, project_folder

    folder = project_folder()
    if (folder / ".env").is_file():
        from ..project import PREFIX, read_env_file
        from .project.secrets_file import ENV_FILE, FROM_FILES

        for name, value in read_env_file(folder / ENV_FILE).items():
            if name.startswith(PREFIX) and name not in os.environ:
                os.environ[name] = value
                FROM_FILES[name] = ENV_FILE
    if (folder / SETTINGS_FILE).is_file():
        from ..home import find_home
        from ..project import read_project
        from .project.settings import apply_settings

        apply_settings(read_project(find_home()))


def _explained(error: Exception) -> int:
    """Print what was wrong; a bug goes on up."""
    from emblazon.contract.problem import Problem
    from emblazon.contract.signing import KeyringError
    from emblazon.edge.config import ConfigError

    from ..errors import CardError, EmblazonError, WrongSettings

    match error:
        case ModuleNotFoundError() if (error.name or "").partition(".")[0] not in (
            "emblazon",
            "emblazon_origin",
        ):
            return _fail(f'{error.name} is not installed; run pip install "emblazon[origin]".', FAILED)
        case CommandError():
            return _fail(str(error), error.code)
        case CardError() | KeyringError() | ConfigError() | WrongSettings():
            return _fail(str(error), WRONG_INPUT)
        case Problem():
            return _fail(error.detail or error.title, WRONG_INPUT)
        case OSError():
            named = bool(error.filename and error.strerror)
            return _fail(f"{error.filename}: {error.strerror}." if named else str(error), FAILED)
        case EmblazonError():
            return _fail(str(error), FAILED)
    raise error


def _fail(message: str, code: int) -> int:
    print(f"emblazon: {' '.join(message.split())}", file=sys.stderr)
    return code
