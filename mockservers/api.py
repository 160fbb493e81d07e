"""The Python API: emulators for tests, scripts and notebooks, started by `mockservers.start`.

    import mockservers

    with mockservers.start(VENDOR) as server:
        world = server.world(seed=7)
        desk = world[VENDOR]
        sync = MySync(desk.url, **desk.credentials)
        desk.act("create", fields={"subject": "x"})
        world.fault("cut", after_bytes=40)
        world.clock.advance(minutes=5)
        sync.run()
        assert not world.findings

Everything listens on loopback. Wrong arguments raise ValueError, and the message names what is accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self, Unpack

if TYPE_CHECKING:
    from mockservers.assertions import Expected
    from mockservers.kernel.clock import Mode
    from mockservers.kernel.faults import Fault
    from mockservers.kernel.installation import Installation
    from mockservers.kernel.journal import Entry
    from mockservers.kernel.life import Course
    from mockservers.kernel.overrides import Override
    from mockservers.kernel.redaction import Redaction
    from mockservers.kernel.world import World, WorldConfig
    from mockservers.server.http import Server

START = "2026-03-02T10:00:00Z"
"""When worlds begin unless told otherwise: a Monday."""

ClockMode = Literal["frozen", "real", "scaled"]
Operation = Literal["create", "act", "change", "delete", "read", "list", "import"]
Data = str | int | Mapping[str, str | int]
"""A recipe for every vendor (`demo`, `empty`, `demo:1000`, 1000), or one for each."""
Dialects = Mapping[str, str | Mapping[str, Any]]
"""By vendor: a named dialect, or switches and their values."""


class Finding(NamedTuple):
    """Something in a request that a careful client would not do; the vendor answers all the same."""

    rule: str
    """The id of the vendor's rule, as `mockservers rules show` takes it."""
    text: str


def start(
    *vendors: str,
    port: int = 0,
    seed: int = 1,
    clock: ClockMode = "frozen",
    start: str | datetime = START,
    rate: float = 1.0,
    data: Data = "demo",
    dialects: Dialects | None = None,
    lively: bool = False,
    desk: str | None = None,
) -> MockServer:
    """Start the emulators of these vendors (of all, without a name) on a loopback port; use it in a `with` block.

    `port` 0 takes a free one. The other arguments are what each world begins with: `start` is an aware datetime or ISO
    8601 text with an offset, `rate` how many virtual seconds pass in one where the clock is `scaled`, `data` the records
    that are there, `dialects` the choices where public knowledge of a vendor ends. In a `lively` world other people act on
    the demo data while the clock passes, in a frozen one as it is advanced. `desk` is a desk profile, a shipped one by name or
    a file: what it says lives there instead. Same arguments, same answers.
    Raises ValueError for what is unknown or out of range, OSError when the port is taken.
    """
    from mockservers import registry
    from mockservers.kernel.world import Worlds
    from mockservers.server.http import Server
    from mockservers.server.mounts import all_mounts

    chosen = tuple(registry.vendor(name).name for name in vendors) or registry.names()
    options = {
        "seed": seed,
        "clock": clock,
        "start": start,
        "rate": rate,
        "data": data,
        "dialects": dialects or {},
        "lively": lively,
        "desk": desk,
    }
    worlds = Worlds(registry.emulator, _config(chosen, options))
    try:
        mounts = [mount for mount in all_mounts() if mount.vendor in chosen]
        return MockServer(
            Server(worlds, port=port, mounts=mounts, observe=_observe, tools=_TOOLS).start(), chosen, options
        )
    except BaseException:
        worlds.close()
        raise


