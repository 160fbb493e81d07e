"""Calls, operations and what an emulator consists of.

A vendor is one `Emulator` value: its rules, switches, tables, operations and recipes, and the name of its wire. Wires
turn bytes into a `Call`; semantics are functions `(ctx, request) -> value` that cite rules, or raise a `Refusal`.
"""

from __future__ import annotations

import inspect
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa

from mockservers.kernel.dialects import Dialect, DialectFamily
from mockservers.kernel.faults import KINDS, FaultKind
from mockservers.kernel.journal import Entry, Exchange
from mockservers.kernel.redaction import Secret
from mockservers.kernel.rules import Refusal, RuleBook
from mockservers.kernel.tenants import Credential, Tenant
from mockservers.kernel.webhooks import Webhooks
from mockservers.registry import did_you_mean

if TYPE_CHECKING:
    from mockservers.kernel.installation import Installation
    from mockservers.kernel.life import Life
    from mockservers.kernel.world import World

Actor = Literal["client", "other", "vendor"]
"""Who calls: the client under test, other people at the vendor, or the vendor itself, where it calls a listener (`webhooks`)."""


@dataclass(slots=True)
class Call:
    """One wish, whatever protocol it came by.

    `request` is what the operation reads. `defect` is set when the bytes could not be turned into a request: the call
    still goes through the door, which journals and raises it, and with `login_first` only once `identify` has let the
    caller in. `tenant` is named for `other`, and found by `identify` for the client.
    """

    vendor: str
    operation: str
    request: Any = None
    actor: Actor = "client"
    tenant: str | None = None
    exchange: Exchange | None = None
    defect: Exception | None = None
    login_first: bool = False


