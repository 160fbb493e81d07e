"""The recorder on the wire, byte for byte: what it passes on, what it may not add, and the proxies on its way."""

from __future__ import annotations

import base64
import contextlib
import gzip
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mockservers.recording import proxy as recorder
from mockservers.recording.addresses import Upstream
from mockservers.recording.exchanges import BASE, HOST
from mockservers.recording.files import Recording
from mockservers.recording.har.writing import export
from mockservers.recording.proxy import _raw_path
from mockservers.recording.upstream_proxy import UpstreamProxy, proxy_of
from mockservers.server.http import Server
from tests.recording.conftest import Authority, recording, stubbed, worlds
from tests.server.wires import Wire

VARIABLES = [f"{name}_PROXY" for name in ("HTTP", "HTTPS", "ALL", "NO")]


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


class Raw:
    """A pretended vendor or proxy: what it was sent, head by head, and one answer in bytes to each, or what makes one of its
    own address."""

    def __init__(self, *answers: bytes | Callable[[str], bytes]) -> None:
        self.answers = list(answers)
        self.asked: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        for answer in self.answers:
            try:
                link, _ = self._listener.accept()
            except OSError:
                return
            with link:
                link.settimeout(20)
                got = b""
                while b"\r\n\r\n" not in got:
                    got += link.recv(65536)
                head, _, body = got.partition(b"\r\n\r\n")
                size = next(
                    (int(x.split(b":")[1]) for x in head.split(b"\r\n") if x.lower().startswith(b"content-length")), 0
                )
                while len(body) < size:
                    body += link.recv(65536)
                self.asked.append(head + b"\r\n\r\n" + body)
                link.sendall(answer if isinstance(answer, bytes) else answer(self.url))

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # who waits for a connection is told
        self._listener.close()
        self._thread.join(5)


@pytest.fixture
def raw() -> Iterator[Callable[..., Raw]]:
    made: list[Raw] = []

    def begin(*answers: bytes | Callable[[str], bytes]) -> Raw:
        made.append(Raw(*answers))
        return made[-1]

    yield begin
    for each in made:
        each.close()


def ask(url: str, request: bytes) -> tuple[bytes, list[bytes], bytes]:
    """Status line, headers and body of an answer."""
    host, _, port = url.partition("://")[2].partition(":")
    answer = b""
    with socket.create_connection((host, int(port)), timeout=30) as link:
        link.sendall(request)
        with contextlib.suppress(OSError):
            while part := link.recv(65536):
                answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.split(b"\r\n")
    return status, lines, body


