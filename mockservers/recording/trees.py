"""Texts as trees: XML, JSON and forms, one inside the other as vendors nest them, as a flat list of leaves.

Two texts that mean the same have the same leaves: no prefixes, no order of attributes, keys or differently named
siblings, no white space between elements. What is no tree is a leaf itself. Knows no vendor.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from lxml import etree

_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_FORM = re.compile(r"(?:[A-Za-z_][\w.%+-]*=[^&<>{}\r\n]*(?:&|\r?\n|\Z))+")
_DEEPEST = 6
"""Texts inside texts; deeper ones are leaves."""
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value of a tree. `path` tells places apart, `name` is the last name on it, `kind` how the value was written."""

    path: str
    name: str
    value: str
    kind: str = "text"


def local(tag: str) -> str:
    return tag.rpartition("}")[2]


def leaves(text: str, media: str = "") -> list[Leaf] | None:
    """The leaves of a body, or None where it is no tree (or a broken one)."""
    found = _read(text, "", 0, form=media == FORM)
    return None if found is None else list(found)


def pairs(query: str) -> list[tuple[str, str]]:
    """The variables of a query or form, as a server reads them; one without `=` has an empty value."""
    return [
        (unquote_plus(name), unquote_plus(value))
        for name, _, value in (part.partition("=") for part in query.split("&") if part)
    ]


def _read(text: str, path: str, depth: int, *, form: bool = False) -> list[Leaf] | None:
    if depth > _DEEPEST:
        return None
    first = text.lstrip("\ufeff \t\r\n")[:1]
    if first == "<":
        root = xml(text)
        return None if root is None else list(_element(root, f"{path}/{local(root.tag)}", depth))
    if first in ("{", "["):
        try:
            return list(_json(json.loads(text, object_pairs_hook=_Pairs), path, "", depth))
        except (ValueError, RecursionError):
            return None
    if form or (depth == 0 and "=" in text and _FORM.fullmatch(text)):
        return _form(text, path)
    return None


def xml(text: str) -> Any | None:
    """The root element, or None where there is no well-formed one. No entity, DTD or network is ever followed."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(_DECLARATION.sub("", text.lstrip("\ufeff")).encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _element(element: Any, path: str, depth: int) -> Iterator[Leaf]:
    for name, value in element.attrib.items():
        short = local(name)
        if name.startswith(_XSI):
            if short == "schemaLocation":
                continue
            value = value.rpartition(":")[2] if short == "type" else value
        yield Leaf(f"{path}@{short}", short, value)
    counts: dict[str, int] = {}
    for child in element:
        if not isinstance(child.tag, str):
            continue
        name = local(child.tag)
        counts[name] = counts.get(name, 0) + 1
        yield from _element(child, f"{path}/{name}" + (f"[{counts[name]}]" if counts[name] > 1 else ""), depth)
    text = element.text or ""
    if counts:
        if text.strip():
            yield Leaf(f"{path}/text()", local(element.tag), text.strip())
        return
    yield from _nested(text, path, local(element.tag), depth)


def _nested(text: str, path: str, name: str, depth: int) -> Iterator[Leaf]:
    """A text's own leaves where it is a tree, else itself."""
    inner = _read(text, f"{path}:", depth + 1) if text[:64].lstrip()[:1] in ("<", "{", "[") else None
    if inner is None:
        yield Leaf(path, name, text)
    else:
        yield from inner


class _Pairs(list[tuple[str, Any]]):
    """An object with its keys as they came; one that comes twice is there twice."""


def _json(value: Any, path: str, name: str, depth: int) -> Iterator[Leaf]:
    if isinstance(value, _Pairs):
        if not value:
            yield Leaf(path, name, "{}", "empty")
        counts: dict[str, int] = {}
        for key, each in value:
            counts[key] = counts.get(key, 0) + 1
            yield from _json(each, f"{path}/{key}" + (f"[{counts[key]}]" if counts[key] > 1 else ""), key, depth)
    elif isinstance(value, list):
        if not value:
            yield Leaf(path, name, "[]", "empty")
        for n, each in enumerate(value):
            yield from _json(each, f"{path}[{n}]", name, depth)
    elif isinstance(value, str):
        yield from _nested(value, path, name, depth)
    else:
        yield Leaf(path, name, json.dumps(value), "number" if isinstance(value, (int, float)) else "word")


def _form(text: str, path: str) -> list[Leaf]:
    found: list[Leaf] = []
    for n, line in enumerate(text.splitlines()):
        counts: dict[str, int] = {}
        for name, value in pairs(line):
            counts[name] = counts.get(name, 0) + 1
            place = f"{path}/{n}/{name}" if n else f"{path}/{name}"
            found.append(Leaf(place + (f"[{counts[name]}]" if counts[name] > 1 else ""), name, value))
    return found
