"""Fetching remote images and fonts for cards, behind the SSRF guard; the `Fetcher` of a render process."""

from __future__ import annotations

import math
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpcore
import httpx

from emblazon_origin.assets.fetch_decode import ACCEPT_ENCODING, TooLarge, decode
from emblazon_origin.assets.guard import GuardPolicy, Refused, check_url
from emblazon_origin.assets.guard_dial import (
    Connect,
    Deadline,
    GuardedBackend,
    GuardedTransport,
    Resolve,
    TooSlow,
    connect,
    resolve,
)
from emblazon_origin.assets.image_headers import sniff
from emblazon_origin.assets.resources import Fetched
from emblazon_origin.caching import ByteCache
from emblazon_origin.errors import AssetError
from emblazon_origin.limits import MAX_FONT_FILE_BYTES, MAX_IMAGE_BYTES

MAX_REDIRECTS = 5
CARD_SHARE = 0.6  # of a card's time, for all its fetches together
PICTURES_SHARE = 0.8  # by when its pictures are decoded
_FONTS = (b"\0\1\0\0", b"OTTO", b"true", b"wOFF", b"wOF2", b"ttcf")
_SETTING = " (EMBLAZON_IMAGE_BYTES)"
_REDIRECTS = {301, 302, 303, 307, 308}
_FONT_FILES = (".ttf", ".otf", ".ttc", ".woff", ".woff2")
_HEADERS = {
    "Accept": "image/avif,image/webp,image/png,image/jpeg,image/gif,image/svg+xml,font/*,*/*;q=0.1",
    "Accept-Encoding": ACCEPT_ENCODING,
}
USER_AGENT = "Mozilla/5.0 (compatible; Emblazon/0.1; +https://github.com/emblazon/emblazon)"
_BODIES = frozenset((200, 203, 206))  # that a proxy touched, or that a server calls a part: as browsers
_PASSING = frozenset((502, 503, 504))  # a second try may find it over
_STALE = 3600.0  # seconds that an expired body is kept, to ask whether it has changed


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Bounds of one fetch: seconds for everything, bytes on the wire and decoded."""

    seconds: float = 5.0
    max_bytes: int = MAX_IMAGE_BYTES
    max_font_bytes: int = MAX_FONT_FILE_BYTES
    cache_bytes: int = 32 << 20
    keep: float = 60.0  # seconds that a body is kept
    keep_failure: float = 10.0  # seconds that a failure is remembered
    user_agent: str = USER_AGENT


@dataclass(frozen=True, slots=True)
class _Kept:
    """A body, the time until it is used unasked, and the ETag to ask with later."""

    body: Fetched
    until: float
    etag: str

    @property
    def bytes(self) -> int:
        return len(self.body.data) + len(self.etag) + 512


class _Passing(AssetError):
    """A failure that may be over at once."""


class _Unchanged(Exception):
    """304: what is kept is still right."""


class GuardedFetcher:
    """Fetches http and https URLs that the policy allows.

    Bodies and failures are remembered for a short while: a slow host costs its time-out once, not once
    per card.
    """

    def __init__(
        self,
        policy: GuardPolicy | None = None,
        limits: FetchLimits | None = None,
        *,
        resolver: Resolve = resolve,
        connector: Connect = connect,
        ssl_context: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._policy = policy or GuardPolicy()
        self._limits = limits or FetchLimits()
        self._resolver = resolver
        self._connector = connector
        self._ssl_context = ssl_context
        limits = self._limits
        self._bodies: ByteCache[_Kept] = ByteCache("fetched", limits.cache_bytes, lambda kept: kept.bytes)
        self._failures: ByteCache[AssetError] = ByteCache(
            "failed fetches", 1 << 20, lambda _: 800, life=limits.keep_failure, clock=clock
        )
        self.outcomes: Counter[str] = Counter()
        self._clock = clock
        self._card_end = self._pictures_end = math.inf
        self._waits: Callable[[bool], None] = lambda _waits: None
        self._under_way = 0
        self._lock = threading.Lock()  # the images of one card are fetched side by side

    @classmethod
    def of(cls, settings: Mapping[str, Any], *, cache_bytes: int = 32 << 20) -> GuardedFetcher:
        """Return a fetcher under EMBLAZON_FETCH_*, as `OriginConfig.fetch_settings` gives them."""
        policy = GuardPolicy.of(
            tuple(settings["ports"]),
            tuple(settings["hosts"]),
            tuple(settings["networks"]),
            settings["literals"],
            settings["local"],
        )
        limits = FetchLimits(
            seconds=settings["seconds"],
            max_bytes=settings.get("max_bytes") or MAX_IMAGE_BYTES,
            cache_bytes=cache_bytes,
            user_agent=settings.get("user_agent") or USER_AGENT,
        )
        return cls(policy, limits)

    def prepare(self) -> None:
        """Load the certificate authorities now rather than in the first fetch."""
        self._tls()

    def begin_card(
        self, waits: Callable[[bool], None] = lambda _waits: None, seconds: float = math.inf
    ) -> None:
        """Start the time that all fetches of one card have together, and count their outcomes anew.

        `waits` hears when the first of several fetches begins and when the last one ends. Of the `seconds`
        that the card has, fetches get a share, so that it can be drawn without what was too slow.
        """
        self._card_end = self._clock() + min(self._limits.seconds, seconds * CARD_SHARE)
        self._pictures_end = self._clock() + seconds * PICTURES_SHARE
        self.outcomes = Counter()
        self._waits = waits
        self._under_way = 0

    def fetch(self, url: str) -> Fetched:
        """Fetch a URL. Raises AssetError (Refused, TooSlow, TooLarge)."""
        with self._lock:
            kept = self._bodies.peek(url)
            fresh = kept is not None and kept.until > self._clock()
            failure = self._failures.peek(url) or self._failures.peek(_host(url))
            if fresh or failure:
                self.outcomes["kept" if fresh else "kept failure"] += 1
        if kept is not None and fresh:
            return kept.body
        if failure:
            raise type(failure)(str(failure))
        seconds = min(self._limits.seconds, self._card_end - self._clock())
        fair = self._is_fair(seconds)
        try:
            fetched = self._announced(url, seconds, kept)
        except AssetError as error:
            with self._lock:
                self.outcomes[_outcome(error)] += 1
                if fair or not isinstance(error, TooSlow):
                    self._failures.put(url, error)
            raise
        with self._lock:
            self.outcomes["ok"] += 1
            self._bodies.put(url, fetched)
        return fetched.body

    def time_left(self) -> float:
        """Return the seconds of the clock that the card's pictures may take yet."""
        return self._pictures_end - self._clock()

    def sweep(self) -> None:
        """Drop what is too old to ask whether it has changed."""
        now = self._clock()
        self._bodies.drop_where(lambda kept: kept.until + (_STALE if kept.etag else 0.0) <= now)

    def _is_fair(self, seconds: float) -> bool:
        """Return whether a fetch that had so long may be called slow: others may have used it up."""
        return seconds > self._limits.seconds / 2

    def _announced(self, url: str, seconds: float, kept: _Kept | None) -> _Kept:
        """Fetch, and tell whoever gave us the processor that we do not need it meanwhile."""
        with self.waiting():
            return self._follow(url, seconds, kept)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Tell that something is waited for and the processor is free meanwhile."""
        with self._lock:
            self._under_way += 1
            if self._under_way == 1:
                self._waits(True)
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1
                if not self._under_way:
                    self._waits(False)

    def _follow(self, text: str, seconds: float, kept: _Kept | None) -> _Kept:
        deadline = Deadline(seconds)
        for _ in range(MAX_REDIRECTS + 1):
            try:
                target = self._get_twice(text, deadline, kept.etag if kept is not None else "")
            except _Unchanged:
                if kept is None:
                    raise AssetError("the answer is not a picture but 304") from None
                return replace(kept, until=self._clock() + self._limits.keep)
            except TooSlow as error:  # the host that was asked last is the slow one
                if self._is_fair(seconds):
                    with self._lock:
                        self._failures.put(_host(text), error)
                raise
            if isinstance(target, _Kept):
                return target
            text = target
        raise AssetError(f"more than {MAX_REDIRECTS} redirects")

    def _get_twice(self, text: str, deadline: Deadline, etag: str) -> _Kept | str:
        """Ask, and once more where the failure may be over."""
        try:
            return self._get(text, deadline, etag)
        except _Passing:
            deadline.left()
            return self._get(text, deadline, etag)

    def _get(self, text: str, deadline: Deadline, etag: str) -> _Kept | str:
        """Ask once: a body, or where to go instead. Raises _Unchanged where the ETag is still right."""
        url = check_url(text, self._policy)
        backend = GuardedBackend(self._policy, deadline, self._resolver, self._connector)
        transport = GuardedTransport(backend, self._tls())
        try:
            # trust_env=False: neither proxies nor .netrc nor certificates from the environment
            with httpx.Client(transport=transport, trust_env=False, follow_redirects=False) as client:  # noqa: SIM117
                with client.stream("GET", url, headers=self._headers(etag)) as response:
                    return self._read(url, response)
        except (
            httpx.InvalidURL,
            ValueError,
        ) as error:  # httpx looks at Location in any case
            raise Refused(f"redirected to something that is not a URL: {error}") from error
        except (httpcore.TimeoutException, httpx.TimeoutException) as error:
            deadline.left()
            raise TooSlow(f"{_name(url)} is too slow") from error
        except ssl.SSLError as error:
            raise AssetError(f"{_name(url)} could not be read: {error}") from error
        except (httpcore.NetworkError, httpcore.RemoteProtocolError, httpx.TransportError, OSError) as error:
            deadline.left()
            raise _Passing(f"{_name(url)} could not be read: {type(error).__name__}: {error}") from error
        except (httpcore.ProtocolError, httpx.HTTPError) as error:
            deadline.left()
            raise AssetError(f"{_name(url)} could not be read: {type(error).__name__}: {error}") from error

    def _headers(self, etag: str) -> dict[str, str]:
        headers = {**_HEADERS, "User-Agent": self._limits.user_agent}
        return {**headers, "If-None-Match": etag} if etag else headers

    def _read(self, url: httpx.URL, response: httpx.Response) -> _Kept | str:
        location = response.headers.get("location")
        if response.status_code in _REDIRECTS and location:
            try:
                return str(url.join(location))
            except (httpx.InvalidURL, ValueError) as error:
                raise Refused(f"redirected to something that is not a URL: {error}") from error
        if response.status_code == 304:
            raise _Unchanged
        if response.status_code not in _BODIES:
            kind = _Passing if response.status_code in _PASSING else AssetError
            raise kind(f"{_name(url)} answered {response.status_code}")
        content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        is_font = content_type.startswith("font/") or url.path.lower().endswith(_FONT_FILES)
        limit = self._limits.max_font_bytes if is_font else self._limits.max_bytes
        announced = response.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > limit:
            raise TooLarge(f"larger than {limit:,} bytes{'' if is_font else _SETTING}")
        encoding = response.headers.get("content-encoding", "")
        try:
            data = decode(response.iter_raw(), encoding, limit)
        except TooLarge as error:
            raise TooLarge(f"{error}{'' if is_font else _SETTING}") from error
        if content_type in ("text/html", "application/xhtml+xml") and not _is_known(data):
            raise AssetError(f"{_name(url)} answered with a web page, not an image")
        etag = response.headers.get("etag", "")
        until = self._clock() + self._limits.keep
        return _Kept(Fetched(data, content_type), until, etag if len(etag) < 500 and etag.isascii() else "")

    def _tls(self) -> ssl.SSLContext:
        if self._ssl_context is None:
            self._ssl_context = httpx.create_ssl_context(trust_env=False)
        return self._ssl_context


def _name(url: httpx.URL) -> str:
    """Return a host as it is dialled: decoding its punycode may fail."""
    return url.raw_host.decode("ascii", "replace")


def _is_known(data: bytes) -> bool:
    """Whether the first bytes are those of a picture or a font, whatever the server calls them."""
    return sniff(data) is not None or data[:4] in _FONTS


def _host(url: str) -> str:
    """Return the key under which a host that is too slow is remembered."""
    return "host:" + url.partition("://")[2].partition("/")[0].lower()


def _outcome(error: AssetError) -> str:
    match error:
        case Refused():
            return "refused"
        case TooSlow():
            return "too slow"
        case TooLarge():
            return "too large"
        case _:
            return "failed"
