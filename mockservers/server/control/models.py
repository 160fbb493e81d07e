"""What the control API takes: pydantic models that name every wrong or unknown field. Knows no Flask.

Bodies are strict (`"1"` is not 1); query parameters are text and are converted.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from mockservers.kernel import instants, store
from mockservers.kernel.operations import Recipe
from mockservers.kernel.world import NAME


def _instant(value: Any) -> int:
    if not isinstance(value, str):
        raise ValueError("an instant is text such as 2026-03-01T10:00:00Z")
    return instants.from_iso(value)


def _duration(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise ValueError("a length of time is a number of seconds, or text such as 90s, 5m, 1.5h, 2d")
    return instants.duration(value)


def _recipe(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise ValueError("a recipe is text such as empty, demo or demo:1000, or a number of records")
    recipe = Recipe.parse(value)
    if recipe.rows is not None and recipe.rows > MOST_ROWS:
        raise ValueError(f"{recipe.rows} records are too many; {MOST_ROWS} at most")
    return str(recipe)


def _dialect(value: Any) -> str | dict[str, Any]:
    if not isinstance(value, (str, dict)):
        raise ValueError("a dialect is a name, or an object of switches and their values")
    return value


def _plain(value: Any) -> Any:
    """JSON that reaches a vendor: numbers that a database can hold."""
    if isinstance(value, dict):
        for each in value.values():
            _plain(each)
    elif isinstance(value, list):
        for each in value:
            _plain(each)
    elif isinstance(value, int) and not store.fits(value):
        raise ValueError(f"the number {str(value)[:25]} does not fit into 64 bits")
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a number is not finite")
    return value


def _world_name(value: Any) -> Any:
    if isinstance(value, str) and not NAME.fullmatch(value):
        raise ValueError(f"{value!r} is not a world name: lower-case letters, digits and inner hyphens, at most 40")
    return value


Outcome = Literal["ok", "refused", "unsupported", "fault", "error", "page", "overridden", "unmatched", "malformed"]
MOST_ROWS = 1_000_000
WORD = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"

Instant = Annotated[int, BeforeValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"})]
Duration = Annotated[
    int,
    BeforeValidator(_duration),
    WithJsonSchema(
        {"anyOf": [{"type": "string"}, {"type": "number"}], "description": "seconds, or text: 90s, 5m, 1.5h, 2d"}
    ),
]
RecipeText = Annotated[
    str, BeforeValidator(_recipe), WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "integer"}]})
]
DialectChoice = Annotated[
    Any,
    BeforeValidator(_dialect),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string"}, {"type": "object"}],
            "description": "a named dialect, or switches and their values",
        }
    ),
]
Plain = Annotated[dict[str, Any], BeforeValidator(_plain)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Query(BaseModel):
    model_config = ConfigDict(extra="forbid")

    @classmethod
    def model_json_schema(cls, *arguments: Any, **named: Any) -> dict[str, Any]:
        """The schema; flask-openapi3 asks for the plain one with each request, and making it is a third of a short call."""
        return super().model_json_schema(*arguments, **named) if arguments or named else _schema(cls)


@cache
def _schema(model: type[Query]) -> dict[str, Any]:
    return super(Query, model).model_json_schema()


class WorldQuery(Query):
    world: str | None = Field(
        None, description="the world; without it the usual prefix, header or host decides, and then it is 'default'"
    )


class VendorQuery(WorldQuery):
    vendor: str = Field(description="the emulated vendor")


class ObservationQuery(WorldQuery):
    vendor: str | None = Field(None, description="only this vendor's; without it all that were called")


# --- worlds and clocks ----------------------------------------------------------------------------------------------


class WorldPath(Query):
    name: str


class ClockStart(Body):
    mode: Literal["real", "frozen", "scaled"] | None = None
    now: Instant | None = None
    rate: float | None = Field(None, gt=0, le=100_000, description="virtual seconds in one real second; mode scaled")

    @model_validator(mode="after")
    def _rate_needs_mode(self) -> ClockStart:
        if self.rate is not None and self.mode in ("real", "frozen"):
            raise ValueError(f"a clock of mode {self.mode!r} has no rate; use mode 'scaled'")
        return self


class WorldCreate(Body):
    name: Annotated[
        str, BeforeValidator(_world_name), WithJsonSchema({"type": "string", "pattern": f"^{NAME.pattern}$"})
    ] = Field(description="a host label")
    seed: int | None = Field(None, ge=store.SMALLEST, le=store.LARGEST)
    clock: ClockStart | None = None
    data: dict[str, RecipeText] = Field({}, description="a recipe for each vendor: empty, demo, demo:1000")
    dialects: dict[str, DialectChoice] = Field({}, description="a dialect for each vendor")
    lively: bool | None = Field(None, description="whether other people act on demo data by themselves as time passes")


class CheckpointName(Body):
    name: str = Field(min_length=1, max_length=100)


class Nothing(Body):
    """No body is needed; `{}` is fine."""


class ClockChange(ClockStart):
    @model_validator(mode="after")
    def _not_empty(self) -> ClockChange:
        if self.mode is None and self.now is None and self.rate is None:
            raise ValueError("give at least one of mode, now and rate")
        return self


class ClockAdvance(Body):
    by: Duration


# --- tenants --------------------------------------------------------------------------------------------------------


class TenantCreate(Body):
    vendor: str
    name: str = Field(pattern=WORD)
    dialect: DialectChoice = None


class CredentialPath(Query):
    id: str


class CredentialAdd(Body):
    vendor: str
    tenant: str
    kind: str | None = Field(None, description="the vendor's word; without it the vendor's first kind")
    secret: str | None = Field(None, min_length=1, max_length=4096, description="without it one is made and shown once")
    expires: Instant | None = None
    facts: Plain = Field({}, description="what is known of whoever it lets in, by the names that the vendor has for it")


class CredentialChange(Body):
    at: Instant | None = Field(None, description="without it now; null takes expiry or revocation away")


class TenantQuery(VendorQuery):
    tenant: str | None = None


class DialectChange(Body):
    vendor: str
    tenant: str | None = Field(None, description="without it the whole installation")
    named: str | None = Field(None, description="a named dialect; all switches take its values")
    switches: Plain = {}

    @model_validator(mode="after")
    def _not_empty(self) -> DialectChange:
        if self.named is None and not self.switches:
            raise ValueError("give a named dialect, switches, or both")
        return self


# --- records: what other people do ----------------------------------------------------------------------------------


class RecordPath(Query):
    id: str


_KIND = "the kind of record, at vendors that have several"


class RecordQuery(VendorQuery):
    tenant: str | None = None
    entity: str | None = Field(None, description=_KIND)


class RecordList(RecordQuery):
    after: str | None = Field(None, description="the id after which the page begins")
    most: int | None = Field(None, ge=1, le=10_000)


class Delayed(Body):
    vendor: str
    tenant: str | None = None
    delay: Duration | None = Field(None, description="how long the change stays invisible to clients")


class RecordCreate(Delayed):
    entity: str | None = Field(None, description=_KIND)
    fields: Plain = {}


class RecordChange(Delayed):
    entity: str | None = Field(None, description=_KIND)
    fields: Plain = Field(min_length=1)


class RecordAct(Delayed):
    """`action` and whatever else that action takes, as the vendor's emulator names it (see the endpoint)."""

    model_config = ConfigDict(extra="allow", strict=True)
    action: str = Field(min_length=1)

    @model_validator(mode="after")
    def _fits(self) -> RecordAct:
        if "id" in (self.__pydantic_extra__ or {}):
            raise ValueError("the id stands in the path already")
        _plain(self.__pydantic_extra__)
        return self


