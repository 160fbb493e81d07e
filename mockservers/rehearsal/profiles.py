"""Desk profiles: how a desk lives, as data that people write, read and fit to their own.

A profile is a YAML file. What it may hold is told once, by the models here: they read it, refuse it with one sentence, and
yield its JSON Schema. Nothing here makes events; that is `desk.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import pydantic
import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import ErrorDetails

from mockservers.harness.profile import SLOWEST
from mockservers.harness.scenarios import span
from mockservers.kernel import data, instants
from mockservers.registry import did_you_mean
from mockservers.rehearsal.forms import BOUND, CLOCK, DATE, HOURS, INSTANT, ZONE, length, number, refuse
from mockservers.rehearsal.objectives import objective

FOLDER = "desks"
"""Where the shipped profiles lie, below `fixtures`."""
SCHEMA_FILE = "desk.schema.json"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SCRIPTS = ("latin", "accents", "cyrillic", "greek", "hebrew", "arabic", "japanese", "chinese", "emoji", "markup")
"""In which scripts people write; `accents` is Latin with umlauts and the like, `markup` has brackets, quotes and ampersands."""
MOST_A_DAY = 1_000_000
"""Tickets a day, at most; a larger desk would not end on any machine."""
MOST_BACK_FILE = 10_000_000
"""Tickets that are there before, at most."""

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Script = Literal["latin", "accents", "cyrillic", "greek", "hebrew", "arabic", "japanese", "chinese", "emoji", "markup"]


class ProfileError(ValueError):
    """A profile that cannot be used; the message names the file, the key, and what is expected there."""


Weight = Annotated[float, number(0, 1_000_000, "a weight from 0 to 1000000")]
Share = Annotated[float, number(0, 1, "a share from 0 to 1")]
Mean = Annotated[float, number(0, 100, "a number from 0 to 100: so many a ticket, on average")]
At = Annotated[int, CLOCK]


class Strict(BaseModel):
    """A part of a profile: no keys that nobody reads, and nothing changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


# --- times ---------------------------------------------------------------------------------------------------------------


class Spread(Strict):
    """One way how long something takes. Two thirds of a lognormal lie between median / spread and median * spread."""

    median: Annotated[int, length(instants.SECOND, 400 * instants.DAY)]
    """Half of them take no longer."""
    spread: Annotated[float, number(1, 100, "a factor from 1 (all alike) to 100")] = 2.0
    """How far they scatter; an exponential has none."""
    form: Literal["lognormal", "exponential"] = "lognormal"
    share: Annotated[float, number(0, 1, "a share above 0, up to 1", above=True)] = 1.0
    """Of a mixture; what the shares add up to is all."""

    @model_validator(mode="after")
    def _one_measure(self) -> Spread:
        if self.form == "exponential" and "spread" in self.model_fields_set:
            raise refuse("spread must not be given for an exponential, whose scatter follows from its median")
        return self


def _mixture(value: Any) -> Any:
    if isinstance(value, (list, tuple)) and value:
        return value
    if isinstance(value, (Mapping, Spread)):
        return [value]
    raise refuse("a distribution, such as {median: 4h, spread: 3}, or a list of them with their shares")


Distribution = Annotated[tuple[Spread, ...], BeforeValidator(_mixture)]
"""Lognormal or exponential, or a mixture of them."""


def _of(median: str, spread: float) -> tuple[Spread, ...]:
    return (Spread.model_validate({"median": median, "spread": spread}),)


class TicketLife(Strict):
    """How a ticket lives. Counts are means a ticket, shares are of all tickets."""

    closed_after: Distribution
    """From its opening until it is closed for the first time."""
    never_closed: Share = 0.02
    """Share of tickets that nobody closes."""
    assigned: Mean = 1.1
    """How often it is given to somebody."""
    notes: Mean = 2.0
    """Notes while it is open."""
    worked: Mean = 0.5
    """Notes with time booked."""
    booked: Distribution = _of("20m", 2.2)
    """How much time."""
    moves: Mean = 1.2
    """Changes of its status on the way."""
    changes: Mean = 0.4
    """Changes of other fields."""
    early: Annotated[float, number(0.2, 5, "a number from 0.2 (late in its life) over 1 (evenly) to 5 (early)")] = 1.5
    """When in its life all this happens."""
    reopened: Share = 0.05
    """Share of closed tickets that are opened again, and then closed again."""
    reopened_after: Distribution = _of("1d", 3)
    """From its closing."""
    late_notes: Share = 0.05
    """Share of closed tickets that get a note afterwards."""
    merged: Share = 0.01
    """Share of tickets that end in another, instead of being closed."""
    deleted: Share = 0.003
    """Share of tickets that are deleted, instead of being closed."""

    @model_validator(mode="after")
    def _one_end(self) -> TicketLife:
        if self.never_closed + self.merged + self.deleted > 1:
            raise refuse("never_closed, merged and deleted must not add up to more than 1: a ticket has one end")
        return self


# --- what comes at its own hour --------------------------------------------------------------------------------------------


