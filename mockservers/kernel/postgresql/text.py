"""Text as PostgreSQL can hold it: the letter NUL, which it refuses, is written in another way and read back.

One letter that no text in the field has (a noncharacter of Unicode) begins each such pair, and stands for itself as a pair.
"""

from __future__ import annotations

from typing import Any

from psycopg import Connection
from psycopg.types.string import StrDumperUnknown, TextLoader

_MARK = "\U0010fffe"


def written(text: str) -> str:
    """The text without NUL."""
    if "\0" not in text and _MARK not in text:
        return text
    return text.replace(_MARK, _MARK + "1").replace("\0", _MARK + "0")


def read(text: str) -> str:
    """What `written` was given."""
    return text.replace(_MARK + "0", "\0").replace(_MARK + "1", _MARK) if _MARK in text else text


class _Dumper(StrDumperUnknown):
    def dump(self, obj: str) -> Any:
        return super().dump(written(obj))


class _Loader(TextLoader):
    def load(self, data: Any) -> Any:
        found = super().load(data)
        return read(found) if isinstance(found, str) else found


def adapt(connection: Connection[Any]) -> None:
    """Let texts go through `written` and `read` on this connection."""
    connection.adapters.register_dumper(str, _Dumper)
    for name in ("text", "varchar"):
        connection.adapters.register_loader(name, _Loader)
