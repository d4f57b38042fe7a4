"""Exit codes of `emblazon`, and the error that carries one."""

from __future__ import annotations

FAILED = 1
WRONG_INPUT = 2
FINDINGS = 3


class CommandError(Exception):
    """Ends the command with one line on stderr and an exit code."""

    def __init__(self, message: str, code: int = WRONG_INPUT) -> None:
        super().__init__(message)
        self.code = code
