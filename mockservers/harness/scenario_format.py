"""The scenario format, told once: the types of what a vendor's files hold, by which pydantic reads and describes them.

They are made from what kernel and harness know of the vendor: its operations, refusals, actions, tasks. What is read becomes
the values of `scenarios`, which write themselves. A type tells its form in words, which stand in the sentence that refuses
a value as well as in the JSON Schema. That labels exist, zones are real and spans are not too long, only the reader can
tell: what the schema refuses the reader refuses too, not always the other way round.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from functools import cache
from typing import Annotated, Any, Literal, Union

import pydantic
import typing_extensions
from annotated_types import Interval, Len, Predicate
from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Strict, Tag, TypeAdapter, WithJsonSchema
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import ErrorDetails, PydanticCustomError

from mockservers.harness import scenarios
from mockservers.harness.drivers import RESTART, shorten
from mockservers.harness.profile import VendorProfile, contracted, profile
from mockservers.harness.scenarios import CUSTOMER, LABEL, Scenario, ScenarioError, span
from mockservers.kernel import instants
from mockservers.kernel.clock import checked
from mockservers.kernel.faults import NAMELESS, FaultKind, Setting
from mockservers.kernel.operations import Emulator, Recipe
from mockservers.registry import emulator

FILE = "scenario.schema.json"
"""The schema's name in the folder `scenarios`."""
MOST_STEPS = 2000
MOST_REQUESTS = 10_000
"""Requests that a fault may let pass or hit, or that others may wait for."""
MOST_RECORDS = 1_000_000
"""Records that a recipe may make; more would fill the memory before anything is played."""

Schema = dict[str, Any]
Type = Any
"""What pydantic takes for a type: an annotation."""
Optional: Any = typing_extensions.NotRequired
"""A key that may be left out."""
Named: Any = typing_extensions.TypeAliasType
"""A type that the schema tells once, under a name."""


def read(vendor: str, raw: Mapping[str, Any]) -> Scenario:
    """The scenario that plain data tell; raises ScenarioError with the first sentence that there is to say."""
    try:
        found: Scenario = _file(vendor).validate_python(raw)
    except pydantic.ValidationError as error:
        raise ScenarioError(_sentence(error.errors(include_url=False)[0])) from error
    return found


def scenario_schema() -> Schema:
    """The JSON Schema of scenario files as plain data."""
    files, defined = TypeAdapter.json_schemas(
        [(vendor, "validation", _file(vendor)) for vendor in contracted()], schema_generator=_Generator
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:mockservers:scenario:{scenarios.VERSION}",
        "title": f"mockservers scenario, version {scenarios.VERSION}",
        "description": "What happens to a client of an emulated vendor: what others do, how time passes, which faults strike.",
        "type": "object",
        "required": ["mockservers", "vendor"],
        "properties": {"vendor": {"enum": list(contracted())}},
        "allOf": [
            {"if": {"properties": {"vendor": {"const": vendor}}}, "then": schema}
            for (vendor, _), schema in files.items()
        ],
        **defined,
    }


def schema_text() -> str:
    """The schema as it stands in its file."""
    return json.dumps(scenario_schema(), indent=1, ensure_ascii=False) + "\n"


class _Generator(GenerateJsonSchema):
    """Schemas without the titles that pydantic makes of names, and with choices inside choices told as one."""

    def typed_dict_schema(self, schema: Any) -> Schema:
        return {key: value for key, value in super().typed_dict_schema(schema).items() if key != "title"}

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def tagged_union_schema(self, schema: Any) -> Schema:
        kinds = super().tagged_union_schema(schema)["oneOf"]
        return {"oneOf": [each for kind in kinds for each in kind.get("oneOf", [kind])]}


# --- how types say what is wrong --------------------------------------------------------------------------------------


