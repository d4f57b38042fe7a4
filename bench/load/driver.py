"""An open-loop load generator: requests start on schedule, whether or not earlier ones have been answered.

A closed loop would slow down with the server and hide its queue (coordinated omission). Latency counts
from the scheduled start. Raw asyncio sockets keep the generator cheap beside the server under test.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass


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


class Connections:
    """Kept-alive connections to one server, as many as needed."""

    def __init__(self, host: str, port: int, timeout: float = 30.0) -> None:
        self._address = (host, port)
        self._timeout = timeout
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def get(self, target: str) -> int:
        """Ask once; returns the status, 0 when no answer came."""
        try:
            async with asyncio.timeout(self._timeout):
                reader, writer = (
                    self._idle.pop() if self._idle else await asyncio.open_connection(*self._address)
                )
                writer.write(f"GET {target} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                length = int(head.lower().partition("content-length: ")[2].split("\r\n", 1)[0] or 0)
                await reader.readexactly(length)
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            return 0
        if "connection: close" in head.lower():
            writer.close()
        else:
            self._idle.append((reader, writer))
        return int(head.split(" ", 2)[1])

    def close(self) -> None:
        """Close every connection."""
        for _, writer in self._idle:
            writer.close()


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