def get(url: str, target: str = "/x", *lines: str) -> tuple[bytes, list[bytes], bytes]:
    more = "".join(f"{line}\r\n" for line in lines)
    return ask(url, f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{more}\r\n".encode("latin-1"))


def test_a_request_arrives_as_it_was_sent(tmp_path: Path, raw: Callable[..., Raw]) -> None:
    vendor = raw(b"HTTP/1.1 204 No Content\r\n\r\n")
    sent = (
        b"POST /a//b/%7e%41?q=%zz&x=a+b%20c;d HTTP/1.1\r\nx-lower: 1\r\nHost: localhost\r\nX-UPPER: two  blanks\r\n"
        b"X-Twice: b\r\nX-Twice: a\r\nX-Latin: M\xfcller\r\nX-Utf: M\xc3\xbcller\r\nTE: trailers\r\nX-Empty:\r\n"
        b"content-LENGTH: 3\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nAccept-Encoding: gzip, br\r\nX-Last: z\r\n\r\nabc"
    )
    with recording("get_tickets", vendor.url, tmp_path / "session.yaml") as taken:
        status, lines, body = ask(taken.url, sent)
    assert (status, lines, body) == (b"HTTP/1.1 204 No Content", [b"Connection: close"], b"")
    head, _, body = vendor.asked[0].partition(b"\r\n\r\n")
    assert head.split(b"\r\n") == [
        b"POST /a//b/%7e%41?q=%zz&x=a+b%20c;d HTTP/1.1",
        b"x-lower: 1",
        f"Host: 127.0.0.1:{vendor.port}".encode(),
        b"X-UPPER: two  blanks",
        b"X-Twice: b",
        b"X-Twice: a",
        b"X-Latin: M\xfcller",
        b"X-Utf: M\xc3\xbcller",
        b"X-Empty: ",
        b"content-LENGTH: 3",
        b"Accept-Encoding: identity",
        b"X-Last: z",
    ]
    assert body == b"abc"
    (kept,) = Recording(tmp_path / "session.yaml")
    assert kept.header("x-utf") == "Müller"
    assert kept.header("x-latin").encode("utf-8", "surrogateescape") == b"M\xfcller"


def test_an_answer_leaves_as_it_came(tmp_path: Path, raw: Callable[..., Raw]) -> None:
    vendor = raw(
        b"HTTP/1.1 200 Very Fine\r\nx-b: 2\r\nX-A: 1\r\nx-b: 1\r\nX-Name: M\xfcller\r\nX-Utf: M\xc3\xbcller\r\n"
        b"content-length: 2\r\nKeep-Alive: timeout=5\r\nX-Last: z\r\n\r\n{}",
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.0 201\r\nX-A: 1\r\n\r\nuntil it ends",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n",
    )
    with recording("get_tickets", vendor.url, tmp_path / "session.yaml") as taken:
        whole, until, chunked = (get(taken.url) for _ in range(3))
        unread = ask(taken.url, b"GET /_mock/v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    assert whole == (
        b"HTTP/1.1 200 Very Fine",
        [
            b"x-b: 2",
            b"X-A: 1",
            b"x-b: 1",
            b"X-Name: M\xfcller",
            b"X-Utf: M\xc3\xbcller",
            b"content-length: 2",
            b"X-Last: z",
            b"Connection: close",
        ],
        b"{}",
    )
    assert until == (
        b"HTTP/1.1 201 ",
        [b"X-A: 1", b"Transfer-Encoding: chunked", b"Connection: close"],
        b"d\r\nuntil it ends\r\n0\r\n\r\n",
    )
    assert chunked[1] == [b"Content-Type: text/plain", b"Transfer-Encoding: chunked", b"Connection: close"]
    assert chunked[2].endswith(b"0\r\n\r\n")
    assert b'{"status": "ok"}' in unread[2]
    kept = list(Recording(tmp_path / "session.yaml"))
    assert [each.reply_body for each in kept] == [b"{}", b"until it ends", b"abcde"]
    assert [name for name, _ in kept[0].reply_headers] == ["x-b", "X-A", "x-b", "X-Name", "X-Utf", "X-Last"]


@pytest.mark.parametrize("fault", ["", "drip"])
def test_a_stub_adds_no_header_and_keeps_bytes(tmp_path: Path, raw: Callable[..., Raw], fault: str) -> None:
    vendor = raw(b"HTTP/1.1 200 OK\r\nx-b: 2\r\nX-Name: M\xfcller\r\nX-Utf: M\xc3\xbcller\r\nServer: Old/1\r\n\r\n{}")
    path = tmp_path / "session.yaml"
    with recording("get_tickets", vendor.url, path) as taken:
        get(taken.url, "/API/default.aspx?action=get_tickets")
    with stubbed(path) as door:
        if fault:
            door.worlds.default.faults.add(fault, {"bytes_per_second": 1000})
        status, lines, body = get(door.url, "/API/default.aspx?action=get_tickets")
    assert (status, body) == (b"HTTP/1.1 200 OK", b"{}")
    assert lines == [
        b"x-b: 2",
        b"X-Name: M\xfcller",
        b"X-Utf: M\xc3\xbcller",
        b"Server: Old/1",
        b"Content-Length: 2",
        b"Connection: close",
    ]
    export(Recording(path), tmp_path / "session.har")
    assert "ller" in (tmp_path / "session.har").read_text("utf-8")


def test_a_stub_cuts_an_answer_under_its_own_head(tmp_path: Path, raw: Callable[..., Raw]) -> None:
    vendor = raw(b"HTTP/1.1 200 OK\r\nx-b: 2\r\nX-Name: M\xfcller\r\nContent-Length: 50\r\n\r\nhello")
    path = tmp_path / "session.yaml"
    with recording("get_tickets", vendor.url, path) as taken:
        told = get(taken.url)
    with stubbed(path) as door:
        status, lines, body = get(door.url)
    assert (status, lines[:2], body) == (b"HTTP/1.1 200 OK", [b"x-b: 2", b"X-Name: M\xfcller"], b"hello")
    assert [line.partition(b":")[0] for line in lines] == [line.partition(b":")[0] for line in told[1]]


@pytest.mark.parametrize(
    ("method", "status", "sent", "kept"),
    [
        ("GET", b"204 No Content", [], []),
        ("GET", b"204 No Content", [b"Content-Length: 0"], []),
        ("GET", b"304 Not Modified", [b"X-A: 1"], [b"X-A: 1"]),
        ("GET", b"304 Not Modified", [b"content-length: 99", b"X-A: 1"], [b"content-length: 99", b"X-A: 1"]),
        ("HEAD", b"200 OK", [b"Content-Length: 1234", b"X-A: 1"], [b"Content-Length: 1234", b"X-A: 1"]),
        ("HEAD", b"200 OK", [b"X-A: 1"], [b"X-A: 1"]),
        ("HEAD", b"200 OK", [b"Content-Encoding: gzip", b"Content-Length: 55"], None),
        ("GET", b"200 OK", [b"Content-Encoding: gzip", b"Content-Length: 0"], None),
    ],
)
def test_an_answer_without_a_body_keeps_what_it_tells_of_one(
    tmp_path: Path, raw: Callable[..., Raw], method: str, status: bytes, sent: list[bytes], kept: list[bytes] | None
) -> None:
    vendor = raw(b"HTTP/1.1 " + b"\r\n".join([status, b"Content-Type: text/plain", *sent]) + b"\r\n\r\n")
    asked = f"{method} /x HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
    with recording("get_tickets", vendor.url, tmp_path / "session.yaml") as taken:
        passed = ask(taken.url, asked)
    with stubbed(tmp_path / "session.yaml") as door:
        played = ask(door.url, asked)
    first, last = b"Content-Type: text/plain", b"Connection: close"
    assert passed == (b"HTTP/1.1 " + status, [first, *sent, last], b"")
    assert played == (b"HTTP/1.1 " + status, [first, *(sent if kept is None else kept), last], b"")


def _in_chunks(body: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:7], body[7:])) + b"0\r\n\r\n"


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    ("kind", "codec", "gzipped"),
    [("application/json", "utf-8", True), ("text/plain; charset=utf-16", "utf-16", False)]
    + [(f"text/xml; charset={codec}", codec, True) for codec in ("UTF-16LE", "utf-32")],
)
def test_addresses_in_coded_texts_lead_to_the_recorder(
    tmp_path: Path, raw: Callable[..., Raw], kind: str, codec: str, gzipped: bool, known: bool
) -> None:
    text = '{"next":"%s/p2"}'
    lines = [b"HTTP/1.1 200 OK", b"Content-Type: " + kind.encode(), *([b"Content-Encoding: gzip"] if gzipped else [])]

    def answer(url: str) -> bytes:
        body = (text % url).encode(codec)
        body = gzip.compress(body) if gzipped else body
        framing = b"Content-Length: %d" % len(body) if known else b"Transfer-Encoding: chunked"
        return b"\r\n".join([*lines, framing]) + b"\r\n\r\n" + (body if known else _in_chunks(body))

    vendor = raw(answer)
    with recording("get_tickets", vendor.url, tmp_path / "session.yaml") as taken:
        _, told, came = get(taken.url)
    assert not any(line.lower().startswith(b"content-encoding") for line in told)
    assert came.decode(codec) == text % "http://127.0.0.1"
    (kept,) = Recording(tmp_path / "session.yaml")
    assert (kept.reply_body or b"").decode(codec) == text % BASE


