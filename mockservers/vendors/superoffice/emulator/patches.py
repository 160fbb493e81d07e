"""Patches of entities: JSON Patch as the vendor reads it, and merge patches, which become one.

Works on plain values; knows no entity, no table and no request. Raises ValueError with a sentence for what is no patch, and
`Conflict` where a test does not hold.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from mockservers.wirekit.dotnet_text import value_text

MOST, DEEPEST = 1000, 20
_VERBS = ("add", "replace", "remove", "test")


class Conflict(Exception):
    """A test found another value."""


class Change(NamedTuple):
    """One operation: its verb, the names that lead to the place, and the value."""

    verb: str
    path: tuple[str, ...]
    value: Any = None


def read(body: Any) -> list[Change]:
    """The operations of a patch document: a list of them, or an object that is merged (superoffice.rest.patch)."""
    if isinstance(body, Mapping):
        return list(_merged(body, ()))
    if not isinstance(body, list):
        raise ValueError("A patch is a list of operations, or an object")
    if len(body) > MOST:
        raise ValueError("The patch has too many operations")
    return [_operation(each) for each in body]


def _operation(given: Any) -> Change:
    if not isinstance(given, Mapping):
        raise ValueError("An operation of a patch is an object with op, path and value")
    members = {str(name).lower(): value for name, value in given.items()}
    verb, path = members.get("op"), members.get("path")
    if not isinstance(verb, str) or verb.lower() not in _VERBS:
        raise ValueError(f"{value_text(verb)} is no operation of a patch; there are {', '.join(_VERBS)}")
    if not isinstance(path, str):
        raise ValueError("An operation has no path")
    if verb.lower() != "remove" and "value" not in members:
        raise ValueError(f"The operation {verb.lower()} has no value")
    names = tuple(part.replace("~1", "/").replace("~0", "~") for part in path.removeprefix("/").split("/"))
    if not names[0] or len(names) > DEEPEST:
        raise ValueError(f"The path {value_text(path[:60])} leads nowhere")
    return Change(verb.lower(), names, members.get("value"))


def _merged(given: Mapping[Any, Any], above: tuple[str, ...]) -> Iterator[Change]:
    if len(above) >= DEEPEST:
        raise ValueError("The patch nests too deep")
    for name, value in given.items():
        path = (*above, str(name))
        if isinstance(value, Mapping) and value:
            yield from _merged(value, path)
        else:
            yield Change("remove" if value is None else "add", path, value)


def applied(entity: Mapping[str, Any], changes: Sequence[Change]) -> dict[str, Any]:
    """The entity with the changes made, all or none of them; names are found without case."""
    made: dict[str, Any] = copy.deepcopy(dict(entity))
    for change in changes:
        _apply(made, change)
    return made


def _found(here: Mapping[str, Any], name: str) -> str | None:
    return next((each for each in here if each.lower() == name.lower()), None)


def _apply(entity: dict[str, Any], change: Change) -> None:
    here: Any = entity
    *above, last = change.path
    if _found(entity, change.path[0]) is None:
        raise ValueError(f"The entity has no property {value_text(change.path[0][:60])}")
    for name in above:
        here = _inside(here, name, change)
    if isinstance(here, list):
        _in_list(here, last, change)
    elif isinstance(here, dict):
        known = _found(here, last) or last
        if change.verb == "test":
            _test(here.get(known), change)
        elif change.verb != "remove":
            here[known] = copy.deepcopy(change.value)
        elif above:
            here.pop(known, None)
        else:
            here[known] = None  # a property of the entity itself is always there
    else:
        raise ValueError(f"The path {value_text('/'.join(change.path)[:60])} leads through what is no object")


def _inside(here: Any, name: str, change: Change) -> Any:
    """What stands under a name; where nothing does, an object begins there."""
    if isinstance(here, list):
        return here[_index(here, name, change)]
    if not isinstance(here, dict):
        raise ValueError(f"The path {value_text('/'.join(change.path)[:60])} leads through what is no object")
    known = _found(here, name) or name
    if here.get(known) is None:
        here[known] = {}
    return here[known]


def _index(here: Sequence[Any], name: str, change: Change, more: int = 0) -> int:
    if not (name.isascii() and name.isdecimal() and len(name) < 6 and int(name) < len(here) + more):
        raise ValueError(f"The path {value_text('/'.join(change.path)[:60])} leads to no place of a list")
    return int(name)


def _in_list(here: list[Any], name: str, change: Change) -> None:
    if change.verb == "add":
        here.insert(len(here) if name == "-" else _index(here, name, change, 1), copy.deepcopy(change.value))
        return
    place = _index(here, name, change)
    if change.verb == "test":
        _test(here[place], change)
    elif change.verb == "remove":
        del here[place]
    else:
        here[place] = copy.deepcopy(change.value)


def _test(value: Any, change: Change) -> None:
    """Hold a test: an object need name some of the members only, and an empty text is like null."""
    if not _holds(value, change.value):
        raise Conflict("/".join(change.path))


def _holds(value: Any, wanted: Any) -> bool:
    if isinstance(value, Mapping) and isinstance(wanted, Mapping):
        return all(_holds(value.get(_found(value, str(name)) or ""), each) for name, each in wanted.items())
    if value in (None, "") and wanted in (None, ""):
        return True
    return type(value) is type(wanted) and bool(value == wanted)
