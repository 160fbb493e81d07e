"""Where catalogues, reference clients and scenarios lie: in the checkout when there is one, else in the wheel.

`fixtures/`, `contracts/` and `scenarios/` are found by path and never imported by name: such generic names must not
become importable in a user's environment.
"""

from __future__ import annotations

from pathlib import Path

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


def file(kind: str, *parts: str) -> Path:
    """A file below a data folder; raises FileNotFoundError with its full path when it is not there."""
    path = folder(kind).joinpath(*parts)
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; reinstall mockservers")
    return path
