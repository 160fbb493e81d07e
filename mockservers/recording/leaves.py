"""Leaves of texts: XML, JSON and forms, one inside the other as vendors nest them, as trees and as flat lists of leaves.

Two texts that mean the same have the same leaves: no prefixes, no order of attributes, keys or differently named
siblings, no white space between elements. What is no tree is a leaf itself. Knows no vendor.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from typing import Any
from urllib.parse import unquote_plus

from lxml import etree

from mockservers.kernel.search import Budget

_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_FORM = re.compile(r"(?:[A-Za-z_][\w.%+-]*=[^&<>{}\r\n]*(?:&|\r?\n|\Z))+")
_DEEPEST = 6
"""Texts inside texts; deeper ones are leaves."""
_LONGEST_PATH = 1000
"""Letters. What begins a longer one is told by its digest, or a deep tree with many leaves would fill the memory."""
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value of a tree. `path` tells places apart, `name` is the last name on it, `kind` how the value was written."""

    path: str
    name: str
    value: str
    kind: str = "text"


@dataclass(slots=True)
class Node:
    """A place in a tree: a leaf with a `value`, or what has `children`.

    `kind` of a leaf is text, number, word (true, false, null) or empty; of others tree, list, or nested for a text that
    is itself a tree. Attributes are leaves whose names begin with `@`.
    """

    name: str
    value: str | None = None
    kind: str = "text"
    children: list[Node] = field(default_factory=list)


def local(tag: str) -> str:
    return tag.rpartition("}")[2]


def pairs(query: str) -> list[tuple[str, str]]:
    """The variables of a query or form, as a server reads them; one without `=` has an empty value."""
    return [
        (_unquoted(name), _unquoted(value))
        for name, _, value in (part.partition("=") for part in query.split("&") if part)
    ]


def _unquoted(text: str) -> str:
    return unquote_plus(text) if "%" in text or "+" in text else text


def leaves(text: str, media: str = "") -> list[Leaf] | None:
    """The leaves of a body, or None where it is no tree (or a broken one)."""
    found = tree(text, media)
    return None if found is None else list(_flat(found))


def _flat(root: Node) -> Iterator[Leaf]:
    waiting = [(root, "")]
    while waiting:
        node, path = waiting.pop()
        if node.value is not None:
            yield Leaf(path, node.name.lstrip("@"), node.value, node.kind)
            continue
        if len(path) > _LONGEST_PATH:
            path = f"~{blake2b(path.encode('utf-8', 'surrogatepass'), digest_size=12).hexdigest()}"
        counts: dict[str, int] = {}
        below = []
        for n, child in enumerate(node.children):
            if node.kind == "list":
                below.append((child, f"{path}[{n}]"))
                continue
            counts[child.name] = count = counts.get(child.name, 0) + 1
            gap = ":" if node.kind == "nested" else "" if child.name.startswith("@") else "/"
            below.append((child, f"{path}{gap}{child.name}" + (f"[{count}]" if count > 1 else "")))
        waiting += reversed(below)


def tree(text: str, media: str = "") -> Node | None:
    """A body as a tree, or None where it is none (or a broken one, or one too deep to be any vendor's)."""
    try:
        return _read(text, "", 0, form=media == FORM)
    except RecursionError:
        return None


def _read(text: str, name: str, depth: int, *, form: bool = False) -> Node | None:
    if depth > _DEEPEST:
        return None
    first = text.lstrip("\ufeff \t\r\n")[:1]
    if first == "<":
        root = xml(text)
        return None if root is None else Node(name, None, "nested", [_element(root, depth)])
    if first in ("{", "["):
        try:
            return Node(name, None, "nested", [_json(json.loads(text, object_pairs_hook=_Pairs), "", depth)])
        except (ValueError, RecursionError):
            return None
    if form or (depth == 0 and "=" in text and _FORM.fullmatch(text)):
        return _form(text, name, depth)
    return None


def xml(text: str) -> Any | None:
    """The root element, or None where there is no well-formed one. No entity, DTD or network is ever followed."""
    try:
        return etree.fromstring(_DECLARATION.sub("", text.lstrip("\ufeff")).encode("utf-8", "replace"), _parser())
    except (etree.XMLSyntaxError, ValueError):
        return None


@cache
def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )


def _element(element: Any, depth: int) -> Node:
    made = Node(local(element.tag), None, "tree")
    for name, value in element.attrib.items():
        short = local(name)
        if name.startswith(_XSI):
            if short == "schemaLocation":
                continue
            value = value.rpartition(":")[2] if short == "type" else value
        made.children.append(Node(f"@{short}", value))
    below = [child for child in element if isinstance(child.tag, str)]
    text = element.text or ""
    if not below:
        inner = _nested(text, made.name, depth)
        if not made.children:
            return inner
        made.children += inner.children if inner.value is None else [Node("text()", inner.value)]
        return made
    said = [text, *((child.tail or "") for child in element)]
    made.children += [Node("text()", each.strip()) for each in said if each.strip()]
    made.children += [_element(child, depth) for child in below]
    return made


def _nested(text: str, name: str, depth: int) -> Node:
    """A text as the tree that it is, else as itself."""
    inner = _read(text, name, depth + 1) if text[:64].lstrip()[:1] in ("<", "{", "[") else None
    return Node(name, text) if inner is None else inner


class _Pairs(list[tuple[str, Any]]):
    """An object with its keys as they came; one that comes twice is there twice."""


