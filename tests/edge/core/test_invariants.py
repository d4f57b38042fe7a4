"""Random days in the life of two data centres: whatever happens in whatever order, some things hold."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from edge_world import Fault, VirtualTimeLoop, World, bytes_of, failing, hanging
from hypothesis import given, settings
from hypothesis import strategies as st
from sweeps import examples

from emblazon.edge.ports import PortError

CARDS = ("/og/article.png?title=A", "/og/article.png?title=B", "/og/plain.webp?title=A")
SCOPES: dict[str, tuple[bytes, tuple[int, ...]]] = {
    "all": (b'"all": true', (0, 1, 2)),
    "article": (b'"templates": ["article"]', (0, 1)),
    "news": (b'"tags": ["news"]', (0, 1)),
    "url": (b'"urls": ["/og/article.png?title=A"]', (0,)),
}

HEARD = 61.0  # seconds after which every data centre has heard of a purge

Event = tuple[str, object]
events = st.lists(
    st.one_of(
        st.tuples(st.just("get"), st.tuples(st.integers(0, 2), st.integers(0, 1))),
        st.tuples(st.just("wait"), st.sampled_from([0.5, 20.0, 130.0, 301.0, 90_000.0, 700_000.0])),
        st.tuples(
            st.just("purge"), st.tuples(st.sampled_from(list(SCOPES)), st.integers(0, 1), st.booleans())
        ),
        st.tuples(st.just("origin"), st.sampled_from(["well", "dead", "hangs", "slow"])),
        st.tuples(st.just("kv"), st.sampled_from(["well", "gets fail", "gets hang", "puts fail"])),
        st.tuples(st.just("cron"), st.integers(0, 1)),
        st.tuples(st.just("random"), st.sampled_from([1.0, 0.001])),
    ),
    max_size=25,
)


@dataclass
class Life:
    """Two isolates in two data centres, and what must be true of them."""

    here: World = field(default_factory=World)
    purged: dict[tuple[int, int], int] = field(default_factory=dict)  # (isolate, card) → renders at the purge

    def __post_init__(self) -> None:
        self.isolates = (self.here, self.here.isolate())
        for world in self.isolates:
            world.random = self.here.random

    async def live(self, story: list[Event]) -> None:
        for isolate in self.isolates:
            await isolate.get(CARDS[0])
        for kind, what in story:
            await getattr(self, f"on_{kind}")(what)
        for isolate in self.isolates:
            await isolate.settle()
        await self.look_at_all()
        await self.on_kv("well")
        await self.on_origin("well")
        await self.on_wait(HEARD)
        await self.look_at_all()  # which has them look for purges
        for isolate in self.isolates:
            await isolate.settle()
        for (_, card), renders in list(self.purged.items()):
            for number in range(len(self.isolates)):
                known = self.purged.get((number, card), 0)
                self.purged[number, card] = max(known, renders)
        await self.look_at_all()

    async def look_at_all(self) -> None:
        for number in range(len(self.isolates)):
            for card in range(len(CARDS)):
                await self.on_get((card, number))

    async def on_get(self, what: tuple[int, int]) -> None:
        card, isolate = what
        world = self.isolates[isolate]
        response = await world.get(CARDS[card])
        data = await bytes_of(response)
        assert response.status == 200
        assert response.header("content-length") == str(len(data))
        kinds = {"image/png"} | ({"image/webp"} if card == 2 else set())  # the picture of last resort is PNG
        assert response.header("content-type") in kinds
        assert int(str(response.header("age"))) >= 0
        status = str(response.header("cache-status"))
        assert not ("hit" in status and "fwd=" in status)
        if response.header("x-emblazon-fallback"):
            control = str(response.header("cache-control"))
            assert int(control.removeprefix("public, max-age=")) <= 60
            return
        drawn = int(data.rpartition(b"#")[2])
        assert drawn > self.purged.get((isolate, card), 0), "a purged card came back"

    async def on_wait(self, seconds: float) -> None:
        for isolate in self.isolates:
            await isolate.background.drain(min(seconds, 0.4))
        await asyncio.sleep(seconds)

    async def on_purge(self, what: tuple[str, int, bool]) -> None:
        scope, isolate, soft = what
        body, cards = SCOPES[scope]
        renders = self.here.origin.renders
        response = await self.isolates[isolate].post(
            "/purge", b'{%s, "soft": %s}' % (body, b"true" if soft else b"false")
        )
        assert response.status in (202, 503, 429)
        if response.status == 202 and not soft:
            for card in cards:
                self.purged[isolate, card] = renders

    async def on_origin(self, mood: str) -> None:
        origin = self.here.origin
        origin.behaviour = {"dead": failing("refused"), "hangs": hanging}.get(mood)
        origin.seconds = 2.0 if mood == "slow" else 0.0

    async def on_kv(self, mood: str) -> None:
        kv = self.here.kv
        kv.get_fault = {"gets fail": Fault(error=PortError("x")), "gets hang": Fault(hangs=True)}.get(
            mood, Fault()
        )
        kv.put_fault = Fault(error=PortError("x")) if mood == "puts fail" else Fault()

    async def on_cron(self, isolate: int) -> None:
        world = self.isolates[isolate]
        await world.edge.on_scheduled(world.ports)

    async def on_random(self, value: float) -> None:
        self.here.random.value = value


@settings(max_examples=examples(60))
@given(events)
def test_every_day_ends_with_cards(story: list[Event]) -> None:
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:

        async def day() -> None:
            await Life().live(story)

        runner.run(day())
