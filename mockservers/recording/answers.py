"""Two answers compared by what they mean: status, headers, structure, values, order.

Lists are compared by what identifies their items, whatever their order; times near the moment of the call are volatile,
and so are ids once they are bound to each other. Knows a vendor by its adapter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

from mockservers.kernel.instants import SECOND
from mockservers.recording import leaves, matching
from mockservers.recording.adapter import Adapter
from mockservers.recording.exchanges import Recorded, text_of
from mockservers.recording.leaves import Node
from mockservers.recording.stand_ins import PLACEHOLDER

Aspect = Literal["status", "headers", "structure", "values", "order"]
HEADERS = ("content-type", "allow", "location", "www-authenticate", "retry-after", "content-disposition")
"""Headers that a client may act upon; others belong to servers and what stands before them."""
TOLERANCE = 5 * SECOND
"""How far apart two times may be that each tell when the same call was served."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two answers part; `place` is the same for the same field of every record."""

    aspect: Aspect
    place: str
    left: str | None
    right: str | None
    item: str = ""


@dataclass
class Bound:
    """Values that stand for each other: the left side's, the right side's, and the name that both go by."""

    left: dict[str, str] = field(default_factory=dict)
    right: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def bind(self, kind: str, left: str, right: str) -> None:
        self.counts[kind] = number = self.counts.get(kind, 0) + 1
        self.left[left] = self.right[right] = f"<{kind}:{number}>"

    def same(self, left: str, right: str) -> bool:
        return left in self.left and self.left[left] == self.right.get(right)