def _json(value: Any, name: str, depth: int) -> Node:
    if isinstance(value, _Pairs):
        if not value:
            return Node(name, "{}", "empty")
        return Node(name, None, "tree", [_json(each, key, depth) for key, each in value])
    if isinstance(value, list):
        if not value:
            return Node(name, "[]", "empty")
        return Node(name, None, "list", [_json(each, name, depth) for each in value])
    if isinstance(value, str):
        return _nested(value, name, depth)
    return Node(name, json.dumps(value), "word" if value is None or isinstance(value, bool) else "number")


def _form(text: str, name: str, depth: int) -> Node:
    lines = [
        Node("line", None, "tree", [_nested(value, each, depth) for each, value in pairs(line)])
        for line in text.splitlines()
    ]
    return lines[0] if len(lines) == 1 else Node(name, None, "list", lines)


# --- values of some fields ------------------------------------------------------------------------------------------------


def named(text: str, kinds: Mapping[str, str], media: str = "", *, below: bool = False) -> list[Named] | None:
    """The values of fields by their names, in lower case, each with the kind of its name; None where a text is no tree.

    With `below` a text below such a field belongs to it too, but for attributes. Makes no tree of what it reads, and takes
    time by the length of the text, however deep or wide it is. Raises TooOdd for far too many texts that look like trees.
    """
    reader = _Reader(kinds, below, Budget(len(text)))
    return reader.found if reader.text(text, None, 0, form=media == FORM) else None


Named = tuple[str, str, str]
"""The kind of a field, its value, and how that was written: as a text or a number."""
_Below = str | None
"""The kind of a field that something is below of."""


class _Reader:
    def __init__(self, kinds: Mapping[str, str], below: bool, work: Budget) -> None:
        self._work = work
        self.found: list[Named] = []
        self._kinds = kinds
        words = "|".join(re.escape(each) for each in sorted(kinds, key=len, reverse=True))
        # A name may hold a whole path itself, as keys of JSON do.
        self._inside = re.compile(rf"(?:\A|[/:])({words})(?:\[[0-9]+\])*(?:[/:\[][^@]*)?\Z", re.IGNORECASE)
        self._below = below and bool(kinds)
        self._known: dict[str, tuple[str | None, _Below]] = {}

    def _of(self, name: str, above: _Below) -> tuple[str | None, _Below]:
        """The kind of a field by its name alone, and of what is below it."""
        known = self._known.get(name)
        if known is None:
            found = self._inside.search(name) if self._below else None
            inside = self._kinds[found[1].lower()] if found is not None else None
            known = self._known[name] = self._kinds.get(name.lstrip("@").lower()), inside
        own, inside = known
        return own, inside if inside is not None or "@" in name else above

    def text(self, text: str, above: _Below, depth: int, *, form: bool = False) -> bool:
        """Read a text that is a tree; False for any other."""
        if depth > _DEEPEST:
            return False
        first = text.lstrip("\ufeff \t\r\n")[:1]
        self._work.spend(20 + len(text) // 200)
        if first == "<":
            root = xml(text)
            if root is not None:
                self._elements(root, above, depth)
            return root is not None
        if first in ("{", "["):
            try:
                value = json.loads(text, object_pairs_hook=_Pairs)
            except (ValueError, RecursionError):
                return False
            self._json(value, above, depth)
            return True
        if form or (depth == 0 and "=" in text and _FORM.fullmatch(text)):
            for line in text.splitlines():
                for key, value in pairs(line):
                    self._leaf(value, key, above, depth)
            return True
        return False

    def _leaf(self, value: str, name: str, above: _Below, depth: int) -> None:
        own, below = self._of(name, above)
        if value[:64].lstrip()[:1] in ("<", "{", "[") and self.text(value, below, depth + 1):
            return
        kind = own if own is not None else below
        if kind is not None:
            self.found.append((kind, value, "text"))

    def _json(self, root: Any, above: _Below, depth: int) -> None:
        waiting: list[tuple[Iterator[Any], bool, str, _Below]] = [(iter((root,)), False, "", above)]
        while waiting:
            values, keyed, name, here = waiting[-1]
            for value in values:
                key = name
                if keyed:
                    key, value = value
                if isinstance(value, str):
                    self._leaf(value, key, here, depth)
                elif isinstance(value, list):
                    # The items of a list bear the name of the list.
                    below = self._of(key, here)[1] if isinstance(value, _Pairs) else here
                    waiting.append((iter(value), isinstance(value, _Pairs), key, below))
                    break
                elif value is not None and not isinstance(value, bool):
                    own = self._of(key, here)[0]
                    if own is not None:
                        self.found.append((own, json.dumps(value), "number"))
            else:
                waiting.pop()

    def _elements(self, root: Any, above: _Below, depth: int) -> None:
        waiting = [(root, above)]
        while waiting:
            element, over = waiting.pop()
            attributes, children = element.items(), list(element)
            text = element.text or ""
            if not (attributes or children or text):
                continue
            name = local(element.tag)
            below = self._of(name, over)[1]
            for attribute, value in attributes:
                kind = self._kinds.get(local(attribute).lower())
                if kind is not None and attribute != _SCHEMA_LOCATION:
                    self.found.append((kind, value, "text"))
            if any(isinstance(child.tag, str) for child in children):
                if below is not None:
                    said = [text, *((child.tail or "") for child in children)]
                    self.found += [(below, each.strip(), "text") for each in said if each.strip()]
                waiting += [(child, below) for child in reversed(children) if isinstance(child.tag, str)]
            elif attributes:
                self._leaf(text, "text()", below, depth)
            else:
                self._leaf(text, name, over, depth)


_SCHEMA_LOCATION = f"{_XSI}schemaLocation"
