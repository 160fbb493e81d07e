"""Fields of trees by their names: the values of those whose names say of which kind they are.

Makes no tree of what it reads, and takes time by the length of the text, however deep or wide it is. Knows no vendor.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol

from mockservers.kernel.search import Budget
from mockservers.recording.leaves import DEEPEST, FORM, LIKE_FORM, XSI, Pairs, local, pairs, xml
from mockservers.recording.secret_names import Kind, SecretNames

Named = tuple[str, str, str]
"""The kind of a field, its value, and how that was written: as a text or a number."""
_SAYS_NAME = frozenset(
    (
        "name",
        "key",
        "id",
        "field",
        "fieldname",
        "header",
        "param",
        "parameter",
        "property",
        "variable",
        "setting",
        "label",
    )
)
"""Members that hold the name of another: `{"name": "password", "value": "x"}`."""
_SAYS_VALUE = frozenset(
    (
        "value",
        "val",
        "values",
        "content",
        "text",
        "data",
        "default",
        "string",
        "stringvalue",
        "attributevalue",
        "#text",
        "$",
        "_",
    )
)
_SCHEMA_LOCATION = f"{XSI}schemaLocation"


class Names(Protocol):
    """Which names are looked for. `inside` tells of what is below a name; `pairs` whether a name may be a value itself."""

    pairs: bool

    def __call__(self, name: str) -> Kind | None: ...
    def inside(self, name: str) -> Kind | None: ...


class _Listed:
    """Just the names of a list, in any letter case, and nothing below them."""

    pairs = False

    def __init__(self, kinds: Mapping[str, str]) -> None:
        self._kinds = {name: Kind(kind, given=True) for name, kind in kinds.items()}

    def __call__(self, name: str) -> Kind | None:
        return self._kinds.get(name.lstrip("@").lower())

    def inside(self, name: str) -> Kind | None:
        return None


def named(text: str, kinds: Mapping[str, str], media: str = "") -> list[Named] | None:
    """The values of fields by their names, in lower case, each with the kind of its name; None where a text is no tree.

    Raises TooOdd for far too many texts that look like trees.
    """
    reader = _Reader(_Listed(kinds), Budget(len(text)))
    return reader.found if reader.text(text, None, 0, form=media == FORM) else None


def secrets(text: str, names: SecretNames, media: str = "", values: list[str] | None = None) -> list[Named] | None:
    """The secrets in a tree: a text below such a field belongs to it too. None where a text is no tree. Raises TooOdd.

    Into `values` come the texts in it that are no trees, as they read without the escapes of the trees.
    """
    reader = _Reader(names, Budget(len(text)), values)
    return reader.found if reader.text(text, None, 0, form=media == FORM) else None


_Below = Kind | None
"""The kind of a field that something is below of."""


class _Reader:
    def __init__(self, names: Names, work: Budget, values: list[str] | None = None) -> None:
        self._names = names
        self._values = values
        self._work = work
        self._known: dict[str, tuple[_Below, _Below]] = {}
        self.found: list[Named] = []

    def _of(self, name: str, above: _Below) -> tuple[_Below, _Below]:
        """The kind of a field by its name alone, and of what is below it."""
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = self._names(name), self._names.inside(name)
        own, inside = known
        return own, inside if inside is not None or "@" in name else above

    def _take(self, kind: Kind, value: str, how: str = "text") -> None:
        if kind.takes(value, how):
            self.found.append((kind.name, value, how))

    def _take_below(self, kind: Kind, value: str, name: str) -> None:
        """A text below a field: one of a family must look like a secret, for much may be below `session`."""
        if not kind.given and name.lower() not in _SAYS_VALUE:
            kind = replace(kind, sure=False)
        self._take(kind, value)

    def text(self, text: str, above: _Below, depth: int, *, form: bool = False) -> bool:
        """Read a text that is a tree; False for any other."""
        if depth > DEEPEST:
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
                value = json.loads(text, object_pairs_hook=Pairs)
            except (ValueError, RecursionError):
                return False
            self._json(value, above, depth)
            return True
        if form or (depth == 0 and "=" in text and LIKE_FORM.fullmatch(text)):
            for line in text.splitlines():
                for key, value in pairs(line):
                    self._leaf(value, key, above, depth)
            return True
        return False

    def _leaf(self, value: str, name: str, above: _Below, depth: int) -> None:
        own, below = self._of(name, above)
        if value[:64].lstrip()[:1] in ("<", "{", "[") and self.text(value, below, depth + 1):
            return
        if self._values is not None:
            self._values.append(value)
        if own is not None:
            self._take(own, value)
        elif below is not None:
            self._take_below(below, value, name)

    def _paired(self, said: Iterable[tuple[str, Any]]) -> _Below:
        """The kind of what members say that hold a name and a value."""
        for key, value in said:
            if key.lower() in _SAYS_NAME and isinstance(value, str) and len(value) <= _LONGEST_NAME:
                kind = self._names(value)
                if kind is not None:
                    return kind
        return None

    def _pair(self, value: Pairs, above: _Below) -> None:
        """An object of a name and a value."""
        kind = self._paired(value) if self._names.pairs and 2 <= len(value) <= _MOST_MEMBERS else None
        for key, said in value if kind is not None else ():
            if kind is not None and key.lower() in _SAYS_VALUE and not isinstance(said, bool):
                if isinstance(said, str):
                    self._take(kind, said)
                elif isinstance(said, (int, float)):
                    self._take(kind, json.dumps(said), "number")
                elif isinstance(said, Pairs):
                    for name, each in said:
                        if isinstance(each, str):
                            self._take_below(kind, each, name)
                elif isinstance(said, list):
                    for each in said:
                        if isinstance(each, str):
                            self._take(kind, each)

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
                    object_ = isinstance(value, Pairs)
                    if isinstance(value, Pairs):
                        self._pair(value, here)
                    elif len(value) == 2 and isinstance(value[1], str) and self._names.pairs:
                        kind = self._paired([("name", value[0])])
                        if kind is not None:
                            self._take(kind, value[1])  # as lists of headers are written
                    below = self._of(key, here)[1] if object_ else here
                    waiting.append((iter(value), object_, key, below))
                    break
                elif value is not None and not isinstance(value, bool):
                    own = self._of(key, here)[0]
                    if own is not None:
                        self._take(own, json.dumps(value), "number")
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
            kind = self._paired([(local(each), value) for each, value in attributes]) if self._names.pairs else None
            for attribute, value in attributes:
                own = self._names(local(attribute))
                if own is None and local(attribute).lower() in _SAYS_VALUE:
                    own = kind
                if own is not None and attribute != _SCHEMA_LOCATION:
                    self._take(own, value)
                if self._values is not None:
                    self._values.append(value)
            if any(isinstance(child.tag, str) for child in children):
                self._texts_between(text, children, below)
                self._paired_children(children)
                if kind is not None:
                    self._take_values(kind, children)
                waiting += [(child, below) for child in reversed(children) if isinstance(child.tag, str)]
            elif attributes:
                if kind is not None and below is None:
                    self._take(kind, text)
                self._leaf(text, "text()", below, depth)
            else:
                self._leaf(text, name, over, depth)

    def _texts_between(self, text: str, children: list[Any], below: _Below) -> None:
        if below is not None:
            for each in (text, *((child.tail or "") for child in children)):
                if each.strip():
                    self._take_below(below, each.strip(), "")

    def _paired_children(self, children: list[Any]) -> None:
        """Elements of which one holds a name, and another the value."""
        if not self._names.pairs or not 2 <= len(children) <= _MOST_MEMBERS:
            return
        elements = [child for child in children if isinstance(child.tag, str)]
        kind = self._paired([(local(child.tag), child.text or "") for child in elements if not len(child)])
        if kind is not None:
            self._take_values(kind, elements)

    def _take_values(self, kind: Kind, children: list[Any]) -> None:
        """The values among elements, each perhaps in an element of its type, as in XML-RPC."""
        for child in children:
            if isinstance(child.tag, str) and local(child.tag).lower() in _SAYS_VALUE:
                for each in child if len(child) else (child,):
                    if isinstance(each.tag, str) and not len(each):
                        self._take(kind, each.text or "")


_LONGEST_NAME, _MOST_MEMBERS = 80, 12
