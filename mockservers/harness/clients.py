"""The reference clients that ship with the project, as classes to check, to copy, or to derive from."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mockservers.harness.drivers.in_process import load
from mockservers.kernel import data

PROGRAMS: Mapping[str, str] = {".mjs": "node", ".php": "php"}
"""What runs a client that is no Python class, by the ending of its file."""


def roles(vendor: str) -> dict[str, Path]:
    """The correct clients of a vendor that can run here, by what they are: `contracts/<vendor>/clients/<vendor>_<role>.py`.

    The vendor stands in the file's name too, for clients of several vendors are imported into one process. One in another
    language has the ending of that language, and counts where that language is installed.
    """
    found = sorted((data.of_vendor("contracts", vendor) / "clients").glob(f"{vendor}_*"))
    known = [path for path in found if path.suffix == ".py" or shutil.which(PROGRAMS.get(path.suffix, ""))]
    return {path.stem.removeprefix(f"{vendor}_"): path for path in known}


def reference_file(vendor: str, role: str = "reader") -> Path:
    """The file of a vendor's reference client; raises ValueError for one that is not there."""
    known = roles(vendor)
    if role not in known:
        raise ValueError(f"there is no reference {role} for {vendor!r}; there is {', '.join(known) or 'none'}")
    return known[role]


def reference(vendor: str, role: str = "reader") -> Any:
    """The class of a vendor's reference client in Python."""
    return load(str(reference_file(vendor, role)), "Client")


def reference_name(vendor: str, role: str = "reader") -> str:
    """A reference client as `--client` takes it."""
    path = reference_file(vendor, role)
    return f"{path}:Client" if path.suffix == ".py" else f"{PROGRAMS[path.suffix]} {shlex.quote(str(path))}"
