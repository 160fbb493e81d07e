"""pytest fixtures: `mock_server` (one a session), `mock_world` (fresh a test), `mock_client` (requests bound to the world).

Loaded by every pytest run where mockservers is installed, so it imports next to nothing until a fixture is used. Under
pytest-xdist each worker has a server of its own, on a port of its own.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import pytest

if TYPE_CHECKING:
    import requests

    from mockservers.kernel.clock import Clock
    from mockservers.kernel.faults import Fault
    from mockservers.kernel.journal import Entry
    from mockservers.kernel.operations import Recipe
    from mockservers.kernel.world import World
    from mockservers.server.http import Server

_WORLD: pytest.StashKey[MockWorld] = pytest.StashKey()
_SHOWN = 20


class MockWorld:
    """A world made for one test.

    `url` is what the client under test is given in place of the vendor's host. Everything else is what the test itself
    uses: the clock, what other people do, faults, the journal.
    """

    def __init__(self, world: World, shared: World, door_url: str, *, allow_unsupported: bool) -> None:
        self.world = world
        self.url = f"{door_url}/w/{world.name}"
        self.allow_unsupported = allow_unsupported
        self._shared = shared
        self._seen, self._seen_shared = 0, shared.journal.count

    def endpoint(self, vendor: str) -> str:
        """The address a client of `vendor` is configured with."""
        return self.url + self.world.installation(vendor).emulator.endpoint

    def description(self, vendor: str) -> str:
        """The address of the vendor's WSDL or OpenAPI document; raises ValueError when it has none."""
        path = self.world.installation(vendor).emulator.description
        if path is None:
            raise ValueError(f"{vendor} publishes no machine-readable description")
        return self.url + path

    def credentials(self, vendor: str) -> dict[str, str]:
        """The documented credential of the first tenant, by the vendor's own word."""
        return dict(self.world.installation(vendor).emulator.demo_credential)

    @property
    def clock(self) -> Clock:
        """The world's clock; instants and lengths in microseconds (see `mockservers.kernel.instants`)."""
        return self.world.clock

    def act(self, vendor: str, operation: str, request: Any = None, tenant: str | None = None) -> Any:
        """What other people do at the vendor: `create`, `act`, `change`, `delete`, `read`, `list`."""
        return self.world.act(vendor, operation, request, tenant)

    def fault(self, kind: str, settings: dict[str, Any] | None = None, **address: Any) -> Fault:
        """Plan trouble; see `mockservers.kernel.faults.KINDS` for the kinds, `FaultPlan.add` for the address."""
        return self.world.faults.add(kind, settings, **address)

    def switch(self, vendor: str, **switches: Any) -> None:
        """Set dialect switches of the vendor's whole installation."""
        self.world.installation(vendor).switch(switches)

    @property
    def journal(self) -> list[Entry]:
        """Everything that happened in this world so far."""
        return list(self.world.journal)

    @property
    def findings(self) -> list[tuple[str, str]]:
        """Deviations seen in the client's requests, each as rule id and sentence."""
        return [(note.rule, note.text) for entry in self.world.journal for note in entry.notes]

    def trouble(self) -> str | None:
        """What must fail the test by itself and was not told yet: calls past its world, or without a meaning."""
        outcomes = ("error",) if self.allow_unsupported else ("error", "unsupported", "unmatched")
        own = [entry for entry in self.world.journal.since(self._seen) if entry.outcome in outcomes]
        astray = [entry for entry in self._shared.journal.since(self._seen_shared) if entry.actor == "client"]
        self._seen, self._seen_shared = self.world.journal.count, self._shared.journal.count
        told = []
        if own:
            told.append(
                f"The client made {len(own)} call(s) that the emulators could not answer as the vendor would:\n"
                f"{_shown(own)}\n"
                "An answer that means nothing must not let a test pass. If the call is intended, mark the test with "
                "@pytest.mark.mock_world(allow_unsupported=True); a line 'error' is a bug of mockservers: please report it."
            )
        if astray:
            told.append(
                f"{len(astray)} call(s) went past the world of this test, to the shared world or to none:\n"
                f"{_shown(astray)}\n"
                f"Nothing the test set up holds there. Every address must begin with mock_world.url, which is {self.url}"
            )
        return "\n".join(told) or None


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "mock_world(data='demo', start='2026-03-02T10:00:00Z', clock='frozen', rate=1.0, seed=1, dialects={}, "
        "allow_unsupported=False): what the test's mock_world begins with",
    )


@pytest.fixture(scope="session")
def mock_server() -> Iterator[Server]:
    """The emulators on a free loopback port, one server for the whole session (one per worker under xdist)."""
    from mockservers import registry
    from mockservers.kernel.world import Worlds
    from mockservers.server.http import Server

    worlds = Worlds(registry.emulator)
    with Server(worlds) as door:
        yield door
    worlds.close()


