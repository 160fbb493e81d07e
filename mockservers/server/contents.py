"""What a call of the journal says, in places that an expectation can name: line, headers, and the members of its body.

A body is a tree whatever it is written in: JSON, XML, a form, and each of these as text inside another, as SOAP carries JSON
or a query. Its leaves have paths such as `Body.update.Entity[1].Status`; namespaces are left out. Knows no vendor.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote

from lxml import etree

from mockservers.kernel.journal import Entry
from mockservers.kernel.redaction import coding
from mockservers.server import mounts
from mockservers.wirekit import soap

LAYERS = 3
"""Trees inside texts of trees that are read."""
MOST_LEAVES = 20_000
"""Leaves of one body; what comes after them cannot be named."""

_RUN = re.compile(r"[A-Za-z0-9]+")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}|&#|\\u")
_FORM = re.compile(r"[^\s=&<{\[]+=\S*")
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value in a tree: its path as names and indices, the same as text, and the value."""

    path: Path
    shown: str
    value: Any


class Contents:
    """One call, read as far as it is asked for."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self._exchange = entry.exchange

    @cached_property
    def _target(self) -> mounts.Target:
        assert self._exchange is not None
        return mounts.target(self._exchange.target, "", {})

    @property
    def method(self) -> str | None:
        return None if self._exchange is None else self._exchange.method

    @property
    def url(self) -> str | None:
        """The target as it stood in the request line."""
        return None if self._exchange is None else self._exchange.target

    @property
    def path(self) -> str | None:
        """The path below the world, decoded."""
        return None if self._exchange is None else unquote(self._target.path, errors="replace")

    @property
    def query(self) -> list[tuple[str, str]]:
        return [] if self._exchange is None else parse_qsl(self._target.query, keep_blank_values=True)

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [] if self._exchange is None else self._exchange.headers

    @property
    def status(self) -> int | None:
        return None if self._exchange is None else self._exchange.status

    @property
    def cut(self) -> bool:
        """Whether the journal holds the beginning of the body alone."""
        return self._exchange is not None and self._exchange.cut

    @cached_property
    def text(self) -> str | None:
        """The body as text; of other people's acts, which have none, what they asked for as JSON."""
        if self._exchange is not None:
            body, media = self._exchange.body, self._media
            return body.decode(coding(body, media) or "utf-8", "replace").removeprefix("\ufeff")
        return None if self.entry.request is None else json.dumps(self.entry.request, ensure_ascii=False, default=str)

    def lacks(self, needles: Iterable[str]) -> int:
        """How many of some needles the body surely does not hold: known without reading it as a tree."""
        text = self.text or ""
        return 0 if _ESCAPE.search(text) else sum(needle not in text for needle in needles)

    @property
    def _media(self) -> str:
        return next((value for name, value in self.headers if name.lower() == "content-type"), "")

    @cached_property
    def leaves(self) -> list[Leaf]:
        """The members of the body in their order."""
        made: list[Leaf] = []
        tree = self.entry.request if self._exchange is None else _tree(self.text or "", self._media)
        for path, value in _walk(tree, (), LAYERS) if tree is not None else ():
            if len(made) >= MOST_LEAVES:
                break
            made.append(Leaf(path, shown(path), value))
        return made


class _Pairs(list[tuple[str, Any]]):
    """An object of JSON, a form, or the inside of an element: names that may come again, in their order."""


def shown(path: Path) -> str:
    """A path as text: `items[0].name`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _tree(text: str, media: str = "") -> Any:
    """A text as a tree; None where it is none."""
    begin = text.lstrip()[:1]
    try:
        if begin and begin in "{[":
            return json.loads(text, object_pairs_hook=_Pairs)
        if begin == "<":
            root = soap.parse(text.strip().encode("utf-8", "replace"), "utf-8")
            return _Pairs([(etree.QName(root).localname, _element(root))])
    except (ValueError, RecursionError, soap.Malformed):
        return None
    if "form-urlencoded" in media.lower():
        return _Pairs(parse_qsl(text.strip(), keep_blank_values=True))
    return _Pairs(parse_qsl(text, keep_blank_values=True)) if _FORM.fullmatch(text) else None


def _element(element: etree._Element) -> Any:
    """An element: its text alone, or its attributes as `@name`, its text under no name, and its children."""
    inside = _Pairs((f"@{etree.QName(str(name)).localname}", str(value)) for name, value in element.attrib.items())
    text = element.text or ""
    nil = any(name == "@nil" and value in ("true", "1") for name, value in inside)
    if not len(element):
        inside.append(("", None if nil else text))
    elif text.strip():
        inside.append(("", text.strip()))
    inside += [(etree.QName(child).localname, _element(child)) for child in element if isinstance(child.tag, str)]
    return inside


def _walk(value: Any, path: Path, layers: int) -> Iterator[tuple[Path, Any]]:
    """The leaves of a tree; a text that is a tree itself is a leaf, and its own leaves come after it."""
    if isinstance(value, dict):
        value = _Pairs(value.items())
    if isinstance(value, _Pairs):
        names = [name for name, _ in value]
        often = Counter(names) if len(set(names)) < len(names) else None
        met: Counter[str] = Counter()
        for name, inner in value:
            further: Path = (*path, name) if name else path
            if name and often is not None and often[name] > 1:
                further = (*further, met[name])
                met[name] += 1
            yield from _walk(inner, further, layers)
    elif isinstance(value, (list, tuple)):
        for index, inner in enumerate(value):
            yield from _walk(inner, (*path, index), layers)
    else:
        yield path, value
        if isinstance(value, str) and layers > 1 and value.lstrip()[:1] in tuple("{[<"):
            inner = _tree(value)
            if inner is not None:
                yield from _walk(inner, path, layers - 1)


def needle(text: str) -> str:
    """The longest run of letters and digits of a text: it stands in clear in a body that holds the text, whatever that is."""
    return max(_RUN.findall(text), key=len, default="")


@lru_cache(maxsize=512)
def named(path: str) -> re.Pattern[str]:
    """What the paths look like that a path means: those that end with it, indices left out where it has none."""
    parts = re.findall(r"\[\d+\]|[^.\[\]]+|\[[^\]]*\]?|[.\]]", path)
    text = ""
    for part in parts:
        if part == "[0]":
            text += r"(?:\[0\])?(?!\[)"  # of an element that stands alone, the only one is the first one
        elif re.fullmatch(r"\[\d+\]", part):
            text += re.escape(part)
        elif part == ".":
            text += r"(?:\[\d+\])*\."
        else:
            text += re.escape(part)
    return re.compile(rf"(?:\A|(?<=\.)){text}(?:\[\d+\])*\Z")


def apart(one: Path, other: Path) -> bool:
    """Whether two leaves stand in different elements of one list."""
    for left, right in zip(one, other, strict=False):
        if left != right:
            return isinstance(left, int) and isinstance(right, int)
    return False