def test_a_coded_text_that_is_too_long_to_be_held_goes_on_as_it_comes(
    tmp_path: Path, raw: Callable[..., Raw], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "MOST_BUFFERED", 5)
    body = gzip.compress(b"a" * 50)
    head = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    vendor = raw(head + _in_chunks(body))
    with recording("get_tickets", vendor.url, tmp_path / "session.yaml") as taken, Wire(taken.recorder.port) as wire:
        reply = wire.send(ASKED).reply()
    assert (reply["content-encoding"], gzip.decompress(reply.body)) == ("gzip", b"a" * 50)
    assert [each.reply_body for each in Recording(tmp_path / "session.yaml")] == [b"a" * 50]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("Location: //@/y", "Location: {}/y"),
        ("content-location: //@", "content-location: {}"),
        ("Refresh: 5; url=//@/y", "Refresh: 5; url={}/y"),
        ("Refresh: 0;URL='//@/y'", "Refresh: 0;URL='{}/y'"),
        ("Location: //other.example/y?to=//@/y", "Location: //other.example/y?to=//@/y"),
        ("Location: /a//@/y", "Location: /a//@/y"),
        ("Location: //@0/y", "Location: //@0/y"),
        ("X-Note: //@/y", "X-Note: //@/y"),
    ],
)
def test_a_place_without_a_scheme_leads_to_the_recorder(
    tmp_path: Path, raw: Callable[..., Raw], line: str, told: str
) -> None:
    vendor = raw(
        lambda url: f"HTTP/1.1 302 Found\r\n{line.replace('@', url[7:])}\r\nContent-Length: 0\r\n\r\n".encode()
    )
    with recording("get_tickets", vendor.url, tmp_path / "session.yaml") as taken:
        _, lines, _ = get(taken.url)
    assert lines[0].decode() == told.format("http://127.0.0.1").replace("@", vendor.url[7:])
    (kept,) = Recording(tmp_path / "session.yaml")
    placed = re.sub("@(?!0)", HOST, told.partition(": ")[2].format(BASE))  # with a further digit it is another port
    assert kept.reply_headers[0][1] == placed.replace("@", vendor.url[7:])


