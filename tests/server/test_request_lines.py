"""Request lines that a strict parser refuses and IIS takes, what nobody can read, and clients that never finish."""

from __future__ import annotations

import json
import time

import pytest

from mockservers.kernel.journal import Entry
from mockservers.kernel.world import World
from mockservers.server import listener, request_line
from mockservers.server.http import Server
from tests.server.wires import Reply, Wire

END = b"\r\nHost: localhost\r\n\r\n"
KEY = b"/toy?key=demo-key-1"


def ask(door: Server, data: bytes) -> tuple[Reply, bytes]:
    """The answer to raw bytes, and its status line."""
    with Wire(door.port) as wire:
        wire.send(data)
        while b"\r\n" not in wire.buffer:
            wire._more()
        first = wire.buffer.partition(b"\r\n")[0]
        return wire.reply(), first


def last(world: World) -> Entry:
    return list(world.journal)[-1]


@pytest.mark.parametrize(
    ("raw", "encoded"),
    [
        ("Müller".encode(), b"M%C3%BCller"),
        ("Müller".encode("latin-1"), b"M%FCller"),
        (b"2/1/2014 00:00:00", b"2/1/2014%2000:00:00"),
        (b"TID DESC  x", b"TID%20DESC%20%20x"),
        (b'"<a|b>"', b'"<a|b>"'),
    ],
)
def test_raw_bytes_and_blanks_are_read_as_if_they_were_encoded(
    door: Server, world: World, raw: bytes, encoded: bytes
) -> None:
    bare, _ = ask(door, b"GET " + KEY + b"&word=" + raw + b" HTTP/1.1" + END)
    tidy, _ = ask(door, b"GET " + KEY + b"&word=" + encoded + b" HTTP/1.1" + END)
    assert (bare.status, bare.body) == (200, tidy.body)
    exchange = last(world).exchange
    assert exchange is not None
    assert exchange.target.endswith(encoded.decode())


def test_only_request_lines_are_rewritten_whatever_the_framing(door: Server) -> None:
    """Bodies that look like request lines, in one segment or byte by byte, of known length or in chunks."""
    body = b"GET /a b\xff HTTP/1.1\r\n\r\n"
    line = b"\r\nFOO /toy?key=demo-key-1&word=a b HTTP/1.1\r\nHost: x\r\n"
    known = line + b"Content-Length: %d\r\n\r\n" % len(body) + body
    chunked = line + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n"
    last_one = b"GET " + KEY + b"&word=a b HTTP/1.1\r\nHost: x\r\n\r\n"
    for step in (1, 7, 10_000):
        with Wire(door.port) as wire:
            for message in (known + known + last_one, chunked, last_one):
                for start in range(0, len(message), step):
                    wire.send(message[start : start + step])
                for _ in range(3 if message.startswith(known) else 1):
                    reply = wire.reply()
                    assert reply.status == 200
            assert json.loads(reply.body)["word"] == "a b"


CHUNKED = (
    b"POST /toy/x?wire=headers&key=demo-key-1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3;a=b\r\n\r\n\r\r\n1\r\n0\r\n0\r\n"
)


@pytest.mark.parametrize("end", [b"\r\n", b"X-T: 0\r\nX-U: 1\r\n\r\n"])
@pytest.mark.parametrize("line", [b"GET " + KEY + b"&word=M\xfcller HTTP/1.1", b"M-X " + KEY + b"&word=a b HTTP/1.1"])
def test_a_line_after_chunks_is_rewritten_wherever_the_segments_end(
    door: Server, world: World, line: bytes, end: bytes
) -> None:
    after = line + b"\r\nHost: x\r\n\r\n"
    whole = CHUNKED + end + after
    cuts = [len(CHUNKED) - 2, len(CHUNKED), len(CHUNKED) + 1, len(CHUNKED + end), len(CHUNKED + end) + 3, len(whole)]
    with Wire(door.port) as wire:
        for cut in cuts:
            wire.send(whole[:cut])
            time.sleep(0.01)  # else the segments may come as one, which is tested as well
            wire.send(whole[cut:])
            assert [wire.reply().status for _ in range(2)] == [200, 200]
            exchange = last(world).exchange
            assert exchange is not None
            assert exchange.method == line.partition(b" ")[0].decode()
    assert len(world.journal) == 2 * len(cuts)


