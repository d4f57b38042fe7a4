"""`emblazon completion`: what a shell needs to complete commands, options, files and their values."""

from __future__ import annotations

import argparse

SHELLS = ("bash", "zsh", "fish", "tcsh")
EPILOG = """for this user, in new shells:
  bash  emblazon completion bash > ~/.local/share/bash-completion/completions/emblazon
  zsh   emblazon completion zsh > "${fpath[1]}/_emblazon"
  fish  emblazon completion fish > ~/.config/fish/completions/emblazon.fish
  tcsh  emblazon completion tcsh >> ~/.tcshrc"""
# Arguments whose values are files or folders, by the name that --help shows.
_FILES = ("FILE", "card")
_FOLDERS = ("FOLDER", "SITE_DIR", "folder")


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "completion",
        help="a script that completes commands and options in a shell",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("shell", choices=SHELLS, help="the shell")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the script."""
    import shtab

    from .main import parser  # late: it imports the commands

    top = parser()
    for command in _commands(top):
        _mark_paths(command)
    print(shtab.complete(top, options.shell))
    return 0


def _commands(top: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    return [
        command
        for action in top._actions
        if isinstance(action, argparse._SubParsersAction)
        for command in action.choices.values()
    ]


def _mark_paths(command: argparse.ArgumentParser) -> None:
    """Tell shtab which values are paths."""
    import shtab

    for action in command._actions:
        name = action.metavar or action.dest
        if name in _FILES or name in _FOLDERS:
            action.complete = shtab.FILE if name in _FILES else shtab.DIRECTORY  # type: ignore[attr-defined]  # shtab's
