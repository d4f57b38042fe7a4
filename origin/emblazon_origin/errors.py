"""Errors of the origin.

    EmblazonError
     ├─ CardError          the card cannot be drawn as given (400)
     │   ├─ LimitError     it asks for more than a limit allows (422)
     │   ├─ StageFailed    a defect: a stage raised something else than these (422)
     │   └─ TemplateError  the template itself is at fault (500 on a server, exit code 2 in the CLI)
     ├─ WrongSettings      the project or the environment sets what cannot be (exit code 2 in the CLI)
     ├─ AssetError         an image or font could not be had; the card goes on without it
     ├─ Overloaded         no capacity; try again (503)
     ├─ DeadlinePassed     whoever asked does not wait any longer; the render goes on (504)
     └─ RenderTimeout      the render passed its own limit (504)

Each carries a private text (`str(error)`, for logs) and a `public` one that is safe to send to a client.
"""

from __future__ import annotations


class EmblazonError(Exception):
    """Base of every error that Emblazon raises on purpose."""

    status = 500
    report = True  # whether error tracking hears of it

    def __init__(self, message: str, *, public: str | None = None) -> None:
        super().__init__(message)
        self.public = public if public is not None else message


class CardError(EmblazonError):
    """The card cannot be drawn as given; the message says what to change."""

    status = 400
    report = False


class LimitError(CardError):
    """The card asks for more than a limit allows."""

    status = 422


class StageFailed(CardError):
    """A defect: a stage raised what it should not. It is an error of the card; the log has the trace."""

    status = 422
    report = True

    def __init__(self, message: str) -> None:
        super().__init__(message, public="The card could not be drawn.")


class TemplateError(CardError):
    """The template itself is at fault: syntax, schema, missing file."""

    status = 500
    report = True


class WrongSettings(EmblazonError):
    """The project or the environment sets what cannot be; the message names the place and the fix."""


class AssetError(EmblazonError):
    """An image or font could not be fetched or decoded; the card is drawn without it."""

    status = 502
    report = False


class Overloaded(EmblazonError):
    """No capacity now; carries seconds after which to try again."""

    status = 503
    report = False

    def __init__(self, message: str, *, retry_after: int = 1) -> None:
        super().__init__(message, public="The origin is at capacity; try again shortly.")
        self.retry_after = retry_after


class DeadlinePassed(EmblazonError):
    """The answer is due and the card is not there; what was begun goes on, for the next who asks."""

    status = 504
    report = False

    def __init__(self, message: str) -> None:
        super().__init__(message, public="The card is not drawn yet; ask again shortly.")


class RenderTimeout(EmblazonError):
    """The render passed its own limit; its process was ended."""

    status = 504