def test_what_cannot_be_read_after_chunks_is_not_their_fault(door: Server, world: World) -> None:
    with Wire(door.port) as wire:
        wire.send(CHUNKED + b"\r\n" + b"G@T /odd HTTP/1.1" + END)
        assert [wire.reply().status for _ in range(2)] == [200, 400]
    first, second = world.journal
    assert (first.outcome != "malformed", second.outcome) == (True, "malformed")
    assert second.exchange is not None
    assert second.exchange.target == "/odd"


@pytest.mark.parametrize("size", [b"x", b"-1", b"+3", b"0x3", b"", b"3 3"])
def test_chunks_of_no_size_are_refused_and_told_of_once(door: Server, world: World, size: bytes) -> None:
    with Wire(door.port) as wire:
        wire.send(CHUNKED.rpartition(b"0\r\n")[0] + size + b"\r\nabc\r\n0\r\n\r\n")
        assert wire.reply().status == 400
        wire.rest()
    assert len(world.journal) == 1


@pytest.mark.parametrize("method", ["FOO", "PROPFIND", "get", "MKCOL-X", "SEARCH"])
def test_any_word_is_a_method(door: Server, world: World, method: str) -> None:
    with Wire(door.port) as wire:
        for target in ("/toy/x?wire=headers", "/nowhere"):
            wire.send(f"{method} {target} HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc".encode())
            reply = wire.reply()
            if target == "/nowhere":
                assert reply.status == 404
            else:
                assert json.loads(reply.body)["REQUEST_METHOD"] == method
            assert reply["server"] == "Microsoft-IIS/10.0"
            exchange = last(world).exchange
            assert exchange is not None
            assert (exchange.method, exchange.body) == (method, b"abc")


@pytest.mark.parametrize(("asked", "connection"), [(b"", b"close"), (b"Connection: keep-alive\r\n", b"keep-alive")])
def test_http_10_is_answered_in_http_11(door: Server, asked: bytes, connection: bytes) -> None:
    for target in (KEY, b"/_mock/v1/journal?format=ndjson"):
        reply, first = ask(door, b"GET " + target + b" HTTP/1.0\r\nHost: localhost\r\n" + asked + b"\r\n")
        assert first == b"HTTP/1.1 200 OK"
        assert reply["connection"] == connection.decode()
        assert reply.all("transfer-encoding") == []


