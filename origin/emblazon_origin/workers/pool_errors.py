"""Errors of the render processes.

EmblazonError
 ├─ Overloaded        the queue is full (errors.py)
 ├─ RenderTimeout     the render passed its deadline; its process was killed (errors.py)
 ├─ WorkerLost        the process died under the render, twice
 ├─ OutOfMemory       the render passed the memory limit of its process
 ├─ Quarantined       this input has killed processes before; not tried again for a while
 └─ RenderFailed      a defect: the renderer raised something it should not
"""

from __future__ import annotations

from emblazon_origin.errors import CardError, EmblazonError, LimitError, StageFailed, TemplateError


class WorkerLost(EmblazonError):
    """The render process died, and so did the one that tried again."""

    def __init__(self, message: str) -> None:
        super().__init__(message, public="The card could not be drawn.")


class OutOfMemory(EmblazonError):
    """The render needed more memory than a render process may have."""

    def __init__(self, message: str) -> None:
        super().__init__(message, public="The card needs too much memory to draw.")


class Quarantined(EmblazonError):
    """The breaker for this input is open."""

    status = 503
    report = False

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            f"quarantined for another {retry_after} s: this input ended render processes before",
            public="This card has failed repeatedly and is not tried again for a while.",
        )
        self.retry_after = retry_after


class RenderFailed(EmblazonError):
    """A defect in the renderer."""

    def __init__(self, message: str) -> None:
        super().__init__(message, public="The card could not be drawn.")


class PoolFailed(EmblazonError):
    """The render processes cannot start; the message names the font or template at fault."""

    status = 503


class _RemoteError(EmblazonError):
    def __init__(self, message: str, public: str, status: int) -> None:
        super().__init__(message, public=public)
        self.status = status


def from_answer(answer: dict[str, object]) -> EmblazonError:
    """Return the error that a render process described."""
    message, public = str(answer["message"]), str(answer.get("public", ""))
    match answer["error"]:
        case "memory":
            return OutOfMemory(message)
        case "internal":
            return RenderFailed(message)
        case "CardError":
            return CardError(message, public=public)
        case "LimitError":
            return LimitError(message, public=public)
        case "StageFailed":
            return StageFailed(message)
        case "TemplateError":
            return TemplateError(message, public=public)
        case _:
            status = answer.get("status")
            return _RemoteError(message, public, status if isinstance(status, int) else 500)
