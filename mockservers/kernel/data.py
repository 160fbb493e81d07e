"""Where catalogues, clients and scenarios lie: in the checkout of a package when there is one, else in its wheel.

`fixtures/`, `contracts/` and `scenarios/` are found by path and never imported by name: such generic names must not
become importable in a user's environment. A checkout has them beside the package, a wheel inside it, below `_data/`. The
same holds for a package of other people that adds a vendor.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from mockservers import registry

KINDS = ("fixtures", "contracts", "scenarios")


@cache
def _package(name: str) -> Path:
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).resolve().parent


def checkout(package: str = "mockservers") -> Path | None:
    """The folder of a package's checkout, None when it was installed from a wheel."""
    root = _package(package).parent
    # A stray folder of the same name beside an installed package is told apart by the checkout's project file.
    return root if (root / "pyproject.toml").is_file() else None


def folder(kind: str, package: str = "mockservers") -> Path:
    """The folder `fixtures`, `contracts` or `scenarios` of a package; raises FileNotFoundError when it lacks it."""
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is none of {', '.join(KINDS)}")
    for root in (checkout(package), _package(package) / "_data"):
        if root is not None and (root / kind).is_dir():
            return root / kind
    raise FileNotFoundError(
        f"the data folder {kind!r} is neither beside nor inside {_package(package)}; reinstall the package {package!r}"
    )


def skeleton() -> Path:
    """The folder of a small vendor's package, from which `mockservers vendor new` makes others."""
    root = checkout()
    return _package("mockservers") / "_data" / "vendor_skeleton" if root is None else root / "tests" / "toy_vendor"


def of_vendor(kind: str, vendor: str) -> Path:
    """A vendor's own folder of that kind, which need not exist; raises ValueError for an unknown vendor."""
    return folder(kind, registry.vendor(vendor).package) / vendor


def file(kind: str, vendor: str, name: str) -> Path:
    """A file of a vendor; raises FileNotFoundError with its full path when it is not there."""
    path = of_vendor(kind, vendor) / name
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; reinstall the package that holds the vendor {vendor!r}")
    return path
