"""Leaves of texts: XML, JSON and forms, one inside the other as vendors nest them, as trees and as flat lists of leaves.

Two texts that mean the same have the same leaves: no prefixes, no order of attributes, keys or differently named
siblings, no white space between elements. What is no tree is a leaf itself. Knows no vendor.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from typing import Any
from urllib.parse import unquote_plus

from lxml import etree

XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
LIKE_FORM = re.compile(r"(?:[A-Za-z_][\w.%+-]*=[^&<>{}\r\n]*(?:&|\r?\n|\Z))+")
DEEPEST = 6
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
    if depth > DEEPEST:
        return None
    first = text.lstrip("\ufeff \t\r\n")[:1]
    if first == "<":
        root = xml(text)
        return None if root is None else Node(name, None, "nested", [_element(root, depth)])
    if first in ("{", "["):
        try:
            return Node(name, None, "nested", [_json(json.loads(text, object_pairs_hook=Pairs), "", depth)])
        except (ValueError, RecursionError):
            return None
    if form or (depth == 0 and "=" in text and LIKE_FORM.fullmatch(text)):
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
        if name.startswith(XSI):
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


class Pairs(list[tuple[str, Any]]):
    """An object with its keys as they came; one that comes twice is there twice."""


def _json(value: Any, name: str, depth: int) -> Node:
    if isinstance(value, Pairs):
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
