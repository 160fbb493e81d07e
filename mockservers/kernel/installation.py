"""Installations: one vendor in one world, with its database, tenants, dialect and numbers.

A freshly seeded database is remembered as an image, so that the next world with the same beginning opens in a millisecond.
"""

from __future__ import annotations

import json
from collections import OrderedDict, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockservers import __version__
from mockservers.kernel import back_file, files, images, webhooks
from mockservers.kernel.ids import Ids
from mockservers.kernel.instants import DAY, HOUR
from mockservers.kernel.life import Course
from mockservers.kernel.operations import Emulator, Progress, Recipe
from mockservers.kernel.rules import Unwritable
from mockservers.kernel.store import Store
from mockservers.kernel.tenants import Tenants

if TYPE_CHECKING:
    from mockservers.kernel.world import World

_TEMPLATES: OrderedDict[tuple[Any, ...], bytes] = OrderedDict()
"""Images of freshly seeded databases: the second world with the same data opens in a millisecond."""
_MOST_TEMPLATES, _LARGEST_TEMPLATE = 48, 32 << 20
_MOST_BYTES = 160 << 20
"""Of all images together."""

MOST_COUNTED = 20_000
"""Calls of one key whose instants are remembered."""
MOST_ISSUED = 64
"""Tokens handed out by one installation that are masked wherever they stand; an older one where it is presented."""


def no_progress(done: int, total: int) -> None:
    """Report nothing."""


class CountLog:
    """What was done to the counts of calls in a turn, for processes that serve the same world."""

    def __init__(self) -> None:
        self.added: list[tuple[str, str, int]] = []
        """Vendor, key and instant of each call that was counted."""
        self.rewritten: set[str] = set()
        """Vendors of whose counts some were taken away, so that what is left is told as a whole."""
        self.turns: dict[str, int] = {}
        """How often that happened, by vendor."""

    def clear(self) -> None:
        """What was done is told to nobody: it did not happen."""
        self.added.clear()
        self.rewritten.clear()
        self.turns.clear()

    def take_away(self, vendor: str) -> None:
        self.rewritten.add(vendor)
        self.turns[vendor] = self.turns.get(vendor, 0) + 1


