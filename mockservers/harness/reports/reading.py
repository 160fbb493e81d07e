"""Reports of checks read back from JSON, whoever wrote or changed the file; a mistake is told with its place."""

from __future__ import annotations

import json
import types
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints, is_typeddict

from mockservers.harness.reports.json import VERSION, CheckJson

LARGEST = 512 << 20


class ReportError(ValueError):
    """A file that is no report of a check, or does not go with the others."""


def read(path: Path) -> CheckJson:
    """A report as `check --json` wrote it. Raises ReportError with the file and what is wrong, OSError."""
    if path.stat().st_size > LARGEST:
        raise ReportError(f"{path} has over {LARGEST >> 20} MB; a report of a check is smaller")
    try:
        raw = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        said = str(error) or "it is nested too deep"
        raise ReportError(f"{path} is not JSON ({said}); give a file that `mockservers check --json` wrote") from error
    if not isinstance(raw, dict) or raw.get("format") != "mockservers-check":
        raise ReportError(f"{path} is no report of a check; give a file that `mockservers check --json` wrote")
    if raw.get("version") != VERSION:
        raise ReportError(f"{path} is a report of version {raw.get('version')!r}; expected {VERSION}")
    if "asked" not in raw:
        raise ReportError(f"{path} was written by an older mockservers, which told less; check again with this one")
    wrong = _wrong(raw, CheckJson, "")
    if wrong:
        raise ReportError(f"{path}: {wrong}; give the file as `mockservers check --json` wrote it")
    found: CheckJson = raw  # type: ignore[assignment]
    return found


def _wrong(value: Any, kind: Any, place: str) -> str:
    """What is wrong with a value of a type; empty where nothing is."""
    if is_typeddict(kind):
        if not isinstance(value, dict):
            return f"{place or 'it'} must be an object"
        for key, inner in get_type_hints(kind).items():
            if key not in value:
                return f"{place}{'.' if place else ''}{key} is missing"
            if wrong := _wrong(value[key], inner, f"{place}{'.' if place else ''}{key}"):
                return wrong
        return ""
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        found = [_wrong(value, each, place) for each in get_args(kind)]
        return "" if "" in found else found[0]
    if origin is list:
        if not isinstance(value, list):
            return f"{place} must be a list"
        return next((w for n, each in enumerate(value) if (w := _wrong(each, get_args(kind)[0], f"{place}[{n}]"))), "")
    if origin is dict or kind is dict:
        return "" if isinstance(value, dict) else f"{place} must be an object"
    if kind is Any:
        return ""
    if kind is type(None):
        return "" if value is None else f"{place} must be null"
    if kind is float:
        kind = (int, float)
    good = isinstance(value, kind) and (not isinstance(value, bool) or kind is bool)
    return "" if good else f"{place} must be a {getattr(kind, '__name__', 'number')}"
