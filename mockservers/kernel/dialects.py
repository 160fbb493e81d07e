"""Dialect switches: the choices made where public knowledge of a vendor ends.

A switch exists only where a correct client could notice it. Switches are grouped into a few named dialects per vendor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mockservers.kernel import instants
from mockservers.registry import did_you_mean

Scope = Literal["installation", "tenant"]


@dataclass(frozen=True, slots=True)
class Switch:
    """One choice.

    `values` lists the allowed words, or is empty and `check` turns a given value into the kept one (raising
    ValueError with a sentence for the user). `scope` is `installation` when the server needs the choice before it
    knows who is calling; such a switch cannot differ between the tenants of one world.
    """

    name: str
    default: Any
    why: str
    values: tuple[str, ...] = ()
    check: Callable[[Any], Any] | None = None
    form: str = ""
    scope: Scope = "tenant"

    def accept(self, value: Any) -> Any:
        """`value` in the form semantics read; raises ValueError that says what would be accepted."""
        if self.values:
            if value is True or value is False:  # YAML and JSON read on and off as booleans
                value = "on" if value else "off"
            if value not in self.values:
                raise ValueError(f"switch {self.name!r} must be {self.expected}, got {value!r}")
            return value
        assert self.check is not None, f"switch {self.name} has neither values nor a check"
        try:
            return self.check(value)
        except (ValueError, TypeError, AttributeError, ArithmeticError, LookupError) as error:
            # Whatever a check trips over in JSON of the wrong shape is the value's fault.
            raise ValueError(f"switch {self.name!r} must be {self.expected}, got {value!r}: {error}") from error

    @property
    def expected(self) -> str:
        return " or ".join(repr(value) for value in self.values) if self.values else self.form


class Dialect(Mapping[str, Any]):
    """The value of every switch of one vendor, for one tenant. Unchanging: `with_` makes another."""

    __slots__ = ("_values", "family")

    def __init__(self, family: DialectFamily, values: Mapping[str, Any]) -> None:
        self.family = family
        self._values = dict(values)

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def with_(self, changes: Mapping[str, Any], scope: Scope | None = None) -> Dialect:
        """A copy with some switches set; raises ValueError naming the switch that is unknown, wrong or out of scope."""
        values = dict(self._values)
        for name, value in changes.items():
            switch = self.family.switch(name)
            if scope == "tenant" and switch.scope == "installation":
                raise ValueError(
                    f"switch {name!r} is read before the caller is known, so it holds for the whole installation: "
                    "set it on the installation, not on a tenant"
                )
            values[name] = switch.accept(value)
        return Dialect(self.family, values)

    def changes(self) -> dict[str, Any]:
        """The switches that are not at their default."""
        return {name: value for name, value in self._values.items() if value != self.family.default[name]}


# --- checks that switches of several vendors share --------------------------------------------------------------------


def number(low: float, high: float, *, off: bool = False, whole: bool = True) -> Callable[[Any], Any]:
    """A check for numbers within bounds, given as number or text; with `off` also for 'off', which is kept as None."""

    def check(value: Any) -> int | float | None:
        if off and (value is None or value is False or value == "off"):
            return None
        found = (int if whole else float)(value) if isinstance(value, str) else value
        if isinstance(found, bool) or not isinstance(found, int if whole else (int, float)) or not low <= found <= high:
            raise ValueError(f"it is a {'whole ' if whole else ''}number from {low} to {high}")
        return found if whole else float(found)

    return check


def zone(value: Any) -> str:
    """A check for the name of a time zone."""
    return instants.zone(value).key


def listed(value: Any) -> list[Any]:
    """The parts of a list, which may be given as text with commas."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else list(value)


# --- dialects ---------------------------------------------------------------------------------------------------------


class DialectFamily:
    """All switches of one vendor, and its named dialects (`default` is always one of them)."""

    def __init__(
        self, vendor: str, switches: Iterable[Switch], named: Mapping[str, Mapping[str, Any]] | None = None
    ) -> None:
        self.vendor = vendor
        self.switches = {switch.name: switch for switch in switches}
        self.default = Dialect(self, {s.name: s.accept(s.default) for s in self.switches.values()})
        self.named = {"default": self.default}
        for name, changes in (named or {}).items():
            self.named[name] = self.default.with_(changes)

    def switch(self, name: str) -> Switch:
        try:
            return self.switches[name]
        except KeyError:
            raise ValueError(
                f"{self.vendor} has no switch {name!r}; its switches are {', '.join(sorted(self.switches))}"
                f"{did_you_mean(name, self.switches)}"
            ) from None

    def dialect(self, wanted: str | Mapping[str, Any] | None) -> Dialect:
        """A dialect by name, or the default with some switches set."""
        if wanted is None:
            return self.default
        if isinstance(wanted, str):
            if wanted not in self.named:
                near = did_you_mean(wanted, self.named)
                raise ValueError(f"{self.vendor} has no dialect {wanted!r}; there are {', '.join(self.named)}{near}")
            return self.named[wanted]
        return self.default.with_(wanted)
