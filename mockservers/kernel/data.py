"""Where catalogues, reference clients and scenarios lie: in the checkout when there is one, else in the wheel.

A vendor of an installed package of other people keeps its own below `Vendor.data`.
`fixtures/`, `contracts/` and `scenarios/` are found by path and never imported by name: such generic names must not
become importable in a user's environment.
"""

from __future__ import annotations

from pathlib import Path

from mockservers import registry

_PACKAGE = Path(__file__).resolve().parent.parent
_ROOTS = (_PACKAGE.parent, _PACKAGE / "_data")
KINDS = ("fixtures", "contracts", "scenarios")


def folder(kind: str) -> Path:
    """The folder `fixtures`, `contracts` or `scenarios`; raises FileNotFoundError when the installation lacks it."""
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is none of {', '.join(KINDS)}")
    for root in _ROOTS:
        # A stray folder of the same name beside an installed package is told apart by the checkout's project file.
        if (root / kind).is_dir() and (root is _ROOTS[1] or (root / "pyproject.toml").is_file()):
            return root / kind
    raise FileNotFoundError(
        f"the data folder {kind!r} is in neither {_ROOTS[0]} nor {_ROOTS[1]}; reinstall mockservers"
    )


def of_vendor(kind: str, vendor: str) -> Path:
    """A vendor's own folder of that kind, which need not exist; raises ValueError for an unknown vendor."""
    root = registry.vendor(vendor).data
    return (folder(kind) if root is None else root / kind) / vendor


def file(kind: str, vendor: str, name: str) -> Path:
    """A file of a vendor; raises FileNotFoundError with its full path when it is not there."""
    path = of_vendor(kind, vendor) / name
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; reinstall the package that holds the vendor {vendor!r}")
    return path
