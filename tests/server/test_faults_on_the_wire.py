"""Every kind of fault, as a client on a real socket meets it."""

from __future__ import annotations

import json

import pytest

from mockservers.kernel.faults import KINDS
from mockservers.kernel.world import World
from mockservers.server.http import Server
from tests.server.conftest import Api
from tests.server.wires import Wire

ECHO = "/toy?key=demo-key-1&word=hi"
BODY = b'{"word": "hi", "suffix": "none"}'


def reset(wire: Wire) -> bytes:
    """What came before the reset."""
    with pytest.raises(ConnectionResetError):
        wire.rest()
    return wire.buffer


def outcomes(world: World) -> list[tuple[str, list[str]]]:
    return [(entry.outcome, entry.faults) for entry in world.journal]


def test_every_kind_has_a_test_here() -> None:
    tested = {name.removeprefix("test_fault_") for name in globals() if name.startswith("test_fault_")}
    # Those of deliveries strike calls of the vendor's own, and have tests with the vendors that make any.
    assert tested == {kind.name for kind in KINDS.values() if kind.point != "deliver"}


def test_fault_reset(wire: Wire, door: Server, world: World) -> None:
    world.faults.add("reset")
    assert reset(wire.get(ECHO)) == b""
    with Wire(door.port) as again:
        assert again.get(ECHO).reply().body == BODY
    assert outcomes(world) == [("fault", ["reset"]), ("ok", [])]


def test_fault_refuse_connections(wire: Wire, door: Server, world: World) -> None:
    world.faults.add("refuse_connections", {"seconds": 0.5})
    with Wire(door.port) as other:
        other.get(ECHO.replace("toy", "_mock/v1/health")).reply()  # accepted, before the listener goes
        assert reset(wire.get(ECHO)) == b""
        with pytest.raises(ConnectionRefusedError):
            Wire(door.port)
        assert other.get(ECHO).reply().body == BODY  # a connection that exists lives on
        while True:
            try:
                with Wire(door.port) as again:
                    assert again.get(ECHO).reply().body == BODY
                break
            except ConnectionRefusedError:
                continue


def test_refused_connections_come_back_again_and_again(door: Server, world: World) -> None:
    world.faults.add("refuse_connections", {"seconds": 0.01}, times=None)
    for _ in range(20):
        while True:
            try:
                wire = Wire(door.port)
                break
            except ConnectionRefusedError:
                continue
        with wire:
            assert reset(wire.get(ECHO)) == b""
    world.faults.clear()
    while True:
        try:
            with Wire(door.port) as again:
                assert again.get(ECHO).reply().body == BODY
            break
        except ConnectionRefusedError:
            continue


def test_a_door_stops_while_it_refuses_connections(wire: Wire, door: Server, world: World) -> None:
    world.faults.add("refuse_connections", {"seconds": 60})
    reset(wire.get(ECHO))
    door.stop()
    with pytest.raises(ConnectionRefusedError):
        Wire(door.port)


def test_fault_late_arrival(wire: Wire, door: Server, world: World) -> None:
    world.faults.add("late_arrival", {"seconds": 0.3})
    wire.get(ECHO)
    with Wire(door.port) as other:
        while world.journal.count == 0:
            pass
        assert other.get("/toy?key=demo-key-1&word=first").reply().status == 200
    assert wire.reply().body == BODY
    shown = [entry.exchange.target for entry in world.journal if entry.exchange is not None]
    assert [target.rpartition("=")[2] for target in shown] == ["first", "hi"]


def test_fault_unavailable(wire: Wire, world: World) -> None:
    world.faults.add("unavailable")
    reply = wire.get("/toy/add?key=demo-key-1", method="POST", body=b"x").reply()
    assert (reply.status, reply["content-type"]) == (503, "text/html; charset=utf-8")
    assert (reply["date"], reply["server"]) == ("Sun, 01 Mar 2026 10:00:00 GMT", "Microsoft-IIS/10.0")
    assert json.loads(wire.get("/toy/add?key=demo-key-1").reply().body) == {"count": 1}
    assert outcomes(world) == [("fault", ["unavailable"]), ("ok", [])]


def test_fault_refuse(wire: Wire, world: World) -> None:
    world.faults.add("refuse", {"refusal": "BUSY"})
    reply = wire.get(ECHO).reply()
    assert (reply.status, json.loads(reply.body)) == (403, {"refusal": "BUSY"})
    assert outcomes(world) == [("fault", ["refuse"])]


