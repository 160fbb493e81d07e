"""Scenario files read and checked: each mistake is told with its place, what is wrong, and what to write instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import yaml

from mockservers.harness.profile import VendorProfile, contracted, profile
from mockservers.harness.scenarios import (
    CUSTOMER,
    LABEL,
    LARGEST_FILE,
    LARGEST_SEED,
    LONGEST_DELAY,
    LONGEST_MOVE,
    MOST_MINUTES,
    MOST_RECORDS,
    MOST_REQUESTS,
    MOST_STEPS,
    MOST_TIMES,
    OTHERS,
    TASKS,
    VERSION,
    ClientStep,
    Clock,
    FaultStep,
    Meanwhile,
    Other,
    Scenario,
    ScenarioError,
    Step,
    check_labels,
)
from mockservers.kernel import instants
from mockservers.kernel.faults import KINDS, FaultPlan
from mockservers.kernel.operations import Recipe
from mockservers.registry import emulator


class _Loader(yaml.SafeLoader):
    """YAML without what surprises: no times made of text, no key twice, no aliases (they can explode)."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise ScenarioError("a scenario has no aliases (*name); write the value out")
        return super().compose_node(parent, index)

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (yaml.YAMLError, ScenarioError):
            raise
        except (ValueError, LookupError, AttributeError) as error:  # of a value that is not what its tag says
            raise ScenarioError(
                f"line {node.start_mark.line + 1}: {node.value[:40]!r} is no value of the kind that YAML takes it for; "
                "write it as text, in quotes and without a tag"
            ) from error

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise ScenarioError(f"line {key_node.start_mark.line + 1}: {key!r} is not a name; keys are words")
            if key in seen:
                raise ScenarioError(f"line {key_node.start_mark.line + 1}: {key!r} is given twice; keep one of them")
            seen.add(key)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load(path: str | Path) -> Scenario:
    """Read and check a scenario file; raises ScenarioError naming the file, or OSError when it cannot be read."""
    path = Path(path)
    with open(path, "rb") as file:
        data = file.read(LARGEST_FILE + 1)  # once: a pipe gives its text to nobody twice
    if b"\nrecording:" in data[:4096]:
        raise ScenarioError(
            f"{path} is a recording: it tells what was said, and plays nothing. Judge it with `mockservers judge`, or "
            "answer from it with `mockservers serve --from`"
        )
    if len(data) > LARGEST_FILE:
        raise ScenarioError(f"{path} has over {LARGEST_FILE} bytes; a scenario is a short text")
    try:
        return parse(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except ScenarioError as error:
        raise ScenarioError(f"{path}: {error}") from error


def parse(text: str) -> Scenario:
    """Read and check the text of a scenario."""
    try:
        raw = yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader with fewer types
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark is not None else ""
        said = " ".join(str(getattr(error, "problem", None) or error).split())
        raise ScenarioError(f"{where}not YAML: {said}") from error
    except RecursionError:
        raise ScenarioError("the file is nested deeper than any scenario") from None
    return from_dict(raw)


_KEYS = ("mockservers", "vendor", "note", "dialect", "seed", "start", "data", "steps", "found")


def from_dict(raw: Any) -> Scenario:
    """Check plain data and make a scenario of it; raises ScenarioError with a sentence that says what to write."""
    if not isinstance(raw, Mapping):
        raise ScenarioError("a scenario is a list of keys, the first of which is 'mockservers: 1'")
    if "mockservers" not in raw:
        raise ScenarioError("the key 'mockservers' is missing; begin the file with 'mockservers: 1'")
    if raw["mockservers"] != VERSION or isinstance(raw["mockservers"], bool):
        raise ScenarioError(
            f"this file is of scenario version {raw['mockservers']!r}, and only version {VERSION} is known; "
            "update mockservers, or write 'mockservers: 1'"
        )
    _known(raw, _KEYS, "the scenario")
    vendor = raw.get("vendor")
    if vendor not in contracted():
        raise ScenarioError(f"vendor {vendor!r} has no contract; write one of {', '.join(contracted())}")
    here = emulator(vendor)
    dialect = raw.get("dialect", "default")
    if not isinstance(dialect, (str, Mapping)):
        raise ScenarioError(f"dialect takes a name or switches, not {dialect!r}")
    try:
        here.dialects.dialect(dialect)
        recipe = Recipe.parse(_text(raw.get("data", "empty"), "data"))
        start = instants.from_iso(_text(raw.get("start", ""), "start"))
    except ScenarioError:
        raise
    except ValueError as error:
        raise ScenarioError(str(error)) from error
    if recipe.name not in here.recipes:
        raise ScenarioError(f"{vendor} has no data recipe {recipe.name!r}; there are {', '.join(here.recipes)}")
    if (recipe.rows or 0) > MOST_RECORDS:
        raise ScenarioError(f"data takes at most {MOST_RECORDS} records, not {recipe.rows}")
    seed = _whole(raw.get("seed", 1), "seed", 0, LARGEST_SEED)
    steps = raw.get("steps")
    if not isinstance(steps, Sequence) or isinstance(steps, str):
        raise ScenarioError("steps takes a list; the shortest is 'steps: [{client: sync}]'")
    if len(steps) > MOST_STEPS:
        raise ScenarioError(f"there are {len(steps)} steps; {MOST_STEPS} is the most")
    found = raw.get("found", {})
    if not isinstance(found, Mapping) or not isinstance(found.get("duty", ""), str):
        raise ScenarioError("found takes what a check wrote there: duty, verdict, says, rules, witness")
    made = tuple(_Reader(profile(vendor)).step(each, f"step {n}") for n, each in enumerate(steps, 1))
    scenario = Scenario(
        vendor, made, start, dialect, seed, str(recipe), _text(raw.get("note", ""), "note"), dict(found)
    )
    check_labels(scenario)
    return scenario


def _known(raw: Mapping[str, Any], keys: Sequence[str], where: str) -> None:
    for key in raw:
        if key not in keys:
            raise ScenarioError(f"{where} has no key {key!r}; the keys are {', '.join(keys)}")


def _text(value: Any, where: str) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise ScenarioError(f"{where} takes text, not {value!r}")
    return str(value)


def _whole(value: Any, where: str, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ScenarioError(f"{where} takes a whole number from {low} to {high}, not {value!r}")
    return value


def _span(value: Any, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise ScenarioError(f"{where} takes a length of time such as 90s or 5m, not {value!r}")
    try:
        return instants.duration(value)
    except ValueError as error:
        raise ScenarioError(f"{where}: {error}") from error


class _Reader:
    """Reads the steps of one vendor's scenario."""

    def __init__(self, profile: VendorProfile) -> None:
        self.profile = profile

    def step(self, raw: Any, where: str) -> Step:
        if not isinstance(raw, Mapping):
            raise ScenarioError(f"{where} is not a step; write one such as '- client: sync' or '- clock: 5m'")
        kinds = [kind for kind in ("other", "clock", "fault", "client") if kind in raw]
        if len(kinds) != 1:
            raise ScenarioError(f"{where} needs exactly one of other, clock, fault, client; it has {kinds or 'none'}")
        read = {"other": self._other, "clock": self._clock, "fault": self._fault, "client": self._client}[kinds[0]]
        return read(raw, where)

    def _clock(self, raw: Mapping[str, Any], where: str) -> Step:
        _known(raw, ("clock",), where)
        by = _span(raw["clock"], f"{where}: clock")
        if not -LONGEST_MOVE <= by <= LONGEST_MOVE:
            raise ScenarioError(f"{where}: clock moves by at most {LONGEST_MOVE // instants.DAY} days a step")
        return Clock(by)

    def _fault(self, raw: Mapping[str, Any], where: str) -> Step:
        kind = raw["fault"]
        if not isinstance(kind, str) or kind not in KINDS:
            raise ScenarioError(f"{where}: {kind!r} is not a fault; there are {', '.join(KINDS)}")
        _known(raw, ("fault", "after", "times", "operation", *KINDS[kind].settings), where)
        settings = {name: raw[name] for name in KINDS[kind].settings if name in raw}
        operation = raw.get("operation")
        try:
            FaultPlan().add(kind, settings, vendor=self.profile.vendor, operation=operation)
        except ValueError as error:
            raise ScenarioError(f"{where}: {error}") from error
        here = emulator(self.profile.vendor)
        if operation is not None and (not isinstance(operation, str) or operation not in here.operations):
            raise ScenarioError(f"{where}: no operation {operation!r}; there are {', '.join(here.operations)}")
        refusal = settings.get("refusal", "")
        if refusal and refusal not in here.refusals:
            raise ScenarioError(f"{where}: no refusal {refusal!r}; there are {', '.join(here.refusals)}")
        after = _whole(raw.get("after", 0), f"{where}: after", 0, MOST_REQUESTS)
        return FaultStep(
            kind, after, _whole(raw.get("times", 1), f"{where}: times", 1, MOST_REQUESTS), operation, settings
        )

    def _client(self, raw: Mapping[str, Any], where: str) -> Step:
        task = raw["client"]
        if not isinstance(task, str) or task not in self.profile.tasks:
            raise ScenarioError(
                f"{where}: {task!r} is no task of this vendor; there are {', '.join(self.profile.tasks)}"
            )
        keys = TASKS[task]
        _known(raw, ("client", *keys, "meanwhile"), where)
        work = ClientStep(
            task,
            self._meanwhile(raw.get("meanwhile"), where),
            self._label(raw, where) if "ticket" in keys else None,
            self._fields(raw, where, needed=task != "create") if "fields" in keys else {},
            _text(raw.get("text", ""), f"{where}: text"),
            None if raw.get("minutes") is None else _whole(raw["minutes"], f"{where}: minutes", 0, MOST_MINUTES),
        )
        if task == "note" and not work.text.strip():
            raise ScenarioError(f"{where}: a note needs a text")
        return work

    def _meanwhile(self, meanwhile: Any, where: str) -> Meanwhile | None:
        if meanwhile is None:
            return None
        if not isinstance(meanwhile, Mapping):
            raise ScenarioError(f"{where}: meanwhile takes after_request and steps")
        _known(meanwhile, ("after_request", "steps"), f"{where}: meanwhile")
        after = _whole(meanwhile.get("after_request"), f"{where}: after_request", 1, MOST_REQUESTS)
        steps = meanwhile.get("steps")
        if not isinstance(steps, Sequence) or isinstance(steps, str) or not steps:
            raise ScenarioError(f"{where}: meanwhile.steps takes a list of what others do")
        made = tuple(self.step(each, f"{where}, meanwhile step {n}") for n, each in enumerate(steps, 1))
        if not all(isinstance(each, Other) for each in made):
            raise ScenarioError(f"{where}: meanwhile only others act; clock, faults and tasks stand outside")
        return Meanwhile(after, cast("tuple[Other, ...]", made))

    def _label(self, raw: Mapping[str, Any], where: str) -> str:
        ticket = raw.get("ticket")
        if not isinstance(ticket, str) or not LABEL.fullmatch(ticket):
            raise ScenarioError(f"{where}: ticket takes a label such as T1, not {ticket!r}")
        return ticket

    def _fields(self, raw: Mapping[str, Any], where: str, *, needed: bool) -> dict[str, Any]:
        fields = raw.get("fields", {})
        if not isinstance(fields, Mapping) or (needed and not fields):
            raise ScenarioError(f"{where}: fields takes the vendor's field names with their values")
        return dict(fields)

    def _other(self, raw: Mapping[str, Any], where: str) -> Step:
        operation = raw["other"]
        if operation not in tuple(OTHERS):  # what no mapping can look up is no operation either
            raise ScenarioError(f"{where}: others cannot {operation!r}; they can {', '.join(OTHERS)}")
        allowed = OTHERS[operation]
        extra: tuple[str, ...] = ()
        inside = raw.get("ticket") == CUSTOMER and bool(self.profile.administration)
        if operation == "act":
            actions = self.profile.administration if inside else self.profile.actions
            action = raw.get("action")
            if not isinstance(action, str) or action not in actions:
                raise ScenarioError(
                    f"{where}: {action!r} is no action of {self.profile.vendor}; there are {', '.join(actions)}"
                )
            extra = actions[action]
        _known(raw, ("other", *allowed, *extra), where)
        ticket = None
        if "ticket" in allowed:
            ticket = CUSTOMER if inside and operation == "act" else self._label(raw, where)
        fields = self._fields(raw, where, needed=operation == "change")
        delay = _span(raw.get("delay", 0), f"{where}: delay")
        if not 0 <= delay <= LONGEST_DELAY:
            raise ScenarioError(f"{where}: delay takes 0s to 1d")
        times = _whole(raw.get("times", 1), f"{where}: times", 1, MOST_TIMES)
        more = {key: raw[key] for key in extra if key in raw and key != "fields"}
        return Other(operation, ticket, raw.get("action"), fields, more, delay, times)
