"""The completion script, loaded into a real bash that is asked what it would offer."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from emblazon_origin.cli import main
from emblazon_origin.cli.main import COMMANDS

ASK = r"""
source {script}
cd {folder}
COMP_LINE={line!r} COMP_POINT=${{#COMP_LINE}}
read -ra COMP_WORDS <<< "$COMP_LINE"
[[ $COMP_LINE == *' ' ]] && COMP_WORDS+=('')
COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))
_shtab_emblazon 2>/dev/null
printf '%s\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("completion") / "emblazon.bash"
    done = subprocess.run(
        [sys.executable, "-m", "emblazon_origin.cli", "completion", "bash"],
        capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    path.write_text(done.stdout)
    return path


def offered(script: Path, line: str, folder: Path) -> set[str]:
    ask = ASK.format(script=script, line=line, folder=folder)
    done = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, check=True, timeout=120)
    return set(done.stdout.split())


def test_bash_is_told_whom_to_ask(script: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", f"source {script} && complete -p emblazon"], capture_output=True, text=True, check=True
    )
    assert "-F _shtab_emblazon" in done.stdout


def test_every_command_is_offered(script: Path, tmp_path: Path) -> None:
    assert offered(script, "emblazon ", tmp_path) >= set(COMMANDS)
    assert offered(script, "emblazon do", tmp_path) == {"doctor"}


def test_options_and_their_choices_are_offered(script: Path, tmp_path: Path) -> None:
    assert "--max-bytes" in offered(script, "emblazon render --", tmp_path)
    assert offered(script, "emblazon render article --format a", tmp_path) == {"avif", "auto-safe"}


def test_values_that_are_paths_are_completed_as_such(script: Path, tmp_path: Path) -> None:
    (tmp_path / "public").mkdir()
    (tmp_path / "page.html").touch()
    assert offered(script, "emblazon pages p", tmp_path) == {"public"}
    assert {"page.html", "public"} >= offered(script, "emblazon explain pa", tmp_path) == {"page.html"}


@pytest.mark.parametrize("shell", ["zsh", "fish", "tcsh"])
def test_other_shells_have_scripts_that_they_can_read(
    shell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["completion", shell]) == 0
    text = capsys.readouterr().out
    assert "emblazon" in text
    if binary := shutil.which(shell):  # parse it, where the shell is here
        (tmp_path / "script").write_text(text)
        subprocess.run([binary, "-n", str(tmp_path / "script")], check=True, timeout=120)
