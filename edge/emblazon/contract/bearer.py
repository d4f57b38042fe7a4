"""Bearer tokens: what edge and origin accept as one, and how they compare it."""

from __future__ import annotations

import hmac

MIN_LENGTH = 16  # characters
LOCAL_TOKEN = "local-purge-token"  # noqa: S105  # known to everybody: works in development, on the loopback
PLACEHOLDERS = ("changeme", "change-me", "secret", "password", "example", LOCAL_TOKEN)
HOW_TO_MAKE = "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'."


def token_fault(token: str, *, development: bool = False) -> str:
    """Say what is wrong with a configured token, without repeating it; "" where nothing is.

    `development` lets the token pass that everybody knows.
    """
    if len(token) < MIN_LENGTH:
        return f"is shorter than {MIN_LENGTH} characters"
    if not token.isascii() or not token.isprintable() or " " in token:
        return "has characters that no header can carry"
    if token.lower() in PLACEHOLDERS and not (development and token == LOCAL_TOKEN):
        return "is a token that everybody knows"
    return ""


def has_bearer(authorization: str, *tokens: str) -> bool:
    """Compare the value of an Authorization field with each token, in constant time; "" matches nothing."""
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() != "bearer":
        return False
    sent = given.strip().encode("utf-8", "replace")
    matches = [hmac.compare_digest(sent, token.encode()) for token in tokens if token]
    return any(matches)
