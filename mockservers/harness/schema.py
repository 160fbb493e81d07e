"""The JSON Schema of scenario files, for editors and other programs, made from the tables by which they are read.

It says all that can be said of one place at a time. That labels exist, zones are real and spans are not too long, only the
reader can tell: what the schema refuses the reader refuses too, not always the other way round.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from mockservers.harness import scenarios
from mockservers.harness.profile import VendorProfile, contracted, profile
from mockservers.kernel.dialects import Switch
from mockservers.kernel.faults import KINDS, FaultKind, Setting
from mockservers.kernel.operations import Emulator
from mockservers.registry import emulator

Schema = dict[str, Any]

FILE = "scenario.schema.json"
"""Its name in the folder `scenarios`."""

_NUMBER = r"[-+]?([0-9][0-9_ ]*\.?[0-9_ ]*|\.[0-9][0-9_ ]*)([eE][-+]?[0-9]+)?"
_SPAN = rf"^ *{_NUMBER} *(us|ms|s|m|min|h|d)? *$"
_START = r"^[0-9]{4}-?([0-9]{2}-?[0-9]{2}|W[0-9]{2}-?[0-9]).[0-9:.,]+(Z|[-+][0-9]{2}(:?[0-9]{2}(:?[0-9]{2}([.,][0-9]+)?)?)?)$"


def scenario_schema() -> Schema:
    """The schema as plain data."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:mockservers:scenario:{scenarios.VERSION}",
        "title": f"mockservers scenario, version {scenarios.VERSION}",
        "description": "What happens to a client of an emulated vendor: what others do, how time passes, which faults strike.",
        "type": "object",
        "required": ["mockservers", "vendor", "start", "steps"],
        "properties": {
            "mockservers": {"const": scenarios.VERSION, "description": "The version of this format."},
            "vendor": {"enum": list(contracted())},
            "note": {"type": ["string", "integer"], "description": "What it is about, for people."},
            "dialect": {"description": "A named dialect of the vendor, or switches that differ from the default."},
            "seed": {"type": "integer", "minimum": 0, "maximum": scenarios.LARGEST_SEED},
            "start": {
                "type": "string",
                "pattern": _START,
                "description": "The virtual time at the beginning: ISO 8601 with Z or an offset.",
                "examples": ["2026-03-02T10:00:00Z"],
            },
            "data": {"description": "What is at the vendor at the beginning: a recipe's name, and how many records."},
            "steps": {"type": "array", "maxItems": scenarios.MOST_STEPS},
            "found": {
                "type": "object",
                "properties": {"duty": {"type": "string"}},
                "description": "What a check wrote beside a failure. Only the duty has a meaning: replay tells FIXED by it.",
            },
        },
        "additionalProperties": False,
        "allOf": [_of_vendor(vendor) for vendor in contracted()],
        "$defs": {
            "label": {
                "type": "string",
                "pattern": f"^{scenarios.LABEL.pattern}$",
                "description": "A ticket: T1, T2 ... in the order in which steps make them.",
            },
            "span": {
                "anyOf": [{"type": "number"}, {"type": "string", "pattern": _SPAN}],
                "description": "A length of time: seconds, or text.",
                "examples": ["90s", "5m", "1.5h", "2d"],
            },
            "fields": {"type": "object", "description": "The vendor's field names with their values."},
            **{f"{vendor}_other": {"oneOf": _others(profile(vendor))} for vendor in contracted()},
            **{f"{vendor}_step": {"oneOf": _steps(profile(vendor), emulator(vendor))} for vendor in contracted()},
        },
    }


def schema_text() -> str:
    """The schema as it stands in its file."""
    return json.dumps(scenario_schema(), indent=1, ensure_ascii=False) + "\n"


def _of_vendor(vendor: str) -> Schema:
    here = emulator(vendor)
    recipes = list(here.recipes)
    data: list[Schema] = [{"type": "string", "pattern": f"^({'|'.join(recipes)})(:[0-9]{{1,12}})?$"}]
    if "demo" in recipes:  # a number alone means so many of the demo data
        data += [{"type": "string", "pattern": "^[0-9]{1,12}$"}, {"type": "integer", "minimum": 0}]
    return {
        "if": {"properties": {"vendor": {"const": vendor}}},
        "then": {
            "properties": {
                "dialect": {
                    "oneOf": [
                        {"enum": list(here.dialects.named)},
                        _object({name: _switch(switch) for name, switch in here.dialects.switches.items()}),
                    ]
                },
                "data": {"anyOf": data},
                "steps": {"items": {"$ref": f"#/$defs/{vendor}_step"}},
            }
        },
    }