def _sentence(error: ErrorDetails) -> str:
    """The place, what is wrong there, and what to write instead."""
    place, says, value, more = error["loc"], error["msg"], error["input"], error.get("ctx", {})
    if error["type"] == "union_tag_invalid":
        key = more["discriminator"].strip("'")
        says = f"{key} must be one of {more['expected_tags']}, got {_shown(value[key])}"
    elif error["type"] == "literal_error":
        says = f"{place[-1]} must be {more['expected']}, got {_shown(value)}"
    elif error["type"] == "form":
        says = f"{place[-1]} {says}"
    elif error["type"] == "value_error":
        says = f"{place[-1]}: {more['error']}"
    elif error["type"] == "step":
        says = f"{says}, got {_shown(value)}"
    numbers = [n + 1 for n in place if isinstance(n, int)]
    where = [f"{what} {n}" for what, n in zip(("step", "meanwhile step"), numbers, strict=False)]
    return f"{', '.join(where)}: {says}" if where else says


def _shown(value: Any) -> str:
    return "nothing" if value is None else shorten(repr(value))


def _form(kind: Type, form: str, says: str = "") -> Type:
    """`kind` with its form in words; `says` is what editors show instead."""

    def check(value: Any, read: Callable[[Any], Any]) -> Any:
        try:
            return read(value)
        except pydantic.ValidationError as error:
            first = error.errors(include_url=False)[0]
            if first["loc"]:  # wrong is something inside, which was said there
                raise
            got = f"{len(value)} of them" if first["type"] == "too_long" else _shown(value)
            raise PydanticCustomError("form", "must be {form}, got {got}", {"form": form, "got": got}) from error

    return Annotated[kind, pydantic.WrapValidator(check), Field(description=says or form[0].upper() + form[1:])]


def _keys(name: str, keys: Mapping[str, Type], make: Callable[[dict[str, Any]], Any]) -> Type:
    """A mapping with these keys, of which `make` makes what is meant. `name` is for the schema."""
    typed_dict: Any = typing_extensions.TypedDict
    kind = typed_dict(name, keys)
    kind.__pydantic_config__ = pydantic.ConfigDict(extra="forbid")

    def known(raw: Any) -> Any:
        if not isinstance(raw, Mapping):
            raise ValueError(f"the keys {', '.join(keys)} are expected, got {_shown(raw)}")
        if unknown := [key for key in raw if key not in keys]:
            says = f"there is no key {unknown[0]!r}; the keys are {', '.join(keys)}"
            raise PydanticCustomError("sentence", "{says}", {"says": says})
        return {**dict.fromkeys(kind.__required_keys__), **raw}

    return Annotated[kind, BeforeValidator(known), AfterValidator(make)]


def _one_of(kinds: Iterable[Type], by: Discriminator) -> Type:
    return Annotated[Union[tuple(kinds)], by]  # noqa: UP007 - of as many as there are


def _choice(key: str, kinds: list[Type]) -> Type:
    """The kind of mapping that the word under `key` names."""
    choice = _one_of(kinds, Discriminator(key)) if len(kinds) > 1 else kinds[0]
    return Annotated[choice, BeforeValidator(lambda raw: {key: None, **raw})]


# --- values -----------------------------------------------------------------------------------------------------------

_NUMBER = r"[-+]?([0-9][0-9_ ]*\.?[0-9_ ]*|\.[0-9][0-9_ ]*)([eE][-+]?[0-9]+)?"
_LENGTH = {
    "anyOf": [{"type": "number"}, {"type": "string", "pattern": rf"^ *{_NUMBER} *(us|ms|s|m|min|h|d)? *$"}],
    "examples": ["90s", "5m", "1.5h", "2d"],
}
_DATE = "[0-9]{4}-?([0-9]{2}-?[0-9]{2}|W[0-9]{2}-?[0-9])"
_OFFSET = "(Z|[-+][0-9]{2}(:?[0-9]{2}(:?[0-9]{2}([.,][0-9]+)?)?)?)"
_ISO = {"type": "string", "pattern": f"^{_DATE}.[0-9:.,]+{_OFFSET}$", "examples": ["2026-03-02T10:00:00Z"]}


