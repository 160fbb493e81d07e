"""One call to a listener: whom it may reach, when it ends, and where its bytes end. The listeners here speak by hand."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress

import pytest

from mockservers.kernel import listeners

Listen = Callable[[Callable[[socket.socket], None]], int]


@pytest.fixture
def listen() -> Iterator[Listen]:
    """Listen with a talk of one's own; tells the port."""
    with ExitStack() as open_:

        def listening(talk: Callable[[socket.socket], None]) -> int:
            server = open_.enter_context(closing(socket.create_server(("127.0.0.1", 0))))

            def serve() -> None:
                with server.accept()[0] as connected, suppress(OSError):
                    talk(connected)

            threading.Thread(target=serve, daemon=True).start()
            port: int = server.getsockname()[1]
            return port

        yield listening


def dropping(first: bytes) -> Callable[[socket.socket], None]:
    """An answer without an end, a byte at a time."""

    def talk(connected: socket.socket) -> None:
        connected.sendall(first)
        while True:
            time.sleep(0.02)
            connected.sendall(b"x")

    return talk


@pytest.mark.parametrize(
    "first",
    [b"", b"HTTP/1.1 200 OK\r\nX-Long: ", b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"],
    ids=["status", "header", "body", "interim"],
)
def test_a_call_ends_with_the_patience_however_slowly_bytes_drop_in(listen: Listen, first: bytes) -> None:
    reply = listeners.call(f"http://127.0.0.1:{listen(dropping(first))}/", [], b"{}", 0.2)
    assert (reply.status, reply.late) == (None, True)
    assert "did not answer within 0.2 s" in reply.error


def test_a_call_that_is_given_up_ends_and_is_not_late(listen: Listen) -> None:
    heard = threading.Event()

    def talk(connected: socket.socket) -> None:
        connected.recv(65536)
        heard.set()
        while connected.recv(65536):
            pass

    reply = listeners.call(f"http://127.0.0.1:{listen(talk)}/", [], b"{}", 60, given_up=heard.is_set)
    assert (reply.status, reply.late) == (None, False)
    assert "nobody waits" in reply.error


def test_of_a_huge_answer_the_beginning_is_read(listen: Listen) -> None:
    def talk(connected: socket.socket) -> None:
        connected.recv(65536)
        connected.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connected.sendall(b"x" * 65536)

    reply = listeners.call(f"http://127.0.0.1:{listen(talk)}/", [], b"{}", 20)
    assert (reply.status, len(reply.body)) == (200, listeners.MOST_ANSWER)


def test_whoever_answers_before_it_has_read_has_answered(listen: Listen) -> None:
    def talk(connected: socket.socket) -> None:
        connected.recv(1)
        connected.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        while connected.recv(65536):
            pass

    reply = listeners.call(f"http://127.0.0.1:{listen(talk)}/", [], b"x" * 30_000, 20)
    assert (reply.status, reply.body) == (200, b"ok")


def test_where_a_message_ends_is_not_said_by_a_webhook(listen: Listen) -> None:
    heard: list[bytes] = []

    def talk(connected: socket.socket) -> None:
        while not heard or not heard[-1].endswith(b"{}"):
            heard.append((heard[-1] if heard else b"") + connected.recv(65536))
        connected.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    wanted = [("Content-Length", "0"), ("transfer-encoding", "chunked"), ("Connection", "keep-alive"), ("Host", "desk")]
    assert listeners.call(f"http://127.0.0.1:{listen(talk)}/", wanted, b"{}", 20).status == 200
    lines = heard[-1].lower().splitlines()
    assert [each for each in lines if each.startswith((b"content-length", b"transfer", b"connection", b"host"))] == [
        b"content-length: 2",
        b"connection: close",
        b"host: desk",
    ]


def test_a_name_with_several_addresses_is_called_at_the_one_that_listens(
    listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = listen(lambda connected: connected.recv(65536) and connected.sendall(b"HTTP/1.1 204 No Content\r\n\r\n"))
    known = {"localhost": ("127.0.0.9", "127.0.0.1"), "mixed": ("127.0.0.1", "192.0.2.7")}
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, port, *_, **__: [(2, 1, 6, "", (each, port)) for each in known[host]]
    )
    monkeypatch.setattr(socket, "create_connection", _connecting)
    assert listeners.call(f"http://localhost:{port}/", [], b"{}", 20).status == 204
    reply = listeners.call(f"http://mixed:{port}/", [], b"{}", 20)
    assert reply.status is None
    assert "calls this machine alone" in reply.error


def _connecting(address: tuple[str, int], timeout: float) -> socket.socket:
    """As `socket.create_connection`, which would look the address up again."""
    connected = socket.socket()
    connected.settimeout(timeout)
    try:
        connected.connect(address)
    except OSError:
        connected.close()
        raise
    return connected
