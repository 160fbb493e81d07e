"""Which vendors there are. A vendor is one light `Vendor` value; its parts are named by reference and loaded at first use.

The packages below `mockservers.vendors` are found by themselves, in the order of their names; packages of other people
by the entry-point group `mockservers.vendors`, after them. Everything else asks here, and names no vendor. This module
imports nothing of the project, so every layer may use it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cache
from importlib import import_module, metadata
from pkgutil import iter_modules
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from mockservers.kernel.operations import Emulator

GROUP = "mockservers.vendors"
"""The entry-point group in which a package of other people names its `Vendor`: `acme = "mockservers_acme:VENDOR"`."""
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")

Part = Literal["emulator", "contract", "recording"]
WsgiApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class VendorError(ValueError):
    """An installed vendor cannot be used; the message names the package, the reason and the way out."""


@dataclass(frozen=True)
class Mount:
    """Paths that belong to a vendor: a pattern over the whole path (without its world prefix), and one to show to people.

    Paths are compared without regard to case, as IIS does. `query` is a pattern that must stand somewhere in the query
    too: several vendors have an `/api`, and who asks with a key means the one that has keys.
    """

    pattern: str
    shown: str
    vendor: str = ""
    """Set by the vendor that holds the mount."""
    query: str = ""
    compiled: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "compiled", re.compile(self.pattern, re.IGNORECASE))

    def takes(self, path: str, query: str = "") -> bool:
        """Whether a request for this path and query is the vendor's."""
        if not self.compiled.fullmatch(path):
            return False
        return not self.query or re.search(self.query, query, re.IGNORECASE) is not None


@dataclass(frozen=True)
class Vendor:
    """One vendor, as cheap as a name.

    `mounts` are its addresses. `emulator`, `contract` and `recording` name modules: `emulator` holds `EMULATOR`,
    `contract` is a package with `profile`, `strategies`, `decoder` and `duties`, `recording` holds `ADAPTER`. A vendor
    without a contract cannot be checked, one without a recording adapter not recorded.
    Its `fixtures/<name>/`, `contracts/<name>/` and `scenarios/<name>/` lie beside its package, or inside it below `_data/`
    (see `mockservers.kernel.data`).
    """

    name: str
    title: str
    mounts: tuple[Mount, ...]
    emulator: str
    contract: str | None = None
    recording: str | None = None

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise VendorError(
                f"{self.name!r} is not a vendor's name: expected lower-case letters, digits and underscores, a letter first"
            )
        object.__setattr__(self, "mounts", tuple(replace(mount, vendor=self.name) for mount in self.mounts))

    @property
    def package(self) -> str:
        """The top-level package that the vendor comes in."""
        return self.emulator.partition(".")[0]

    def module(self, part: Part, submodule: str = "") -> ModuleType:
        """A part of the vendor, or a module inside it; raises ValueError when the vendor has no such part."""
        reference: str | None = getattr(self, part)
        if reference is None:
            have = [vendor.name for vendor in vendors().values() if getattr(vendor, part) is not None]
            raise ValueError(f"{self.name!r} has no {part}; expected one of: {', '.join(have)}")
        return import_module(f"{reference}.{submodule}" if submodule else reference)


@cache
def vendors() -> Mapping[str, Vendor]:
    """Every vendor by name: first those of this package, then installed ones. Raises VendorError for a broken package."""
    found: dict[str, Vendor] = {}
    package = import_module("mockservers.vendors")
    for module in sorted(iter_modules(package.__path__), key=lambda module: module.name):
        _add(found, f"{package.__name__}.{module.name}", import_module(f"{package.__name__}.{module.name}").VENDOR)
    for entry in sorted(metadata.entry_points(group=GROUP), key=lambda entry: entry.name):
        of = entry.dist.name if entry.dist is not None else entry.value
        try:
            value = entry.load()
        except Exception as error:
            raise VendorError(
                f"the installed package {of!r} offers the vendor {entry.name!r}, but {entry.value!r} cannot be loaded "
                f"({type(error).__name__}: {error}); repair the package, or uninstall it"
            ) from error
        _add(found, of, value)
    return found


def _add(found: dict[str, Vendor], of: str, vendor: Any) -> None:
    if not isinstance(vendor, Vendor):
        raise VendorError(
            f"{of}: expected a mockservers.registry.Vendor, got {type(vendor).__name__}; the entry point must name the "
            'value, as in acme = "mockservers_acme:VENDOR"'
        )
    if vendor.name in found:
        raise VendorError(f"{of}: there is a vendor {vendor.name!r} already; uninstall one of the two, or rename it")
    found[vendor.name] = vendor


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a sentence that asks for the known word which is like `word`; empty where none is."""

    def bare(text: str) -> str:
        return re.sub(r"[\W_]+", "", text).casefold()

    by_letters = {bare(each): each for each in known}
    near = get_close_matches(bare(word), by_letters, 1)
    return f"; did you mean {by_letters[near[0]]}?" if near else ""


def names() -> tuple[str, ...]:
    """The names of all vendors."""
    return tuple(vendors())


def vendor(name: str) -> Vendor:
    """One vendor; raises ValueError for an unknown name."""
    known = vendors()
    if name not in known:
        raise ValueError(
            f"{name!r} is not an emulated vendor; expected one of: {', '.join(known)}{did_you_mean(name, known)}"
        )
    return known[name]


@cache
def emulator(name: str) -> Emulator:
    """The emulator of a vendor; raises ValueError for an unknown name."""
    found: Emulator = vendor(name).module("emulator").EMULATOR
    return found


def application(name: str) -> WsgiApplication:
    """The WSGI application of a vendor's wire, built once per process; it serves every world."""
    return wire(emulator(name).wire)


@cache
def wire(reference: str) -> WsgiApplication:
    """The WSGI application that `Emulator.wire` names as `module:function`, built once per process."""
    module, _, factory = reference.partition(":")
    built: WsgiApplication = getattr(import_module(module), factory)()
    return built