def test_old_clients_get_bodies_that_end_with_the_connection(tmp_path: Path, raw: Callable[..., Raw]) -> None:
    vendor = raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n")
    with recording("get_tickets", vendor.url, tmp_path / "session.yaml") as taken:
        answer = ask(taken.url, b"GET /x HTTP/1.0\r\n\r\n")
    assert answer == (b"HTTP/1.1 200 OK", [b"Connection: close"], b"abcde")
    assert f"Host: 127.0.0.1:{vendor.port}".encode() in vendor.asked[0]


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n"
ASKED = b"GET /x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


class Lasting(Raw):
    """A vendor that keeps connections, and answers with a letter for each: `end` is the request at which it ends one."""

    def __init__(self, *, end: int = 0) -> None:
        self.end = end
        self.ended: list[str] = []
        super().__init__()

    def _serve(self) -> None:
        for letter in "abcdefgh":
            try:
                link, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._keep, args=(link, letter), daemon=True).start()

    def _keep(self, link: socket.socket, letter: str) -> None:
        with link, contextlib.suppress(OSError):
            while got := link.recv(65536):
                self.asked.append(got)
                if len(self.asked) == self.end:
                    return
                link.sendall(OK + letter.encode())
            self.ended.append(letter)


@pytest.fixture
def lasting() -> Iterator[Callable[..., Lasting]]:
    made: list[Lasting] = []

    def begin(**settings: int) -> Lasting:
        made.append(Lasting(**settings))
        return made[-1]

    yield begin
    for each in made:
        each.close()


def test_a_connection_is_used_again_by_its_client_and_by_no_other(
    tmp_path: Path, lasting: Callable[..., Lasting]
) -> None:
    vendor = lasting()  # NTLM and Negotiate log a connection in: who shares one has somebody else's rights
    with recording("get_tickets", vendor.url, tmp_path / "session.yaml") as taken:
        port = taken.recorder.port
        with Wire(port) as one, Wire(port) as two:
            came = [each.send(ASKED).reply().body for each in (one, one, two, one, two)]
        assert get(taken.url)[2] == b"c"
        while sorted(vendor.ended) != ["a", "b", "c"]:  # what nobody can use any more is not kept
            time.sleep(0.01)
    assert came == [b"a", b"a", b"b", b"a", b"b"]