def _recipe(vendor: str, text: str | int) -> Recipe:
    """The recipe, if the vendor has it; raises ValueError."""
    from mockservers import registry
    from mockservers.kernel.operations import Recipe

    recipe, known = Recipe.parse(text), list(registry.emulator(vendor).recipes)
    if recipe.name not in known:
        raise ValueError(f"{vendor} has no data recipe {recipe.name!r}; there are {', '.join(known)}")
    return recipe


@pytest.fixture
def mock_world(request: pytest.FixtureRequest, mock_server: Server) -> Iterator[MockWorld]:
    """A fresh world for this test alone; the marker `mock_world(...)` says what it begins with."""
    from mockservers import registry
    from mockservers.kernel import instants
    from mockservers.kernel.world import WorldConfig

    options: dict[str, Any] = {}
    for mark in reversed(list(request.node.iter_markers("mock_world"))):
        options.update(mark.kwargs)
    data = options.pop("data", "demo")
    by_vendor = data if isinstance(data, dict) else dict.fromkeys(registry.names(), data)
    dialects = options.pop("dialects", {})
    try:
        recipes = {vendor: _recipe(vendor, recipe) for vendor, recipe in by_vendor.items()}
        for vendor, dialect in dialects.items():
            registry.emulator(vendor).dialects.dialect(dialect)
    except ValueError as error:
        pytest.fail(f"mock_world: {error}", pytrace=False)
    allow_unsupported = options.pop("allow_unsupported", False)
    config = WorldConfig(
        seed=options.pop("seed", 1),
        mode=options.pop("clock", "frozen"),
        start=instants.from_iso(options.pop("start", "2026-03-02T10:00:00Z")),
        rate=options.pop("rate", 1.0),
        data=recipes,
        dialects=dialects,
    )
    if options:
        pytest.fail(f"mock_world has no option {sorted(options)[0]!r}; see pytest --markers", pytrace=False)
    number = mock_server.worlds.default.journal.count  # only to begin somewhere
    while (name := f"test-{number}") in mock_server.worlds:
        number += 1
    world = mock_server.worlds.create(name, config)
    mocked = MockWorld(world, mock_server.worlds.default, mock_server.url, allow_unsupported=allow_unsupported)
    request.node.stash[_WORLD] = mocked
    yield mocked
    try:
        _fail_for(mocked)  # for what fixtures did that were taken down before this one
    finally:
        mock_server.worlds.delete(name)


@pytest.fixture
def mock_client(mock_world: MockWorld) -> Iterator[requests.Session]:
    """A `requests.Session` whose relative addresses are below the world's URL: `mock_client.get("/API/default.aspx")`."""
    import requests

    class Session(requests.Session):
        def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
            text = url.decode() if isinstance(url, bytes) else url
            whole = text if "://" in text else urljoin(mock_world.url + "/", text.lstrip("/"))
            return super().request(method, whole, *args, **kwargs)

    with Session() as session:
        session.trust_env = False
        yield session


def _line(entry: Entry) -> str:
    what = entry.operation or (entry.exchange.target if entry.exchange else "-")
    parts = [f"#{entry.n}", entry.vendor or "(no vendor)", entry.actor, what, entry.outcome]
    if entry.refusal:
        parts.append(entry.refusal)
    if entry.faults:
        parts.append("fault " + ",".join(entry.faults))
    text = "  ".join(parts)
    text += f"\n      rules {', '.join(entry.rules)}" if entry.rules else ""
    text += "".join(f"\n      finding {note.rule}: {note.text}" for note in entry.notes)
    return text + (f"\n      {entry.error.strip().splitlines()[-1]}" if entry.error else "")


def _shown(entries: list[Entry]) -> str:
    return "\n".join("  " + _line(entry) for entry in entries[:5])


def _fail_for(mocked: MockWorld) -> None:
    trouble = mocked.trouble()
    if trouble is not None:
        pytest.fail(trouble, pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    try:
        result = yield
    except BaseException:
        if _WORLD in item.stash:
            item.stash[_WORLD].trouble()  # the test has failed already, and its journal is shown
        raise
    if _WORLD in item.stash:
        _fail_for(item.stash[_WORLD])
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, Any, Any]:
    result = yield
    if _WORLD in item.stash:
        _fail_for(item.stash[_WORLD])  # for calls after the test's world was taken away
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    mocked = item.stash.get(_WORLD, None)
    if mocked is not None and report.when in ("setup", "call") and report.failed:
        entries = mocked.journal
        lines = [_line(entry) for entry in entries[-_SHOWN:]] or ["no call reached the emulators"]
        if len(entries) > _SHOWN:
            lines.insert(0, f"... {len(entries) - _SHOWN} earlier calls")
        report.sections.append(("mockservers journal", "\n".join(lines)))
    return report
