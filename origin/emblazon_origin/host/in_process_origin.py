"""`ports.Origin` without a network: the renderer in the same process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from emblazon.edge.messages import BytesBody, Headers, OriginResponse
from emblazon.edge.ports import OriginError

from ..server.messages import HttpRequest, HttpResponse


class InProcessOrigin:
    """Asks `Origin.answer` of the origin's server directly."""

    def __init__(self, answer: Callable[[HttpRequest], Awaitable[HttpResponse]]) -> None:
        self._answer = answer

    async def fetch(
        self, target: str, headers: Headers, *, deadline: float, method: str = "GET"
    ) -> OriginResponse:
        """See `ports.Origin`."""
        fields = {name.lower(): value for name, value in headers}
        try:
            answer = await asyncio.wait_for(self._answer(HttpRequest(method, target, fields)), deadline)
        except TimeoutError as error:
            raise OriginError("timeout", f"no answer within {deadline:g} s") from error
        except Exception as error:
            raise OriginError("network", repr(error)) from error
        return OriginResponse(answer.status, tuple(answer.headers), BytesBody(answer.body))
