"""Calls to listeners: one HTTP request from a vendor to whoever asked to be told, on this machine alone.

An emulator must not become a way to reach other machines, so an address is looked up first and must be loopback, or a host
that whoever runs the server has allowed; what is connected to is what was looked up. Redirects are not followed. An answer
is read up to its most bytes, within the patience.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
from collections.abc import Collection
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

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


def send(world: World, taken: webhooks.Taken) -> Reply:
    """Send a call in the world's time: where waits are virtual, a silent listener costs the vendor's patience, not ours."""
    if taken.cut_off:
        return Reply(None, error="a fault was planned: the listener could not be reached")
    virtual, begun = world.config.virtual_waits, world.clock.now()
    limit = min(taken.patience, LONGEST) if not virtual else ALONE if taken.alone else QUICK
    with world.busy() if taken.alone else nullcontext():
        delivery = taken.delivery
        reply = call(delivery.url, delivery.headers, delivery.body, limit, world.config.listener_hosts)
    if virtual and reply.late:
        world.clock.advance(taken.patience * SECOND)
    return replace(reply, seconds=(world.clock.now() - begun) / SECOND)


def call(
    url: str, headers: Headers, body: bytes, patience: float, allowed: Collection[str] = (), method: str = "POST"
) -> Reply:
    """Send one request, and wait `patience` real seconds for the answer. Never raises: what went wrong is in the reply."""
    try:
        scheme, host, address, port, path = _place(url, allowed)
    except Unreachable as error:
        return Reply(None, error=str(error))
    connection = _connection(scheme, host, address, port, patience)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        written = urlsplit(url).netloc.rpartition("@")[2]
        given = {name.lower() for name, _ in headers}
        more = [("Host", written), ("Content-Length", str(len(body))), ("Connection", "close")]
        for name, value in [*((name, value) for name, value in more if name.lower() not in given), *headers]:
            connection.putheader(name, value.encode("latin-1", "replace"))
        connection.endheaders(body)
        answer = connection.getresponse()
        return Reply(answer.status, [(name, value) for name, value in answer.getheaders()], answer.read(MOST_ANSWER))
    except TimeoutError:
        return Reply(None, error=f"the listener at {host}:{port} did not answer within {patience:g} s", late=True)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Reply(None, error=f"the listener at {host}:{port} could not be called: {type(error).__name__}: {error}")
    finally:
        with contextlib.suppress(OSError):
            connection.close()


def _place(url: str, allowed: Collection[str]) -> tuple[str, str, str, int, str]:
    """Scheme, host, the address to connect to, port and path of a URL that may be called; raises Unreachable."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Unreachable(f"{url[:200]!r} is no address: {error}") from error
    if parts.scheme not in ("http", "https") or not host:
        raise Unreachable(f"{url[:200]!r} is no address of a listener; write one such as http://127.0.0.1:9000/hook")
    port = port or (443 if parts.scheme == "https" else 80)
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
    return parts.scheme, host, found[0], port, path


def _connection(scheme: str, host: str, address: str, port: int, patience: float) -> http.client.HTTPConnection:
    if scheme == "http":
        return http.client.HTTPConnection(address, port, timeout=patience)
    # Certificates of listeners on this machine are made by their owners; nobody else is reached.
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return http.client.HTTPSConnection(address, port, timeout=patience, context=context)
