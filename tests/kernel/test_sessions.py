"""Sessions: what is handed out is kept in the store, ends when it should, and shows in no journal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from mockservers.kernel import instants
from mockservers.kernel.instants import MINUTE
from mockservers.kernel.journal import Exchange
from mockservers.kernel.operations import Call, Context, Emulator, Operation, Recipe, operations
from mockservers.kernel.sessions import Session, Sessions
from mockservers.kernel.world import World, WorldConfig
from tests.server import toy

START = instants.from_iso("2026-03-01T10:00:00Z")
METADATA = sa.MetaData()
SESSIONS = Sessions(METADATA)


def _login(ctx: Context, request: Any) -> str:
    assert ctx.tenant is not None
    credential = ctx.installation.tenants.credentials[0]
    return SESSIONS.issue(ctx, "token", credential, 10 * MINUTE, {"who": "demo"}, prefix="7T:").token


def _use(ctx: Context, request: Any) -> Session | None:
    session = SESSIONS.find(ctx, request.get("kind", "token"), request["token"])
    if session is not None and session.valid(ctx.now) and request.get("slide"):
        SESSIONS.move(ctx, session, ctx.now + 10 * MINUTE)
    return session


def _logout(ctx: Context, request: Any) -> int:
    return SESSIONS.end(ctx, SESSIONS.table.c.token == request["token"])


def _held(ctx: Context, request: Any) -> list[str]:
    return [each.token for each in SESSIONS.open(ctx, SESSIONS.table.c.kind == "token")]


EMULATOR: Emulator = replace(
    toy.EMULATOR,
    metadata=METADATA,
    seed=lambda installation, recipe, born, progress: toy.seed(installation, Recipe("empty"), born, progress),
    operations=operations(
        Operation("login", _login), Operation("use", _use), Operation("logout", _logout), Operation("held", _held)
    ),
)


@pytest.fixture(params=["memory", "file"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    store = None if request.param == "memory" else tmp_path / "base.db"
    made = World("w", WorldConfig(mode="frozen", start=START, data={"toy": Recipe("demo", 1)}, store=store), _emulator)
    yield made
    made.close()


def _emulator(name: str) -> Emulator:
    return EMULATOR


def call(world: World, operation: str, **request: Any) -> Any:
    return world.perform(Call("toy", operation, {"key": "demo-key-1", **request}))


def test_a_session_holds_until_its_time_is_over(world: World) -> None:
    token = call(world, "login")
    assert token.startswith("7T:")
    world.clock.advance(10 * MINUTE - 1)
    assert call(world, "use", token=token).valid(world.clock.now())
    world.clock.advance(1)
    found = call(world, "use", token=token)
    assert not found.valid(world.clock.now())
    assert found.facts == {"who": "demo"}


def test_a_sliding_session_holds_as_long_as_it_is_used(world: World) -> None:
    token = call(world, "login")
    for _ in range(3):
        world.clock.advance(9 * MINUTE)
        assert call(world, "use", token=token, slide=True).valid(world.clock.now())
    world.clock.advance(10 * MINUTE)
    assert not call(world, "use", token=token).valid(world.clock.now())


def test_a_session_that_was_ended_does_not_hold(world: World) -> None:
    first, second = call(world, "login"), call(world, "login")
    assert first != second
    assert call(world, "logout", token=first) == 1
    assert call(world, "logout", token=first) == 0
    assert not call(world, "use", token=first).valid(world.clock.now())
    assert call(world, "held") == [second]


def test_an_unknown_token_and_one_of_another_kind_are_not_found(world: World) -> None:
    token = call(world, "login")
    assert call(world, "use", token="7T:guess") is None
    assert call(world, "use", token=token, kind="refresh") is None


def test_a_checkpoint_brings_sessions_back(world: World) -> None:
    token = call(world, "login")
    world.checkpoint("before")
    call(world, "logout", token=token)
    world.restore("before")
    assert call(world, "use", token=token).valid(world.clock.now())


def test_no_journal_shows_a_token_wherever_it_stands(world: World) -> None:
    token = call(world, "login")
    exchange = Exchange("GET", f"/toy?token={token}", [("Referer", f"http://elsewhere/{token}")], b"", remote="::1")
    exchange.status, exchange.reply_body = 200, token.encode()
    world.finish("toy", exchange)
    kept = list(world.journal)[-1].exchange
    assert kept is not None
    assert token not in f"{kept.target} {kept.headers} {kept.reply_body!r}"