@pytest.mark.parametrize("kind", ["fail", "rollback"])
def test_an_injected_failure_undoes_everything(wire: Wire, world: World, kind: str) -> None:
    world.faults.add(kind)
    assert wire.get("/toy/add?key=demo-key-1").reply().status == 500
    assert json.loads(wire.get("/toy/add?key=demo-key-1").reply().body) == {"count": 1}
    assert outcomes(world) == [("fault", [kind]), ("ok", [])]


test_fault_fail = test_fault_rollback = test_an_injected_failure_undoes_everything


def test_fault_lost_answer(wire: Wire, door: Server, world: World) -> None:
    world.faults.add("lost_answer")
    assert reset(wire.get("/toy/add?key=demo-key-1")) == b""
    with Wire(door.port) as again:
        assert json.loads(again.get("/toy/add?key=demo-key-1").reply().body) == {"count": 2}  # done and kept
    assert outcomes(world) == [("ok", ["lost_answer"]), ("ok", [])]


def test_fault_latency(wire: Wire, world: World) -> None:
    world.faults.add("latency", {"seconds": 0.2})
    assert wire.get(ECHO).reply().body == BODY
    assert outcomes(world) == [("ok", ["latency"])]


def test_fault_drip(wire: Wire, door: Server, world: World) -> None:
    world.faults.add("drip", {"bytes_per_second": 100})
    wire.get(ECHO)
    assert int(wire.head()["content-length"]) == len(BODY)
    first = wire.buffer or wire.socket.recv(65536)
    assert 0 < len(first) < len(BODY)
    with Wire(door.port) as other:
        assert other.get(ECHO).reply().body == BODY
    wire.buffer = first
    assert wire.exactly(len(BODY)) == BODY
    assert wire.get(ECHO).reply().body == BODY  # the connection is still good


def test_a_client_that_leaves_a_drip_harms_nobody(door: Server, world: World) -> None:
    door.grace = 0.1
    world.faults.add("drip", {"bytes_per_second": 1})
    with Wire(door.port) as leaving:
        leaving.get(ECHO).head()
    with Wire(door.port) as other:
        assert other.get(ECHO).reply().body == BODY


def test_fault_cut(wire: Wire, world: World) -> None:
    world.faults.add("cut", {"after_bytes": 7})
    assert int(wire.get(ECHO).head()["content-length"]) == len(BODY)
    assert wire.rest() == BODY[:7]


@pytest.mark.parametrize("kind", ["cut", "reset_midway"])
def test_a_body_is_never_cut_after_its_end(wire: Wire, world: World, kind: str) -> None:
    world.faults.add(kind, {"after_bytes": 1_000_000})
    wire.get(ECHO).head()
    with pytest.raises((EOFError, ConnectionResetError)):
        wire.exactly(len(BODY))
    assert wire.buffer == BODY[:-1]


def test_fault_reset_midway(wire: Wire, world: World) -> None:
    world.faults.add("reset_midway", {"after_bytes": 7})
    assert int(wire.get(ECHO).head()["content-length"]) == len(BODY)
    assert reset(wire) == BODY[:7]


def test_fault_empty_body(wire: Wire, world: World) -> None:
    world.faults.add("empty_body")
    reply = wire.get(ECHO).reply()
    assert (reply.status, reply["content-type"], reply.body) == (200, "application/json", b"")
    assert wire.get(ECHO).reply().body == BODY


def test_the_journal_keeps_the_answer_that_never_arrived_whole(wire: Wire, api: Api, world: World) -> None:
    world.faults.add("cut", {"after_bytes": 0})
    wire.get(ECHO).head()
    wire.rest()
    (entry,) = api.get("/journal")["entries"]
    assert entry["exchange"]["answer"]["body"].encode() == BODY
    assert entry["faults"] == ["cut"]


def test_faults_on_head_requests_break_nothing(wire: Wire, world: World) -> None:
    for kind in ("drip", "cut", "empty_body", "latency"):
        world.faults.add(kind, {"seconds": 0} if kind == "latency" else None)
        assert wire.get(ECHO, method="HEAD").reply(bodiless=True).status == 200
    assert wire.get(ECHO).reply().body == BODY
