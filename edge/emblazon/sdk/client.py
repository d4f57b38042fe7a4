"""A client for the edge's `POST /api/cards`: short URLs for cards, made with a bearer token."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .card import Card


class ApiError(Exception):
    """The edge refused the card or could not be reached; `status` is 0 in the second case."""

    def __init__(self, detail: str, status: int = 0) -> None:
        super().__init__(detail)
        self.status = status


@dataclass(frozen=True, slots=True)
class CreatedCard:
    """What the edge answered: the card's id, its URLs and its meta elements.

    `storage_url` is where the origin's storage serves the picture; empty unless it was asked to keep it.
    """

    id: str
    url: str
    image_url: str
    meta_tags: str
    storage_url: str = ""


class Client:
    """Creates cards at the edge under `base_url`; `token` is its bearer token. Standard library only."""

    def __init__(self, base_url: str, token: str, *, timeout: float = 10.0) -> None:
        if not base_url.startswith(("https://", "http://")):
            raise ApiError(f"base_url={base_url!r} is no http(s) URL.")
        self._url = f"{base_url.rstrip('/')}/api/cards"
        self._token = token
        self._timeout = timeout

    def __repr__(self) -> str:
        return f"<Client {self._url}>"

    def create(self, card: Card, *, store: bool = False) -> CreatedCard:
        """Register a card; the same card always gets the same id. Raises ApiError.

        With `store` the card is drawn now and put into the origin's storage (a folder or a bucket).
        """
        from urllib.error import HTTPError, URLError
        from urllib.request import Request, urlopen

        request = Request(  # noqa: S310 - the scheme is checked in __init__
            self._url,
            data=json.dumps(card.payload() | ({"store": True} if store else {})).encode(),
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
        )
        try:
            with urlopen(request, timeout=self._timeout) as answer:  # noqa: S310 - as above
                return _created(answer.read(1_000_000))
        except HTTPError as error:
            raise ApiError(_detail(error.read(100_000)) or str(error), error.code) from None
        except (URLError, TimeoutError, ConnectionError) as error:
            raise ApiError(f"{self._url} cannot be reached: {error}") from None

    async def create_async(self, card: Card, *, store: bool = False) -> CreatedCard:
        """As `create`, in a thread, so that an event loop goes on meanwhile."""
        import asyncio

        return await asyncio.to_thread(self.create, card, store=store)


def _created(body: bytes) -> CreatedCard:
    try:
        data = json.loads(body)
        return CreatedCard(
            data["id"], data["url"], data["image_url"], data["meta_tags"], data.get("storage_url", "")
        )
    except (ValueError, KeyError, TypeError):
        raise ApiError("The edge's answer is not a card.") from None


def _detail(body: bytes) -> str:
    try:
        return str(json.loads(body)["detail"])
    except (ValueError, KeyError, TypeError):
        return ""
