"""A channel between two processes of one server: lines of JSON both ways, and accepted connections one way.

It is a pair of Unix sockets, which ends on one side when the process on the other ends, however that happens. Used in one loop
alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import socket
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

CONNECTION = b"c\n"
"""The line of a connection, with which its descriptor comes."""
AT_ONCE = 32
"""Descriptors that are received in one go."""
_SIZE = 64 << 10
POSSIBLE = hasattr(socket, "send_fds") and hasattr(socket, "AF_UNIX")
"""Whether a process of this system can hand a connection to another."""

Said = dict[str, Any]


class Channel:
    """One end. `heard` gets each message, and `taken` each connection, in the order in which they were sent; `ended` is
    called once, when the other side is there no longer."""

    def __init__(
        self,
        end: socket.socket,
        heard: Callable[[Said], None],
        ended: Callable[[], None],
        taken: Callable[[socket.socket], None] = socket.socket.close,
    ) -> None:
        end.setblocking(False)
        self._end, self._heard, self._ended, self._taken = end, heard, ended, taken
        self._loop: asyncio.AbstractEventLoop | None = None
        self._unsent: deque[tuple[bytes, socket.socket | None]] = deque()
        self._writes = False
        self._came = b""
        self._descriptors: deque[int] = deque()

    def open(self) -> None:
        """Begin to listen, in the running loop."""
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._end.fileno(), self._read)
        self._send()

    @property
    def unsent(self) -> int:
        """What waits to be sent, since the other side does not read."""
        return len(self._unsent)

    def say(self, said: Said) -> None:
        """Send a message; where the other side has gone, nothing happens but that `ended` is called."""
        self._queue(json.dumps(said, default=str).encode() + b"\n", None)

    def hand_over(self, connection: socket.socket) -> None:
        """Send a connection; this process closes its own end of it."""
        self._queue(CONNECTION, connection)

    def left_over(self) -> Iterator[socket.socket]:
        """The connections that were never sent, for whoever else may have them."""
        while self._unsent:
            _, connection = self._unsent.popleft()
            if connection is not None:
                yield connection

    def close(self) -> None:
        """End the channel on this side. What was never sent is let go."""
        if self._loop is not None and not self._loop.is_closed() and self._end.fileno() >= 0:
            self._loop.remove_reader(self._end.fileno())
            self._loop.remove_writer(self._end.fileno())
        for connection in self.left_over():
            connection.close()
        while self._descriptors:
            os.close(self._descriptors.popleft())
        self._end.close()

    # --- sending ----------------------------------------------------------------------------------------------------

    def _queue(self, line: bytes, connection: socket.socket | None) -> None:
        if self._end.fileno() < 0:
            if connection is not None:
                connection.close()
            return
        self._unsent.append((line, connection))
        if self._loop is not None:
            self._send()

    def _send(self) -> None:
        """Send what can be sent now, and the rest when there is room."""
        assert self._loop is not None
        while self._unsent and self._end.fileno() >= 0:
            line, connection = self._unsent[0]
            try:
                passed = [] if connection is None else [connection.fileno()]
                sent = socket.send_fds(self._end, [line], passed) if passed else self._end.send(line)
            except BlockingIOError:
                break
            except OSError:  # the other side has gone: reading says so too
                return
            if connection is not None:
                connection.close()
            self._unsent.popleft()
            if sent < len(line):
                self._unsent.appendleft((line[sent:], None))
        if bool(self._unsent) != self._writes and self._end.fileno() >= 0:
            self._writes = bool(self._unsent)
            if self._writes:
                self._loop.add_writer(self._end.fileno(), self._send)
            else:
                self._loop.remove_writer(self._end.fileno())

    # --- reading ----------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        try:
            came, descriptors, _, _ = socket.recv_fds(self._end, _SIZE, AT_ONCE)
        except BlockingIOError:
            return
        except OSError:
            came, descriptors = b"", []
        self._descriptors += descriptors
        if not came:
            assert self._loop is not None
            self._loop.remove_reader(self._end.fileno())
            self._loop.remove_writer(self._end.fileno())
            self._ended()
            return
        *lines, self._came = (self._came + came).split(b"\n")
        for line in lines:
            if line + b"\n" != CONNECTION:
                try:
                    self._heard(json.loads(line))
                except Exception:  # what else came with it is heard all the same
                    logging.getLogger("mockservers").exception("what another process said could not be understood")
            elif self._descriptors:
                with contextlib.suppress(OSError):  # the client has gone
                    self._taken(socket.socket(fileno=self._descriptors.popleft()))
