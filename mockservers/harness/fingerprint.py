"""The fingerprint of what judges: the code and the data of mockservers and of a vendor's package, as they lie on this machine.

Two machines, or two days, with the same one come to the same verdicts. A version tells less: a checkout changes under it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from mockservers import registry
from mockservers.kernel import data

CODE = (".py", ".ini", ".json", ".yaml")


def fingerprint(vendor: str) -> str:
    """Of all code that may judge a client of a vendor, and of the vendor's data; the same from a wheel and from a checkout."""
    packages = dict.fromkeys(("mockservers", registry.vendor(vendor).package))
    code = [path for name in packages for path in _folder(name).rglob("*") if "_data" not in path.parts]
    return of_files(path for path in [*code, *data.of_vendor("fixtures", vendor).rglob("*")] if path.suffix in CODE)


def _folder(package: str) -> Path:
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).resolve().parent


def of_files(paths: Iterable[Path]) -> str:
    """Of files, by their names and what is in them."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        text = path.read_bytes()
        digest.update(f"{path.name}\0{len(text)}\0".encode() + text)
    return digest.hexdigest()[:16]
