"""Where a body in chunks ends (RFC 9112, 7.1), told from the sizes of its chunks as its bytes pass by.

The bytes themselves are the parser's; what this finds is where the next request begins, and no more.
"""

from __future__ import annotations

import re

_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;|\r?\n)")
_MOST_LINE = 16 << 10


class ChunkFraming:
    """The framing of one body. `lost` when it cannot be told; the parser has its own opinion of such a body."""

    def __init__(self) -> None:
        self.over = False
        """Whether the end has passed by."""
        self.lost = False
        self._line = b""
        """The beginning of a line that goes on."""
        self._data = 0
        """Bytes of a chunk, and of the line end after it, that are still to come."""
        self._trailers = False

    def pass_over(self, data: bytes) -> int:
        """How many of the next bytes belong to the body."""
        place = 0
        while place < len(data) and not self.over and not self.lost:
            if self._data:
                step = min(self._data, len(data) - place)
                self._data -= step
                place += step
                continue
            end = data.find(b"\n", place) + 1
            self._line += data[place : end or len(data)]
            self.lost = len(self._line) > _MOST_LINE
            if not end:
                break
            place = end
            line, self._line = self._line, b""
            self._pass_line(line)
        return len(data) if self.lost or not self.over else place

    def _pass_line(self, line: bytes) -> None:
        if self._trailers:
            self.over = not line.strip(b"\r\n")
            return
        size = _SIZE.match(line)
        if size is None:
            self.lost = True
        elif int(size[1], 16):
            self._data = int(size[1], 16) + 2
        else:
            self._trailers = True