# --- faults ---------------------------------------------------------------------------------------------------------


class FaultPath(Query):
    id: str


class FaultAdd(Body):
    kind: str
    settings: Plain = {}
    vendor: str | None = None
    operation: str | None = None
    actor: Literal["client", "other", "any"] = "client"
    skip: int = Field(0, ge=0, le=1_000_000_000, description="matching calls that pass first")
    times: int | None = Field(1, ge=1, le=1_000_000_000, description="how often it hits; null until cleared")
    until: Instant | None = Field(None, description="the virtual instant from which it hits no more")


# --- what was recorded ----------------------------------------------------------------------------------------------


class Page(WorldQuery):
    since: int = Field(0, ge=0, description="entries after this number; `next` of the page before")
    limit: int = Field(100, ge=1, le=20_000)


class JournalQuery(Page):
    vendor: str | None = None
    operation: str | None = None
    outcome: Outcome | None = None
    actor: Literal["client", "other", "vendor"] | None = None
    rule: str | None = None
    status: int | None = Field(None, ge=100, le=999, description="the HTTP status of the answer")
    method: str | None = None
    path: str | None = Field(None, min_length=1, description="what the path below the world contains, decoded")
    url: str | None = Field(None, min_length=1, description="what the target contains, as it stood in the request line")
    text: str | None = Field(None, min_length=1, description="what the request's body contains")
    header: list[Annotated[str, Field(min_length=1)]] = Field(
        [], max_length=20, description="NAME, or NAME:TEXT that it contains; repeatable"
    )
    field: list[Annotated[str, Field(min_length=1)]] = Field(
        [], max_length=20, description="a member of the body by the end of its path: NAME, or NAME=VALUE; repeatable"
    )
    begin: Instant | None = Field(None, description="the world's instant from which calls are told")
    end: Instant | None = Field(None, description="the world's instant up to which calls are told")
    wait: float = Field(
        0,
        ge=0,
        le=60,
        description="seconds of the machine's time to wait until `least` calls are found; 0 does not wait",
    )
    least: int = Field(1, ge=1, le=20_000, description="how many calls `wait` waits for")
    exchange: bool = Field(True, description="whether the raw request and answer are told")
    last: int | None = Field(None, ge=1, le=20_000, description="only the newest so many of those found")
    format: Literal["json", "ndjson"] | None = None


class VerifyQuery(WorldQuery):
    wait: float = Field(
        0, ge=0, le=60, description="seconds of the machine's time to wait until the calls were made; 0 does not wait"
    )


class FindingsQuery(Page):
    vendor: str | None = None
    rule: str | None = None


class RulesQuery(WorldQuery):
    vendor: str | None = None
    certainty: Literal["certain", "documented", "captured", "reported", "inferred", "assumption"] | None = None
    switch: str | None = None
    text: str | None = Field(None, description="words to find in id or sentence, without regard to case")


class StreamQuery(WorldQuery):
    since: int = Field(0, ge=0, description="calls after this number; those that are kept are told at once")
    rule: str | None = Field(None, description="only calls that this rule shaped")
    text: str | None = Field(
        None,
        min_length=1,
        max_length=500,
        description="only calls that show this in address, request or answer; case aside",
    )


class Export(Body):
    calls: list[Annotated[int, Field(ge=1)]] = Field(min_length=1, max_length=20_000, description="their numbers")
    format: Literal["har", "scenario"] = Field(description="HAR 1.2, or a recording that is judged and served again")


class ReportPath(Query):
    name: str
