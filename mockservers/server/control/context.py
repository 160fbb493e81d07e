"""What every endpoint of the control API needs: the world that is meant, ways to say no, and answers as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import flask
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from mockservers.kernel.installation import Installation
from mockservers.kernel.journal import Entry
from mockservers.kernel.operations import Emulator
from mockservers.kernel.rules import Misuse
from mockservers.kernel.world import World, Worlds
from mockservers.registry import did_you_mean
from mockservers.server import unknown_keys

SITE = "mockservers.site"
"""Key of the WSGI environ under which the front door hands over its `Site`."""

Observe = Callable[[World, str | None], Mapping[str, Any]]


WAIT = "mockservers.wait"
"""Key under which an endpoint says that there is nothing to tell yet, and what to wait for before it is asked again (a `Wait`),
or that it goes on telling for as long as somebody listens (a feed of the workbench)."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Until a call in a world is as `wanted`, or for so many real seconds. `wanted` is asked under the world's lock."""

    seconds: float
    world: World
    wanted: Callable[[Entry], bool]


@dataclass(frozen=True, slots=True)
class Tools:
    """What the page offers beside the control API; whoever runs the server brings it, for the server knows no recordings.

    `export` makes a file of calls in a format, and tells its media type; it raises ValueError for what cannot be made. `usage`
    tells what each call met of its vendor's limit. `reports` is a folder with reports of checks and rehearsals.
    """

    export: Callable[[World, Sequence[Entry], str], tuple[bytes, str]] | None = None
    usage: Callable[[World, str], Mapping[str, Any]] | None = None
    reports: Path | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """What the control API steers: the worlds, the vendors that are mounted, the world the URL chose, the base URL.

    `observe` tells what can be said of a world's client; whoever runs the server brings it, for the server judges nobody.
    """

    worlds: Worlds
    vendors: tuple[str, ...]
    world: str
    url: str
    observe: Observe | None = None
    metrics: Callable[[], str] = str
    """The figures of the server, as text."""
    tools: Tools = field(default_factory=Tools)
    others: Callable[[str, Any], Iterable[Any]] = lambda question, value: ()
    """Asks the other workers of the server something, and gives what they answer."""


class Problem(Exception):
    """An answer that says no: HTTP status, a sentence, and for wrong input the fields that are wrong."""

    def __init__(self, status: int, error: str, details: Iterable[Mapping[str, str]] = ()) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.details = list(details)


def wrong(field: str, message: str) -> Problem:
    """A 422 for one field."""
    return Problem(422, f"{field}: {message}", [{"field": field, "message": message}])


@contextmanager
def naming(field: str) -> Iterator[None]:
    """Turn what the kernel finds wrong inside the block into a 422 that names `field`."""
    try:
        yield
    except (ValueError, Misuse) as error:
        raise wrong(field, str(error)) from error


def site() -> Site:
    found: Site = flask.request.environ[SITE]
    return found


def world(name: str | None = None) -> World:
    """The world that a call means: `?world=` first, else what prefix, header or host say, else `default`."""
    wanted = site().world if name is None else name
    found = site().worlds.get(wanted)
    if found is None:
        raise Problem(404, f"There is no world {wanted!r}; create it with POST /_mock/v1/worlds.")
    return found


def emulator(where: World, vendor: str) -> Emulator:
    """A vendor's emulator; opens nothing."""
    if vendor not in site().vendors:
        known = site().vendors
        raise Problem(
            404, f"There is no vendor {vendor!r}; there are {', '.join(known)}{did_you_mean(vendor, known) or '.'}"
        )
    return where.emulator(vendor)


def installation(where: World, vendor: str) -> Installation:
    emulator(where, vendor)
    return where.installation(vendor)


def tenant_named(there: Installation, name: str, field: str = "tenant") -> str:
    with naming(field):
        return there.tenants[name].name


def changed(there: Installation) -> None:
    """To be called when tenants or credentials changed: forget what was derived from them, keep them in a file."""
    there.cache.clear()
    if there.store.lasting:
        there.save()


# --- answers --------------------------------------------------------------------------------------------------------


def text(value: str) -> str:
    """`value` without lone surrogates: bytes that were no text are shown as \\xNN."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogatepass").decode("utf-8", "backslashreplace")
    return value


def plain(value: Any) -> Any:
    """`value` as JSON can hold it."""
    if isinstance(value, str):
        return text(value)
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {text(str(key)): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(each) for each in value]
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode("utf-8", "backslashreplace")
    return text(str(value))


def answer(value: Mapping[str, Any], status: int = 200) -> flask.Response:
    """`value` as indented JSON: people read it too."""
    return flask.Response(json.dumps(plain(value), indent=2) + "\n", status, mimetype="application/json")


def answer_in_parts(name: str, items: Iterable[Any], rest: Mapping[str, Any], small: bool) -> flask.Response:
    """As `answer({name: [items], **rest})`, made while it is sent unless it is `small`: others are not to wait for it."""
    if small:
        return answer({name: list(items), **rest})

    def parts() -> Iterator[bytes]:
        yield f"{{\n  {json.dumps(name)}: [".encode()
        empty = True
        for item in items:
            told = json.dumps(plain(item), indent=2).replace("\n", "\n    ")
            yield f"{'' if empty else ','}\n    {told}".encode()
            empty = False
        tail = json.dumps(plain(rest), indent=2)[1:]
        yield f"{']' if empty else chr(10) + '  ]'},{tail}\n".encode()

    return flask.Response(parts(), mimetype="application/json")


def refuse(problem: Problem) -> flask.Response:
    says: dict[str, Any] = {"error": problem.error}
    if problem.details:
        says["details"] = problem.details
    return answer(says, problem.status)


MOST_DETAILS = 20
"""Mistakes in one body that are told, each with a sentence; whoever mends them hears of the rest."""


def refuse_input(error: ValidationError) -> flask.Response:
    """422 for what a model found wrong, field by field."""
    details = [
        {
            "field": ".".join(str(part) for part in each["loc"]) or "(body)",
            "message": unknown_keys.told(error, each["loc"])
            if each["type"] == unknown_keys.FORBIDDEN
            else each["msg"].removeprefix("Value error, "),
        }
        for each in error.errors(include_url=False, include_context=False, include_input=False)[:MOST_DETAILS]
    ]
    first = details[0]
    return refuse(Problem(422, f"{first['field']}: {first['message']}", details))


def refuse_http(error: HTTPException) -> flask.Response:
    """What Flask refuses by itself (404, 405 with its Allow), in our shape."""
    asked = flask.request
    says = {
        404: f"The control API has no {asked.path!r}; GET /_mock/v1/openapi.json describes it.",
        405: f"{asked.path!r} does not take {asked.method}; the header Allow tells what it takes.",
    }
    said = refuse(Problem(error.code or 500, text(says.get(error.code or 500, error.description or error.name))))
    for name, value in error.get_headers():
        if name.lower() == "allow":
            said.headers[name] = value
    return said
