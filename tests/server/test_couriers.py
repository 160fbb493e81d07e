"""The courier of a listener ends when it is told to, whatever happens at that moment."""

from __future__ import annotations

import asyncio

import pytest

from mockservers.kernel.world import World
from mockservers.server.couriers import Courier
from mockservers.server.turns import Turns
from tests.server import toy


@pytest.mark.parametrize("steps", range(6))
def test_news_that_come_with_the_end_do_not_keep_it_running(steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """`asyncio.wait_for` of Python 3.11 swallowed the cancellation when what it waited for was there in the same moment."""
    monkeypatch.setattr(World, "calls_listeners", property(lambda world: True))
    worlds = toy.worlds()
    worlds.default.installation("toy")

    async def end() -> None:
        courier = Courier(worlds, Turns())
        courier.start()
        await asyncio.sleep(0.01)
        courier._news.set()
        for _ in range(steps):
            await asyncio.sleep(0)
        ended = asyncio.create_task(courier.stop(1))
        done, _ = await asyncio.wait({ended}, timeout=20)
        assert done, "the courier goes on"

    asyncio.run(end())
    assert worlds.watchers == []
