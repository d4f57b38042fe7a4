"""Fetches pages and pictures as a crawler does: its name, its patience, its redirects, no cookies."""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import httpx

SECONDS = 10.0  # that a crawler waits for all of an answer
REDIRECTS = 5
MOST_BYTES = 60_000_000  # more than any platform takes
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came: `problem` is "", "unreachable", "certificate", "slow" or "redirects"; times in seconds."""

    url: str
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    redirects: tuple[str, ...] = ()
    seconds: float = 0.0
    problem: str = ""
    detail: str = ""

    @property
    def is_good(self) -> bool:
        """Whether there is something to look at."""
        return not self.problem and self.status == 200

    @property
    def type(self) -> str:
        """The media type, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class Visitor:
    """One crawler, or a browser; remembers robots.txt. Use it as a context manager."""

    def __init__(self, *, seconds: float = SECONDS, transport: httpx.BaseTransport | None = None) -> None:
        self._seconds = seconds
        self._client = httpx.Client(timeout=httpx.Timeout(seconds), transport=transport, trust_env=False)
        self._robots: dict[str, RobotFileParser | None] = {}
        self.answers: dict[tuple[str, str], Answer] = {}  # by URL and user agent

    def __enter__(self) -> Visitor:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(self, url: str, agent: str) -> Answer:
        """Return the answer to a GET under a user agent; asked once for each."""
        key = url, agent
        if key not in self.answers:
            self.answers[key] = self._get(url, agent)
        return self.answers[key]

    def may_read(self, url: str, name: str) -> bool:
        """Tell whether robots.txt lets a crawler of this name read an address (RFC 9309)."""
        parts = urlsplit(url)
        root = f"{parts.scheme}://{parts.netloc}/robots.txt"
        if root not in self._robots:
            answer = self.get(root, name)
            rules = RobotFileParser(root) if answer.is_good else None
            if rules is not None:
                rules.parse(answer.body.decode("utf-8", "replace").splitlines())
            self._robots[root] = rules
        rules = self._robots[root]
        return rules is None or rules.can_fetch(name, url)

    def _get(self, url: str, agent: str) -> Answer:
        began, passed = time.monotonic(), [url]
        try:
            while True:
                request = self._client.build_request(
                    "GET",
                    url,
                    headers={"User-Agent": agent, "Accept": "*/*", "Accept-Encoding": "gzip, deflate"},
                )
                response = self._client.send(request, stream=True)
                try:
                    if response.is_redirect:
                        url = urljoin(url, response.headers.get("location", ""))
                        if url in passed or len(passed) > REDIRECTS:
                            detail = (
                                "a circle of redirects"
                                if url in passed
                                else f"more than {REDIRECTS} redirects"
                            )
                            return Answer(
                                url,
                                response.status_code,
                                redirects=tuple(passed),
                                problem="redirects",
                                detail=detail,
                            )
                        passed.append(url)
                        continue
                    body = self._body(response, began)
                finally:
                    response.close()
                seconds = time.monotonic() - began
                headers = {name.lower(): value for name, value in response.headers.items()}
                return Answer(url, response.status_code, headers, body, tuple(passed[:-1]), seconds)
        except httpx.TimeoutException:
            return Answer(url, seconds=time.monotonic() - began, problem="slow")
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            problem = "certificate" if _is_certificate(error) else "unreachable"
            return Answer(url, seconds=time.monotonic() - began, problem=problem, detail=str(error)[:300])

    def _body(self, response: httpx.Response, began: float) -> bytes:
        parts, size = [], 0
        for part in response.iter_bytes():
            parts.append(part)
            size += len(part)
            if time.monotonic() - began > self._seconds:
                raise httpx.ReadTimeout("too slow")
            if size > MOST_BYTES:
                break
        return b"".join(parts)


def _is_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError) or "CERTIFICATE" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False
