"""The reference clients that ship with the project, as classes to check, to copy, or to derive from."""

from __future__ import annotations

from typing import Any

from mockservers.harness.drivers.in_process import load
from mockservers.kernel import data

READERS = ("querydata", "get_tickets")


def reference(vendor: str) -> Any:
    """The class of a vendor's reference reader; raises ValueError for a vendor that has none."""
    if vendor not in READERS:
        raise ValueError(f"there is no reference client for {vendor!r}; there are those for {', '.join(READERS)}")
    return load(str(data.file("contracts", "clients", f"{vendor}_reader.py")), "Client")


def reference_name(vendor: str) -> str:
    """The reference reader as `--client` takes it."""
    reference(vendor)
    return f"{data.file('contracts', 'clients', f'{vendor}_reader.py')}:Client"
