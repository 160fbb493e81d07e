"""What is said of a key that a body or a query has and its model does not: the keys that there are, and the nearest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ValidationError

from mockservers.registry import did_you_mean

FORBIDDEN = "extra_forbidden"
"""The type of pydantic's error about such a key."""


def told(error: ValidationError, place: Sequence[str | int], word: str = "key") -> str:
    """That there is no such key, with those that stand at its place. `place` is the key's, as pydantic tells it."""
    model = next((each for each in _models(BaseModel) if each.__name__ == error.title), None)
    known = [] if model is None else keys_at(model, tuple(place[:-1]))
    if not known:
        return f"there is no such {word}" + ("; nothing is expected here" if model is not None else "")
    return f"there is no such {word}; expected one of: {', '.join(known)}{did_you_mean(str(place[-1]), known)}"


@lru_cache(64)
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()


def keys_at(model: type[BaseModel], place: Sequence[str | int]) -> list[str]:
    """The keys that a model takes at a place, in their order; where it may be one of several objects, those of all."""
    schema = _schema(model)
    found: list[Mapping[str, Any]] = [schema]
    for part in place:
        # Of several forms pydantic names in the place which one it tried; that is no key, so it leads nowhere further.
        found = [below for each in found for below in _below(each, part, schema)] or found
    return list(
        dict.fromkeys(key for each in found for form in _forms(each, schema) for key in form.get("properties", {}))
    )


def _models(base: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """The server's own models."""
    for each in base.__subclasses__():
        if each.__module__.startswith("mockservers.server"):
            yield each
        yield from _models(each)


def _forms(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The forms that a value may have, references resolved."""
    if "$ref" in schema:
        yield from _forms(root.get("$defs", {}).get(str(schema["$ref"]).rpartition("/")[2], {}), root)
        return
    yield schema
    for name in ("anyOf", "oneOf", "allOf"):
        for each in schema.get(name, ()):
            yield from _forms(each, root)


def _below(schema: Mapping[str, Any], part: str | int, root: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for form in _forms(schema, root):
        if isinstance(part, int):
            inner = form.get("items")
        else:
            inner = form.get("properties", {}).get(part) or form.get("additionalProperties")
        if isinstance(inner, Mapping):
            yield inner
