"""The front door on real sockets: HTTP as clients speak it, well or badly."""

from __future__ import annotations

import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import requests

from mockservers import registry
from mockservers.kernel import instants
from mockservers.kernel.world import World, WorldConfig, Worlds
from mockservers.server import wsgi
from mockservers.server.http import Server
from tests.server import toy
from tests.server.conftest import Api
from tests.server.wires import Wire

ECHO = "/toy?key=demo-key-1&word=hi"


def test_keep_alive_and_pipelining_answer_in_order(wire: Wire) -> None:
    wire.send(
        b"".join(f"GET /toy?key=demo-key-1&word=w{n} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() for n in range(40))
    )
    for n in range(40):
        assert json.loads(wire.reply().body)["word"] == f"w{n}"
    wire.get(ECHO, "Connection: close")
    reply = wire.reply()
    assert reply["connection"] == "close"
    assert wire.rest() == b""


def test_head_has_the_length_of_a_get_and_no_body(wire: Wire) -> None:
    length = wire.get(ECHO).reply()["content-length"]
    head = wire.get(ECHO, method="HEAD").reply(bodiless=True)
    assert (head.status, head["content-length"]) == (200, length)
    assert wire.get(ECHO).reply().status == 200  # nothing of a body was left on the connection


def test_expect_continue_is_answered_before_the_body(wire: Wire) -> None:
    wire.send(b"POST /toy?key=demo-key-1 HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
    assert wire.head().status == 100
    wire.send(b"abc")
    assert json.loads(wire.reply().body)["word"] == "abc"


def test_expect_continue_is_refused_for_a_body_over_the_limit(wire: Wire) -> None:
    wire.send(b"POST /toy HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 100001\r\n\r\n")
    assert wire.reply().status == 413


def test_an_unknown_expectation_is_refused(wire: Wire) -> None:
    wire.get("/toy", "Expect: the impossible", method="POST", body=b"x")
    assert wire.reply().status == 417


def test_a_chunked_body_is_joined_and_its_size_told(wire: Wire) -> None:
    head = b"POST /toy?wire=headers HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    wire.send(head + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    seen = json.loads(wire.reply().body)
    assert seen["CONTENT_LENGTH"] == "5"
    assert "HTTP_TRANSFER_ENCODING" not in seen


def test_a_badly_chunked_body_is_a_400(wire: Wire) -> None:
    wire.send(b"POST /toy HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n")
    assert wire.reply().status == 400


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_the_limit_is_refused_before_it_is_read(wire: Wire, world: World, chunked: bool) -> None:
    if chunked:
        wire.send(b"POST /toy/add?key=demo-key-1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        wire.send(b"20000\r\n" + b"a" * 0x20000)  # and it would go on
    else:
        wire.send(b"POST /toy/add?key=demo-key-1 HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n")
    reply = wire.reply()
    assert (reply.status, reply["connection"]) == (413, "close")
    (entry,) = world.journal
    assert (entry.outcome, entry.operation, entry.error) == (
        "malformed",
        None,
        "The request body is over 100000 bytes.",
    )


def test_a_gzip_bomb_is_not_unpacked(wire: Wire) -> None:
    bomb = gzip.compress(b"a" * 10_000_000)
    assert len(bomb) < 100_000
    wire.get("/toy?wire=headers", "Content-Encoding: gzip", method="POST", body=bomb)
    assert json.loads(wire.reply().body)["CONTENT_LENGTH"] == str(len(bomb))


def test_an_absolute_target_names_host_and_path(api: Api, wire: Wire) -> None:
    api.post("/worlds", {"name": "mine"})
    wire.get("http://mine.localhost:99/toy?key=demo-key-1&word=a", "Host: other.localhost")
    assert wire.reply().status == 200
    assert len(api.get("/journal", world="mine")["entries"]) == 1


@pytest.mark.parametrize(
    "target", ["/%", "/toy%2", "/%zz", "/%00", "/%ff%fe", "//toy", "/../../etc", "*", "/" + "a" * 9000]
)
def test_odd_paths_are_not_found_and_journalled(wire: Wire, world: World, target: str) -> None:
    reply = wire.get(target, method="OPTIONS").reply()
    assert reply.status == 404
    assert json.loads(reply.body)["nearest"]
    (entry,) = world.journal
    assert (entry.outcome, entry.vendor) == ("unmatched", "")
    assert entry.exchange is not None
    assert entry.exchange.status == 404


def test_bytes_that_are_no_text_reach_the_application_one_character_each() -> None:
    read = (b"/toy/\xe9", b"x=\xff", b"caf\xe9 \xf0\x9f\x98\x80")
    path, query, value = (each.decode("utf-8", "surrogateescape") for each in read)
    seen = wsgi.environ(
        method="GET",
        path=path,
        query=query,
        prefix="",
        scheme="http",
        server=("x", 1),
        headers=[("X-Odd", value), ("X-Odd", "b"), ("Cookie", "a=1"), ("Cookie", "b=2")],
        body=b"",
        remote="",
    )
    assert [seen[key].encode("latin-1") for key in ("PATH_INFO", "QUERY_STRING", "HTTP_X_ODD")] == [
        *read[:2],
        read[2] + b",b",
    ]
    assert seen["HTTP_COOKIE"] == "a=1; b=2"


def test_a_request_line_with_bytes_that_are_no_text_is_answered(wire: Wire) -> None:
    assert wire.send(b"GET /nowhere/\xe9?x=\xff HTTP/1.1\r\nHost: x\r\n\r\n").head().status in (400, 404)


def test_header_bytes_survive_in_both_directions(wire: Wire, api: Api) -> None:
    wire.send(b"GET /toy?wire=headers HTTP/1.1\r\nHost: x\r\nX-Odd: caf\xe9\r\n\r\n")
    reply = wire.reply()
    assert json.loads(reply.body)["HTTP_X_ODD"].encode("latin-1") == b"caf\xe9"
    assert reply["x-odd"].encode("latin-1") == "café".encode()
    (entry,) = api.get("/journal")["entries"]
    assert ["X-Odd", "caf\\xe9"] in entry["exchange"]["request"]["headers"]


@pytest.mark.parametrize(
    "when", ["2026-03-01T10:00:00Z", "1100-01-01T00:00:00Z", "9899-12-31T23:59:59Z", "1969-12-31T23:59:59.5Z"]
)
def test_one_date_of_the_worlds_clock_and_one_server(wire: Wire, world: World, when: str) -> None:
    world.clock.set(instants.from_iso(when))
    reply = wire.get(ECHO).reply()
    day, year, time = when[8:10], when[:4], when[11:19]
    assert f" {day} " in reply["date"]
    assert reply["date"].endswith(f" {year} {time} GMT")
    assert reply["server"] == "Microsoft-IIS/10.0"


@pytest.mark.parametrize("what", ["raise", "silent"])
def test_a_wire_that_breaks_is_a_500_and_an_error_in_the_journal(wire: Wire, world: World, what: str) -> None:
    reply = wire.get(f"/toy?wire={what}&key=demo-key-1").reply()
    assert reply.status == 500
    assert b"journal" in reply.body
    (entry,) = world.journal
    assert (entry.outcome, entry.exchange is not None) == ("error", True)
    assert "RuntimeError" in (entry.error or "")
    assert wire.get(ECHO).reply().status == 200  # the connection lives on


@pytest.mark.parametrize(
    ("target", "status", "year"),
    [
        ("/nowhere", 404, "2026"),
        ("/w/future/nowhere", 404, "2040"),
        ("/w/nobody/toy", 404, "2026"),
        ("/w/future/toy", 413, "2040"),
        ("/w/future/_mock/v1/health", 200, "2040"),
        ("/w/future/_mock/v1/worlds", 200, "2040"),
        ("/w/future/_mock/v1/journal?format=ndjson", 200, "2040"),
        ("/w/future/_mock/v1/nothing", 404, "2040"),
    ],
)
def test_every_answer_tells_the_time_of_its_world(
    door: Server, wire: Wire, target: str, status: int, year: str
) -> None:
    door.worlds.create("future", WorldConfig(mode="frozen", start=instants.from_iso("2040-01-01T00:00:00Z")))
    reply = wire.get(target, *(("Content-Length: 999999",) if status == 413 else ("Connection: close",))).reply()
    assert reply.status == status
    assert f" {year} " in reply["date"]
    assert reply["server"] == "Microsoft-IIS/10.0"


def test_a_call_to_nowhere_shows_no_secret_of_any_vendor() -> None:
    worlds = Worlds(registry.emulator)
    code = b"{'AuthCode': 'REAL-CODE'}"
    with Server(worlds) as door, Wire(door.port) as wire:
        for target, body in (
            ("/API/defalt.aspx?key=REAL-KEY", b""),
            ("/API/x?key=demo-key", b""),
            ("/nowhere?x=DEMO-AUTH-CODE", b""),
            ("/w/nobody/API/?key=REAL-KEY", b""),
            ("/Irthnet.asmx", code),
            ("/Irthnet.asmx", code.decode().encode("utf-16")),
        ):
            assert wire.get(target, "Authorization: REAL", "Cookie: a=REAL", body=body).reply().status == 404
    entries = list(worlds.default.journal)
    assert [entry.outcome for entry in entries] == ["unmatched"] * 6
    for entry in entries:
        assert entry.exchange is not None
        told = repr(entry.exchange).replace("\\x00", "")
        assert "***" in told
        assert "REAL" not in told
        assert "demo-key" not in told
        assert "DEMO-AUTH" not in told
    assert not any(worlds.default.opened(vendor) for vendor in registry.names())
    worlds.close()


def test_a_bug_inside_the_door_is_journalled_without_the_secret(wire: Wire, world: World) -> None:
    assert wire.get("/toy?key=demo-key-1&word=bug").reply().status == 500
    (entry,) = world.journal
    assert entry.outcome == "error"
    assert "ZeroDivisionError" in (entry.error or "")
    assert "demo-key-1" not in (entry.error or "")


def test_a_client_that_hangs_up_midway_leaves_no_state(door: Server, world: World, api: Api) -> None:
    for data in (
        b"POST /toy/add?key=demo-key-1 HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nabc",
        b"GET /to",
        b"\x16\x03\x01",
    ):
        with Wire(door.port) as wire:
            wire.send(data)
    assert api.toy("/toy/add").json() == {"count": 1}
    assert [entry.outcome for entry in world.journal if entry.vendor] == ["ok"]


def test_a_slow_answer_does_not_hold_up_others(door: Server, world: World) -> None:
    door.grace = 0.1
    world.faults.add("latency", {"seconds": 60}, operation="Echo")
    with Wire(door.port) as slow, Wire(door.port) as quick:
        slow.get(ECHO)
        while world.journal.count == 0 or not next(iter(world.journal)).faults:
            quick.get("/toy/add?key=demo-key-1").reply()
        assert quick.get("/toy/add?key=demo-key-1").reply().status == 200
        slow.socket.setblocking(False)
        with pytest.raises(BlockingIOError):
            slow.socket.recv(1)


def test_a_delay_of_the_vendor_passes_at_the_worlds_rate(door: Server, world: World, wire: Wire) -> None:
    world.clock.change_mode("scaled", 100_000)
    assert wire.get("/toy?key=demo-key-1&word=a&slow=3000").reply().status == 200  # 30 ms


def test_worlds_by_prefix_header_and_host(api: Api, door: Server, wire: Wire) -> None:
    api.post("/worlds", {"name": "mine"})
    for target, *headers in (
        ("/w/mine/toy?key=demo-key-1",),
        ("/toy?key=demo-key-1", "X-Mock-World: mine"),
        ("/toy?key=demo-key-1", f"Host: MINE.localhost:{door.port}"),
        ("/w/mine/toy?key=demo-key-1", "X-Mock-World: default", "Host: default.localhost"),
    ):
        assert wire.get(target, *headers).reply().status == 200
    assert door.worlds["mine"].journal.count == 4
    assert door.worlds.default.journal.count == 0
    seen = json.loads(wire.get("/w/mine/toy?wire=headers").reply().body)
    assert (seen["SCRIPT_NAME"], seen["PATH_INFO"]) == ("/w/mine", "/toy")


@pytest.mark.parametrize("choice", [("/w/none/toy",), ("/toy", "X-Mock-World: none"), ("/toy", "Host: none.localhost")])
def test_an_unknown_world_teaches_how_to_make_it(wire: Wire, choice: tuple[str, ...]) -> None:
    reply = wire.get(*choice).reply()
    said = json.loads(reply.body)
    assert reply.status == 404
    assert "'none'" in said["error"]
    assert "POST /_mock/v1/worlds" in said["do"]


def test_the_nearest_paths_say_what_differs(wire: Wire) -> None:
    said = json.loads(wire.get("/ty").reply().body)
    assert {"path": "/toy", "why": "segment 1 is 'ty', expected 'toy'"} in said["nearest"]


def test_a_request_that_is_not_http_gets_a_400(wire: Wire) -> None:
    wire.send(b"\x16\x03\x01\x02\x00 hello\r\n\r\n")
    assert wire.head().status == 400


def test_the_bound_port_is_refused_to_a_second_door(door: Server) -> None:
    second = Server(toy.worlds(), port=door.port, mounts=toy.MOUNTS)
    with pytest.raises(OSError, match="in use"):
        second.start()


def test_listening_beyond_loopback_needs_a_token() -> None:
    with pytest.raises(ValueError, match="control token"):
        Server(toy.worlds(), "0.0.0.0")
    assert Server(toy.worlds(), "127.0.0.2").url == "http://127.0.0.2:0"
    with pytest.raises(ValueError, match="control token"):
        Server(toy.worlds(), "127.0.0.2.example.org")
    assert Server(toy.worlds(), "0.0.0.0", control_token="t").url.startswith("http://127.0.0.1:")


def test_ipv6_is_served_where_there_is_any() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    with toy.front(host="::1") as door:
        assert door.url == f"http://[::1]:{door.port}"
        assert requests.get(door.url + ECHO, timeout=20).status_code == 200


def test_stop_lets_answers_under_way_finish(world: World) -> None:
    worlds = toy.worlds()
    door = Server(worlds, mounts=toy.MOUNTS).start()
    worlds.default.faults.add("latency", {"seconds": 0.3})
    with Wire(door.port) as wire, Wire(door.port) as idle:
        wire.get(ECHO)
        while worlds.default.journal.count == 0 or not next(iter(worlds.default.journal)).faults:
            pass
        stopping = threading.Thread(target=door.stop)
        stopping.start()
        assert wire.reply().status == 200
        assert idle.rest() == b""
        stopping.join()
    with pytest.raises(ConnectionRefusedError):
        Wire(door.port)
    worlds.close()


SERVE = """
import sys
from tests.server import toy
from mockservers.kernel.world import Worlds
from mockservers.server.http import Server
worlds = toy.worlds()
worlds.default.faults.add("latency", {"seconds": 0.5}, operation="Echo", times=None)
door = Server(worlds, mounts=toy.MOUNTS)
door.run(lambda: print(door.port, flush=True))
print("bye", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_process_after_its_answers(number: signal.Signals) -> None:
    root = Path(__file__).resolve().parents[2]
    running: Any = subprocess.Popen(
        [sys.executable, "-c", SERVE],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        with Wire(int(running.stdout.readline())) as wire:
            wire.get(ECHO)
            wire.socket.setblocking(True)
            with Wire(wire.socket.getpeername()[1]) as other:
                while '"count": 0' in other.get("/_mock/v1/worlds/default").reply().body.decode():
                    pass
            running.send_signal(number)
            assert wire.reply().status == 200
        assert running.stdout.read() == "bye\n"
        assert running.wait(20) == 0
    finally:
        running.kill()
        running.wait()
        running.stdout.close()


def test_the_clock_of_the_default_world_begins_where_it_was_told() -> None:
    config = WorldConfig(mode="frozen", start=0)
    with toy.front(config) as door:
        assert requests.get(door.url + ECHO, timeout=20).headers["Date"] == "Thu, 01 Jan 1970 00:00:00 GMT"
