"""One long call holds up its own world and nobody else."""

from __future__ import annotations

import threading
from typing import Any

from mockservers.kernel.journal import Exchange
from mockservers.kernel.world import World
from mockservers.server import wsgi
from mockservers.server.http import LONG, Server
from tests.server.conftest import Api
from tests.server.wires import SLOWEST, Wire

ECHO = "/toy?key=demo-key-1&word=a"


def test_a_long_call_holds_up_its_world_alone(door: Server, api: Api, world: World) -> None:
    """The long call goes on only when the others have been answered, so one that waited for it would never end."""
    api.post("/worlds", {"name": "other"})
    begun, go_on = threading.Event(), threading.Event()

    def respond(where: World, vendor: str, environ: dict[str, Any], exchange: Exchange) -> Exchange:
        if len(exchange.body) > LONG:
            with where.turn():
                begun.set()
                assert go_on.wait(SLOWEST)
        return wsgi.respond(where, vendor, environ, exchange)

    door.stubs["toy"] = respond
    with Wire(door.port) as long, Wire(door.port) as same, Wire(door.port) as other, Wire(door.port) as broken:
        long.get(ECHO, method="POST", body=b"x" * (LONG + 1))
        assert begun.wait(SLOWEST)
        same.get(ECHO)
        broken.send(b"GET /\0 HTTP/1.1\r\n\r\n")
        assert broken.reply().status == 400  # though its world is not free for a line in the journal yet
        assert other.get("/w/other" + ECHO).reply().status == 200
        assert other.get("/_mock/v1/health").reply().status == 200
        for target in ("/_mock/v1/clock?world=other", "/_mock/v1/worlds/other"):
            assert other.get(target).reply().status == 200
        assert world.journal.count == 0
        other.get("/_mock/v1/worlds")
        go_on.set()
        assert [wire.reply().status for wire in (long, same, other)] == [200, 200, 200]
    assert sorted(entry.outcome for entry in world.journal) == ["malformed", "ok", "ok"]
