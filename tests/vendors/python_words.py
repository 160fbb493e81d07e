"""Texts that no .NET server would write: words of Python in what a client is told, whatever types it sends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

ODD: tuple[Any, ...] = (None, True, 1.5, 1e30, 2**40, {}, [None, True], "x", "", "a'b\u200b")
"""Values of every type, some of which Python writes in its own words."""

_WORDS = re.compile(
    r"\b(None|True|False|NoneType|Traceback|Error: |KeyError|TypeError|ValueError|<class|object at 0x|Expecting value|"
    r"Expecting property|Extra data|32 bit integer|\\\\x[0-9a-f]{2}|isoformat|utf-8' codec|1e\\+30)"
)


def found(text: str) -> list[str]:
    """The words of Python in a text."""
    return _WORDS.findall(text)


def places(body: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a body, itself too."""
    yield path
    for name, value in body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ():
        yield from places(value, (*path, name))


def replaced(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The body with another value at a place."""
    if not path:
        return value
    if isinstance(body, dict):
        return {name: replaced(each, path[1:], value) if name == path[0] else each for name, each in body.items()}
    return [replaced(each, path[1:], value) if n == path[0] else each for n, each in enumerate(body)]
