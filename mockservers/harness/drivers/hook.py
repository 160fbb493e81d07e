"""The hook carrier: a service that runs already. Each message is POSTed to its address; the reply's body is the answer.

Every exchange has a connection of its own and the rest of the message's deadline, whatever the other side does.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import queue
import socket
import threading
from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import urlsplit

from mockservers.harness.drivers import (
    DEADLINE,
    LONGEST_ANSWER,
    MOST_QUESTIONS,
    Answer,
    Driver,
    DriverFailure,
    WrongClient,
    read_answer,
    reply,
    shorten,
)
from mockservers.kernel import clock


class HookDriver(Driver):
    """A client that is asked over HTTP."""

    def __init__(self, url: str, deadline: float = DEADLINE) -> None:
        super().__init__(url, deadline)
        self.url = url
        try:
            parts = urlsplit(url)
            self._secure, self._host, self._port = parts.scheme.lower() == "https", parts.hostname, parts.port
        except ValueError as error:
            raise WrongClient(f"the hook {url} is no address: {error}") from error
        if not self._host:
            raise WrongClient(f"the hook {url} names no host; an example: http://127.0.0.1:9000/hook")
        if parts.username is not None:
            raise WrongClient("the hook's address has a user name in it, which is not supported; leave it out")
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._failed = False

    def tell(self, do: str, message: Mapping[str, Any]) -> Answer:
        self._id += 1
        wanted, until = self._id, clock.wall() + round(self.deadline * 1e6)
        sent: dict[str, Any] = {"id": wanted, "do": do, **message}
        try:
            for _ in range(MOST_QUESTIONS):
                said = self._post(sent, do, until)
                try:
                    raw = json.loads(said)
                except (ValueError, RecursionError):
                    text = said.decode("utf-8", "replace")
                    self._fail(
                        f"answered {do!r} with {shorten(repr(text)) if text else 'an empty body'}, which is no JSON; "
                        f'the reply\'s body is the answer to the message POSTed, at the least {{"id": {wanted}, "ok": null}}'
                    )
                if not (isinstance(raw, Mapping) and "ask" in raw):
                    return read_answer(raw, wanted, said.decode("utf-8", "replace"))
                sent = reply(self.asking, raw)
            self._fail(f"asked over {MOST_QUESTIONS} questions in one task")
        except DriverFailure:
            self._failed = True
            raise

    def _post(self, message: Mapping[str, Any], do: str, until: int) -> bytes:
        """The body of the reply to one message. A thread of its own does the waiting, so that a trickle ends too."""
        left = (until - clock.wall()) / 1e6
        if left <= 0:
            self._late(do)
        make = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        assert self._host is not None
        connection = make(self._host, self._port, timeout=left)
        done: queue.SimpleQueue[bytes | Exception] = queue.SimpleQueue()
        worker = threading.Thread(
            target=self._exchange, args=(connection, message, do, done), name="mockservers hook", daemon=True
        )
        worker.start()
        try:
            result = done.get(timeout=left)
        except queue.Empty:
            if connection.sock is not None:
                with contextlib.suppress(OSError):
                    connection.sock.shutdown(socket.SHUT_RDWR)
            self._late(do)
        finally:
            worker.join(1.0)
        if isinstance(result, TimeoutError):
            self._late(do)
        if isinstance(result, DriverFailure):
            raise result
        if isinstance(result, (ConnectionResetError, BrokenPipeError, http.client.RemoteDisconnected)):
            self._fail(f"closed the connection instead of answering {do!r}")
        if isinstance(result, http.client.IncompleteRead):
            self._fail(f"broke off in the middle of its answer to {do!r}")
        if isinstance(result, OSError):
            self._fail(f"cannot be reached ({result.strerror or result}); is the service running?")
        if isinstance(result, Exception):
            self._fail(f"answered {do!r} with something that is no HTTP ({shorten(str(result) or repr(result))})")
        return result

    def _exchange(
        self,
        connection: http.client.HTTPConnection,
        message: Mapping[str, Any],
        do: str,
        done: queue.SimpleQueue[bytes | Exception],
    ) -> None:
        headers = {"Content-Type": "application/json", "Accept": "application/json", "Connection": "close"}
        try:
            connection.request("POST", self._target, json.dumps(message).encode(), headers)
            with contextlib.closing(connection.getresponse()) as answer:
                body = answer.read(LONGEST_ANSWER + 1)
                if answer.length and len(body) <= LONGEST_ANSWER:
                    raise http.client.IncompleteRead(body)
                self._accept(answer, body, do)
            done.put(body)
        except Exception as error:  # carried to the thread that waits
            done.put(error)
        finally:
            connection.close()

    def _accept(self, answer: http.client.HTTPResponse, body: bytes, do: str) -> None:
        status = answer.status
        if 300 <= status < 400:
            where = answer.getheader("Location") or "nowhere"
            self._fail(f"answered {do!r} with a redirect to {shorten(where)}; give the address that answers itself")
        if len(body) > LONGEST_ANSWER:
            self._fail(f"answered {do!r} with a body of over {LONGEST_ANSWER >> 20} MB")
        if status != 200:
            text = shorten(repr(body[:200].decode("utf-8", "replace"))) if body else "an empty body"
            self._fail(
                f"answered {do!r} with status {status} and {text}; every answer of the protocol, errors too, "
                "comes with status 200"
            )

    def _late(self, do: str) -> NoReturn:
        self._fail(f"has not answered {do!r} within {self.deadline:g} s; it hangs, or the deadline is too short")

    def _fail(self, what: str) -> NoReturn:
        raise DriverFailure(f"the hook {self.url} {what}")

    def close(self) -> None:
        if self._id and not self._failed:
            self.deadline = min(self.deadline, 5.0)
            with contextlib.suppress(DriverFailure):
                self.tell("bye", {})
            self._failed = True
