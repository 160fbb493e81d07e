"""Who is let in and what can be done at a vendor beside a client: told from its `Emulator`, for pages and the shell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mockservers.kernel.operations import Emulator, Recipe
from mockservers.kernel.tenants import Tenant
from mockservers.registry import did_you_mean

if TYPE_CHECKING:
    from mockservers.kernel.installation import Installation

CUSTOMER = "customer"
"""The id of the record that is the vendor's customer itself."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who, or what, is let in by a credential of the demo."""

    tenant: str
    kind: str
    name: str
    """The name beside the secret; empty where the secret alone lets in."""
    secret: str
    may: str


_KNOWN: dict[tuple[int, str], tuple[Emulator, tuple[Person, ...]]] = {}


def people(here: Emulator, recipe: str = "demo:20") -> tuple[Person, ...]:
    """Everybody who is let into a vendor in a fresh world, one with demo data unless another recipe is named."""
    from mockservers.kernel.world import WorldConfig, Worlds

    known = _KNOWN.get((id(here), recipe))
    if known is not None:
        return known[1]
    config = WorldConfig(mode="frozen", start=0, data={here.name: Recipe.parse(recipe)})
    worlds = Worlds(lambda name: here, config)
    try:
        there, say = worlds.default.installation(here.name), here.rights
        found = tuple(
            Person(
                each.tenant,
                each.kind,
                str(each.facts.get("user", "")),
                each.secret,
                "everything" if say is None else say(there.tenants[each.tenant], each),
            )
            for each in there.tenants.credentials
        )
    finally:
        worlds.close()
    _KNOWN[id(here), recipe] = here, found
    return found


def check_facts(there: Installation, tenant: Tenant, kind: str, facts: Mapping[str, Any]) -> None:
    """See that the facts of a new credential are known and possible; raises ValueError that lists those there are."""
    here = there.emulator
    if here.facts is None:
        return
    known = {fact.name: fact for fact in here.facts if fact.kind == kind}
    listed = "; ".join(f"{fact.name} ({fact.says})" for fact in known.values()) or "none"
    for name, value in facts.items():
        if name not in known:
            raise ValueError(
                f"a credential of kind {kind} has no fact {name!r}{did_you_mean(name, known)}; there are: {listed}"
            )
        try:
            known[name].check(there, tenant, value)
        except ValueError as error:
            raise ValueError(f"{name!r} {error}, got {value!r}; it is {known[name].says}") from error
    for fact in known.values():
        if fact.needed and fact.name not in facts:
            lacks = f"a credential of kind {kind} lets nobody in without the fact {fact.name!r}"
            raise ValueError(f"{lacks}: {fact.says}; there are: {listed}")


# --- checks that facts of several vendors share -----------------------------------------------------------------------


def text(there: Installation, tenant: Tenant, value: Any) -> None:
    if not isinstance(value, str) or not value.strip() or len(value) > 255:
        raise ValueError("must be text of 1 to 255 characters")


def whole(there: Installation, tenant: Tenant, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        raise ValueError("must be a whole number from 0 to 2147483647")


def flag(there: Installation, tenant: Tenant, value: Any) -> None:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")


def some_of(known: Iterable[Any], most: int = 20) -> str:
    """The first of what could have been named, for the sentence of a refusal."""
    names = [str(each) for each in known]
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "") or "none"
