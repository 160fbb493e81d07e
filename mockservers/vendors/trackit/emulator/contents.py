"""What is in files: what they were attached with, or bytes that are made up. Knows no table and no wire."""

from __future__ import annotations

import base64

from mockservers.kernel.rules import Unsupported

LARGEST = 4 << 20
"""Bytes of a file whose content is made up."""


def content_of(id_: int, size: int, kept: str | None) -> bytes:
    """The bytes of a file: those that it was attached with, or as many as its size says, the same at every look."""
    if kept is not None:
        return base64.b64decode(kept)
    if size > LARGEST:
        raise Unsupported(f"the content of a file of more than {LARGEST} bytes")
    line = f"The content of attachment {id_}: \u00e4\u00f6\u00fc \x00\xff\r\n".encode("latin-1")
    return (line * (size // len(line) + 1))[:size]
