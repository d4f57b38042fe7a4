"""How long an answer may take. The deadlines nest, so that whoever is slow is told so by the one beside it:

edge     EMBLAZON_ORIGIN_TIMEOUT: what it still waits is sent with every request to the origin
origin   answers before that, with room for the way back: the card, or a 504
images   a share of what is then left, so that a card is drawn without its slow picture
"""

from __future__ import annotations

from .problem import BadRequest

HEADER = "X-Emblazon-Deadline"  # seconds, e.g. 8.75
LONGEST = 3600.0
ROOM, ROOM_SHARE = 0.5, 0.1  # seconds for the way back, at most this share of the whole


def write_deadline(seconds: float) -> str:
    """Write the field's value."""
    return f"{max(seconds, 0.001):.3f}"


def read_deadline(text: str) -> float | None:
    """Read the field's value; None where there is none. Raises BadRequest."""
    if not text.strip():
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= LONGEST:
        raise BadRequest(f"{HEADER} is a number of seconds above 0, at most {LONGEST:g}.")
    return seconds


def answer_within(seconds: float) -> float:
    """Return the seconds in which the origin answers somebody who waits `seconds`."""
    return seconds - min(ROOM, seconds * ROOM_SHARE)