class MockServer:
    """Running emulators: one port, any number of isolated worlds. Made by `start`."""

    def __init__(self, server: Server, vendors: tuple[str, ...], options: Mapping[str, Any]) -> None:
        self._server = server
        self._options = dict(options)
        self.vendors = vendors
        """The names of the vendors that answer here."""
        self.default = MockWorld(server.worlds.default, server.url, vendors)
        """The world that answers where no other is named."""

    @property
    def url(self) -> str:
        """The base address, without a slash at its end."""
        return self._server.url

    def world(
        self,
        name: str | None = None,
        *,
        seed: int | None = None,
        clock: ClockMode | None = None,
        start: str | datetime | None = None,
        rate: float | None = None,
        data: Data | None = None,
        dialects: Dialects | None = None,
        lively: bool | None = None,
        desk: str | None = None,
    ) -> MockWorld:
        """A fresh world, isolated from all others; what is left out is as `start` was told.

        Use it in a `with` block, or delete it yourself, or leave it: it goes with the server. `name` is a host label:
        lower-case letters, digits and inner hyphens. Raises ValueError for a name that is taken.
        """
        given = {
            "seed": seed,
            "clock": clock,
            "start": start,
            "rate": rate,
            "data": data,
            "dialects": dialects,
            "lively": lively,
            "desk": desk,
        }
        options = {**self._options, **{key: value for key, value in given.items() if value is not None}}
        worlds = self._server.worlds
        number = len(worlds)
        while name is None:
            name = f"world-{number}" if f"world-{number}" not in worlds else None
            number += 1
        world = worlds.create(name, _config(self.vendors, options))
        return MockWorld(world, f"{self.url}/w/{name}", self.vendors, lambda: worlds.delete(world.name))

    def stop(self) -> None:
        """Stop serving; answers under way are finished first. Worlds and their data are gone."""
        try:
            self._server.stop()
        finally:
            self._server.worlds.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class MockWorld:
    """One isolated set of vendors, with a clock, faults and a journal of its own.

    `world["<vendor>"]` is one vendor of it. Clients reach it below `url`.
    """

    def __init__(
        self, world: World, url: str, vendors: tuple[str, ...], delete: Callable[[], None] | None = None
    ) -> None:
        self._world = world
        self._delete = delete
        self._deleted = False
        self._before_reset: list[Callable[[], None]] = []
        self.url = url
        """What a client is given in place of the vendor's scheme and host; no slash at its end."""
        self.vendors = {name: MockVendor(world, url, name) for name in vendors}
        """The vendors by name."""
        self.clock = MockClock(world)

    @property
    def name(self) -> str:
        return self._world.name

    def __getitem__(self, vendor: str) -> MockVendor:
        if vendor not in self.vendors:
            from mockservers.registry import did_you_mean

            near = did_you_mean(vendor, self.vendors)
            raise KeyError(f"no vendor {vendor!r} answers here; expected one of: {', '.join(self.vendors)}{near}")
        return self.vendors[vendor]

    def advance(self, by: str | timedelta | None = None, **lengths: float) -> datetime:
        """Let time pass, as `clock.advance` does: `advance("5m")`, `advance(minutes=5)`. Returns the new time."""
        return self.clock.advance(by, **lengths)

    def fault(
        self,
        kind: str,
        *,
        vendor: str | None = None,
        operation: str | None = None,
        skip: int = 0,
        times: int | None = 1,
        **settings: Any,
    ) -> Fault:
        """Plan trouble for the client's calls: after `skip` matching calls it hits `times` of them (None: all).

        `mockservers world fault --help` lists the kinds with their settings, such as `cut` with `after_bytes`. Raises
        ValueError for an unknown kind or setting.
        """
        return self._world.faults.add(kind, settings, vendor=vendor, operation=operation, skip=skip, times=times)

    def override(
        self,
        match: Mapping[str, Any] | None = None,
        *,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        skip: int = 0,
        times: int | None = 1,
        **content: Any,
    ) -> Override:
        """Answer the client's next `times` requests that match (None: all) in place of the emulator, after `skip` of them.

        `override({"path": {"contains": "/Attachments"}}, json=[])`: `match` takes `vendor`, `method`, `url`, `path`, `query`,
        `headers`, `body` and `text`, as `verify` does; the content is `body="text"`, `json=value`, none, or `patch={...}`, a
        JSON Merge Patch of what the emulator answers. What comes back counts its `hits`.
        Raises ValueError that names what is wrong.
        """
        from mockservers import assertions

        words = {"status": status, "headers": dict(headers or {}), **content}
        return assertions.overridden(self._world, tuple(self.vendors), dict(match or {}), words, skip, times)

    def clear_overrides(self) -> int:
        """Forget all overrides; returns how many there were."""
        return self._world.overrides.clear()

    def clear_faults(self) -> int:
        """Forget all planned faults; returns how many there were."""
        return self._world.faults.clear()

    @property
    def journal(self) -> list[Entry]:
        """Every call so far, oldest first, with secrets masked."""
        return list(self._world.journal)

    @property
    def findings(self) -> list[Finding]:
        """What a careful client would not have sent, in the order of the journal."""
        return [Finding(note.rule, note.text) for entry in self._world.journal for note in entry.notes]

    def verify(self, **expected: Unpack[Expected]) -> list[Entry]:
        """Assert that the calls were made, so many and in this order; returns those that are as expected.

        `verify(operation="update", body={"Ticket.Status": 5}, count=1)`. Without `count`, `at_least` or `at_most` there must
        be one or more. Raises AssertionError that shows the nearest calls and where they differ; ValueError for a word that
        is wrong, or names what no call can have.
        """
        from mockservers import assertions

        return assertions.verified(self._world, tuple(self.vendors), expected)

    def wait_for(self, timeout: float = 10.0, **expected: Unpack[Expected]) -> list[Entry]:
        """Wait until the calls were made that `verify` would assert, so that no test sleeps; returns them.

        `timeout` is in seconds of the machine's time, whatever the world's clock does. Raises AssertionError as `verify` does.
        """
        from mockservers import assertions

        return assertions.awaited(self._world, tuple(self.vendors), expected, timeout)

    def redaction(self) -> Redaction:
        """What takes the world's secrets out of a text, in whatever encoding they stand there: `world.redaction()(text)`."""
        return self._world.redaction()

    def checkpoint(self, name: str) -> None:
        """Remember data, credentials, dialects and clock under `name`."""
        self._world.checkpoint(name)

    def restore(self, name: str) -> None:
        """Return to a checkpoint; raises ValueError for an unknown name."""
        self._world.restore(name)

    def reset(self) -> None:
        """Back to the beginning; journal, faults and checkpoints are emptied."""
        for told in self._before_reset:
            told()
        self._world.reset()

    def delete(self) -> None:
        """Take the world away; calls below its address get 404 from then on. The default world cannot be deleted."""
        if self._delete is None:
            raise ValueError("the world 'default' cannot be deleted; reset it instead")
        if not self._deleted:
            self._deleted = True
            self._delete()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._delete is not None:
            self.delete()