@pytest.mark.parametrize(("method", "again"), [("GET", True), ("DELETE", True), ("POST", False)])
def test_a_kept_connection_that_ends_unanswered_is_tried_once_anew(
    tmp_path: Path, lasting: Callable[..., Lasting], method: str, again: bool
) -> None:
    vendor = lasting(end=2)
    with recording("get_tickets", vendor.url, tmp_path / "session.yaml") as taken, Wire(taken.recorder.port) as wire:
        assert wire.send(ASKED).reply().body == b"a"
        wire.get("/x", method=method)
        if again:
            assert wire.reply().body == b"b"
        else:
            with pytest.raises(OSError, match="reset"):
                wire.rest()
    assert len(vendor.asked) == 2 + again
    assert [each.fault for each in Recording(tmp_path / "session.yaml")] == [None, None if again else "reset"]


def test_a_first_connection_that_ends_unanswered_is_told(tmp_path: Path, lasting: Callable[..., Lasting]) -> None:
    vendor = lasting(end=1)
    with recording("get_tickets", vendor.url, tmp_path / "session.yaml") as taken:
        assert get(taken.url) == (b"", [], b"")
    assert len(vendor.asked) == 1
    assert [each.fault for each in Recording(tmp_path / "session.yaml")] == ["reset"]


def test_a_connection_that_the_vendor_has_ended_is_not_used(tmp_path: Path, raw: Callable[..., Raw]) -> None:
    vendor = raw(OK + b"a", OK + b"b")  # closes after each
    with recording("get_tickets", vendor.url, tmp_path / "session.yaml") as taken, Wire(taken.recorder.port) as wire:
        assert [wire.send(ASKED).reply().body for _ in range(2)] == [b"a", b"b"]


@pytest.mark.parametrize("line", [b"HTTP/1.1 099 X", b"HTTP/1.1 20 X", b"HTTP/1.1 2000 X", b"HTTP/1.1 -12 X"])
def test_what_is_no_status_is_no_answer(tmp_path: Path, raw: Callable[..., Raw], line: bytes) -> None:
    vendor = raw(line + b"\r\nContent-Length: 0\r\n\r\n")
    with recording("get_tickets", vendor.url, tmp_path / "session.yaml") as taken:
        assert get(taken.url) == (b"", [], b"")
    assert [each.fault for each in Recording(tmp_path / "session.yaml")] == ["reset"]


def test_gzip_of_several_members_comes_whole(tmp_path: Path, raw: Callable[..., Raw]) -> None:
    text = b'{"tickets":[{"tid":"34","cid":"demo"}]}'
    body = gzip.compress(text[:10]) + gzip.compress(text[10:])
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
    vendor = raw(head % len(body) + body)
    with recording("get_tickets", vendor.url, tmp_path / "session.yaml") as taken:
        _, lines, came = get(taken.url)
    assert came == text
    assert not any(line.lower().startswith(b"content-encoding") for line in lines)
    assert next(iter(Recording(tmp_path / "session.yaml"))).reply_body == text


JSON = b'{"access_token":"hJ7xQ2pLm9Zt"}'
GZIP = gzip.compress(JSON, mtime=0)
MASKED = b'{"access_token":"__secret.token__"}'


@pytest.mark.parametrize(
    ("body", "codings", "came"),
    [
        (gzip.compress(GZIP, mtime=0), [b"Content-Encoding: gzip", b"Content-Encoding: gzip"], JSON),
        (GZIP, [b"Content-Encoding: identity", b"Content-Encoding: gzip"], JSON),
        (GZIP, [b"Content-Encoding: gzip, identity"], JSON),
        (GZIP, [], GZIP),
    ],
)
def test_no_coding_hides_a_secret(
    body: bytes, codings: list[bytes], came: bytes, tmp_path: Path, raw: Callable[..., Raw]
) -> None:
    told = [b"Content-Type: application/json", *codings, b"Content-Length: %d" % len(body)]
    lines = b"\r\n".join(told) + b"\r\n\r\n"
    vendor = raw(b"HTTP/1.1 200 OK\r\n" + lines + body)
    with recording("get_tickets", vendor.url, tmp_path / "session.yaml") as taken:
        _, got, answer = ask(taken.url, b"POST /x HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" + lines + body)
    assert answer == came
    assert not any(line.lower().startswith(b"content-encoding") for line in got)
    assert vendor.asked[0].endswith(body)
    (kept,) = Recording(tmp_path / "session.yaml")
    assert (kept.body, kept.reply_body, kept.omitted) == (MASKED, MASKED, "")