class Context:
    """What semantics know of the call they serve. `now` was read once, `db` is the call's transaction."""

    __slots__ = ("call", "credential", "db", "entry", "installation", "named", "now", "scratch", "tenant", "world")

    def __init__(self, world: World, installation: Installation, call: Call, now: int, entry: Entry) -> None:
        self.world = world
        self.installation = installation
        self.call = call
        self.now = now
        self.entry = entry
        self.db: sa.Connection = installation.store.db
        self.named: list[str] = []
        """Secrets that this call presented or hands out, as far as its operation named them."""
        self.tenant: Tenant | None = None
        self.credential: Credential | None = None
        """What let the call in; set by `identify` where a vendor's permissions hang on it."""
        self.scratch: Any = None
        """What `identify` had to read anyway and the operation need not read again."""

    @property
    def dialect(self) -> Dialect:
        """The caller's dialect; the installation's as long as the caller is not known."""
        return self.installation.dialect if self.tenant is None else self.tenant.dialect

    def cite(self, *rules: str) -> None:
        """Write into the journal that the rules of these ids shaped the answer."""
        self.entry.cite(*rules)

    def note(self, rule: str, text: str, **facts: Any) -> None:
        """Journal a finding: the request is answered, but a careful client would not send it."""
        self.entry.note(rule, text, **facts)

    def secret(self, value: str) -> None:
        """Name something that was presented as a credential, so that no journal ever shows it."""
        if value:
            self.named.append(value)
        if self.call.exchange is not None and value:
            self.call.exchange.secrets.append(value)

    def issued(self, value: str) -> None:
        """Name a secret that this call hands out: from now on no journal of the world shows it."""
        self.secret(value)
        self.installation.issued.append(value)

    def limited(self, seconds: int) -> None:
        """A limit is about to refuse this call, and ends by itself within `seconds` of the vendor's time.

        Limits are counted in the world's time, or the same steps would not have the same answers. So where the clock
        stands still, a client that waits politely waits for ever: journal and log say what ends that.
        """
        if self.world.clock.state.mode != "frozen":
            return
        self.entry.error = (
            f"the clock of the world {self.world.name!r} is frozen, so no waiting ends this limit: move the clock by "
            f'{seconds} s, with POST /_mock/v1/clock/advance and {{"by": {seconds}}}'
        )
        # Where waits are virtual the harness moves the clock, and whoever looks on need not be told.
        if self.call.vendor not in self.world.told_of_limits and not self.world.config.virtual_waits:
            self.world.told_of_limits.add(self.call.vendor)
            logging.getLogger("mockservers").warning(
                "%s refuses calls by a limit; %s", self.call.vendor, self.entry.error
            )

    def delay(self, seconds: float) -> None:
        """Hold the answer back by `seconds` of the vendor's time."""
        if self.call.exchange is not None:
            self.call.exchange.delay += seconds


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked. `summary` says what it does, for listings."""

    name: str
    run: Callable[[Context, Any], Any]
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Which data an installation begins with: a recipe's name, and how many records where it takes a number."""

    name: str = "empty"
    rows: int | None = None

    @classmethod
    def parse(cls, text: str | int) -> Recipe:
        """`demo`, `empty`, `1000` or `demo:1000`."""
        found = re.fullmatch(r"([a-z][a-z0-9_]*)(?::([0-9]{1,12}))?|([0-9]{1,12})", str(text))
        if found is None:
            raise ValueError(f"{text!r} is not a recipe; write a name and, after a colon, a number: demo, demo:1000")
        name, rows, alone = found.groups()
        rows = rows or alone
        return cls(name or "demo", int(rows) if rows else None)

    def __str__(self) -> str:
        return self.name if self.rows is None else f"{self.name}:{self.rows}"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that is known of whoever a credential lets in. `says` tells people what it is and what it takes.

    `check` gets the installation, the tenant and what was given, and raises ValueError with a sentence for what cannot be.
    Without a `needed` one nobody could ever log in.
    """

    name: str
    says: str
    kind: str
    check: Callable[[Installation, Tenant, Any], None]
    needed: bool = False


def said(actions: Mapping[str, Callable[..., Any]]) -> dict[str, str]:
    """What each action does and takes, in the words of its function."""
    return {name: " ".join((inspect.getdoc(run) or "").split()) for name, run in actions.items()}


Progress = Callable[[int, int], None]
"""Told now and then how many records of how many are made."""


@dataclass(frozen=True)
class Emulator:
    """Everything that makes one vendor.

    `operations` are for the client; `admin_operations` are what other people do (`create`, `act`, `change`, `delete`, `read`,
    `list`). `identify` finds the tenant of a client's call or raises the vendor's refusal. `refusals` are those that a
    fault may ask for, by name. `seed` fills an empty installation. `wire` names the WSGI factory as `module:function`.
    """

    name: str
    title: str
    rules: RuleBook
    dialects: DialectFamily
    metadata: sa.MetaData
    identify: Callable[[Context], Tenant]
    operations: Mapping[str, Operation]
    admin_operations: Mapping[str, Operation]
    recipes: Iterable[str]
    seed: Callable[[Installation, Recipe, int, Progress], None]
    wire: str
    refusals: Mapping[str, Callable[[], Refusal]] = field(default_factory=dict)
    credential_kinds: tuple[str, ...] = ()
    named_credentials: tuple[str, ...] = ()
    """Of these kinds, those that are a user's password: found by `facts["user"]` and compared, never by the secret."""
    secret_patterns: tuple[Secret, ...] = ()
    demo_credential: Mapping[str, str] = field(default_factory=dict)
    """What `serve` and the README print: the credential of the demo tenant by the vendor's own word."""
    endpoint: str = ""
    """The path a client is configured with, after the host."""
    description: str | None = None
    """The path of a machine-readable description (WSDL, OpenAPI), after the host."""
    life: Life | None = None
    """What other people do by themselves in a lively world; None where nothing happens unless somebody asks for it."""
    actions: Mapping[str, str] = field(default_factory=dict)
    """What `act` knows to do with a record: what each action does, and what it takes."""
    administrator: Mapping[str, str] = field(default_factory=dict)
    """The same for the record `customer`, which is the customer itself: what its administrator does. Empty: there is none."""
    facts: tuple[Fact, ...] | None = None
    """What a credential may be told of whoever it lets in. None: nobody says, and anything is taken."""
    webhooks: Webhooks | None = None
    """How it calls those who listen. None: it calls nobody."""
    rights: Callable[[Tenant, Credential], str] | None = None
    """What whoever has a credential may do, in words. None: everything."""

    def check_recipe(self, recipe: Recipe) -> None:
        """Raise ValueError, with those there are, for data that this vendor cannot make."""
        if recipe.name not in self.recipes:
            near = did_you_mean(recipe.name, self.recipes)
            raise ValueError(
                f"{self.name} has no data recipe {recipe.name!r}; there are {', '.join(self.recipes)}{near}"
            )

    @property
    def faults(self) -> dict[str, FaultKind]:
        """The kinds of faults that can strike here: calls to listeners are made where there are any."""
        return {name: kind for name, kind in KINDS.items() if kind.point != "deliver" or self.webhooks is not None}

    @property
    def events(self) -> tuple[str, ...]:
        """What listeners are told of."""
        return () if self.webhooks is None else self.webhooks.events

    def find(self, actor: Actor, operation: str) -> Operation | None:
        return (self.operations if actor == "client" else self.admin_operations).get(operation)


def operations(*entries: Operation) -> dict[str, Operation]:
    """Operations by name; raises ValueError when two have the same, since one of them could never be called."""
    found: dict[str, Operation] = {}
    for entry in entries:
        if entry.name in found:
            raise ValueError(f"there are two operations {entry.name!r}; give one of them another name, or take it away")
        found[entry.name] = entry
    return found