def _object(properties: Mapping[str, Any], required: Sequence[str] = ()) -> Schema:
    made: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return made | ({"required": list(required)} if required else {})


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _switch(switch: Switch) -> Schema:
    if not switch.values:
        return {"description": f"{switch.form}; {switch.why}"}
    # YAML reads on and off as booleans.
    words = {"on": True, "off": False}
    return {
        "enum": [*switch.values, *(words[value] for value in switch.values if value in words)],
        "description": switch.why,
    }


# --- steps ------------------------------------------------------------------------------------------------------------


def _steps(here: VendorProfile, vendor: Emulator) -> list[Schema]:
    return [
        _ref(f"{here.vendor}_other"),
        _object({"clock": {**_ref("span"), "description": "So much time passes."}}, ["clock"]),
        *(_fault(kind, vendor) for kind in KINDS.values()),
        *(_task(task, here) for task in here.tasks),
    ]


def _fault(kind: FaultKind, vendor: Emulator) -> Schema:
    return _object(
        {
            "fault": {"const": kind.name, "description": kind.says},
            "after": {"type": "integer", "minimum": 0, "maximum": scenarios.MOST_REQUESTS},
            "times": {"type": "integer", "minimum": 1, "maximum": scenarios.MOST_REQUESTS},
            "operation": {"enum": [None] if kind.point == "arrive" else [*vendor.operations, None]},
            **{name: _setting(name, setting, vendor) for name, setting in kind.settings.items()},
        },
        ["fault"],
    )


def _setting(name: str, setting: Setting, vendor: Emulator) -> Schema:
    made: Schema = {"description": setting.says, "default": setting.default}
    if isinstance(setting.default, str):
        return made | ({"enum": [*vendor.refusals, ""]} if name == "refusal" else {"type": "string"})
    made["type"] = "integer" if isinstance(setting.default, int) else "number"
    bounds = {"minimum": setting.low, "maximum": setting.high}
    return made | {word: bound for word, bound in bounds.items() if bound is not None}


def _task(task: str, here: VendorProfile) -> Schema:
    """A step of the client; of what it may be given, only the fields of a new ticket may be left out."""
    keys = scenarios.TASKS[task]
    needed = [key for key in keys if key in ("ticket", "text") or (key == "fields" and task != "create")]
    texts = {"anyOf": [{"type": "string", "pattern": r"\S"}, {"type": "integer"}]}
    known: dict[str, Schema] = {
        "ticket": _ref("label"),
        "fields": {**_ref("fields"), "minProperties": 1 if "fields" in needed else 0},
        "text": texts,
        "minutes": {"type": ["integer", "null"], "minimum": 0, "maximum": scenarios.MOST_MINUTES},
    }
    meanwhile = _object(
        {
            "after_request": {"type": "integer", "minimum": 1, "maximum": scenarios.MOST_REQUESTS},
            "steps": {"type": "array", "minItems": 1, "items": _ref(f"{here.vendor}_other")},
        },
        ["after_request", "steps"],
    )
    says = "What others do when this request of the task was answered, or at its end."
    return _object(
        {
            "client": {"const": task},
            **{key: known[key] for key in keys},
            "meanwhile": {**meanwhile, "type": ["object", "null"], "description": says},
        },
        ["client", *needed],
    )


def _others(here: VendorProfile) -> list[Schema]:
    found = [_other(operation, here) for operation in scenarios.OTHERS if operation != "act"]
    found += _acts(here, here.actions, _ref("label"))
    return found + _acts(here, here.administration, {"const": scenarios.CUSTOMER})


def _other(operation: scenarios.OtherOperation, here: VendorProfile) -> Schema:
    keys = scenarios.OTHERS[operation]
    needed = [key for key in keys if key == "ticket" or (key == "fields" and operation == "change")]
    known: dict[str, Schema] = {
        "ticket": _ref("label"),
        "fields": {**_ref("fields"), "minProperties": 1 if "fields" in needed else 0},
        "delay": {**_ref("span"), "description": "So much later the vendor shows it."},
        "times": {"type": "integer", "minimum": 1, "maximum": scenarios.MOST_TIMES},
    }
    return _object({"other": {"const": operation}, **{key: known[key] for key in keys}}, ["other", *needed])


def _acts(here: VendorProfile, actions: Mapping[str, tuple[str, ...]], ticket: Schema) -> list[Schema]:
    """Acts upon a record, those with the same further keys together."""
    by_keys: dict[tuple[str, ...], list[str]] = {}
    for action, keys in actions.items():
        by_keys.setdefault(keys, []).append(action)
    made = []
    for keys, names in by_keys.items():
        more: dict[str, Schema] = {
            key: _ref("label") if key in here.label_keys else _ref("fields") if key == "fields" else {} for key in keys
        }
        properties = {
            "other": {"const": "act"},
            "ticket": ticket,
            "action": {"enum": names},
            "delay": _ref("span"),
            **more,
        }
        made.append(_object(properties, ["other", "ticket", "action"]))
    return made
