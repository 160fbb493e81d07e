"""One connection: what happens to its bytes before the HTTP parser sees them, and how long it may take to send them.

Private parts of aiohttp are used here alone: where a message ends is asked of its parser, never guessed alone, so that what
is rewritten is a request line and nothing else. When that cannot be known, bytes go to the parser as they came.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from typing import TYPE_CHECKING, Any

from aiohttp import hdrs, web
from aiohttp.http import HttpVersion10, HttpVersion11
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestHandler

from mockservers.server import request_line, responses
from mockservers.server.chunks import ChunkFraming
from mockservers.server.request_line import RequestLine

if TYPE_CHECKING:
    from mockservers.server.listener import Listener

_MOST_HELD = 256 << 10
"""Bytes of a head that are held back until it is whole."""
_HEAD_END = re.compile(rb"\r?\n\r?\n")


class Request(web.BaseRequest):
    """A request, and how it came."""

    line: RequestLine | None = None
    """The request line, where it is known."""
    as_http_10 = False
    """Whether it came as HTTP/1.0, and is answered in 1.1."""
    after = 0
    """The listener's `moment` when its first byte came."""


class Server(web.Server):
    """Makes connections; `listener` says what may be sent how slowly, and answers what cannot be read."""

    def __init__(self, listener: Listener, handler: Any, **settings: Any) -> None:
        super().__init__(handler, request_factory=self._request, **settings)
        self.listener = listener

    def __call__(self) -> RequestHandler:
        return Connection(self, loop=self._loop, **self._kwargs)

    def _request(self, message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
        line, after = protocol.lines.popleft() if protocol.lines else (None, self.listener.moment)
        old = message.version == HttpVersion10 and self.listener.answers_as_http_11
        if line is not None and line.method and line.method != message.method:
            message = message._replace(method=line.method)
        if old:
            message = message._replace(version=HttpVersion11)
        request = Request(message, payload, protocol, writer, task, self._loop)
        request.line, request.as_http_10, request.after = line, old, after
        return request


class Connection(RequestHandler):
    """A connection of a client."""

    __slots__ = (
        "_after",
        "_chunked",
        "_framing",
        "_got",
        "_head",
        "_held",
        "_left",
        "_mine",
        "_raw",
        "_since",
        "_timer",
        "last_head",
        "lines",
    )

    def __init__(self, manager: Server, **settings: Any) -> None:
        super().__init__(manager, **settings)
        self._mine = manager.listener
        self.lines: deque[tuple[RequestLine | None, int]] = deque()
        """Of the messages that wait to be answered; and the listener's `moment` when each began."""
        self._after = 0
        self.last_head = b""
        self._head = bytearray()
        self._left = 0
        """Bytes of a body of known length that are still to come."""
        self._chunked: Any = None
        """The payload of a body of unknown length that is still to come."""
        self._framing = ChunkFraming()
        """Where in that body we are."""
        self._held = b""
        """What came while reading was paused."""
        self._raw = False
        """Whether bytes go to the parser as they come, from now on."""
        self._got = 0
        self._since = 0.0
        self._timer: asyncio.TimerHandle | None = None

    # --- time ---------------------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._since = self._loop.time()
        self._watch(self._mine.idle_seconds)
        self._mine.admit(self)

    def connection_lost(self, exc: BaseException | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        super().connection_lost(exc)
        self._mine.left(self)

    @property
    def busy(self) -> bool:
        """Whether a request is being answered, or waits for it."""
        return self._request_in_progress or bool(self._messages)

    @property
    def waiting(self) -> float | None:
        """Since when (in the loop's time) the client has sent no whole request; None while one is answered."""
        return None if self.busy else self._since

    @property
    def idle(self) -> bool:
        """Whether nothing of a request has come."""
        return not self.busy and not self._head and self._left == 0 and self._chunked is None

    @property
    def _paused_by_us(self) -> bool:
        """Whether reading is held up on this side; releases of aiohttp differ in how many reasons they have for it."""
        return self._reading_paused or bool(getattr(self, "_buffer_paused", False))

    @property
    def _handed_over(self) -> bool:
        """Whether the connection speaks another protocol by now."""
        return bool(getattr(self, "_upgraded", False) or getattr(self, "_upgrade", False))

    def _watch(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(seconds, self._late)

    def _late(self) -> None:
        """Time is up for a head, or for some more of a body; reading that we hold up ourselves is no fault of the client."""
        self._timer = None
        if self.transport is None:
            return None
        if self._head:
            if self.busy:
                return self._watch(self._mine.head_seconds)
            hint = f"no whole head came within {self._mine.head_seconds:g} s, so the connection was closed"
            self._mine.late(self, bytes(self._head), hint)
            return self._hang_up()
        if self._left or (self._chunked is not None and not self._chunked.is_eof()):
            if self._got < self._mine.body_bytes and not self._paused_by_us:
                hint = f"the body made no progress in {self._mine.body_seconds:g} s, so the connection was closed"
                self._mine.late(self, self.last_head, hint)
                return self._hang_up()
            self._got = 0
            return self._watch(self._mine.body_seconds)
        if not self.busy and not self._request_count:
            return self._hang_up()
        return None

    def _hang_up(self) -> None:
        if self.transport is not None:
            self.transport.abort()

    # --- bytes --------------------------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        if not data or self._handed_over:  # without data the parser is to go on with what it has
            super().data_received(data)
            return
        self._got += len(data)
        data, self._held = self._held + data, b""
        while data and not self._handed_over:
            if self._paused_by_us:  # the parser would lose what it is fed now
                self._held = data
                return
            data = self._feed(data)
        if data:
            super().data_received(data)

    def resume_reading(self, *arguments: Any, **named: Any) -> None:
        super().resume_reading(*arguments, **named)
        self._go_on()

    def _resume_reading_for_buffer(self) -> None:
        super()._resume_reading_for_buffer()
        self._go_on()

    def _go_on(self) -> None:
        """Feed what was held back while reading was paused."""
        if self._held and not self._paused_by_us:
            held, self._held = self._held, b""
            self.data_received(held)

    def _feed(self, data: bytes) -> bytes:
        """Feed what surely belongs together, and return the rest."""
        if self._chunked is not None and self._framing.over:  # the parser was paused as it got the end
            self._raw = not self._chunked.is_eof()
            self._chunked = None
        if self._raw:
            super().data_received(data)
            return b""
        if self._left:
            part, rest = data[: self._left], data[self._left :]
            self._left -= len(part)
            super().data_received(part)
            return rest
        return self._feed_head(data) if self._chunked is None else self._feed_chunks(data)

    def _feed_chunks(self, data: bytes) -> bytes:
        """Feed bytes of a chunked body to its end, which the parser is to see where the chunks say that it is."""
        count, end = self._request_count, self._framing.pass_over(data)
        part, rest = data[:end], data[end:]
        super().data_received(part)
        ended = self._chunked.is_eof()
        if self._refused(count):
            if ended:  # what it refuses came after this body
                self.last_head = part
            else:
                # The parser tells its error as if it were the next request, and lets whoever reads this body wait for ever.
                self._chunked.set_exception(web.RequestPayloadError("the chunks are not coded as they must be"))
            self._raw = True
        elif ended:
            # Only if the parser has seen the same end does a line begin here.
            self._raw = not self._framing.over
        elif not self._framing.over or self._paused_by_us:
            self._raw = self._framing.lost
            return rest
        else:
            self._raw = True
        self._chunked = None
        return rest

    def _refused(self, count: int) -> bool:
        """Whether the parser found an error since it had made `count` messages."""
        if self._request_count == count or not self._messages:
            return False
        return isinstance(getattr(self._messages[-1][0], "exc", None), HttpProcessingError)

    def _feed_head(self, data: bytes) -> bytes:
        """Hold bytes back until a head is whole, feed it, and return what comes after it."""
        if not self._head:
            data = data.lstrip(b"\r\n")  # a few blank lines before a request line are to be overlooked
            if not data:
                return b""
            self._since = self._loop.time()
            self._after = self._mine.moment
            self._watch(self._mine.head_seconds)
        start = max(0, len(self._head) - 3)
        self._head += data
        end = _HEAD_END.search(self._head, start)
        if end is None:
            if len(self._head) > _MOST_HELD or not request_line.may_become_one(self._head):
                self._raw = True  # the parser need not see the end to refuse it
                self.last_head, held = bytes(self._head[:_MOST_HELD]), bytes(self._head)
                self._head.clear()
                super().data_received(held)
            return b""
        whole, rest = bytes(self._head[: end.end()]), bytes(self._head[end.end() :])
        self._head.clear()
        self.last_head = whole
        self._parse(whole)
        return rest

    def _parse(self, head: bytes) -> None:
        line, newline, headers = head.partition(b"\n")
        read = request_line.read(line + newline)
        count = self._request_count
        self.lines.append((read, self._after))
        super().data_received(read.parsed + headers)
        self._since = self._loop.time()
        if self._request_count != count + 1 or not self._messages:
            self._raw = True  # the parser holds it back: too many wait already
            return
        message: Any
        message, payload = self._messages[-1]
        if self._refused(count) or message.upgrade:
            self._raw = True
            return
        if message.chunked:
            self._chunked, self._framing = payload, ChunkFraming()
        else:
            self._left = int(message.headers.get(hdrs.CONTENT_LENGTH) or 0)
        self._got = 0
        if self._left or self._chunked is not None:
            self._watch(self._mine.body_seconds)
        elif self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # --- what cannot be read ------------------------------------------------------------------------------------------

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        if isinstance(exc, HttpProcessingError):
            response = self._mine.unreadable(request, self.last_head, exc.message or message or "")
        else:
            response = super().handle_error(request, status, exc, message)
            response.headers[hdrs.SERVER] = responses.SERVER
        response.force_close()
        return response
