"""What the pool does when a process stops without ending, lies, or cannot be replaced."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from waiting import until

from emblazon_origin.errors import Overloaded
from emblazon_origin.workers import frames, process
from emblazon_origin.workers.job import Job, RendererSpec
from emblazon_origin.workers.pool import Pool, PoolConfig
from emblazon_origin.workers.pool_errors import PoolFailed, RenderFailed

MakePool = Callable[..., Awaitable[Pool]]


def job(do: str = "", effort: str = "quick") -> Job:
    return Job("card", "article", {"do": do}, 20, 10, "png", effort=effort)  # type: ignore[arg-type]


@pytest.fixture
async def make_pool(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[MakePool]:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    monkeypatch.setenv("FAKE_FAIL", str(tmp_path / "fail"))
    pools: list[Pool] = []

    async def make(*, start: bool = True, **settings: object) -> Pool:
        spec = RendererSpec("fake_renderer:build", {"log": str(tmp_path / "log")})
        pool = Pool(spec, PoolConfig(**{"workers": 1, "render_timeout": 60.0, **settings}))  # type: ignore[arg-type]
        pools.append(pool)
        if start:
            await pool.start()
        return pool

    yield make
    for pool in pools:
        await pool.close()


@pytest.mark.slow
async def test_a_warm_process_that_has_stopped_is_replaced(
    make_pool: MakePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "FORK_SECONDS", 1.0)
    pool = await make_pool()
    stopped = pool.supervisor.zygote_pid or 0
    os.kill(stopped, signal.SIGSTOP)
    os.kill(pool.workers[0].pid, signal.SIGKILL)
    assert (await pool.render(job(), "a")).data
    assert pool.supervisor.zygote_pid != stopped


async def test_a_render_process_that_has_stopped_costs_its_job_the_deadline(make_pool: MakePool) -> None:
    pool = await make_pool(render_timeout=1.0)
    os.kill(pool.workers[0].pid, signal.SIGSTOP)
    with pytest.raises(Exception, match="not drawn within"):
        await pool.render(job(), "a")
    assert (await pool.render(job(), "b")).data


@pytest.mark.slow
async def test_nobody_waits_in_the_queue_longer_than_a_render_may_take(make_pool: MakePool) -> None:
    pool = await make_pool()
    async with pool.supervisor._lock:  # nothing can be forked
        os.kill(pool.workers[0].pid, signal.SIGKILL)
        await until(lambda: not pool.workers)
        waiting = asyncio.create_task(pool.render(job(), "a"))
        await until(lambda: pool.queued == 1)
        await pool.expire()
        assert pool.queued == 1
        next(iter(pool._queue)).enqueued -= 61
        await pool.expire()
        with pytest.raises(Overloaded):
            await waiting
    assert pool.queued == 0


async def test_a_reload_before_the_start_succeeded_is_the_start(make_pool: MakePool, tmp_path: Path) -> None:
    (tmp_path / "fail").write_text("fonts/Inter.ttf is missing")
    pool = await make_pool(start=False, workers=2)
    with pytest.raises(PoolFailed):
        await pool.start()
    (tmp_path / "fail").unlink()
    await pool.reload()
    assert pool.ready
    assert pool.supervisor.failure is None
    first = pool.supervisor.zygote_pid
    await pool.start()
    assert pool.supervisor.zygote_pid == first
    assert pool.alive == 2


async def test_a_reload_whose_warm_process_dies_keeps_the_old_processes(
    make_pool: MakePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = await make_pool()
    before = {worker.pid for worker in pool.workers}

    async def broken(self: process.Zygote, *, background: bool = False) -> process.RenderProcess:
        raise frames.ChannelClosed("it died")

    with monkeypatch.context() as patched:
        patched.setattr(process.Zygote, "fork", broken)
        with pytest.raises(PoolFailed):
            await pool.reload()
    assert {worker.pid for worker in pool.workers} == before
    assert (await pool.render(job(), "a")).data


async def test_a_process_that_answers_nonsense_is_replaced_and_its_job_fails(
    make_pool: MakePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = await make_pool()
    pid = pool.workers[0].pid
    channel = pool.workers[0].channel

    async def nonsense() -> tuple[object, bytes]:
        return {"ok": True, "result": {"colour": "blue"}}, b""

    monkeypatch.setattr(channel, "receive", nonsense)
    with pytest.raises(RenderFailed):
        async with asyncio.timeout(60):
            await pool.render(job(), "a")
    assert (await pool.render(job(), "b")).data
    assert pool.workers[0].pid != pid


@pytest.mark.slow
async def test_the_background_process_is_swept_and_recycled_by_its_size_too(make_pool: MakePool) -> None:
    pool = await make_pool()
    assert await pool.render_background(job(effort="small"))
    await pool.sweep()
    background = next(worker for worker in pool.workers if worker.background)
    assert background.caches == {"glyphs": 1234}
    assert pool.cache_bytes() == {"glyphs": 2468}
    small = await make_pool(recycle_rss=1)
    assert await small.render_background(job(effort="small"))
    assert not any(worker.background for worker in small.workers)


def test_render_processes_get_no_secrets() -> None:
    environ = {
        "PATH": "/bin", "EMBLAZON_HOME": "/app", "EMBLAZON_ORIGIN_TOKEN": "a", "SENTRY_DSN": "b",
        "EMBLAZON_REDIS_URL": "c", "OTEL_EXPORTER_OTLP_HEADERS": "authorization=d",
        "HTTPS_PROXY": "http://user:e@proxy:3128", "DATABASE_URL": "postgres://f@db/x",
    }  # fmt: skip
    assert set(process.worker_environment(environ)) & set(environ) == {"PATH", "EMBLAZON_HOME"}