class MockVendor:
    """One vendor in one world: where it answers, who is let in, and what other people do there."""

    def __init__(self, world: World, url: str, name: str) -> None:
        self._world, self._base = world, url
        self.name = name

    @property
    def url(self) -> str:
        """The address a client of this vendor is configured with."""
        return self._base + self._world.emulator(self.name).endpoint

    @property
    def description(self) -> str | None:
        """The address of the vendor's WSDL or OpenAPI document; None when it publishes none."""
        path = self._world.emulator(self.name).description
        return None if path is None else self._base + path

    @property
    def credentials(self) -> dict[str, str]:
        """The credential of the first tenant, under the vendor's own words."""
        return dict(self._world.emulator(self.name).demo_credential)

    def act(self, operation: Operation, *, tenant: str | None = None, **request: Any) -> dict[str, Any]:
        """What other people do at the vendor; returns the record's truth after it (`id`, `exists`, `fields`).

        `act("create", fields={...})`, `act("act", id=34, action="close")`, `act("change", id=34, fields={...})`,
        `act("delete", id=34)`, `act("read", id=34)`, `act("list")`. `mockservers world records VENDOR --help` lists what
        each vendor knows. Raises `mockservers.Misuse` for what cannot be done; its message says what can.
        """
        members = {key: str(value) if key == "id" else value for key, value in request.items()}
        answer: dict[str, Any] = self._world.act(self.name, operation, members, tenant)
        return answer

    def verify(self, **expected: Unpack[Expected]) -> list[Entry]:
        """Assert that the calls to this vendor were made: `MockWorld.verify` for it alone."""
        from mockservers import assertions

        return assertions.verified(self._world, (self.name,), assertions.of_vendor(self.name, expected))

    def wait_for(self, timeout: float = 10.0, **expected: Unpack[Expected]) -> list[Entry]:
        """Wait until the calls to this vendor were made: `MockWorld.wait_for` for it alone."""
        from mockservers import assertions

        return assertions.awaited(self._world, (self.name,), assertions.of_vendor(self.name, expected), timeout)

    def switch(self, **switches: Any) -> None:
        """Set dialect switches of the whole installation; raises ValueError for an unknown switch or value."""
        self._world.installation(self.name).switch(switches)

    @property
    def journal(self) -> list[Entry]:
        """The calls to this vendor, oldest first."""
        return [entry for entry in self._world.journal if entry.vendor == self.name]


