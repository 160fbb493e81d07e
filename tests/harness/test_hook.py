"""The hook carrier: a service that behaves, and every way in which one may not, each with one clear sentence."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mockservers.cli import main
from mockservers.harness.check import CheckConfig, check
from mockservers.harness.clients import reference, reference_name
from mockservers.harness.drivers import LONGEST_ANSWER, Answer, DriverFailure, open_driver
from mockservers.harness.drivers.hook import HookDriver


@contextmanager
def service(answer: Callable[[dict[str, Any]], Any]) -> Iterator[str]:
    """A service that answers each message with what `answer` makes of it."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps(answer(message)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/hook?of=mine"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def read_request(connection: socket.socket) -> None:
    """Read a whole request: a connection that is closed with something unread is reset, and its answer lost."""
    raw = b""
    while b"\r\n\r\n" not in raw and (part := connection.recv(1 << 16)):
        raw += part
    head, _, body = raw.partition(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    while len(body) < length and (part := connection.recv(1 << 16)):
        body += part


@contextmanager
def socketed(talk: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """A service made of bytes: `talk` gets each connection once the request was read, and when it is to end."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(20)
                read_request(connection)
                with suppress(OSError):  # the harness had enough
                    talk(connection, over)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/hook"
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(30)


def test_a_hook_that_behaves() -> None:
    heard: list[dict[str, Any]] = []

    def answer(message: dict[str, Any]) -> Any:
        heard.append(message)
        if message.get("do") == "sync":
            return {"ask": "now"}
        if message.get("answer") == "NOW":
            return {"ask": "sleep", "seconds": 30}
        if "answer" in message:
            return {"id": 2, "ok": message["answer"]}
        if message["do"] == "hello":
            return {"id": 1, "ok": {"name": "a service", "tasks": ["sync", "note"]}}
        return {"id": message["id"], "error": {"kind": "refused", "message": "no"}}

    with service(answer) as url, open_driver(url) as driver:
        assert isinstance(driver, HookDriver)
        driver.asking.now = lambda: "NOW"
        driver.asking.sleep = lambda seconds: f"THEN {seconds}"
        assert (driver.hello().name, driver.hello().tasks) == ("a service", ("sync", "note"))
        assert driver.tell("sync", {}) == Answer("THEN 30.0")
        assert driver.tell("note", {"text": "ü" * 100_000}) == Answer(None, "refused", "no")
        driver.close()
    assert heard[0] == {"id": 1, "do": "hello", "protocol": 1}
    assert heard[1:4] == [{"id": 2, "do": "sync"}, {"answer": "NOW"}, {"answer": "THEN 30.0"}]
    assert heard[4:] == [{"id": 3, "do": "note", "text": "ü" * 100_000}, {"id": 4, "do": "bye"}]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"id": 7, "ok": 1}, "answered id 7 to message 1"),
        ([1], "an answer is a JSON object"),
        ({"id": 1}, "either 'ok' or 'error'"),
        ({"ask": "weather"}, "it may ask now"),
        ({"ask": "sleep", "seconds": "3"}, "it may ask now"),
    ],
)
def test_a_hook_that_does_not_know_the_protocol(answer: Any, says: str) -> None:
    with service(lambda message: answer) as url, open_driver(url) as driver, pytest.raises(DriverFailure) as raised:
        driver.tell("sync", {})
    assert says in raised.value.what
    assert raised.value.exit_code == 4


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def send(*parts: bytes) -> Callable[[socket.socket, threading.Event], None]:
    return lambda connection, over: [connection.sendall(part) for part in parts] and None  # type: ignore[func-returns-value]


def hang(connection: socket.socket, over: threading.Event) -> None:
    over.wait(20)


def trickle(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(HEAD)
    while not over.wait(0.02):
        connection.sendall(b"X-More: x\r\n")


def flood(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(HEAD + b"\r\n")
    while not over.is_set():
        connection.sendall(b"x" * (1 << 20))


def abort(connection: socket.socket, over: threading.Event) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


BAD: dict[str, tuple[Callable[[socket.socket, threading.Event], None], str]] = {
    "hangs": (hang, "has not answered 'hello' within 0.5 s"),
    "trickles": (trickle, "has not answered 'hello' within 0.5 s"),
    "floods": (flood, f"with a body of over {LONGEST_ANSWER >> 20} MB"),
    "closes": (send(b""), "closed the connection instead of answering 'hello'"),
    "aborts": (abort, "closed the connection instead of answering 'hello'"),
    "no HTTP": (send(b"220 mail.example ready\r\n\r\n"), "something that is no HTTP"),
    "breaks off": (send(HEAD + b'Content-Length: 99\r\n\r\n{"id'), "broke off in the middle"),
    "bad chunks": (send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"), "broke off in the middle"),
    "garbage": (send(HEAD + b"Content-Length: 5\r\n\r\nhello"), "answered 'hello' with 'hello', which is no JSON"),
    "empty": (send(HEAD + b"Content-Length: 0\r\n\r\n"), "with an empty body, which is no JSON"),
    "redirect": (
        send(b"HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n"),
        "with a redirect to /login; give the address that answers itself",
    ),
    "error": (
        send(b"HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\nOops"),
        "with status 500 and 'Oops'; every answer of the protocol",
    ),
}


@pytest.mark.parametrize("how", BAD)
def test_a_hook_that_misbehaves_is_a_driver_failure(how: str, tmp_path: Path) -> None:
    talk, says = BAD[how]
    deadline = "0.5" if how in ("hangs", "trickles") else "60"
    with socketed(talk) as url:
        words = ["check", "get_tickets", "--client", url, "--deadline", deadline, "--save", str(tmp_path)]
        done = CliRunner().invoke(main, words)
    assert done.exit_code == 4, done.output
    *_progress, sentence = done.output.splitlines()
    assert "Traceback" not in done.output
    assert says in sentence
    assert f"the hook {url}" in sentence


def test_a_hook_where_nobody_is(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    done = CliRunner().invoke(main, ["check", "get_tickets", "--client", url, "--save", str(tmp_path)])
    assert done.exit_code == 4
    assert "cannot be reached (Connection refused); is the service running?" in done.output


def test_a_hook_that_asks_for_ever() -> None:
    with (
        service(lambda message: {"ask": "now"}) as url,
        open_driver(url, 0.5) as driver,
        pytest.raises(DriverFailure, match=r"within 0\.5 s"),
    ):
        driver.tell("sync", {})


def test_a_client_is_judged_alike_as_a_hook() -> None:
    clients: list[Any] = []

    def answer(message: dict[str, Any]) -> Any:
        number, do = message.pop("id"), message.pop("do")
        if do in ("hello", "reset"):
            clients.append(reference("get_tickets")())
        try:
            return {"id": number, "ok": getattr(clients[-1], do)(**message)}
        except Exception as error:
            return {"id": number, "error": {"kind": getattr(error, "kind", "client"), "message": str(error)}}

    with service(answer) as url:
        report = check(CheckConfig("get_tickets", url, examples=6, save_to=None))
    for each in clients:
        each.bye()
    same = check(CheckConfig("get_tickets", reference_name("get_tickets"), examples=6, save_to=None))
    counts = [[(v.duty.id, v.verdict, v.exercised) for d in one.dialects for v in d.verdicts] for one in (report, same)]
    assert counts[0] == counts[1]
    assert report.broken == []