def _whole(low: int, high: int, says: str = "") -> Type:
    return _form(Annotated[int, Strict(), Interval(ge=low, le=high)], f"a whole number from {low} to {high}", says)


def _length(low: int, high: int, says: str) -> Type:
    length = Annotated[Any, AfterValidator(instants.duration), Interval(ge=low, le=high), WithJsonSchema(_LENGTH)]
    return _form(length, f"a length of time from {span(low)} to {span(high)}, such as 90s or 5m", says)


def _list(kind: Type, least: int, most: int | None, form: str) -> Type:
    return _form(Annotated[list[kind], Strict(), Len(least, most), AfterValidator(tuple)], form)


_WORDS = _form(Annotated[Any, Predicate(lambda value: type(value) in (str, int)), AfterValidator(str)], "text")
_TEXT: Type = Annotated[_WORDS, WithJsonSchema({"type": ["string", "integer"]})]
_NOTE: Type = Annotated[
    _WORDS,
    Predicate(lambda text: bool(text.strip())),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": r"\S"}, {"type": "integer"}]}),
]
_LABEL = _form(
    Annotated[str, pydantic.StringConstraints(strict=True, pattern=f"^{LABEL.pattern}$")],
    "a label such as T1",
    "A ticket: T1, T2 ... in the order in which steps make them.",
)
_LABEL = Named("label", _LABEL)
_FIELDS = _form(dict[Any, Any], "the vendor's field names with their values")
_SOME_FIELDS = _form(Annotated[dict[Any, Any], Len(1)], "the vendor's field names with their values")
_DELAY = Named("delay", _length(0, instants.DAY, "So much later the vendor shows it."))
_START = _form(
    Annotated[_WORDS, AfterValidator(instants.from_iso), AfterValidator(checked), WithJsonSchema(_ISO)],
    "an ISO 8601 time with Z or an offset in the years 1100 to 9899, such as 2026-03-02T10:00:00Z",
    "The virtual time at the beginning: ISO 8601 with Z or an offset.",
)
_FOUND = _form(
    Annotated[
        dict[Any, Any],
        Predicate(lambda found: isinstance(found.get("duty", ""), str)),
        WithJsonSchema({"type": "object", "properties": {"duty": {"type": "string"}}}),
    ],
    "what a check wrote there: duty, verdict, says, rules, witness",
    "What a check wrote beside a failure. Only the duty has a meaning: replay tells FIXED by it.",
)


def _dialect(here: Emulator) -> Type:
    def known(value: str | Mapping[str, Any]) -> str | Mapping[str, Any]:
        here.dialects.dialect(value)
        return value

    # YAML reads on and off as booleans.
    also = {"on": True, "off": False}
    switches: Schema = {
        switch.name: {
            "enum": [*switch.values, *(also[word] for word in switch.values if word in also)],
            "description": switch.why,
        }
        if switch.values
        else {"description": f"{switch.form}; {switch.why}"}
        for switch in here.dialects.switches.values()
    }
    named = {"enum": list(here.dialects.named)}
    schema = {"oneOf": [named, {"type": "object", "properties": switches, "additionalProperties": False}]}
    either = _form(Annotated[Any, Predicate(lambda value: isinstance(value, (str, Mapping)))], "a name or switches")
    says = "A named dialect of the vendor, or switches that differ from the default."
    return Annotated[either, AfterValidator(known), WithJsonSchema(schema), Field(description=says)]