class Installation:
    """One vendor in one world: its database, tenants, dialect and numbers."""

    def __init__(self, world: World, emulator: Emulator, progress: Progress = no_progress) -> None:
        config = world.config
        self.world = world
        self.emulator = emulator
        self.dialect = emulator.dialects.dialect(config.dialects.get(emulator.name))
        self.tenants = Tenants(emulator.named_credentials)
        self.ids = Ids(config.seed)
        self.recipe = config.data.get(emulator.name, Recipe())
        self.usage: dict[str, deque[int]] = world.usages.setdefault(emulator.name, {})
        self.issued: deque[str] = deque(maxlen=MOST_ISSUED)
        """Secrets that were handed out to callers, the latest of them."""
        self.cache: dict[Any, Any] = {}
        """Rendered fragments and the like, by keys that name a revision; emptied when data is replaced."""
        self.under_way: dict[Any, Any] = {}
        """Calls that are being answered, by keys of the vendor's; data that are replaced do not end them."""
        self.awake = self.lived = 0
        """The instants at which life sets in here, and up to which all that happens by itself has happened (see `life`)."""
        self.life = Course.of(self)
        self.store = world.keeping.store(emulator.name, config.durability)
        self._weighed = (-1, 0)
        try:
            self._begin(self.recipe, progress)
        except BaseException:
            self.store.close()
            raise

    def _begin(self, recipe: Recipe, progress: Progress) -> None:
        self.emulator.check_recipe(recipe)
        if not self.store.empty and not self.store.whole():
            # A seeding left it that was interrupted; it is done again.
            self.store.remove()
            self.store = self.world.keeping.store(self.emulator.name, self.world.config.durability)
        born = self.world.beginning  # not the present: what was is not to hang on who looks first, and when
        # A desk that a world brings begins with the world; what a demo's data hold of hours to come, comes beside it.
        demo = self.emulator.life if self.world.config.desk is None else None
        self.awake = self.lived = awake = born + (0 if demo is None else demo.after)
        key = (
            self.store.engine,
            self.emulator.name,
            recipe,
            self.ids.seed,
            born,
            json.dumps(self.dialect.changes(), default=str),
        )
        if not self.store.empty:
            self._load_state()
        elif back_file.is_large(recipe) and self.store.imaged:
            self._begin_large(recipe, progress)
            self.awake = self.lived = awake
            if self.store.lasting:
                self.save()
        elif key in _TEMPLATES and self.store.templated:
            self.store.begin_with(_TEMPLATES[key], self.emulator.metadata)
            _TEMPLATES.move_to_end(key)
            self._load_state()
            self.awake = self.lived = awake
        else:
            self.store.prepare(self.emulator.metadata)
            self.emulator.seed(self, recipe, born, progress)
            # A clock set by the machine never begins at the same instant again: an image would only cost time and memory.
            if self.store.lasting:
                self.save()
            if self.store.templated and self.world.config.start is not None and self.store.size <= _LARGEST_TEMPLATE:
                _TEMPLATES[key] = self.dump()
                while len(_TEMPLATES) > _MOST_TEMPLATES or sum(map(len, _TEMPLATES.values())) > _MOST_BYTES:
                    _TEMPLATES.popitem(last=False)

    def _begin_large(self, recipe: Recipe, progress: Progress) -> None:
        """Begin with a copy of an image of the same beginning, which is made where there is none.

        Where the machine sets the clock, the data are as of midnight: the same all day long.
        """
        born, path, durability = self.world.beginning, self.store.path, self.world.config.durability
        if self.world.config.start is None:
            born -= born % DAY
        emulator, switches = self.emulator, json.dumps(self.dialect.changes(), default=str)
        schema = [repr(table) for table in emulator.metadata.sorted_tables]
        module = emulator.seed.__module__
        made_by = images.sources(back_file.__name__, module.rpartition(".")[0] or module)
        name = images.key(
            emulator.name, recipe.rows or 0, recipe, self.ids.seed, born, switches, __version__, schema, made_by
        )

        def make(target: Path) -> None:
            self.store.close()
            self.store = Store(scratch=target)
            self.store.prepare(emulator.metadata)
            emulator.seed(self, recipe, born, progress)
            self.save()
            self.store.close()

        self.store.close()
        try:
            copy = images.opened(name, make)
        except (OSError, Unwritable) as error:
            raise Unwritable(
                f"the {recipe.rows} tickets of {emulator.name} cannot be kept on the disk: {error}. Make room, or name another "
                f"folder with the variable {images.FOLDER}"
            ) from error
        if path is None:
            self.store = Store(scratch=copy)
            with suppress(OSError):  # where a file can lose its name while it is open, nothing is left behind
                copy.unlink()
        else:
            files.adopt(copy, path)
            self.store = Store(path, durability)
        self._load_state()

    @contextmanager
    def administered(self) -> Iterator[None]:
        """Around an act of other people, who change what is no row too: where it fails, that is taken back like the rows.

        Tenants become what they were; what the cache learnt from rows that never came to be is forgotten.
        """
        with self.tenants.transaction():
            try:
                yield
            except BaseException:
                self.cache.clear()
                raise

    def save(self) -> None:
        """Write tenants, switches, counters and the clock into the database, so that it can be opened again."""
        with self.store.transaction():
            self.store.keep(self._state())

    def keep_state(self) -> None:
        """As `save`, inside a turn that is a transaction itself."""
        self.store.keep(self._state())

    def renew(self) -> None:
        """Another process has changed something here: forget what was derived from it, and go on with what is kept."""
        self._weighed = (-1, 0)
        self._load_state()

    def _state(self) -> dict[str, Any]:
        if self.world.counts is not None:
            return self._shared_state(self.world.counts)
        return {
            "dialect": self.dialect.changes(),
            "tenants": self.tenants.dump(),
            "counters": self.ids.counters,
            "seed": self.ids.seed,
            "recipe": str(self.recipe),
            "life": self._course,
            "born": self.world.beginning,
            "clock": self.world.clock_kept(),
        }

    def _shared_state(self, counts: CountLog) -> dict[str, Any]:
        """The same for other processes: it differs only where something was changed, for they read it anew each time."""
        state = {
            "dialect": self.dialect.changes(),
            "tenants": self.tenants.dump(),
            "counters": self.ids.counters,
            "seed": self.ids.seed,
            "issued": list(self.issued),
            "counted": counts.turns.get(self.emulator.name, 0),
        }
        return state if self.life is None else {**state, "life": [self.awake, self.lived]}

    @contextmanager
    def writing(self, always: bool = False) -> Iterator[None]:
        """A transaction of one call. Where the store lasts, what is no row is written with the rows: both are kept, or neither.

        `always` writes it also when no row was written, as acts of other people may change nothing else.
        """
        with self.store.transaction():
            before = self.store.changes
            yield
            if self.store.lasting and (always or self.store.changes != before):
                self.store.keep(self._state())

    @property
    def _course(self) -> list[int]:
        """Where life begins and stands, as it is kept; where nothing happens by itself, it could begin now at the earliest."""
        if self.life is not None:
            return [self.awake, self.lived]
        return [max(self.awake, self.world.clock.now())] * 2

    def _load_state(self) -> None:
        state = self.store.kept()
        self.dialect = self.emulator.dialects.default.with_(state["dialect"])
        self.tenants.load(state["tenants"], self.dialect)
        self.ids = Ids(state["seed"], state["counters"])
        self.awake, self.lived = state.get("life", [self.world.clock.now()] * 2)
        if self.life is not None:
            self.life.look_anew()
        self.cache.clear()
        self.issued.extend(each for each in state.get("issued", ()) if each not in self.issued)

    def dump(self) -> bytes:
        self.save()
        return self.store.dump()

    def load(self, image: bytes) -> None:
        self.store.load(image)
        self._weighed = (-1, 0)
        self.usage.clear()
        if self.world.counts is not None:
            self.world.counts.take_away(self.emulator.name)
        self._load_state()

    @property
    def size(self) -> int:
        """Bytes of memory that the database takes; none for a file."""
        changes = self.store.changes  # asking for the size takes longer than most calls, and most calls write nothing
        if changes != self._weighed[0]:
            self._weighed = (changes, self.store.size)
        return self._weighed[1]

    @property
    def secrets(self) -> list[str]:
        """Everything that lets a call in here: credentials, and what was handed out for them."""
        return [*self.tenants.secrets, *self.issued]

    def switch(self, changes: Mapping[str, Any], tenant: str | None = None) -> None:
        """Set dialect switches of a tenant, or of the installation and all its tenants."""
        if tenant is not None:
            owner = self.tenants[tenant]
            owner.dialect = owner.dialect.with_(changes, scope="tenant")
        else:
            self.dialect = self.dialect.with_(changes)
            for each in self.tenants:
                each.dialect = each.dialect.with_(changes)
        self.cache.clear()
        if self.store.lasting:
            self.save()

    @property
    def calls_listeners(self) -> bool:
        """Whether anybody ever asked to be called here."""
        return webhooks.WRITTEN in self.ids.counters

    def count(self, key: str, now: int) -> int:
        """Count a call of `key` and tell how many there were in the hour up to now (`MOST_COUNTED` are remembered)."""
        calls = self._until(key, now)
        calls.append(now)
        if self.world.counts is not None:
            self.world.counts.added.append((self.emulator.name, key, now))
        while calls[0] <= now - HOUR:
            calls.popleft()
        return len(calls)

    def recent(self, key: str, since: int) -> int:
        """How many counted calls of `key` came after the instant `since`."""
        return sum(1 for at in self._until(key, self.world.clock.now()) if at > since)

    def _until(self, key: str, now: int) -> deque[int]:
        """The counted calls of `key`, without those of a time to come that a clock set back has taken away."""
        calls = self.usage.setdefault(key, deque(maxlen=MOST_COUNTED))
        if calls and calls[-1] > now and self.world.counts is not None:
            self.world.counts.take_away(self.emulator.name)
        while calls and calls[-1] > now:
            calls.pop()
        return calls