class MockClock:
    """A world's clock."""

    def __init__(self, world: World) -> None:
        self._world = world

    def now(self) -> datetime:
        """The world's time, aware, in UTC."""
        from mockservers.kernel import instants

        return instants.to_datetime(self._world.clock.now())

    def advance(
        self,
        by: str | timedelta | None = None,
        *,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
    ) -> datetime:
        """Let time pass: `advance(minutes=5)`, `advance("5m")` or a timedelta; backwards when negative. Returns the new time."""
        from mockservers.kernel import instants

        whole = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        if isinstance(by, str):
            whole += timedelta(microseconds=instants.duration(by))
        elif by is not None:
            whole += by
        self._world.clock.advance(whole // timedelta(microseconds=1))
        return self.now()

    def set(self, moment: str | datetime) -> None:
        """Make it this moment: an aware datetime, or ISO 8601 text with an offset."""
        self._world.clock.set(_instant(moment))

    def run(self, mode: ClockMode = "real", rate: float = 1.0) -> None:
        """Go on from the present moment in another mode; `rate` counts where it is `scaled`."""
        self._world.clock.change_mode(mode, rate)


def _instant(moment: str | datetime) -> int:
    from mockservers.kernel import instants

    return instants.from_iso(moment) if isinstance(moment, str) else instants.from_datetime(moment)


def _config(vendors: tuple[str, ...], options: Mapping[str, Any]) -> WorldConfig:
    """The beginning of a world; raises ValueError for a recipe or dialect that a vendor does not have."""
    from mockservers import registry
    from mockservers.kernel.operations import Recipe
    from mockservers.kernel.world import WorldConfig

    data, mode = options["data"], options["clock"]
    by_vendor = data if isinstance(data, Mapping) else dict.fromkeys(vendors, data)
    recipes = {name: Recipe.parse(text) for name, text in by_vendor.items()}
    for name, recipe in recipes.items():
        known = list(registry.emulator(name).recipes)
        if recipe.name not in known:
            raise ValueError(f"{name} has no data recipe {recipe.name!r}; expected one of: {', '.join(known)}")
    for name, dialect in options["dialects"].items():
        registry.emulator(name).dialects.dialect(dialect)
    clock: Mode = mode
    return WorldConfig(
        seed=options["seed"],
        mode=clock,
        start=_instant(options["start"]),
        rate=options["rate"],
        data=recipes,
        dialects=dict(options["dialects"]),
        lively=options["lively"],
        desk=_desk(options["desk"]),
    )


def _desk(profile: str | None) -> Callable[[Installation], Course | None] | None:
    """What lives in a world; raises ValueError for a profile that cannot be used."""
    if profile is None:
        return None
    from mockservers.rehearsal import living, profiles

    return living.living(profiles.load(profile))


def _observe(world: World, vendor: str | None) -> Mapping[str, Any]:
    """What can be told of the client of a world from its journal."""
    from mockservers.rehearsal import observing

    return observing.told(world, vendor)


def _usage(world: World, vendor: str) -> Mapping[str, Any]:
    """What the calls to a vendor met of its limit."""
    from mockservers.rehearsal import observing

    return observing.usage(world, vendor)


def _export(world: World, entries: Sequence[Entry], form: str) -> tuple[bytes, str]:
    """A file of calls, and its name."""
    from mockservers.recording import journalled

    return journalled.export(world, entries, form)


_TOOLS = {"usage": _usage, "export": _export}
