"""One question to a render process and its answer.

The process may have been taken over by its input: an answer that makes no sense is an error, and nothing
in it is trusted further than its type.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from emblazon_origin.errors import EmblazonError
from emblazon_origin.workers import frames, pool_errors
from emblazon_origin.workers.job import Job, JobResult
from emblazon_origin.workers.process import RenderProcess

_SENSELESS = (AttributeError, KeyError, TypeError, ValueError)  # what reading such an answer raises


class ProtocolError(Exception):
    """The answer is not one."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; `fatal`: the process ends; `waited`: the seconds that it waited for remote files."""

    outcome: JobResult | EmblazonError
    fatal: bool
    waited: float


async def ask(
    worker: RenderProcess, job: Job, cpu: int, waits: Callable[[bool], None] = lambda _waits: None
) -> Reply:
    """Let a process draw a job, in at most `cpu` seconds of computing.

    Raises ChannelClosed and ProtocolError.

    `waits` hears when the process begins and ends to wait for remote files.
    """
    loop = asyncio.get_running_loop()
    await worker.channel.send({"op": "render", "job": job.to_header(), "cpu": cpu})
    waited = 0.0
    try:
        while True:
            answer, data = await worker.channel.receive()
            if "waits" not in answer:
                break
            waited += -loop.time() if answer["waits"] else loop.time()
            waits(bool(answer["waits"]))
        worker.jobs += 1
        worker.rss = int(answer.get("rss", 0))
        outcome = (
            JobResult.from_header(answer["result"], data) if answer["ok"] else pool_errors.from_answer(answer)
        )
        return Reply(outcome, bool(answer.get("fatal")), max(0.0, waited))
    except _SENSELESS as error:
        raise ProtocolError(f"a render process broke the protocol: {error!r}") from error


async def sweep(worker: RenderProcess, seconds: float) -> bool:
    """Let a process drop what it has not used for long; returns whether it answered in time."""
    try:
        async with asyncio.timeout(seconds):
            await worker.channel.send({"op": "sweep"})
            answer, _data = await worker.channel.receive()
        worker.caches = {str(name): int(size) for name, size in answer["caches"].items()}
        worker.rss = int(answer["rss"])
    except (TimeoutError, frames.ChannelClosed, *_SENSELESS):
        return False
    return True