class Moment(Strict):
    """When something comes: on a `weekday`, on a `day` of the span, on a `day_of_month`, or `per_month` so often at random."""

    weekday: Weekday | None = None
    day: Annotated[int, number(1, 100_000, "a whole number from 1: the day of the span", whole=True)] | None = None
    day_of_month: Annotated[int, number(1, 31, "a whole number from 1 to 31", whole=True)] | None = None
    per_month: Annotated[float, number(0, 1000, "a number from 0 to 1000: so often in 30 days")] | None = None
    at: At | None = None
    """In the desk's zone; 00:00 where nothing is said."""

    @model_validator(mode="after")
    def _one_when(self) -> Moment:
        said = [name for name in ("weekday", "day", "day_of_month", "per_month") if getattr(self, name) is not None]
        if len(said) != 1:
            raise refuse("exactly one of weekday, day, day_of_month and per_month must say when it comes")
        if self.per_month is not None and self.at is not None:
            raise refuse("at must not be given with per_month: those come at random")
        return self


class BulkDay(Moment):
    """Many at once: a Monday import, a mass close, a re-categorisation."""

    kind: Literal["opened", "noted", "changed", "moved", "assigned", "closed"]
    count: Annotated[int, number(1, 100_000, "a whole number from 1 to 100000: how many tickets", whole=True)]
    within: Annotated[int, length(instants.SECOND, instants.DAY)] = 10 * instants.MINUTE
    """How long it takes."""


class WeatherRule(Moment):
    """The vendor behaves otherwise for a while."""

    kind: Literal["outage", "slow", "errors", "throttled", "password", "tokens"]
    lasts: Annotated[int, length(instants.SECOND, 31 * instants.DAY)]
    rate: Annotated[float, number(0, 1, "a share of the calls above 0, up to 1", above=True)] = 1.0
    """Share of the calls that it strikes."""


class Lag(Strict):
    """From a change to its being visible. It grows with the load, from `quiet` to `busy`."""

    quiet: Annotated[int, length(0, SLOWEST)] = 0
    busy: Annotated[int, length(0, SLOWEST)] = 0
    """No longer than the visibility delay that clients are told of."""
    busy_at: Annotated[float, number(1, 10_000_000, "a number from 1: events an hour")] = 1000
    """Events an hour at which it is the longest."""

    @model_validator(mode="after")
    def _grows(self) -> Lag:
        if self.busy < self.quiet:
            raise refuse(f"busy must not be shorter than quiet, got {span(self.busy)} and {span(self.quiet)}")
        return self


class Neighbours(Strict):
    """Other integrations that share the vendor's limits."""

    calls_per_hour: Annotated[float, number(0, 10_000_000, "a number from 0: calls an hour")] = 0
    """In the middle of a working day; they follow the desk's curve."""


class Texts(Strict):
    """How long texts are, in characters, and in which scripts."""

    median: Annotated[int, number(1, 4000, "a whole number from 1 to 4000", whole=True)] = 120
    spread: Annotated[float, number(1, 100, "a factor from 1 (all alike) to 100")] = 2.5
    scripts: Mapping[Script, Weight] = Field(default={"latin": 1.0})
    """Weights of the scripts that texts are written in."""

    @model_validator(mode="after")
    def _some(self) -> Texts:
        if not sum(self.scripts.values()) > 0:
            raise refuse("scripts must have at least one weight above 0")
        return self


class Holidays(Strict):
    """Days on which the desk rests."""

    dates: tuple[Annotated[str, DATE], ...] = ()
    rate: Annotated[float, number(0, 100, "a factor from 0 to 100")] = 0.1
    """What is left of an ordinary day's tickets."""


class Weekdays(Strict):
    """How busy the days of a week are, as weights."""

    monday: Weight = 1.0
    tuesday: Weight = 1.0
    wednesday: Weight = 1.0
    thursday: Weight = 1.0
    friday: Weight = 1.0
    saturday: Weight = 1.0
    sunday: Weight = 1.0

    @model_validator(mode="after")
    def _some(self) -> Weekdays:
        if not sum(self.weights) > 0:
            raise refuse("at least one day of the week must have a weight above 0")
        return self

    @property
    def weights(self) -> tuple[float, ...]:
        """From Monday on."""
        return tuple(getattr(self, day) for day in WEEKDAYS)


