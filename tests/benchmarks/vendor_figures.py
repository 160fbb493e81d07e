"""The `benchmark.py` that a vendor has beside its tests."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

Row = tuple[str, str, str]
VENDORS = Path(__file__).parents[1] / "vendors"


def benchmark(vendor: str) -> ModuleType:
    """The module of one vendor."""
    spec = importlib.util.spec_from_file_location(f"benchmark_{vendor}", VENDORS / vendor / "benchmark.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def sections() -> dict[str, Callable[[bool], list[Row]]]:
    """What makes the figures of each vendor that has such a module."""
    return {file.parent.name: benchmark(file.parent.name).figures for file in sorted(VENDORS.glob("*/benchmark.py"))}