class Comparison:
    """Compares answers of one vendor; `bound` lives as long as the replay. `binding` lets ids that differ be bound."""

    def __init__(self, adapter: Adapter, bound: Bound | None = None) -> None:
        self.adapter = adapter
        self.bound = bound or Bound()
        self.moment = 0
        self.binding = ""

    def differences(self, left: Recorded, right: Recorded, binding: str = "") -> list[Difference]:
        """Every difference between two answers to the same request. `binding` names what the request makes, if it does."""
        self.moment, self.binding = left.moment, binding
        found = []
        if left.status != right.status:
            found.append(Difference("status", "status", str(left.status), str(right.status)))
        found += self._headers(left, right)
        return [*found, *self._bodies(left, right)]

    def _headers(self, left: Recorded, right: Recorded) -> Iterator[Difference]:
        for name in HEADERS:
            one, other = _header(left, name), _header(right, name)
            if one != other and not self._same(one, other):
                yield Difference("headers", name, one or None, other or None)

    def _bodies(self, left: Recorded, right: Recorded) -> Iterator[Difference]:
        one, other = (text_of(each.reply_body or b"", each.reply_headers)[0] for each in (left, right))
        mine, theirs = leaves.tree(one), leaves.tree(other)
        if mine is None and theirs is None:
            html = all("html" in _header(each, "content-type") for each in (left, right))
            if one.strip() != other.strip() and not html:  # pages for people are each server's own
                yield Difference("values", "body", one, other)
        elif mine is None or theirs is None:
            yield Difference("structure", "body", _kind(mine, one), _kind(theirs, other))
        elif not _page(mine) or not _page(theirs):
            yield from self._nodes(mine, theirs, "", "")

    # --- trees ------------------------------------------------------------------------------------------------------

    def _nodes(self, left: Node, right: Node, place: str, item: str) -> Iterator[Difference]:
        if left.value is not None and right.value is not None:
            if left.kind != right.kind and "empty" not in (left.kind, right.kind):
                yield Difference("structure", place, f"{left.kind} {left.value}", f"{right.kind} {right.value}", item)
            elif left.value != right.value and not self._bind(left, right, place):
                yield Difference("values", place, left.value, right.value, item)
            return
        if left.value is not None or right.value is not None:
            yield from self._half(left, right, place, item)
            return
        if left.kind == "list" or right.kind == "list":
            yield from self._items(left.children, right.children, place, item)
            return
        mine, theirs = _by_name(left), _by_name(right)
        for name in dict.fromkeys((*mine, *theirs)):
            below = f"{place}/{name}"
            ones, others = mine.get(name, []), theirs.get(name, [])
            if not ones or not others:
                yield Difference("structure", below, _summary(ones), _summary(others), item)
            elif len(ones) == len(others) == 1 and not self._identified(ones[0]):
                yield from self._nodes(ones[0], others[0], below, item)
            else:
                yield from self._items(ones, others, below, item)

    def _half(self, left: Node, right: Node, place: str, item: str) -> Iterator[Difference]:
        """A leaf on one side, more on the other: an empty list and a full one, or two shapes."""
        for empty, full in ((left, right), (right, left)):
            if empty.value in ("[]", "") and full.kind == "list":
                yield from self._items(left.children, right.children, place, item)
                return
        yield Difference("structure", place, _summary([left]), _summary([right]), item)

    def _identified(self, node: Node) -> bool:
        return self._id(node) is not None and bool(node.children)

    def _id(self, node: Node) -> str | None:
        """What tells an item of a list from the others."""
        own = self.adapter.identity(node)
        if own is not None:
            return own
        for name in self.adapter.ids:
            for child in node.children:
                if child.name == name and child.value:
                    return f"{name} {child.value}"
        return None

    def _items(self, left: list[Node], right: list[Node], place: str, item: str) -> Iterator[Difference]:
        mine, theirs = self._keyed(left, self.bound.left), self._keyed(right, self.bound.right)
        if mine is None or theirs is None:
            for n in range(max(len(left), len(right))):
                one, other = (each[n] if n < len(each) else None for each in (left, right))
                if one is None or other is None:
                    yield Difference(
                        "structure", place, _summary([one] if one else []), _summary([other] if other else []), item
                    )
                else:
                    yield from self._nodes(one, other, place, item)
            return
        if len(left) == len(right) == 1 and set(mine) != set(theirs) and self.binding:
            yield from self._nodes(left[0], right[0], place, next(iter(mine)))
            return
        for key in dict.fromkeys((*mine, *theirs)):
            if key not in mine or key not in theirs:
                yield Difference("structure", place, key if key in mine else None, key if key in theirs else None, item)
            else:
                yield from self._nodes(mine[key], theirs[key], place, key)
        common = [key for key in mine if key in theirs]
        if common != [key for key in theirs if key in mine]:
            yield Difference(
                "order", place, ", ".join(common[:8]), ", ".join(k for k in list(theirs) if k in mine)[:200], item
            )

    def _keyed(self, nodes: list[Node], bound: Mapping[str, str]) -> dict[str, Node] | None:
        """Items by what identifies them (leaves by themselves), or None where that is not unique."""
        found: dict[str, Node] = {}
        for node in nodes:
            key = node.value if node.value is not None else self._id(node)
            if key is None:
                return None
            name, _, value = key.rpartition(" ")
            key = f"{name} {bound[value]}".strip() if value in bound else key
            if key in found:
                return None
            found[key] = node
        return found

    # --- values -----------------------------------------------------------------------------------------------------

    def _bind(self, left: Node, right: Node, place: str) -> bool:
        """Whether two leaves that differ mean the same; binds ids that a request has just made."""
        assert left.value is not None
        assert right.value is not None
        if self._same(left.value, right.value):
            return True
        if self.binding and any(fnmatchcase(place, pattern) for pattern in self.adapter.generated):
            self.bound.bind(self.binding, left.value, right.value)
            return True
        return False

    def _same(self, left: str, right: str) -> bool:
        if "__secret." in left and "__secret." in right:
            left, right = (PLACEHOLDER.sub("__secret__", each) for each in (left, right))
        return left == right or self.bound.same(left, right) or self._at_once(left, right)

    def _at_once(self, left: str, right: str) -> bool:
        """Whether two texts differ only in times that both tell the moment of the call."""
        if len(left) < 8 or len(right) < 8:
            return False
        near = [(self.moment, self.moment)]
        one, other = (matching.loosened(each, near) for each in (left, right))
        if one != other or matching.TIME not in one:
            return False
        ones, others = matching.times(left), matching.times(right)
        return len(ones) == len(others) and all(abs(a - b) <= TOLERANCE for a, b in zip(ones, others, strict=True))


def _header(exchange: Recorded, name: str) -> str:
    value = exchange.reply_header(name)
    if name == "content-type":
        return "; ".join(part.strip().lower().replace('"', "") for part in value.split(";"))
    if name == "allow":
        return ", ".join(sorted(part.strip().upper() for part in value.split(",") if part.strip()))
    return value


def _by_name(node: Node) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = {}
    for child in node.children:
        found.setdefault(child.name, []).append(child)
    return found


def _page(node: Node) -> bool:
    return bool(node.children) and node.children[0].name.lower() == "html"


def _kind(node: Node | None, text: str) -> str | None:
    return (text[:80] or None) if node is None else "a tree"


def _summary(nodes: list[Node]) -> str | None:
    if not nodes:
        return None
    first = nodes[0]
    return (
        first.value
        if first.value is not None
        else f"{len(nodes)} x {first.name or 'item'}"
        if len(nodes) > 1
        else "a tree"
    )