@pytest.mark.parametrize(
    ("data", "status", "says", "hint"),
    [
        (b"GET /a\0b HTTP/1.1" + END, 400, b"Invalid URL", "0x00"),
        (b"GET /a" + END, 400, b"Invalid URL", "METHOD TARGET HTTP/1.1"),
        (b"GET /a HTTP/2.0" + END, 505, b"Version", "HTTP/2.0"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, b"Version", "HTTP/2.0"),
        (b"G@T /a HTTP/1.1" + END, 400, b"Invalid Verb", "method"),
        (b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03", 400, b"Invalid Verb", "method"),
        (b"GET /a HTTP/1.1\r\nno colon here\r\n\r\n", 400, b"Invalid Header", "line 1 of the headers"),
        (b"GET /" + b"a" * 20_000 + b" HTTP/1.1" + END, 414, b"too long", "16384 bytes"),
        (b"GET /a HTTP/1.1\r\nX: " + b"y" * 20_000 + b"\r\n\r\n", 400, b"Too Long", "line 1 of the headers"),
        (b"GET /a HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400, b"badly formed", "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_answered_as_http_sys_does_and_journalled(
    door: Server, world: World, data: bytes, status: int, says: bytes, hint: str
) -> None:
    reply, first = ask(door, data)
    assert (reply.status, reply["server"], reply["connection"]) == (status, "Microsoft-HTTPAPI/2.0", "close")
    assert first.startswith(b"HTTP/1.1 ")
    assert says in reply.body
    assert b"ython" not in reply.body
    (entry,) = world.journal
    assert (entry.outcome, entry.vendor) == ("malformed", "")
    assert entry.error is not None
    assert hint in entry.error


def test_secrets_of_a_request_that_cannot_be_read_are_masked(door: Server, world: World) -> None:
    ask(door, b"GET /toy?key=demo-key-1\0 HTTP/1.1\r\nX-Key: demo-key-1\r\nHost: localhost\r\n\r\n")
    assert "demo-key-1" not in repr(last(world))


def test_lines_are_read_in_time_linear_in_their_length() -> None:
    """Sixteen thousand blanks, or marks, are one line like another."""
    for junk in (b" " * 16_000, b" HTTP/1.1" * 1700, b"%" * 16_000):
        line = b"GET /" + junk + b"x HTTP/1.1\r\n"
        assert request_line.read(line).parsed.count(b" ") == 2
        assert request_line.malformed(line * 2, "").hint


# --- time and room --------------------------------------------------------------------------------------------------


def test_a_head_that_never_ends_is_hung_up_on_and_told_of(door: Server, world: World) -> None:
    door.head_seconds = 0.05
    with Wire(door.port) as wire:
        wire.send(b"GET " + KEY + b" HTTP/1.1\r\nX-Slow: ")
        assert wire.rest() == b""
    (entry,) = world.journal
    assert (entry.outcome, "no whole head" in (entry.error or "")) == ("malformed", True)
    with Wire(door.port) as wire:
        assert wire.get(KEY.decode()).reply().status == 200


@pytest.mark.parametrize(
    "framing", [b"Content-Length: 9999\r\n\r\nabc", b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"]
)
def test_a_body_that_makes_no_progress_is_hung_up_on_and_told_of(door: Server, world: World, framing: bytes) -> None:
    door.body_seconds = 0.05
    with Wire(door.port) as wire:
        wire.send(b"POST /toy/add?key=demo-key-1 HTTP/1.1\r\nHost: x\r\n" + framing)
        assert wire.rest() == b""
    assert [(entry.outcome, entry.vendor) for entry in world.journal] == [("malformed", "")]


def test_a_connection_that_says_nothing_is_closed(door: Server, world: World) -> None:
    door.idle_seconds = 0.05
    with Wire(door.port) as wire:
        assert wire.rest() == b""
    assert len(world.journal) == 0


def test_an_idle_connection_makes_way_for_a_new_one_and_a_busy_one_does_not(
    door: Server, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "STUCK", 1000.0)
    door.most_connections = 2
    door.grace = 0.05  # nobody waits for the busy one in the end
    with Wire(door.port) as idle, Wire(door.port) as busy:
        assert idle.get(KEY.decode()).reply().status == 200
        busy.get(KEY.decode() + "&slow=1000")
        while world.journal.count < 2:
            time.sleep(0.01)
        with Wire(door.port) as new:
            assert new.get(KEY.decode()).reply().status == 200
            assert idle.rest() == b""
            new.send(b"GET /")
            with Wire(door.port) as fourth:
                assert fourth.get(KEY.decode()).head().status == 503
        busy.socket.setblocking(False)
        with pytest.raises(BlockingIOError):
            busy.socket.recv(1)


def test_descriptors_that_are_exhausted_are_told_once(door: Server, caplog: pytest.LogCaptureFixture) -> None:
    assert door._loop is not None
    context = {"message": "socket.accept() out of system resource", "exception": OSError(24, "Too many open files")}
    for _ in range(50):
        door._trouble(door._loop, context)
    assert [record.message.count("Too many open files") for record in caplog.records] == [1]
    assert caplog.records[0].exc_info is None
