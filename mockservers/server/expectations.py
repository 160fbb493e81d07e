"""What calls are expected: the words of `POST /_mock/v1/verify`, of the journal's filters, and of `MockWorld.verify`.

Models name every wrong field. What they mean for a journal is in `verification`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field, ValidationError, WithJsonSchema, field_validator, model_validator

from mockservers.kernel.patterns import Pattern
from mockservers.server import unknown_keys
from mockservers.server.control.models import Body, Instant, Outcome

Scalar = str | int | float | bool | None
MOST_PLACES, MOST_STEPS, MOST_COUNT = 50, 50, 1_000_000
MOST_BODY = 1 << 20
"""Bytes of a canned answer."""
CONNECTION = ("content-length", "connection", "transfer-encoding", "keep-alive")
Model = TypeVar("Model", bound=Body)
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")


class Matcher(Body):
    """What one value must be. Several conditions hold together."""

    equals: Scalar = None
    contains: str | None = Field(None, min_length=1)
    matches: str | None = Field(None, description="a regular expression that the whole value must match")
    absent: bool | None = Field(None, description="true: there must be no such value; false: there must be one")

    @field_validator("matches")
    @classmethod
    def _linear(cls, value: str | None) -> str | None:
        if value is not None:
            pattern(value)
        return value

    @model_validator(mode="after")
    def _sensible(self) -> Matcher:
        given = self.told_apart()
        if not given:
            raise ValueError("a condition must have at least one of equals, contains, matches and absent")
        if self.absent and len(given) > 1:
            raise ValueError("what must be absent cannot be compared; leave the other conditions out")
        return self

    def told_apart(self) -> dict[str, Any]:
        """The conditions by name. Null is no condition, unless nothing but `equals` is given."""
        found = {name: value for name, value in self.model_dump().items() if value is not None}
        return found or {name: None for name in ("equals",) if name in self.model_fields_set}

    def told(self) -> Any:
        """The conditions as they may be given, in the shortest form."""
        given = self.told_apart()
        return given["equals"] if set(given) == {"equals"} else given

    def says(self) -> str:
        """The conditions in words, after `must`."""
        words = {"equals": "be", "contains": "contain", "matches": "match"}
        return " and ".join(
            f"{words[name]} {quoted(value)}" if name in words else "be absent" if value else "be there"
            for name, value in self.told_apart().items()
        )


def quoted(value: Any) -> str:
    """A value in a message: texts in quotes, others as JSON has them."""
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r") + '"'
    return json.dumps(value)


@lru_cache(maxsize=256)
def pattern(text: str) -> Pattern:
    return Pattern(text)


def _matcher(value: Any) -> Any:
    if value is None or isinstance(value, (str, int, float)):
        return Matcher.model_validate({"equals": value})
    if isinstance(value, (Mapping, Matcher)):
        return value
    raise ValueError("a condition must be a value, or an object of equals, contains, matches and absent")


_SCALAR = [{"type": "string"}, {"type": "number"}, {"type": "boolean"}]
_CONDITION = {
    "description": "a value that must be equal, or conditions that hold together",
    "anyOf": [
        *_SCALAR,
        {"type": "null"},
        {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": False,
            "properties": {
                "equals": {"anyOf": [*_SCALAR, {"type": "null"}]},
                "contains": {"type": "string", "minLength": 1},
                "matches": {"type": "string", "description": "a regular expression for the whole value"},
                "absent": {"type": "boolean"},
            },
        },
    ],
}
Condition = Annotated[Matcher, BeforeValidator(_matcher), WithJsonSchema(_CONDITION)]
Perhaps = Annotated[
    Matcher | None,
    BeforeValidator(lambda value: None if value is None else _matcher(value)),
    WithJsonSchema({**_CONDITION, "description": "a value that must be equal, or conditions; null: not given"}),
]
Members = Annotated[dict[str, Condition], Field(max_length=MOST_PLACES)]


class RequestPattern(Body):
    """Which requests are meant: whatever is given must hold."""

    vendor: str | None = None
    method: Perhaps = None
    url: Perhaps = Field(None, description="path and query, as they stood in the request line")
    path: Perhaps = Field(None, description="the path below the world, decoded")
    query: Members = Field({}, description="by name; one of several values of a name is enough")
    headers: Members = Field({}, description="by name, in any letter case")
    body: Members = Field(
        {},
        description="members of the body (JSON, XML, form) by the end of their path, such as Ticket.Status or items[0].id; "
        "in one element of a list where they stand in one. Of other people: of what they asked for.",
    )
    text: Perhaps = Field(None, description="the whole body as text")

    @field_validator("query", "headers", "body")
    @classmethod
    def _named(cls, value: dict[str, Matcher]) -> dict[str, Matcher]:
        if any(not name.strip() for name in value):
            raise ValueError("a name must not be empty")
        return value


class CallPattern(RequestPattern):
    """Which calls are meant: whatever is given must hold."""

    operation: str | None = Field(None, description="the vendor's operation; of other people: create, act, change ...")
    actor: Literal["client", "other", "vendor", "any"] = Field(
        "client", description="who calls: the client under test by default; `vendor` where it calls a listener"
    )
    outcome: Outcome | None = None
    refusal: str | None = Field(None, description="the vendor's word for its refusal")
    rule: str | None = Field(None, description="the id of a rule that shaped the answer")
    tenant: str | None = None
    status: Perhaps = Field(None, description="the HTTP status of the answer")
    begin: Instant | None = Field(None, description="the world's instant from which calls count")
    end: Instant | None = Field(None, description="the world's instant up to which calls count")


class CountedPattern(CallPattern):
    """Calls, and how many of them there must be: at least one where nothing is said."""

    count: int | None = Field(None, ge=0, le=MOST_COUNT, description="exactly so many")
    at_least: int | None = Field(None, ge=0, le=MOST_COUNT)
    at_most: int | None = Field(None, ge=0, le=MOST_COUNT)

    @model_validator(mode="after")
    def _possible(self) -> CountedPattern:
        if self.count is not None and (self.at_least is not None or self.at_most is not None):
            raise ValueError("count is exact; leave at_least and at_most out, or count")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError("at_least must not be larger than at_most")
        return self

    @property
    def least(self) -> int:
        if self.count is not None:
            return self.count
        return self.at_least if self.at_least is not None else 1 if self.at_most is None else 0

    @property
    def most(self) -> int | None:
        return self.at_most if self.count is None else self.count


class Expectation(CountedPattern):
    """Calls that must have been made, and in `then` what must have followed, each after the one before."""

    then: list[CountedPattern] = Field(
        [], max_length=MOST_STEPS, description="calls that must follow in this order; each counts after the one before"
    )
    since: int = Field(0, ge=0, description="calls after this number of the journal count")

    @property
    def steps(self) -> list[CountedPattern]:
        return [self, *self.then]


class CannedAnswer(Body):
    """What is answered: a body as text, or `json`, or none; or a `patch` of what the emulator answers."""

    status: int | None = Field(None, ge=200, le=599, description="200 unless given; of a patched answer the emulator's")
    headers: dict[str, str] = Field({}, max_length=100)
    body: str | None = Field(None, max_length=MOST_BODY)
    patch: dict[str, Any] | None = Field(
        None,
        description="a JSON Merge Patch (RFC 7396) of the object that the emulator answers; headers are replaced by name",
    )
    json_: Any = Field(
        None, alias="json", description="any JSON; the Content-Type is application/json unless it is given"
    )

    @field_validator("headers")
    @classmethod
    def _sendable(cls, value: dict[str, str]) -> dict[str, str]:
        for name, text in value.items():
            if not _TOKEN.fullmatch(name):
                raise ValueError(f"{name!r} is not the name of a header")
            if name.lower() in CONNECTION:
                raise ValueError(f"{name} belongs to the connection, and is written by the server")
            if not text.isprintable():
                raise ValueError(f"the value of {name} must be printable, on one line")
        return value

    @model_validator(mode="after")
    def _one_body(self) -> CannedAnswer:
        if sum((self.body is not None, self.patch is not None, "json_" in self.model_fields_set)) > 1:
            raise ValueError("give one of body, json and patch")
        if self.status in (204, 304) and self.content()[1]:
            raise ValueError(f"an answer with status {self.status} has no body")
        if len(self.content()[1]) > MOST_BODY:
            raise ValueError(f"a body must have at most {MOST_BODY} bytes")
        return self

    def sent_status(self) -> int | None:
        """The status that is sent; None for the emulator's."""
        return self.status if self.status is not None or self.patch is not None else 200

    def content(self) -> tuple[list[tuple[str, str]], bytes]:
        """Headers and body as they are sent."""
        is_json = "json_" in self.model_fields_set
        text = json.dumps(self.json_, ensure_ascii=False) if is_json else self.body or ""
        media = "application/json; charset=utf-8" if is_json else "text/plain; charset=utf-8"
        headers = list(self.headers.items())
        if text and not any(name.lower() == "content-type" for name in self.headers):
            headers.append(("Content-Type", media))
        # WSGI has one character per byte.
        return [(name, value.encode().decode("latin-1")) for name, value in headers], text.encode()


class OverrideAdd(Body):
    """Requests, and what they are answered in place of the emulator's answer."""

    match: RequestPattern
    answer: CannedAnswer
    skip: int = Field(0, ge=0, le=MOST_COUNT, description="matching requests that pass first")
    times: int | None = Field(1, ge=1, le=MOST_COUNT, description="how many are answered so; null until cleared")


def expectation(words: Mapping[str, Any]) -> Expectation:
    """An expectation in Python's words; raises ValueError that names the field that is wrong."""
    return _made(Expectation, words)


def override_add(words: Mapping[str, Any]) -> OverrideAdd:
    """An override in Python's words; raises ValueError that names the field that is wrong."""
    return _made(OverrideAdd, words)


def _made(model: type[Model], words: Mapping[str, Any]) -> Model:
    try:
        return model.model_validate(dict(words))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        unknown = first["type"] == unknown_keys.FORBIDDEN
        says = unknown_keys.told(error, first["loc"], "word") if unknown else first["msg"]
        raise ValueError(f"{field + ': ' if field else ''}{says.removeprefix('Value error, ')}") from error