def _data(here: Emulator) -> Type:
    names = list(here.recipes)

    def recipe(value: str) -> str:
        found = Recipe.parse(value)
        here.check_recipe(found)
        if (found.rows or 0) > MOST_RECORDS:
            raise ValueError(f"a recipe must make at most {MOST_RECORDS} records, got {found.rows}")
        return str(found)

    schema: list[Schema] = [{"type": "string", "pattern": f"^({'|'.join(names)})(:[0-9]{{1,12}})?$"}]
    if "demo" in names:  # a number alone means so many of the demo data
        schema += [{"type": "string", "pattern": "^[0-9]{1,12}$"}, {"type": "integer", "minimum": 0}]
    says = "What is at the vendor at the beginning: a recipe's name, and how many records."
    return Annotated[_WORDS, AfterValidator(recipe), WithJsonSchema({"anyOf": schema}), Field(description=says)]


def _setting(setting: Setting, here: Emulator) -> Type:
    if isinstance(setting.default, str):
        return Annotated[Literal[(*here.refusals, "")], Field(description=setting.says)]
    whole = "whole " if isinstance(setting.default, int) else ""
    schema = {"type": "integer" if whole else "number", "minimum": setting.low, "maximum": setting.high}
    accepted = Predicate(lambda value: setting.accept("", value) is not None)
    number = Annotated[Any, accepted, WithJsonSchema({**schema, "default": setting.default})]
    return _form(number, f"a {whole}number from {setting.low} to {setting.high}", setting.says)


# --- steps ------------------------------------------------------------------------------------------------------------

OTHERS: Mapping[str, Mapping[str, Type]] = {
    "create": {
        "fields": Optional[_FIELDS],
        "delay": Optional[_DELAY],
        "times": Optional[_whole(1, 1000, "So many tickets are made.")],
    },
    "change": {"ticket": _LABEL, "fields": _SOME_FIELDS, "delay": Optional[_DELAY]},
    "delete": {"ticket": _LABEL},
    "revoke": {},
    "restore": {},
}
"""What other people do beside the actions of a vendor, with the keys of such a step."""
TASKS: Mapping[str, Mapping[str, Type]] = {
    "sync": {
        "killed_at": Optional[
            _whole(1, MOST_REQUESTS, "At this request of the task the client is ended; else after it.") | None
        ]
    },
    RESTART: {},
    "create": {"fields": Optional[_FIELDS]},
    "update": {"ticket": _LABEL, "fields": _SOME_FIELDS},
    "note": {
        "ticket": _LABEL,
        "text": _form(_NOTE, "a text that is not blank"),
        "minutes": Optional[_whole(0, 1440) | None],
    },
    "close": {"ticket": _LABEL},
}
"""What a step may ask of the client, with its keys; which of them, the vendor's machine says. The mirror is looked at
after each task without being asked for."""


def _makes(kind: type[Any], rest: str = "") -> Callable[[dict[str, Any]], Any]:
    """Makes a step of its keys: the first says what it does, and those that it has no field for go under `rest`."""
    own = {field.name for field in fields(kind)[1:]}

    def make(given: dict[str, Any]) -> Any:
        does, *more = given.items()
        known = {key: value for key, value in more if key in own}
        other = {rest: {key: value for key, value in more if key not in own}} if rest else {}
        return kind(does[1], **known, **other)

    return make


def _others(here: VendorProfile) -> Type:
    """What other people do at this vendor."""
    kinds = [
        _keys(f"other {name}", {"other": Literal[name], **keys}, _makes(scenarios.OtherStep))
        for name, keys in OTHERS.items()
    ]
    acts = []
    for record, actions in (("ticket", here.actions), (CUSTOMER, here.administration)):
        found = []
        for action, more in actions.items():
            known = {key: _LABEL if key in here.label_keys else _FIELDS if key == "fields" else Any for key in more}
            keys = {
                "other": Literal["act"],
                "ticket": _LABEL if record == "ticket" else Literal[CUSTOMER],
                "action": Literal[action],
                **{key: Optional[kind] for key, kind in known.items()},
                "delay": Optional[_DELAY],
            }
            found.append(_keys(f"{here.vendor} {record} {action}", keys, _makes(scenarios.OtherStep, "more")))
        acts += [Annotated[_choice("action", found), Tag(record)]] if found else []
    if len(acts) > 1:
        acts = [_one_of(acts, Discriminator(lambda raw: CUSTOMER if raw.get("ticket") == CUSTOMER else "ticket"))]
    return Named(f"{here.vendor} other", _choice("other", kinds + acts))


