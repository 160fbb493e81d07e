"""A limit that ends by itself ends by the world's clock; where that stands still, somebody must say so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mockservers.kernel import instants
from mockservers.kernel.operations import Call, Context, Operation
from mockservers.kernel.rules import Refusal
from mockservers.kernel.world import World, WorldConfig
from tests.server import toy


def busy(ctx: Context, request: object) -> None:
    ctx.limited(60)
    raise Refusal("toy.limit.busy", "BUSY")


@pytest.mark.parametrize(("mode", "told"), [("frozen", 1), ("real", 0), ("scaled", 0)])
def test_journal_and_log_say_how_to_go_on(caplog: pytest.LogCaptureFixture, mode: str, told: int) -> None:
    emulator = replace(
        toy.emulator("toy"),
        operations={"Busy": Operation("Busy", busy)},
        identify=lambda ctx: ctx.installation.tenants.first,
    )
    start = instants.from_iso("2026-03-01T10:00:00Z")
    world = World("w", WorldConfig(mode=mode, start=start), lambda name: emulator)  # type: ignore[arg-type]
    for _ in range(3):
        with pytest.raises(Refusal):
            world.perform(Call("toy", "Busy", {}))
    world.close()
    assert [("frozen" in (entry.error or "")) for entry in world.journal] == [bool(told)] * 3
    assert [entry.outcome for entry in world.journal] == ["refused"] * 3
    assert [record.message.count('"by": 60') for record in caplog.records] == [1] * told