def test_a_coding_of_the_transfer_is_taken_off(tmp_path: Path, raw: Callable[..., Raw]) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(GZIP), GZIP)
    vendor = raw(head + chunks)
    with recording("get_tickets", vendor.url, tmp_path / "session.yaml") as taken:
        _, lines, body = get(taken.url)
    assert not [line for line in lines if b"Encoding" in line]
    assert body == gzip.decompress(GZIP)
    (kept,) = Recording(tmp_path / "session.yaml")
    assert (kept.reply_body, kept.reply_header("content-encoding")) == (MASKED, "")


def test_a_coded_answer_that_the_vendor_cut_off_goes_on_as_it_came(tmp_path: Path, raw: Callable[..., Raw]) -> None:
    body = GZIP[:-12]
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
    vendor = raw(head % len(body) + body)
    with recording("get_tickets", vendor.url, tmp_path / "session.yaml") as taken:
        _, lines, came = get(taken.url)
    assert (came, b"Content-Encoding: gzip" in lines) == (body, True)
    (kept,) = Recording(tmp_path / "session.yaml")
    assert (kept.reply_body, kept.fault) == (b"", None)
    assert kept.omitted == "the answer's body: coded as gzip, and cut off"


def test_raw_bytes_of_a_request_line_go_on_as_they_came() -> None:
    # A listener keeps the line as it came beside what its parser takes.
    line = SimpleNamespace(target=b"/a?n=M\xfcller")
    assert _raw_path(_request("/a?n=M%FCller", line)) == b"/a?n=M\xfcller"
    assert _raw_path(_request("/a?n=M\udcfcller", None)) == b"/a?n=M\xfcller"
    assert _raw_path(_request("http://x:1/a#b", None)) == b"/a#b"


def _request(raw_path: str, line: Any) -> Any:
    return SimpleNamespace(raw_path=raw_path, line=line)


# --- proxies ----------------------------------------------------------------------------------------------------------

VENDOR, PLAIN = Upstream.parse("https://vendor.example"), Upstream.parse("http://vendor.example")


@pytest.mark.parametrize("lower", [False, True])
def test_the_usual_variables_name_proxies(monkeypatch: pytest.MonkeyPatch, lower: bool) -> None:
    def named(upstream: Upstream, given: str | None = None, **variables: str) -> str | None:
        for name in VARIABLES:
            monkeypatch.delenv(name.lower() if lower else name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(f"{name}_proxy" if lower else f"{name}_proxy".upper(), value)
        found = proxy_of(upstream, given)
        return None if found is None else found.shown

    both = {"https": "http://p:1", "http": "q:2"}
    assert named(VENDOR) is None
    assert (named(VENDOR, **both), named(PLAIN, **both)) == ("http://p:1", "http://q:2")
    assert named(VENDOR, all="http://r:3", http="q:2") == "http://r:3"
    assert named(VENDOR, "http://given:4", **both, no="*") == "http://given:4"
    for excluded in ("*", "vendor.example", ".example", "a, example", "vendor.example:443"):
        assert named(VENDOR, **both, no=excluded) is None
    for other in ("endor.example", "vendor.example:80", "10.0.0.0/8", ""):
        assert named(VENDOR, **both, no=other) == "http://p:1"
    assert named(Upstream.parse("http://10.1.2.3"), **both, no="10.0.0.0/8") is None
    for here in ("http://127.0.0.1:80", "http://localhost", "http://[::1]"):
        assert named(Upstream.parse(here), **both) is None
        assert named(Upstream.parse(here), "given:4", **both) == "http://given:4"


@pytest.mark.parametrize(
    "url", ["ftp://p", "http://", "http://u:s3cret@p:port", "http://p/x?y", "socks5://u:s3cret@p:1"]
)
def test_addresses_of_proxies_that_are_none_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="--upstream-proxy") as refused:
        UpstreamProxy.parse(url, "--upstream-proxy")
    assert "s3cret" not in str(refused.value)


