"""The words on the wire between client, edge and origin; whoever says one of them says it from here."""

from __future__ import annotations

import re

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
