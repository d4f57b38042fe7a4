"""The pool against real processes and a renderer that crashes, spins and hogs on demand."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from waiting import at_most, gone, until

from emblazon_origin.errors import CardError, Overloaded, RenderTimeout
from emblazon_origin.workers.admission import AdmissionPolicy
from emblazon_origin.workers.job import Job, RendererSpec
from emblazon_origin.workers.pool import Pool, PoolConfig, PoolEvents
from emblazon_origin.workers.pool_errors import (
    OutOfMemory,
    PoolFailed,
    Quarantined,
    RenderFailed,
    WorkerLost,
)
from emblazon_origin.workers.process import MOST_NICE, NICER, ProcessLimits
from emblazon_origin.workers.supervisor import MAX_ASIDE

MakePool = Callable[..., Awaitable[Pool]]


def job(do: str = "", **params: str) -> Job:
    return Job("card", "article", {"do": do, **params}, 20, 10, "png")


@pytest.fixture
async def make_pool(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[MakePool]:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    pools: list[Pool] = []

    async def make(fail: str = "", events: PoolEvents | None = None, **settings: object) -> Pool:
        spec = RendererSpec("fake_renderer:build", {"log": str(tmp_path / "log"), "fail": fail})
        config = PoolConfig(**{"workers": 1, "render_timeout": 60.0, **settings})  # type: ignore[arg-type]
        pool = Pool(spec, config, events)
        pools.append(pool)
        await pool.start()
        return pool

    yield make
    for pool in pools:
        await pool.close()


async def test_a_job_comes_back_as_an_image(make_pool: MakePool) -> None:
    pool = await make_pool()
    result = await pool.render(job(), "a")
    assert result.data.startswith(b"\x89PNG")
    assert (result.width, result.height, result.content_type) == (20, 10, "image/png")
    assert result.timings["paint"] == 2.5


async def test_errors_keep_their_kind_and_the_process(make_pool: MakePool) -> None:
    pool = await make_pool()
    pid = pool.workers[0].pid
    with pytest.raises(CardError, match="too many words"):
        await pool.render(job("fail:too many words"), "a")
    with pytest.raises(RenderFailed, match="ZeroDivisionError"):
        await pool.render(job("defect"), "b")
    assert pool.workers[0].pid == pid


async def test_a_font_that_cannot_be_used_fails_the_start_by_name(make_pool: MakePool) -> None:
    with pytest.raises(PoolFailed, match=r"Inter\.ttf is corrupt"):
        await make_pool(fail="fonts/Inter.ttf is corrupt")


async def test_a_killed_process_costs_one_retry(make_pool: MakePool, tmp_path: Path) -> None:
    retries: list[bool] = []
    pool = await make_pool(events=PoolEvents(retried=lambda: retries.append(True)))
    result = await pool.render(job(f"kill-once:{tmp_path / 'marker'}"), "a")
    assert result.data.startswith(b"\x89PNG")
    assert retries == [True]


async def test_an_input_that_kills_twice_is_quarantined_and_others_go_on(make_pool: MakePool) -> None:
    pool = await make_pool()
    with pytest.raises(WorkerLost):
        await pool.render(job("crash"), "poison")
    with pytest.raises(Quarantined):
        await pool.render(job("crash"), "poison")
    assert (await pool.render(job(), "good")).data


async def test_a_spinning_render_is_killed_at_its_deadline_and_capacity_returns(make_pool: MakePool) -> None:
    pool = await make_pool(render_timeout=1.0)  # which a quick render meets on a busy machine too
    pid = pool.workers[0].pid
    with pytest.raises(RenderTimeout):
        await pool.render(job("spin"), "a")
    assert (await pool.render(job(), "b")).data
    assert pool.workers[0].pid != pid
    await until(lambda: gone(pid))


async def test_a_render_past_its_memory_limit_ends_alone(make_pool: MakePool) -> None:
    pool = await make_pool(limits=ProcessLimits(memory=128 << 20))
    with pytest.raises(OutOfMemory):
        await pool.render(job("hog"), "a")
    assert (await pool.render(job(), "b")).data


async def test_a_process_killed_while_idle_is_replaced_within_a_second(make_pool: MakePool) -> None:
    pool = await make_pool()
    pid = pool.workers[0].pid
    os.kill(pid, signal.SIGKILL)
    with at_most(1):
        await until(lambda: bool(pool.workers) and pool.workers[0].pid != pid)


async def test_losing_the_zygote_loses_no_capacity(make_pool: MakePool) -> None:
    pool = await make_pool()
    zygote = pool.supervisor.zygote_pid
    assert zygote
    os.kill(zygote, signal.SIGKILL)
    assert (await pool.render(job(), "a")).data
    await until(lambda: not pool.supervisor._zygote.alive if pool.supervisor._zygote else True)
    await pool.supervise()
    assert pool.supervisor.zygote_pid != zygote
    os.kill(pool.workers[0].pid, signal.SIGKILL)
    assert (await pool.render(job(), "b")).data


async def test_a_process_is_recycled_after_its_share_of_renders(make_pool: MakePool) -> None:
    ended: list[str] = []
    pool = await make_pool(events=PoolEvents(worker_ended=ended.append), recycle_after=2)
    pids = set()
    for number in range(6):
        await pool.render(job(), str(number))
        await until(lambda: pool.alive == 1)
        pids.add(pool.workers[0].pid)
    assert len(pids) >= 3
    await until(lambda: ended.count("recycled") == 3)


async def test_a_queued_job_that_nobody_waits_for_is_never_rendered(
    make_pool: MakePool, tmp_path: Path
) -> None:
    pool = await make_pool()
    gate = tmp_path / "gate"
    first = asyncio.create_task(pool.render(job(f"wait:{gate}"), "a"))
    await until(lambda: pool.busy == 1)
    second = asyncio.create_task(pool.render(job("", title="unwanted"), "b"))
    await until(lambda: pool.queued == 1)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    assert pool.queued == 0
    gate.touch()
    await first
    await pool.render(job("", title="wanted"), "c")
    log = (tmp_path / "log").read_text()
    assert "unwanted" not in log
    assert "wanted" in log


async def test_a_full_queue_refuses_while_all_that_was_admitted_goes_on(
    make_pool: MakePool, tmp_path: Path
) -> None:
    pool = await make_pool(admission=AdmissionPolicy(max_queue=2, burst_wait=100))
    gate = tmp_path / "gate"
    admitted = [asyncio.create_task(pool.render(job(f"wait:{gate}"), str(n))) for n in range(3)]
    await until(lambda: pool.queued == 2)
    with pytest.raises(Overloaded) as refused:
        await pool.render(job(), "late")
    assert not any(task.done() for task in admitted)
    assert refused.value.retry_after >= 1
    gate.touch()
    assert len(await asyncio.gather(*admitted)) == 3


async def test_in_a_flood_the_newest_takes_the_place_of_who_waited(
    make_pool: MakePool, tmp_path: Path
) -> None:
    pool = await make_pool(admission=AdmissionPolicy(burst_wait=0))
    gate = tmp_path / "gate"
    kept = [asyncio.create_task(pool.render(job(f"wait:{gate}"), str(n))) for n in range(2)]
    await until(lambda: pool.queued == 1)
    with pytest.raises(Overloaded):
        await pool.render(job(), "too many")
    waits = asyncio.create_task(pool.render(job(), "third"))
    await until(lambda: pool.queued == 2)
    newest = asyncio.create_task(pool.render(job(), "fourth"))
    with pytest.raises(Overloaded):
        await waits
    gate.touch()
    assert len(await asyncio.gather(*kept, newest)) == 3


@pytest.mark.slow
async def test_reload_replaces_every_process_and_drops_no_job(make_pool: MakePool, tmp_path: Path) -> None:
    pool = await make_pool(workers=2)
    before = {worker.pid for worker in pool.workers}
    gate = tmp_path / "gate"
    running = asyncio.create_task(pool.render(job(f"wait:{gate}"), "a"))
    await until(lambda: pool.busy == 1)
    await pool.reload()
    assert not before & {worker.pid for worker in pool.workers}
    gate.touch()
    assert (await running).data
    for pid in before:
        await until(lambda pid=pid: gone(pid))  # type: ignore[misc]  # bound at once


async def test_closing_leaves_no_process_behind(make_pool: MakePool, tmp_path: Path) -> None:
    pool = await make_pool(workers=2)
    pids = [worker.pid for worker in pool.workers] + [pool.supervisor.zygote_pid or 0]
    spinning = asyncio.create_task(pool.render(job("spin"), "a"))
    await until(lambda: pool.busy == 1)
    await pool.close()
    with pytest.raises(Overloaded):
        await spinning
    await until(lambda: all(gone(pid) for pid in pids))


async def test_the_small_encoding_is_made_at_low_priority(make_pool: MakePool, tmp_path: Path) -> None:
    pool = await make_pool()
    small = await pool.render_background(Job("card", "article", {}, 20, 10, "png", effort="small"))
    assert small is not None
    background = next(worker for worker in pool.workers if worker.background)
    assert os.getpriority(os.PRIO_PROCESS, background.pid) == 19


async def test_sweep_reports_what_the_caches_hold(make_pool: MakePool) -> None:
    pool = await make_pool()
    await pool.sweep()
    assert pool.workers[0].caches == {"glyphs": 1234}


async def test_renders_that_wait_for_images_do_not_take_capacity_from_others(
    make_pool: MakePool, tmp_path: Path
) -> None:
    pool = await make_pool(workers=2, admission=AdmissionPolicy(burst_wait=100))
    gate = tmp_path / "gate"
    slow = [asyncio.create_task(pool.render(job(f"fetch:{gate}"), f"slow{n}")) for n in range(8)]
    await until(lambda: pool.waiting == 8)
    assert (await pool.render(job(), "quick")).data
    assert not any(task.done() for task in slow)
    gate.touch()
    assert len(await asyncio.gather(*slow)) == 8
    await until(lambda: pool.alive == 2)


async def test_waiting_renders_are_bounded_too(make_pool: MakePool, tmp_path: Path) -> None:
    pool = await make_pool(workers=1, admission=AdmissionPolicy(burst_wait=100))
    gate = tmp_path / "gate"
    slow = [asyncio.create_task(pool.render(job(f"fetch:{gate}"), f"slow{n}")) for n in range(9)]
    await until(lambda: pool.waiting == 5)
    assert pool.alive == 5
    assert pool.queued == 4
    gate.touch()
    assert len(await asyncio.gather(*slow)) == 9


@pytest.mark.slow
async def test_renders_that_compute_for_long_do_not_take_capacity_from_others(make_pool: MakePool) -> None:
    pool = await make_pool(workers=1, admission=AdmissionPolicy(burst_wait=100))
    endless = [asyncio.create_task(pool.render(job("spin"), f"long{number}")) for number in range(3)]
    drawn = await asyncio.gather(*(pool.render(job(), f"short{number}") for number in range(5)))
    assert all(result.data for result in drawn)
    assert not any(task.done() for task in endless)
    await until(lambda: pool.long == 3)
    nice = {os.getpriority(os.PRIO_PROCESS, worker.pid) for worker in pool.workers if worker.long}
    assert nice == {min(MOST_NICE, os.getpriority(os.PRIO_PROCESS, 0) + NICER)}
    for task in endless:
        task.cancel()


@pytest.mark.slow
async def test_long_renders_are_bounded_and_their_processes_are_replaced(
    make_pool: MakePool, tmp_path: Path
) -> None:
    reasons: list[str] = []
    pool = await make_pool(
        workers=1, events=PoolEvents(worker_ended=reasons.append),
        admission=AdmissionPolicy(burst_wait=100),
    )  # fmt: skip
    gate = tmp_path / "gate"
    renders = [
        asyncio.create_task(pool.render(job(f"compute:{gate}"), f"long{number}")) for number in range(7)
    ]
    await until(lambda: pool.long == MAX_ASIDE + 1)
    assert pool.queued == 2
    gate.touch()
    await asyncio.gather(*renders)
    await until(lambda: pool.alive == 1)
    worker = next(iter(pool.workers))
    assert os.getpriority(os.PRIO_PROCESS, worker.pid) == os.getpriority(os.PRIO_PROCESS, 0)
    assert set(reasons) <= {"recycled", "surplus"}


async def test_a_card_goes_to_an_idle_process_that_knows_its_template(
    make_pool: MakePool, tmp_path: Path
) -> None:
    pool = await make_pool(workers=2)
    templates = ["one", "two", *["one"] * 3, *["two"] * 3, "one", "two"]
    for number, template in enumerate(templates):
        await pool.render(Job("card", template, {"title": template}, 20, 10, "png"), str(number))
    drawn = [line.split() for line in (tmp_path / "log").read_text().splitlines() if "start" in line]
    by_template = {name: {line[1] for line in drawn if name in line[-1]} for name in ("one", "two")}
    assert len(drawn) == len(templates)
    assert [len(pids) for pids in by_template.values()] == [1, 1]
