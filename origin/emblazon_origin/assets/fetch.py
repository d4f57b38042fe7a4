"""Fetching remote images and fonts for cards, behind the SSRF guard; the `Fetcher` of a render process."""

from __future__ import annotations

import math
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import httpcore
import httpx
from cachetools import TTLCache

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
from emblazon_origin.assets.resources import Fetched
from emblazon_origin.errors import AssetError
from emblazon_origin.limits import MAX_FONT_FILE_BYTES, MAX_IMAGE_BYTES

MAX_REDIRECTS = 3
CARD_SHARE = 0.6  # of a card's time, for all its fetches together
_REDIRECTS = {301, 302, 303, 307, 308}
_FONT_FILES = (".ttf", ".otf", ".ttc", ".woff", ".woff2")
_HEADERS = {
    "Accept": "image/avif,image/webp,image/png,image/jpeg,image/gif,image/svg+xml,font/*,*/*;q=0.1",
    "Accept-Encoding": ACCEPT_ENCODING,
    "User-Agent": "Emblazon/0.1 (+https://github.com/emblazon/emblazon)",
}


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Bounds of one fetch: seconds for everything, bytes on the wire and decoded."""

    seconds: float = 5.0
    max_bytes: int = MAX_IMAGE_BYTES
    max_font_bytes: int = MAX_FONT_FILE_BYTES
    cache_bytes: int = 32 << 20
    keep: float = 60.0  # seconds that a body is kept
    keep_failure: float = 10.0  # seconds that a failure is remembered


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
        self._bodies: TTLCache[str, Fetched] = TTLCache(
            limits.cache_bytes, limits.keep, timer=clock, getsizeof=lambda body: len(body.data) + 512
        )
        self._failures: TTLCache[str, AssetError] = TTLCache(1024, limits.keep_failure, timer=clock)
        self.outcomes: Counter[str] = Counter()
        self._clock = clock
        self._card_end = math.inf
        self._waits: Callable[[bool], None] = lambda _waits: None
        self._under_way = 0
        self._lock = threading.Lock()  # the images of one card are fetched side by side

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
        self.outcomes = Counter()
        self._waits = waits
        self._under_way = 0

    def fetch(self, url: str) -> Fetched:
        """Fetch a URL. Raises AssetError (Refused, TooSlow, TooLarge)."""
        with self._lock:
            kept = self._bodies.get(url)
            failure = self._failures.get(url) or self._failures.get(_host(url))
            if kept or failure:
                self.outcomes["kept" if kept else "kept failure"] += 1
        if kept:
            return kept
        if failure:
            raise type(failure)(str(failure))
        seconds = min(self._limits.seconds, self._card_end - self._clock())
        fair = self._is_fair(seconds)
        try:
            fetched = self._announced(url, seconds)
        except AssetError as error:
            with self._lock:
                self.outcomes[_outcome(error)] += 1
                if fair or not isinstance(error, TooSlow):
                    self._failures[url] = error
            raise
        with self._lock:
            self.outcomes["ok"] += 1
            if len(fetched.data) + 512 <= self._limits.cache_bytes:
                self._bodies[url] = fetched
        return fetched

    def sweep(self) -> int:
        """Drop what is too old; return the bytes still held."""
        with self._lock:
            self._bodies.expire()
            self._failures.expire()
            return int(self._bodies.currsize)

    def _is_fair(self, seconds: float) -> bool:
        """Return whether a fetch that had so long may be called slow: others may have used it up."""
        return seconds > self._limits.seconds / 2

    def _announced(self, url: str, seconds: float) -> Fetched:
        """Fetch, and tell whoever gave us the processor that we do not need it meanwhile."""
        with self._lock:
            self._under_way += 1
            if self._under_way == 1:
                self._waits(True)
        try:
            return self._follow(url, seconds)
        finally:
            with self._lock:
                self._under_way -= 1
                if not self._under_way:
                    self._waits(False)

    def _follow(self, text: str, seconds: float) -> Fetched:
        deadline = Deadline(seconds)
        for _ in range(MAX_REDIRECTS + 1):
            try:
                target = self._get(text, deadline)
            except TooSlow as error:  # the host that was asked last is the slow one
                if self._is_fair(seconds):
                    with self._lock:
                        self._failures[_host(text)] = error
                raise
            if isinstance(target, Fetched):
                return target
            text = target
        raise AssetError(f"more than {MAX_REDIRECTS} redirects")

    def _get(self, text: str, deadline: Deadline) -> Fetched | str:
        """Ask once: a body, or where to go instead."""
        url = check_url(text, self._policy)
        backend = GuardedBackend(self._policy, deadline, self._resolver, self._connector)
        transport = GuardedTransport(backend, self._tls())
        try:
            # trust_env=False: neither proxies nor .netrc nor certificates from the environment
            with httpx.Client(transport=transport, trust_env=False, follow_redirects=False) as client:  # noqa: SIM117
                with client.stream("GET", url, headers=_HEADERS) as response:
                    return self._read(url, response)
        except httpx.InvalidURL as error:  # httpx looks at Location even where it does not follow
            raise Refused(f"redirected to something that is not a URL: {error}") from error
        except (httpcore.TimeoutException, httpx.TimeoutException) as error:
            deadline.left()
            raise TooSlow(f"{url.host} is too slow") from error
        except (
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpx.HTTPError,
            ssl.SSLError,
            OSError,
        ) as error:
            deadline.left()
            raise AssetError(f"{url.host} could not be read: {type(error).__name__}: {error}") from error

    def _read(self, url: httpx.URL, response: httpx.Response) -> Fetched | str:
        location = response.headers.get("location")
        if response.status_code in _REDIRECTS and location:
            try:
                return str(url.join(location))
            except httpx.InvalidURL as error:
                raise Refused(f"redirected to something that is not a URL: {error}") from error
        if response.status_code != 200:
            raise AssetError(f"{url.host} answered {response.status_code}")
        content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if content_type in ("text/html", "application/xhtml+xml"):
            raise AssetError(f"{url.host} answered with a web page, not an image")
        is_font = content_type.startswith("font/") or url.path.lower().endswith(_FONT_FILES)
        limit = self._limits.max_font_bytes if is_font else self._limits.max_bytes
        announced = response.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > limit:
            raise TooLarge(f"larger than {limit} bytes")
        encoding = response.headers.get("content-encoding", "")
        return Fetched(decode(response.iter_raw(), encoding, limit), content_type)

    def _tls(self) -> ssl.SSLContext:
        if self._ssl_context is None:
            self._ssl_context = httpx.create_ssl_context(trust_env=False)
        return self._ssl_context


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
