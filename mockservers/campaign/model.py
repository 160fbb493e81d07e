"""The campaign file: what it may hold, told once by models that read it, refuse it in a sentence, and yield its JSON Schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic
import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from mockservers.harness.drivers import DEADLINE
from mockservers.registry import did_you_mean

VERSION = 1
LARGEST_FILE = 4 << 20
MOST_SEEDS = 10_000


class CampaignError(ValueError):
    """A campaign that cannot be used; the message names the file, the key, and what is expected there."""


def _seeds(value: Any) -> Any:
    """A list of numbers, a number, or a span of them such as `1-20`."""
    wrong = PydanticCustomError(
        "seeds", "must be a whole number, a list of them, or a span such as 1-20; got {got}", {"got": repr(value)[:60]}
    )
    if isinstance(value, str):
        low, dash, high = value.partition("-")
        if not (dash and low.strip().isdecimal() and high.strip().isdecimal() and len(value) < 20):
            raise wrong
        found = range(int(low), int(high) + 1)
        if not 0 < len(found) <= MOST_SEEDS:
            raise wrong
        return tuple(found)
    listed = [value] if isinstance(value, int) else value
    if not isinstance(listed, (list, tuple)) or not listed:
        raise wrong
    if any(isinstance(each, bool) or not isinstance(each, int) for each in listed):
        raise wrong
    return tuple(dict.fromkeys(listed))


def _names(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_names), Field(min_length=1)]
Seeds = Annotated[
    tuple[int, ...],
    BeforeValidator(_seeds),
    Field(
        min_length=1,
        json_schema_extra={
            "anyOf": [
                {"type": "integer"},
                {"type": "array", "items": {"type": "integer"}, "minItems": 1},
                {"type": "string", "pattern": "^[0-9]+ *- *[0-9]+$"},
            ]
        },
    ),
]
Positive = Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)]


class Checked(BaseModel):
    """How clients are checked. What a client does not say for itself is as the campaign says, or as `check` has it."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    vendors: Names | None = None
    """The vendors against which it is checked, by name."""
    dialects: Names | None = None
    """Named dialects, each a run of its own; `each` for every one that the vendor has, `all` for one run over all of them."""
    seeds: Seeds | None = None
    """A run for each seed: a number, a list, or a span such as 1-20."""
    examples: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """Examples of a run."""
    max_seconds: Positive | None = None
    """Seconds that a run may take."""
    deadline: Positive | None = None
    """Seconds that the client may take for one task."""
    only: Names | None = None
    """Duties that judge, and no others."""
    without: tuple[str, ...] | None = None
    """Duties that are switched off."""
    fail_fast: bool | None = None
    """End a run at the first example that breaks a duty."""
    shrink: bool | None = None
    """Look for the smallest scenario of each broken duty."""
    library: bool | None = None
    """Play the vendor's library of known scenarios before any example is drawn."""
    expect: Literal["kept", "broken"] | None = None
    """What is to come of a run: `broken` for a client with a bug that is to be caught."""


class CampaignClient(Checked):
    """A client under test, named as `check` names it; paths are those of the campaign file's folder."""

    name: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    """What the report calls it; several entries of one name stand in one line."""
    client: str | None = None
    """As --client."""
    client_command: str | None = None
    """As --client-command."""
    mirror_command: str | None = None
    """As --mirror-command."""
    mirror_file: str | None = None
    """As --mirror-file."""
    fake_time: bool = False
    """As --fake-time."""

    @model_validator(mode="after")
    def _named(self) -> CampaignClient:
        if (self.client is None) == (self.client_command is None):
            raise PydanticCustomError("client", "must have either client or client_command")
        return self

    @property
    def label(self) -> str:
        """What the report calls it."""
        return self.name or self.client or self.client_command or ""


def _client(value: Any) -> Any:
    return {"client": value} if isinstance(value, str) else value


class Campaign(Checked):
    """A campaign: its clients, and how those are checked that do not say it for themselves."""

    campaign: Literal[1]
    """The version of this format."""
    title: Annotated[str, Field(max_length=200)] = "campaign"
    """What the report is called."""
    clients: Annotated[
        tuple[Annotated[CampaignClient, BeforeValidator(_client)], ...], Field(min_length=1, max_length=100_000)
    ]
    """The clients; a text is a client without a name."""

    def of(self, client: CampaignClient, key: str, default: Any) -> Any:
        """A setting of a client: its own, the campaign's, or the default."""
        for said in (getattr(client, key), getattr(self, key)):
            if said is not None:
                return said
        return default


DEFAULTS: dict[str, Any] = {
    "dialects": ("default",),
    "seeds": (1,),
    "examples": 180,
    "max_seconds": None,
    "deadline": DEADLINE,
    "only": (),
    "without": (),
    "fail_fast": False,
    "shrink": True,
    "library": True,
    "expect": "kept",
}


def load(path: Path) -> Campaign:
    """Read a campaign file. Raises CampaignError with the place of the mistake, OSError."""
    with open(path, "rb") as file:
        raw = file.read(LARGEST_FILE + 1)
    if len(raw) > LARGEST_FILE:
        raise CampaignError(f"{path} has over {LARGEST_FILE >> 20} MB; a campaign is a list of clients")
    try:
        value = yaml.safe_load(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise CampaignError(f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark is not None else ""
        said = " ".join(str(getattr(error, "problem", None) or error).split())[:200]
        raise CampaignError(f"{path}{where}: not YAML: {said}") from error
    if not isinstance(value, dict):
        raise CampaignError(f"{path}: a campaign is a list of keys, the first of which is 'campaign: 1'")
    try:
        return Campaign.model_validate(value)
    except pydantic.ValidationError as error:
        raise CampaignError(f"{path}: {_words(error)}") from error


def _words(error: pydantic.ValidationError) -> str:
    """The first mistake in words."""
    found = error.errors(include_url=False)
    # A key that nobody knows tells what was meant by one that is missing.
    first = next((each for each in found if each["type"] == "extra_forbidden"), found[0])
    place = ".".join(str(part) for part in first["loc"]) or "the campaign"
    if first["type"] == "extra_forbidden":
        known = CampaignClient if "clients" in first["loc"][:-1] else Campaign
        near = did_you_mean(str(first["loc"][-1]), list(known.model_fields))
        return f"unknown key {place!r}{near or '; expected one of ' + ', '.join(known.model_fields)}"
    if first["type"] == "missing":
        return f"the key {place!r} is missing" + ("; begin the file with 'campaign: 1'" if place == "campaign" else "")
    said = first["msg"][:1].lower() + first["msg"][1:]
    told = said if said.startswith("must") else f"is wrong: {said}"
    got = "" if first["type"] in ("seeds", "client") else f", got {first['input']!r}"[:80]
    return f"{place} {told}{got}"


def schema_text() -> str:
    """The JSON Schema of campaign files."""
    schema = Campaign.model_json_schema()
    entry = schema["properties"]["clients"]["items"]
    schema["properties"]["clients"]["items"] = {"anyOf": [{"type": "string"}, entry]}
    for model in (schema, schema["$defs"]["CampaignClient"]):
        for key in ("vendors", "dialects", "only"):
            model["properties"][key]["anyOf"].append({"type": "string"})
        seeds = model["properties"]["seeds"]
        model["properties"]["seeds"] = {
            "anyOf": [*seeds["anyOf"][0].get("anyOf", []), {"type": "null"}],
            "default": None,
            "description": seeds.get("description", ""),
        }
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "mockservers campaign", **schema}
    return json.dumps({**made, "title": "mockservers campaign"}, indent=1) + "\n"
