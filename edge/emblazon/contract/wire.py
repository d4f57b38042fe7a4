"""The words on the wire between client, edge and origin; whoever says one of them says it from here.

How long an answer may take is one of them. The deadlines nest, so that whoever is slow is told so by the one
beside it:

edge     EMBLAZON_ORIGIN_TIMEOUT: what it still waits is sent with every request to the origin
origin   answers before that, with room for the way back: the card, or a 504
images   a share of what is then left, so that a card is drawn without its slow picture
"""

from __future__ import annotations

import re

from .problem import BadRequest

# Header fields from the edge to the origin
KEY = "X-Emblazon-Key"  # the edge's key, part of the origin's own: every purge asks for a new drawing
KEY_FORM = re.compile(r"[A-Za-z0-9._:,=\-]{0,256}")

# … in the query, where a cache stands between the two: the version wanted, then what tells cards apart there.
# `_cb` is on the ignore list: no card sees it.
SHARED = "_cb"
VERSION_DIGITS = 16  # of a template's version in it
# What the platform's cache obeys before all else, and nobody passes on
SHARED_LIFE = "Cloudflare-CDN-Cache-Control"

# … from the origin to the edge
TEMPLATE_VERSION = "X-Emblazon-Template-Version"
PICTURE = "X-Emblazon-Picture"  # quick, remote, degraded; or final
SIZE = "X-Emblazon-Size"  # device pixels, 1200x630
DEGRADED = "X-Emblazon-Degraded"

# … from the edge to the client
FALLBACK = "X-Emblazon-Fallback"  # why this is not the card that was asked for
REQUEST_ID = "X-Request-Id"
REQUEST_ID_FORM = re.compile(r"[A-Za-z0-9._\-]{1,128}")

# The origin's routes for cards: /render/article.png, its fallback look, and a drawing put into the storage
RENDER, FALLBACK_LOOK, STORE = "render", "fallback", "store"

# On every answer of ours: a picture is no page
SECURITY: tuple[tuple[str, str], ...] = (
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; sandbox"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
)

# Fields of one connection, that no intermediary passes on (RFC 9110 §7.6.1)
HOP_BY_HOP = frozenset(
    (
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    )
)

DEADLINE = "X-Emblazon-Deadline"  # seconds, e.g. 8.75
LONGEST_DEADLINE = 3600.0
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
    if not 0 < seconds <= LONGEST_DEADLINE:
        raise BadRequest(f"{DEADLINE} is a number of seconds above 0, at most {LONGEST_DEADLINE:g}.")
    return seconds


def answer_within(seconds: float) -> float:
    """Return the seconds in which the origin answers somebody who waits `seconds`."""
    return seconds - min(ROOM, seconds * ROOM_SHARE)