def test_a_proxy_is_asked_with_the_whole_address(tmp_path: Path, raw: Callable[..., Raw]) -> None:
    proxy = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", b"HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n")
    given = f"http://ida:s3cret%21@127.0.0.1:{proxy.port}"
    with recording("get_tickets", "http://vendor.example", tmp_path / "session.yaml", proxy=given) as taken:
        assert get(taken.url, "/x?a=1")[2] == b"ok"
        status, _, said = get(taken.url, "/y")
    assert proxy.asked[0].startswith(b"GET http://vendor.example/x?a=1 HTTP/1.1\r\nHost: vendor.example\r\n")
    assert b"Proxy-Authorization: Basic " + base64.b64encode(b"ida:s3cret!") in proxy.asked[0]
    assert b"502" in status
    assert b"wants a user and a password" in said
    assert len(list(Recording(tmp_path / "session.yaml"))) == 1  # a proxy's refusal is none of the vendor
    for text in (said.decode(), *taken.complaints, (tmp_path / "session.yaml").read_text("utf-8")):
        assert "s3cret" not in text
        assert base64.b64encode(b"ida:s3cret!").decode() not in text


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 403 Forbidden by policy\r\n\r\n", "does not let us to vendor.example: 403 Forbidden by policy"),
        (b"HTTP/1.1 407 Who\r\n\r\n", "wants a user and a password (none were given)"),
        (b"", "ended the connection to vendor.example"),
        (None, "takes no connection"),
    ],
)
def test_a_proxy_that_refuses_is_told_apart(
    answer: bytes | None, words: str, tmp_path: Path, raw: Callable[..., Raw]
) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))  # and never listens
        proxy = f"http://127.0.0.1:{holder.getsockname()[1]}" if answer is None else raw(answer).url
        with recording(
            "get_tickets", "https://vendor.example", tmp_path / "session.yaml", proxy=proxy, sealed=False
        ) as taken:
            status, _, said = get(taken.url)
    assert b"502" in status
    assert words in said.decode()
    assert words in taken.complaints[0]


def test_a_proxy_opens_a_tunnel_for_tls(tmp_path: Path, authority: Authority) -> None:
    asked: list[bytes] = []

    def pump(one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while part := one.recv(65536):
                other.sendall(part)
        with contextlib.suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)

    def tunnel(listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            link, _ = listener.accept()
            asked.append(link.recv(65536))
            port = int(asked[0].split(b" ")[1].rpartition(b":")[2])
            far = socket.create_connection(("127.0.0.1", port))
            link.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=pump, args=(far, link), daemon=True)
            back.start()
            pump(link, far)
            back.join(5)
            link.close()
            far.close()

    vendor_worlds = worlds("get_tickets", data="demo:3")
    with Server(vendor_worlds, tls=authority.context) as upstream, socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=tunnel, args=(listener,), daemon=True)
        thread.start()
        proxy = f"127.0.0.1:{listener.getsockname()[1]}"
        trust: ssl.SSLContext = authority.trust()
        with (
            recording("get_tickets", upstream.url, tmp_path / "session.yaml", trust, proxy=proxy) as taken,
            Wire(taken.recorder.port) as wire,
        ):
            target = "/API/default.aspx?key=demo-key&action=get_tickets&tid=*&output=json"
            assert [wire.get(target).reply().status for _ in range(2)] == [200, 200]  # through one tunnel
        thread.join(5)
    vendor_worlds.close()
    assert asked[0].startswith(f"CONNECT 127.0.0.1:{upstream.port} HTTP/1.1\r\n".encode())
    assert len(list(Recording(tmp_path / "session.yaml"))) == 2
