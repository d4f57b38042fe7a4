"""Who may ask: signed URLs, and the bearer tokens of edge and origin.

URLs are signed with HMAC-SHA256 over the path and the query, without the template's schema:

    text = "v1\\n" + canonical path + "\\n" + canonical query without `_sig`
    _sig = base64url(HMAC-SHA256(secret, text)[:16]), without padding

Canonical query: split at `&`, skip empty pairs, split each at the first `=`, turn `+` into a space,
percent-decode as UTF-8, compose to NFC, sort by name (byte order of UTF-8), percent-encode all but
`A–Z a–z 0–9 - . _ ~` with upper-case digits, join as `name=value` with `&`. Canonical path: the same decoding
and encoding for each segment between slashes, `+` being itself. `_kid` and `_exp` are part of what is signed.
A name loses a leading `amp;`, and what is on the ignore list is no part of the text: who appends it breaks no
signature. A signature over all that stands before it, made without knowing the list, holds too. Neither opens
anything, since what is on the list never reaches a card.
`tests/vectors/signing.json` holds vectors and `tests/vectors/reference.mjs` the same in JavaScript.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256

from ..dataclass import dataclass, field
from .options import parse_expiry
from .problem import Forbidden, Gone
from .uri import DEFAULT_IGNORED, IgnoreList, canonical_path_string, check_url_size, encode_query, read_query

SIGNATURE_BYTES = 16  # of 32: 128 bits in 22 characters; up to all 32 are accepted
LEEWAY = 60  # seconds that the verifier's clock may be ahead of the signer's
MIN_SECRET = 16  # characters

_KID = re.compile(r"[A-Za-z0-9_-]{1,32}")
_SIG = re.compile(r"[A-Za-z0-9_-]{22,43}")
_LONGEST = 43 + 64  # characters: a signature, and what came along of the text around a URL
_AFTER_URL = re.compile(r"(?<![^A-Za-z0-9_=-])[^A-Za-z0-9_=-]{1,64}\Z")

MIN_TOKEN = 16  # characters
LOCAL_TOKEN = "local-purge-token"  # noqa: S105  # known to everybody: works in development, on the loopback
PLACEHOLDERS = ("changeme", "change-me", "secret", "password", "example", LOCAL_TOKEN)
HOW_TO_MAKE = "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'."


class KeyringError(ValueError):
    """The signing keys are not written as `kid:secret,kid2:secret2`."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """Signing secrets by key id. The first signs; all verify, so that rotation breaks no published URL."""

    keys: dict[str, bytes] = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Keyring:
        """Read `kid:secret,kid2:secret2`, newest first; raises KeyringError, which shows no secret."""
        keys: dict[str, bytes] = {}
        for number, entry in enumerate(filter(None, map(str.strip, text.split(","))), start=1):
            kid, colon, secret = entry.partition(":")
            if not colon or not _KID.fullmatch(kid):
                raise KeyringError(
                    f"Signing key {number} is not kid:secret, the kid being up to 32 of A-Z a-z 0-9 _ -."
                )
            if len(secret) < MIN_SECRET:
                raise KeyringError(
                    f"The secret of signing key {kid!r} is shorter than {MIN_SECRET} characters."
                )
            if kid in keys:
                raise KeyringError(f"Signing key id {kid!r} is given twice.")
            keys[kid] = secret.encode()
        if not keys:
            raise KeyringError("There is no signing key; write kid:secret.")
        return cls(keys)

    def sign(
        self,
        path: str,
        query: str = "",
        *,
        expires_at: int | None = None,
        ignored: IgnoreList = DEFAULT_IGNORED,
    ) -> str:
        """Return the canonical query with `_kid`, `_exp` where it expires, and `_sig` after them.

        What is on the ignore list follows as it was written. `path` and `query` are percent-encoded; a
        signature already in the query is replaced. `expires_at` is in seconds since 1970. Raises BadRequest
        and BadParameter for a malformed URL.
        """
        read = read_query(query, ignored)
        pairs = read.pairs
        pairs.pop("_sig", None)
        pairs["_kid"] = next(iter(self.keys))
        if expires_at is not None:
            pairs["_exp"] = str(expires_at)
        signature = self._mac(pairs["_kid"], path, pairs)[:SIGNATURE_BYTES]
        return "&".join(
            [encode_query(pairs), f"_sig={_encode(signature)}", *(pair for _, pair in read.appended)]
        )

    def verify(self, path: str, raw_query: str, now: float, *, ignored: IgnoreList = DEFAULT_IGNORED) -> None:
        """Return where the URL is signed by one of the keys and has not expired; needs no manifest.

        Raises UriTooLong, BadRequest or BadParameter (malformed), Forbidden (missing, wrong, unknown key),
        Gone (expired more than `LEEWAY` seconds ago).
        """
        check_url_size(path, raw_query)
        query = read_query(raw_query, ignored)
        matches = self._is_signed(path, query.pairs)
        if not matches and (as_signed := query.as_signed) is not None:
            matches = self._is_signed(path, as_signed)
        if not matches:
            raise Forbidden("The signature of this URL is missing or does not match it.")
        expiry = parse_expiry(query.pairs)
        if expiry is not None and now > expiry + LEEWAY:
            raise Gone("The signed URL has expired.")

    def _is_signed(self, path: str, given_pairs: dict[str, str]) -> bool:
        pairs = dict(given_pairs)
        written = pairs.pop("_sig", "")
        given = _decode(_AFTER_URL.sub("", written) if len(written) <= _LONGEST else "")
        kid = pairs.get("_kid", "")
        # An unknown key takes as long as a known one.
        known = kid in self.keys
        expected = self._mac(kid if known else next(iter(self.keys)), path, pairs)
        matches = hmac.compare_digest(expected[: len(given)], given)
        return bool(known and given and matches)

    def _mac(self, kid: str, path: str, pairs: dict[str, str]) -> bytes:
        return hmac.digest(self.keys[kid], signing_text(path, pairs).encode(), sha256)


def signing_text(path: str, pairs: dict[str, str]) -> str:
    """The text that is signed; `pairs` is the decoded query without `_sig`."""
    return f"v1\n{canonical_path_string(path)}\n{encode_query(pairs)}"


def _encode(signature: bytes) -> str:
    return urlsafe_b64encode(signature).decode().rstrip("=")


def _decode(text: str) -> bytes:
    """The bytes of a signature; empty where it is not canonical unpadded base64url of 16 to 32 bytes."""
    if not _SIG.fullmatch(text) or len(text) % 4 == 1:
        return b""
    signature = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return signature if _encode(signature) == text else b""


def token_fault(token: str, *, development: bool = False) -> str:
    """Say what is wrong with a configured token, without repeating it; "" where nothing is.

    `development` lets the token pass that everybody knows.
    """
    if len(token) < MIN_TOKEN:
        return f"is shorter than {MIN_TOKEN} characters"
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
