"""An open-loop load generator: requests start on schedule, whether or not earlier ones have been answered.

A closed loop would slow down with the server and hide its queue (coordinated omission). Latency counts
from the scheduled start. A bare asyncio protocol keeps the generator cheap beside the server under test.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast


@dataclass(frozen=True, slots=True)
class Sample:
    """One request: seconds from the start of the run, seconds until answered, status (0: none)."""

    at: float
    seconds: float
    status: int


@dataclass(frozen=True, slots=True)
class Run:
    """All requests of one run."""

    rate: float
    duration: float
    samples: tuple[Sample, ...]

    def with_status(self, *statuses: int) -> list[float]:
        """Return the sorted latencies of answers with one of these statuses."""
        return sorted(sample.seconds for sample in self.samples if sample.status in statuses)

    @property
    def goodput(self) -> float:
        """Cards per second."""
        return len(self.with_status(200)) / self.duration

    def quantile(self, q: float, *statuses: int) -> float:
        """Return a quantile of the latencies in seconds; 0 without samples."""
        found = self.with_status(*(statuses or (200,)))
        return found[min(len(found) - 1, int(q * len(found)))] if found else 0.0


def merged(runs: Sequence[Run]) -> Run:
    """Return several runs at one rate as one."""
    samples = tuple(sample for run in runs for sample in run.samples)
    rate = sum(run.rate for run in runs) / len(runs)
    return Run(rate, sum(run.duration for run in runs), samples)


class _Connection(asyncio.Protocol):
    """One kept-alive connection; counts the octets of a body instead of keeping them."""

    def __init__(self) -> None:
        self.reusable = True
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[int] | None = None
        self._head = b""
        self._status = self._missing = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if not self._status:
            self._head += data
            head, end, data = self._head.partition(b"\r\n\r\n")
            if not end:
                return
            fields = head.lower()
            self._status = int(head[9:12])
            self._missing = int(fields.partition(b"content-length: ")[2].split(b"\r\n", 1)[0] or 0)
            self.reusable = b"connection: close" not in fields
        self._missing -= len(data)
        if self._missing <= 0:
            self._finish(self._status)

    def connection_lost(self, exc: Exception | None) -> None:
        self.reusable = False
        self._finish(0)

    async def get(self, target: str) -> int:
        """Ask once; returns the status, 0 when the connection was lost."""
        if self._transport is None or self._transport.is_closing():
            return 0
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(f"GET {target} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
        return await self._answer

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _finish(self, status: int) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(status)
        self._head, self._status = b"", 0


class Connections:
    """Kept-alive connections to one server, as many as needed."""

    def __init__(self, host: str, port: int, timeout: float = 30.0) -> None:
        self._address = (host, port)
        self._timeout = timeout
        self._idle: list[_Connection] = []

    async def get(self, target: str) -> int:
        """Ask once; returns the status, 0 when no answer came."""
        try:
            async with asyncio.timeout(self._timeout):
                while self._idle:
                    connection = self._idle.pop()
                    if status := await self._ask(connection, target):
                        return status  # else the server had ended it meanwhile: ask again, as browsers do
                _, connection = await asyncio.get_running_loop().create_connection(
                    _Connection, *self._address
                )
                return await self._ask(connection, target)
        except (OSError, TimeoutError):
            return 0

    async def _ask(self, connection: _Connection, target: str) -> int:
        try:
            status = await connection.get(target)
        except BaseException:
            connection.close()
            raise
        if status and connection.reusable:
            self._idle.append(connection)
        else:
            connection.close()
        return status

    def close(self) -> None:
        """Close every connection."""
        for connection in self._idle:
            connection.close()


async def arrivals(
    connections: Connections, target: Callable[[int], str], rate: float, seconds: float
) -> Run:
    """Start `rate` requests per second for `seconds`, then wait for all answers."""
    samples: list[Sample] = []
    tasks: set[asyncio.Task[None]] = set()
    began = time.perf_counter()

    async def one(number: int, due: float) -> None:
        status = await connections.get(target(number))
        samples.append(Sample(due - began, time.perf_counter() - due, status))

    for number in range(int(rate * seconds)):
        due = began + number / rate
        if (pause := due - time.perf_counter()) > 0:
            await asyncio.sleep(pause)
        task = asyncio.create_task(one(number, due))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    await asyncio.gather(*tasks)
    return Run(rate, seconds, tuple(samples))


async def saturate(connections: Connections, target: Callable[[int], str], width: int, seconds: float) -> Run:
    """Keep `width` requests under way for `seconds`: the closed loop that finds the peak."""
    samples: list[Sample] = []
    began = time.perf_counter()
    numbers = iter(range(1 << 60))

    async def lane() -> None:
        while (start := time.perf_counter()) - began < seconds:
            status = await connections.get(target(next(numbers)))
            samples.append(Sample(start - began, time.perf_counter() - start, status))

    await asyncio.gather(*(lane() for _ in range(width)))
    return Run(0.0, time.perf_counter() - began, tuple(samples))