class DeskProfile(Strict):
    """A desk: how many tickets it gets and when, how they live, and how the vendor behaves meanwhile."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    says: str = ""
    """What desk it is, for people."""
    zone: Annotated[str, ZONE]
    """Where its people work."""
    start: Annotated[int, INSTANT] = Field(default=instants.from_iso("2026-03-02T00:00:00Z"))
    """When a span begins that nobody says otherwise about. Let a change of the clocks lie within it."""
    tickets_per_day: Annotated[float, number(0, MOST_A_DAY, "a number from 0 to 1000000: tickets a day")]
    """Mean over the seven days of a week without holidays, without those of bulk days."""
    hours: Annotated[tuple[float, ...], HOURS]
    """24 weights: how busy the hours of a day are, from midnight on."""
    weekdays: Weekdays = Weekdays()
    holidays: Holidays = Holidays()
    life: TicketLife
    bulk: tuple[BulkDay, ...] = ()
    back_file: Annotated[int, number(0, MOST_BACK_FILE, "a whole number from 0", whole=True)] = 0
    """Tickets that are there before the span begins."""
    texts: Texts = Texts()
    neighbours: Neighbours = Neighbours()
    weather: tuple[WeatherRule, ...] = ()
    lag: Lag = Lag()
    objectives: Mapping[str, Annotated[str, BOUND]] = Field(default={})
    """Service-level objectives, such as `staleness.p95: 10m`."""


# --- reading ---------------------------------------------------------------------------------------------------------------


def shipped() -> dict[str, Path]:
    """The profiles that come with the package, by name."""
    return {file.stem: file for file in sorted((data.folder("fixtures") / FOLDER).glob("*.yaml"))}


def load(source: str | Path) -> DeskProfile:
    """A shipped profile by its name, or one from a file; raises ProfileError with one sentence."""
    known = shipped()
    path = known.get(str(source)) or Path(source)
    if not path.is_file():
        reason = "is a folder" if path.is_dir() else "is neither a shipped profile nor a file"
        raise ProfileError(
            f"{str(source)!r} {reason}; the shipped ones are {', '.join(known)}{did_you_mean(str(source), known)}"
        )
    try:
        raw = yaml.safe_load(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ProfileError(f"{source} must be UTF-8, got other bytes at place {error.start}") from error
    except OSError as error:
        raise ProfileError(f"{source} cannot be read: {error.strerror or error}") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise ProfileError(f"{source} is not YAML: {' '.join(str(error).split())}") from error
    return read(raw, str(source))


def read(raw: Any, source: str = "profile") -> DeskProfile:
    """The profile that plain data tell; raises ProfileError with the first sentence that there is to say."""
    if not isinstance(raw, Mapping):
        raise ProfileError(
            f"{source} must be a mapping of keys such as name, zone and tickets_per_day, got {raw!r:.60}"
        )
    try:
        found = DeskProfile.model_validate(raw)
    except pydantic.ValidationError as error:
        raise ProfileError(f"{source}: {_sentence(error.errors(include_url=False)[0])}") from error
    try:  # now: a served desk would tell it to whoever observes a client there
        for name, wanted in found.objectives.items():
            objective(name, wanted, "profile")
    except ValueError as error:
        raise ProfileError(f"{source}: objectives: {error}") from error
    return found


def _sentence(error: ErrorDetails) -> str:
    place, says, value = error["loc"], error["msg"], error["input"]
    key = _place(place)
    kind = error["type"]
    if kind == "extra_forbidden":
        model = _model(place[:-1])
        known = tuple(model.model_fields) if model is not None else SCRIPTS
        inside = f" in {_place(place[:-1])}" if place[:-1] else ""
        return f"unknown key {str(place[-1])!r}{inside}; expected one of: {', '.join(known)}{did_you_mean(str(place[-1]), known)}"
    if kind == "missing":
        return f"{key} is missing; a profile must say it"
    if kind == "literal_error":
        words = [word.strip("'") for word in error["ctx"]["expected"].replace(" or ", ", ").split(", ")]
        key = _place(tuple(each for each in place if each != "[key]"))
        return f"{key} must be one of: {', '.join(words)}, got {value!r:.60}{did_you_mean(str(value), words)}"
    if kind == "form" and isinstance(value, (Mapping, BaseModel)):
        return f"{key}: {says}" if key else says
    if kind in ("model_type", "model_attributes_type", "mapping_type", "dict_type"):
        says = "a mapping of keys"
    elif kind in ("tuple_type", "list_type"):
        says = "a list"
    elif kind == "curve":
        return f"{key} must be {says}"
    elif kind.startswith("string_"):
        says = "a text" if kind == "string_type" else "a text of 1 to 80 characters"
    elif kind != "form":
        says = says[:1].lower() + says[1:]
        return f"{key}: {says}, got {value!r:.60}"
    return f"{key} must be {says}, got {value!r:.60}"


def _place(place: tuple[int | str, ...]) -> str:
    """A key as people name it: `life.closed_after`, `bulk[2].at`."""
    words = ""
    for part in place:
        words += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return words.lstrip(".")


def _model(place: tuple[int | str, ...]) -> type[BaseModel] | None:
    """The model at a place, to name its keys."""
    model: type[BaseModel] = DeskProfile
    for part in place:
        if isinstance(part, str):
            found = next(_models(model.model_fields[part].annotation), None)
            if found is None:
                return None
            model = found
    return model


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


# --- writing ---------------------------------------------------------------------------------------------------------------


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema of profiles as plain data."""
    made = DeskProfile.model_json_schema()
    # A single distribution may stand without its list, which no type says.
    many = made["$defs"]["TicketLife"]["properties"]
    for name in ("closed_after", "booked", "reopened_after"):
        listed = {key: many[name].pop(key) for key in ("items", "type") if key in many[name]}
        many[name]["anyOf"] = [{"$ref": "#/$defs/Spread"}, {**listed, "minItems": 1}]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:mockservers:desk:1",
        **made,
        "title": "mockservers desk profile",
    }


def schema_text() -> str:
    """The schema as it stands in its file."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"
