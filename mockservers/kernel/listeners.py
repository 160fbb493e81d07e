"""Calls to listeners: one HTTP request from a vendor to whoever asked to be told, on this machine alone.

An emulator must not become a way to reach other machines, so an address is looked up first and must be loopback, or a host
that whoever runs the server has allowed; what is connected to is what was looked up. Redirects are not followed. An answer
is read up to its most bytes, and all of a call ends with the patience, however slowly the bytes drop in.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import ipaddress
import socket
import ssl
from collections.abc import Callable, Collection, Iterable
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mockservers.kernel import clock as clocks
from mockservers.kernel import webhooks
from mockservers.kernel.instants import SECOND
from mockservers.kernel.journal import Headers
from mockservers.kernel.webhooks import Reply

if TYPE_CHECKING:
    from mockservers.kernel.world import World

MOST_ANSWER = 64 << 10
"""Bytes of an answer's body that are read: vendors look at the status, people at the beginning."""
LONGEST = 30.0
"""Real seconds for an answer, whatever patience a vendor has."""
QUICK, ALONE = 10.0, 2.0
"""The same where waits are virtual, and there while the vendor answers nobody else."""
FRAMING = frozenset({"connection", "content-length", "expect", "te", "transfer-encoding", "upgrade"})
"""Headers that say where a message ends, and what becomes of its connection: they are the sender's, whatever a webhook wants."""

LOOK = 0.25
"""Seconds between two looks whether a call that is waited for was given up."""


class Unreachable(ValueError):
    """An address that is not called; the message says why, and what to do."""


def deliver(world: World) -> int:
    """Send all that is due now in a world, one call after another; tells how many were sent. From one thread at a time."""
    sent = 0
    while (taken := webhooks.take(world)) is not None:
        webhooks.settle(world, taken, send(world, taken))
        sent += 1
    return sent


def ping(world: World, vendor: str, delivery: webhooks.Delivery, patience: int) -> Reply:
    """Make a call that is owed to nobody, and journal it: a vendor's trial of an address."""
    taken = webhooks.trial(world, vendor, delivery, patience)
    reply = send(world, taken)
    webhooks.settle(world, taken, reply)
    return reply


def _never() -> bool:
    return False


def send(world: World, taken: webhooks.Taken, given_up: Callable[[], bool] = _never) -> Reply:
    """Send a call in the world's time: where waits are virtual, a silent listener costs the vendor's patience, not ours.

    Once it is `given_up` nobody waits for the answer any more.
    """
    if taken.cut_off:
        return Reply(None, error="a fault was planned: the listener could not be reached")
    virtual, begun = world.config.virtual_waits, world.clock.now()
    limit = min(taken.patience, LONGEST) if not virtual else ALONE if taken.alone else QUICK
    with world.busy() if taken.alone else nullcontext():
        delivery = taken.delivery
        reply = call(delivery.url, delivery.headers, delivery.body, limit, world.config.listener_hosts, given_up)
    if virtual and reply.late:
        world.clock.advance(taken.patience * SECOND)
    return replace(reply, seconds=(world.clock.now() - begun) / SECOND)


def call(
    url: str,
    headers: Headers,
    body: bytes,
    patience: float,
    allowed: Collection[str] = (),
    given_up: Callable[[], bool] = _never,
) -> Reply:
    """Send one request, and wait `patience` real seconds for the answer. Never raises: what went wrong is in the reply."""
    until = clocks.steady() + patience
    try:
        scheme, host, addresses, port, path = _place(url, allowed)
    except Unreachable as error:
        return Reply(None, error=str(error))
    with contextlib.ExitStack() as open_:
        try:
            connected = open_.enter_context(_connected(scheme, host, addresses, port, until))
            connection = http.client.HTTPConnection(host, port)
            connection.sock = connected
            connection.putrequest("POST", path, skip_host=True, skip_accept_encoding=True)
            more = [("Host", urlsplit(url).netloc.rpartition("@")[2])]
            more = more if all(name.lower() != "host" for name, _ in headers) else []
            more += [("Content-Length", str(len(body))), ("Connection", "close")]
            for name, value in [*more, *((name, value) for name, value in headers if name.lower() not in FRAMING)]:
                connection.putheader(name, value.encode("latin-1", "replace"))
            connected.settimeout(_left(until))
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # who reads only a part may have answered
                connection.endheaders(body)
            answer = http.client.HTTPResponse(_Hurried(connected, until, given_up), method="POST")  # type: ignore[arg-type]
            answer.begin()
            return Reply(
                answer.status, [(name, value) for name, value in answer.getheaders()], answer.read(MOST_ANSWER)
            )
        except TimeoutError:
            return Reply(None, error=f"the listener at {host}:{port} did not answer within {patience:g} s", late=True)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Reply(
                None, error=f"the listener at {host}:{port} could not be called: {type(error).__name__}: {error}"
            )


def _left(until: float) -> float:
    """What is left of the patience, in seconds; raises TimeoutError where nothing is."""
    left = until - clocks.steady()
    if left <= 0:
        raise TimeoutError
    return left


class _Hurried(io.RawIOBase):
    """What comes from a listener, until an instant: each wait is for what is left, so that drops of bytes do not add up."""

    def __init__(self, connected: socket.socket, until: float, given_up: Callable[[], bool]) -> None:
        self._connected, self._until, self._given_up = connected, until, given_up

    def makefile(self, mode: str) -> io.BufferedReader:
        """As a socket has it, which is what `http.client` reads from."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        while not self._given_up():
            self._connected.settimeout(min(_left(self._until), LOOK))
            with contextlib.suppress(TimeoutError):
                return self._connected.recv_into(into)
        raise ConnectionAbortedError("nobody waits for its answer any more")


def _place(url: str, allowed: Collection[str]) -> tuple[str, str, list[str], int, str]:
    """Scheme, host, the addresses to connect to, port and path of a URL that may be called; raises Unreachable."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Unreachable(f"{url[:200]!r} is no address: {error}") from error
    if parts.scheme not in ("http", "https") or not host:
        raise Unreachable(f"{url[:200]!r} is no address of a listener; write one such as http://127.0.0.1:9000/hook")
    port = (443 if parts.scheme == "https" else 80) if port is None else port
    try:
        found = list(dict.fromkeys(str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"the listener's host {host!r} is not known here: {error}") from error
    if host not in allowed and not all(ipaddress.ip_address(each.partition("%")[0]).is_loopback for each in found):
        raise Unreachable(
            f"the listener at {host}:{port} was not called: an emulator calls this machine alone (127.0.0.1, ::1, localhost). "
            f"Let the listener listen there, or start the server with --listener-host {host}"
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if any(ord(letter) <= 32 or ord(letter) > 126 for letter in path):
        raise Unreachable(f"{url[:200]!r} holds blanks or letters that no address has; write them percent-encoded")
    return parts.scheme, host, found, port, path


def _connected(scheme: str, host: str, addresses: Iterable[str], port: int, until: float) -> socket.socket:
    """A connection to the first of the addresses that takes one: `localhost` is two, and a listener often has but one."""
    refused: OSError | None = None
    for address in addresses:
        try:
            connected = socket.create_connection((address, port), _left(until))
        except TimeoutError:
            raise
        except OSError as error:
            refused = refused or error
            continue
        if scheme == "http":
            return connected
        # Listeners have certificates that their owners made. The address is known to be theirs; nothing more is asked for.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        try:
            return context.wrap_socket(connected, server_hostname=host)
        except BaseException:
            connected.close()
            raise
    assert refused is not None
    raise refused
