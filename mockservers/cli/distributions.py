"""Which distributions this package depends on, which of them are here, and which an environment that only serves does without.

`mockservers/serving.txt` is the one list of those that serving needs; what else the package depends on is the harness's.
"""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

SERVING = Path(__file__).parent.parent / "serving.txt"
WHOLE = "install the wheel of mockservers with its dependencies, or take the whole image (docker build .)"


def name_of(requirement: str) -> str:
    """The name in a requirement, in lower case: `name_of("Spyne==2.14.0")` is `spyne`."""
    return re.split(r"[^\w.-]", requirement.strip())[0].lower()


def required() -> list[str]:
    """The names of what the package needs everywhere, extras left out; raises PackageNotFoundError where it is not installed."""
    return [name_of(line) for line in metadata.requires("mockservers") or [] if ";" not in line]


def serving() -> set[str]:
    """The names of what serving needs."""
    lines = SERVING.read_text("utf-8").splitlines()
    return {name_of(line) for line in lines if line and not line.startswith("#")}


def installed(name: str) -> bool:
    """Whether a distribution is here."""
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def left_out(error: BaseException | None) -> str | None:
    """What to say of an error behind which a distribution is missing that serving does without; None for any other."""
    while error is not None:
        if isinstance(error, ModuleNotFoundError) and error.name:
            name = error.name.partition(".")[0].lower()
            try:
                known = name in required() and name not in serving() and not installed(name)
            except metadata.PackageNotFoundError:
                return None
            if known:
                return (
                    f"this needs {name}, which is not installed here. This environment holds what `serve`, `world` and "
                    f"`record` need, and the harness needs more: {WHOLE}"
                )
        error = error.__cause__ or error.__context__
    return None