def _fault(kind: FaultKind, here: Emulator) -> Type:
    operation = _form(Literal[(*here.operations, None)], f"left out or one of {', '.join(here.operations)}")
    if kind.point in NAMELESS:
        instead = f"left out: {kind.name} {NAMELESS[kind.point]}; let some pass with 'after' instead"
        operation = _form(None, instead)
    keys = {
        "fault": Annotated[Literal[kind.name], Field(description=kind.says)],
        **{name: Optional[_setting(setting, here)] for name, setting in kind.settings.items()},
        "operation": Optional[operation],
        "after": Optional[_whole(0, MOST_REQUESTS, "So many matching requests of the client pass first.")],
        "times": Optional[_whole(1, MOST_REQUESTS, "So many requests are hit.")],
    }
    return _keys(f"{here.name} fault {kind.name}", keys, _makes(scenarios.FaultStep, "settings"))


def _kind(raw: Any) -> str | None:
    """Which of the four kinds of step it is, where it is one of them alone."""
    found = [kind for kind in ("other", "clock", "fault", "client") if isinstance(raw, Mapping) and kind in raw]
    return found[0] if len(found) == 1 else None


def _by_others(raw: Any) -> Any:
    if _kind(raw) != "other":
        says = "only others act inside a task, such as 'other: create'; clock, faults and tasks stand outside"
        raise PydanticCustomError("sentence", "{says}", {"says": says})
    return raw


@cache
def _file(vendor: str) -> TypeAdapter[Any]:
    """What a scenario file of the vendor holds."""
    known, here = profile(vendor), emulator(vendor)
    others = _others(known)
    inside = {
        "after_request": _whole(1, MOST_REQUESTS, "The request of the task after which others act, or its end."),
        "steps": _list(Annotated[others, BeforeValidator(_by_others)], 1, None, "a list of what others do"),
    }
    meanwhile = _keys(f"{vendor} meanwhile", inside, _makes(scenarios.Meanwhile)) | None
    clients = [
        _keys(
            f"{vendor} client {task}",
            {"client": Literal[task], **TASKS[task], "meanwhile": Optional[meanwhile]},
            _makes(scenarios.ClientStep),
        )
        for task in (*known.tasks, RESTART)
    ]
    move = _length(-400 * instants.DAY, 400 * instants.DAY, "So much time passes.")
    kinds = {
        "other": others,
        "clock": _keys("clock", {"clock": move}, _makes(scenarios.ClockStep)),
        "fault": _choice("fault", [_fault(kind, here) for kind in here.faults.values()]),
        "client": _choice("client", clients),
    }
    expected = "a step must have exactly one of other, clock, fault, client, such as '- client: sync' or '- clock: 5m'"
    step = _one_of(
        (Annotated[kind, Tag(name)] for name, kind in kinds.items()),
        Discriminator(_kind, custom_error_type="step", custom_error_message=expected),
    )
    shortest = f"a list of at most {MOST_STEPS} steps; the shortest is 'steps: [{{client: sync}}]'"
    keys = {
        "mockservers": Annotated[Any, WithJsonSchema({"const": scenarios.VERSION})],
        "vendor": Literal[vendor],
        "note": Optional[Annotated[_TEXT, Field(description="What it is about, for people.")]],
        "dialect": Optional[_dialect(here)],
        "seed": Optional[_whole(0, 2**53)],
        "start": _START,
        "data": Optional[_data(here)],
        "steps": _list(step, 0, MOST_STEPS, shortest),
        "found": Optional[_FOUND],
    }

    def scenario(given: dict[str, Any]) -> Scenario:
        del given["mockservers"]
        return Scenario(**given)

    return TypeAdapter(_keys(vendor, keys, scenario))
