"""An answer that leaves as it came: status line, headers, their order, case and bytes. Only its framing is ours.

Server libraries add headers where there are none and write text where there were bytes; a proxy changes nothing that is not
its own.
"""

from __future__ import annotations

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

RawHeaders = list[tuple[bytes, bytes]]
_FRAMING = frozenset({b"content-length", b"transfer-encoding", b"connection", b"keep-alive", b"proxy-connection"})


class Relayed(web.StreamResponse):
    """`length` None: of unknown length, in chunks or until the connection ends. `bare`: without a body, whatever it says."""

    def __init__(
        self,
        status: int,
        reason: bytes,
        headers: RawHeaders,
        length: int | None,
        *,
        body: bytes = b"",
        bare: bool = False,
    ) -> None:
        super().__init__(status=status)
        self._line = b"HTTP/1.1 %d %s\r\n" % (status, reason)
        self._raw = headers
        self._length = length
        self._whole = body
        self._bare = bare
        self._lasting: bool | None = None
        self._in_chunks = False
        self._to: AbstractStreamWriter | None = None
        self._done = False

    @property
    def keep_alive(self) -> bool | None:
        return self._lasting

    @property
    def prepared(self) -> bool:
        return self._to is not None

    def force_close(self) -> None:
        self._lasting = False

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Send the head."""
        if self._to is not None:
            return self._to
        self._to = request.writer
        modern = request.version >= (1, 1)
        self._in_chunks = self._length is None and not self._bare and modern
        if self._lasting is None:
            self._lasting = request.keep_alive and (self._bare or self._in_chunks or self._length is not None)
        await self._to.write(
            self._line + b"".join(b"%s: %s\r\n" % each for each in self._lines(modern)) + b"\r\n" + self._whole
        )
        return self._to

    def _lines(self, modern: bool) -> RawHeaders:
        """The headers, with our framing where theirs was."""
        framing = b"Content-Length", str(self._length).encode()
        if self._in_chunks:
            framing = b"Transfer-Encoding", b"chunked"
        waiting = [framing] if self._length is not None or self._in_chunks else []
        lines: RawHeaders = []
        for name, value in self._raw:
            if name.lower() not in _FRAMING:
                lines.append((name, value))
            elif waiting and name.lower() in (b"content-length", b"transfer-encoding"):
                same = name.lower() == waiting[0][0].lower()
                lines.append((name if same else waiting[0][0], waiting[0][1]))
                waiting.clear()
        lines += waiting
        if not self._lasting:
            lines.append((b"Connection", b"close"))
        elif not modern:
            lines.append((b"Connection", b"keep-alive"))
        return lines

    async def write(self, data: bytes | bytearray | memoryview) -> None:
        assert self._to is not None
        if data and not self._bare:
            await self._to.write(b"%x\r\n%s\r\n" % (len(data), data) if self._in_chunks else data)

    async def write_eof(self, data: bytes = b"") -> None:
        if self._done:
            return
        self._done = True
        await self.write(data)
        if self._in_chunks and self._to is not None:
            await self._to.write(b"0\r\n\r\n")
