"""Scenario files read and checked: each mistake is told with its place, what is wrong, and what to write instead."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from mockservers.harness.profile import contracted
from mockservers.harness.scenarios import VERSION, Scenario, ScenarioError, check_labels
from mockservers.kernel import data

LARGEST_FILE = 1 << 20
MOST_FILES = 200
"""Files of a folder that a check plays first."""


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
                f"line {node.start_mark.line + 1}: YAML reads {node.value[:40]!r} as another type; quote it, "
                "and leave out a tag such as !!int"
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
        raw = file.read(LARGEST_FILE + 1)  # once: a pipe gives its text to nobody twice
    if b"\nrecording:" in raw[:4096]:
        raise ScenarioError(
            f"{path} is a recording: it tells what was said, and plays nothing. Judge it with `mockservers judge`, or "
            "answer from it with `mockservers serve --from`"
        )
    if len(raw) > LARGEST_FILE:
        raise ScenarioError(f"{path} has over {LARGEST_FILE} bytes; a scenario is a short text")
    try:
        return parse(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except ScenarioError as error:
        raise ScenarioError(f"{path}: {error}") from error


def known(vendor: str, found: Path | None) -> tuple[list[Scenario], list[str]]:
    """What a check plays first: failures in the folder `found`, then the vendor's library; and why a file is left out.

    The folder may have files of other vendors, and of older versions.
    """
    scenarios, left_out = [], []
    folders = [each for each in (found, data.of_vendor("scenarios", vendor)) if each is not None and each.is_dir()]
    for path in [path for folder in folders for path in sorted(folder.glob("*.yaml"))[:MOST_FILES]]:
        try:
            scenarios.append(load(path))
        except (ScenarioError, OSError) as error:
            left_out.append(str(error))
    return [each for each in scenarios if each.vendor == vendor], left_out


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
    vendor = raw.get("vendor")
    if vendor not in contracted():
        raise ScenarioError(f"vendor {vendor!r} has no contract; write one of {', '.join(contracted())}")
    from mockservers.harness.scenario_format import read  # here, since it takes pydantic and a third of a second

    scenario = read(vendor, raw)
    check_labels(scenario)
    return scenario
