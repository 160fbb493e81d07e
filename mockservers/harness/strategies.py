"""Strategies: whole scenarios as data, drawn by Hypothesis, so that shrinking a failure is shrinking a file.

A scenario is drawn as a list of intents that name tickets by a small number; resolving them to labels comes after, and
an intent that has no ticket to act on falls away. So every step can be removed without making the others invalid.
Values come from small pools, the simplest first, so that things collide and shrink towards the plain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from mockservers.harness.drivers import KILL, LISTENING, RESTART, Hello
from mockservers.harness.layers import Story, asked, card, dealt, dealt_place, sampled, told, turned
from mockservers.harness.profile import VendorProfile
from mockservers.harness.scenarios import (
    CUSTOMER,
    ClientStep,
    ClockStep,
    FaultStep,
    Meanwhile,
    OtherStep,
    Scenario,
    Step,
)
from mockservers.kernel import instants
from mockservers.kernel.instants import HOUR, MINUTE, SECOND

Strategy = st.SearchStrategy[Any]
Intent = Callable[["ScenarioBuilder"], Step | None]
"""Turns into a step, given the tickets there are by then; None where it cannot."""

MOST_INTENTS, MOST_MORE = 8, 2
"""In each half of a scenario, and in the second where a story is told for sure. Two lists make longer scenarios likely, and
still shrink to one step."""

STARTS = tuple(
    instants.from_iso(text)
    for text in (
        "2026-03-02T10:00:00Z",
        "2026-03-02T10:00:30Z",
        "2026-03-02T10:00:59Z",
        "2026-04-12T23:59:59Z",  # the last second of a day, and a day of the month that no month has
        "2026-05-04T04:15:00Z",  # a quarter past midnight in New York
        "2026-11-01T05:29:30Z",  # clocks in New York repeat an hour from 06:00Z on,
        "2026-11-01T05:56:00Z",  # so a window that begins here ends earlier on the wall than it begins
        "2026-11-01T05:58:30Z",
        "2026-03-08T06:59:00Z",  # and skip one from 07:00Z on
        "2025-12-31T23:59:30Z",
    )
)

SPANS = (5 * MINUTE, MINUTE, SECOND, 29 * SECOND, 59 * SECOND, 61 * SECOND, 6 * MINUTE, 17 * MINUTE, HOUR)
DELAYS = (0, 0, 0, 30 * SECOND, 90 * SECOND)

TEXTS = (
    "plain",
    "a & b",
    'Smith & Sons <North> said "no"',
    "C++ 100%25",
    "Müller's Straße 5",
    "&amp; &lt;b&gt; &quot;",
    "100 % + 5",
    "one\ntwo\tthree",
    "x\\u00e4\\n",
    "ticket=1&status=Open;a,b",
    "🚧 проверка",
    "",
    "0",
    "null",
    "long " * 60 + "end",
    "  two before, one after ",
    "\u00a0no-break\u202fblanks, zero\u200bwidth\u00a0",
    "one\r\ntwo\rthree\u2028four\u0085five",
    "e\u0301 A\u030a \u05e9\u05dc\u05d5\u05dd \u202eabc\u202c",
    "\u6f22\u5b57 \U0001d4b3 \U0001f9d1\u200d\U0001f692",
    "007",
    "1e3",
    "true",
    "2026-03-02T10:00:00Z",
    '{"a": [null, "b"]}',
    "<i a='1'>x</i> ]]> <!-- -->",
    "&amp;lt; &#38; %2526 +",
)
"""Texts at their edges: what is escaped, trimmed, cut, normalised, or taken for something else than text."""
PROSE = tuple(each for each in TEXTS if each.strip())
"""Those of them that say something, which a note or a summary must."""


class ScenarioBuilder:
    """The state of a scenario while it is told: which labels there are."""

    def __init__(self, profile: VendorProfile) -> None:
        self.profile = profile
        self.count = 0
        self.alive: list[int] = []
        self.heirs: dict[int, int] = {}
        self.locked: set[int] = set()
        self.once: set[str] = set()
        """What was done that cannot be done twice."""
        self.merged: set[int] = set()
        self.told: list[str] = []
        """The stories that are told."""

    def born(self, times: int = 1) -> None:
        for _ in range(times):
            self.count += 1
            self.alive.append(self.count)

    def pick(self, index: int) -> int | None:
        """One of the living tickets, the first of them for 0."""
        return self.alive[index % len(self.alive)] if self.alive else None


def _label(number: int) -> str:
    return f"T{number}"


def create(fields: Mapping[str, Any], delay: int = 0, times: int = 1) -> Intent:
    def tell(builder: ScenarioBuilder) -> Step:
        builder.born(times)
        return OtherStep("create", fields=dict(fields), delay=delay, times=times)

    return tell


def act(index: int, action: str, delay: int = 0, more: Mapping[str, Any] | None = None) -> Intent:
    def tell(builder: ScenarioBuilder) -> Step | None:
        ticket = builder.pick(index)
        if ticket is None:
            return None
        if action in builder.profile.births:
            while ticket in builder.heirs:  # a version has one successor: the newest is what can have another
                ticket = builder.heirs[ticket]
            if ticket not in builder.alive:
                return None
            builder.born()
            builder.heirs[ticket] = builder.count
        if action == "lock":
            if ticket in builder.locked:  # who locks a locked ticket is refused
                return None
            builder.locked.add(ticket)
        if action == "unlock":
            builder.locked.discard(ticket)
        keys = dict(more or {})
        if action == "merge":
            into = builder.pick(keys["into"])
            if into is None or into == ticket or {into, ticket} & builder.merged:
                return None
            builder.merged.add(ticket)
            keys["into"] = _label(into)
        if action == "reopen" and ticket in builder.merged:  # a merge is not undone
            return None
        return OtherStep("act", _label(ticket), action, keys.pop("fields", {}), keys, delay)

    return tell


def change(index: int, fields: Mapping[str, Any], delay: int = 0) -> Intent:
    def tell(builder: ScenarioBuilder) -> Step | None:
        ticket = builder.pick(index)
        return None if ticket is None else OtherStep("change", _label(ticket), fields=dict(fields), delay=delay)

    return tell


def delete(index: int) -> Intent:
    def tell(builder: ScenarioBuilder) -> Step | None:
        ticket = builder.pick(index)
        if ticket is None:
            return None
        builder.alive.remove(ticket)
        return OtherStep("delete", _label(ticket))

    return tell


def named(story: Story) -> Strategy:
    """A story as what it draws, with its name at its beginning."""

    def mark(builder: ScenarioBuilder) -> None:
        builder.told.append(story.name)

    return story.drawn.map(lambda intents: [mark, *intents])


def plain(step: Step) -> Intent:
    return lambda builder: step


def sync(after_request: int = 0, intents: Iterable[Intent] = ()) -> Intent:
    """The client works; others act when its request number `after_request` was answered."""

    def tell(builder: ScenarioBuilder) -> Step:
        return ClientStep("sync", _meanwhile(builder, after_request, intents))

    return tell


def restart() -> Intent:
    """The client is ended and started again; what it keeps in its state folder stays."""
    return plain(ClientStep(RESTART))


def killed(at: int) -> Intent:
    """The client works, and is ended in the middle of it, at its request number `at`; then it is started again."""
    return plain(ClientStep("sync", killed_at=at))


def write(
    task: str,
    index: int = 0,
    fields: Mapping[str, Any] | None = None,
    text: str = "",
    minutes: int | None = None,
    after_request: int = 1,
    intents: Iterable[Intent] = (),
) -> Intent:
    """The client writes something at the vendor; others act when its request number `after_request` was answered."""

    def tell(builder: ScenarioBuilder) -> Step | None:
        ticket = None if task == "create" else builder.pick(index)
        if task != "create" and ticket is None:
            return None
        meanwhile = _meanwhile(builder, after_request, intents)
        if task == "create":
            builder.born()
        return ClientStep(
            task, meanwhile, None if ticket is None else _label(ticket), dict(fields or {}), text, minutes
        )

    return tell


def writes(
    hello: Hello, others: Strategy, new: Strategy, told: Strategy, minutes: Strategy, after: Strategy
) -> Strategy | None:
    """Writes that the client knows, now and then with others acting inside; None for a client that only reads.

    `new` and `told` draw the fields of a ticket to be made and of one to be changed, `minutes` what a note took, `after`
    the request after which others act.
    """
    inside = weighted((st.just([]), 3), (st.lists(others, min_size=1, max_size=2), 1))
    noted = sampled(PROSE)
    drawn = {
        "create": (st.just(0), new, st.just(""), st.none()),
        "update": (indexes, told, st.just(""), st.none()),
        "note": (indexes, st.none(), noted, minutes),
        "close": (indexes, st.just({}), st.just(""), st.none()),
    }
    known = [st.builds(write, st.just(task), *drawn[task], after, inside) for task in hello.tasks if task in drawn]
    return st.one_of(known) if known else None


def _meanwhile(builder: ScenarioBuilder, after_request: int, intents: Iterable[Intent]) -> Meanwhile | None:
    steps = tuple(step for step in (intent(builder) for intent in intents) if isinstance(step, OtherStep))
    return Meanwhile(after_request, steps) if steps else None


def administer(action: str, more: Mapping[str, Any] | None = None, once: str = "") -> Intent:
    """An administrator does something to the installation itself; `once` names what would be refused a second time."""

    def tell(builder: ScenarioBuilder) -> Step | None:
        if once and once in builder.once:
            return None
        builder.once.add(once)
        return OtherStep("act", CUSTOMER, action, more=dict(more or {}))

    return tell


indexes = st.integers(0, 3)
delays = sampled(DELAYS)
texts = sampled(TEXTS)


def faults(refusals: Iterable[str], operations: Iterable[str]) -> Strategy:
    """Trouble at every point of a call's life; only such as needs no real waiting."""

    def trouble(kind: str, after: int, times: int, operation: str | None, refusal: str) -> Intent:
        settings: dict[str, Any] = {}
        if kind == "refuse":
            settings["refusal"] = refusal
        if kind == "cut":
            settings["after_bytes"] = 64
        arriving = kind in ("unavailable", "reset")
        return plain(FaultStep(kind, after, times, None if arriving else operation, settings))

    return st.builds(
        trouble,
        sampled(("refuse", "refuse", "fail", "unavailable", "empty_body", "cut", "lost_answer", "reset")),
        sampled((0, 1, 1, 2, 2, 3, 5)),
        sampled((1, 1, 2, 3)),
        sampled((None, *operations)),
        sampled(tuple(refusals)),
    )


revocations: Strategy = sampled(("revoke", "revoke", "restore")).map(lambda what: plain(OtherStep(what)))


def weighted(*choices: tuple[Strategy, int]) -> Strategy:
    """One of several strategies, the first being the simplest; `st.one_of` gives each the same chance."""
    # Numbers and not the strategies themselves, since shrinking writes out what was drawn from, nested choices and all.
    places = [n for n, (_, weight) in enumerate(choices) for _ in range(weight)]
    return st.sampled_from(places).flatmap(lambda n: choices[n][0])


BURSTS: Strategy = st.builds(
    lambda kind, times: plain(FaultStep(kind, 0, times)), sampled(("unavailable", "fail", "reset")), sampled((12, 40))
)
"""The vendor fails, or cannot be reached, for many requests in a row."""


def after_the_end(end: Intent, later: Intent) -> list[Intent]:
    """Something happens to a ticket that a client has seen closed, and may think done with."""
    return [end, sync(), plain(ClockStep(3 * MINUTE)), later, sync()]


def working(others: Strategy) -> Strategy:
    """Syncs, now and then with others acting inside."""
    inside = st.builds(sync, st.integers(1, 4), st.lists(others, min_size=1, max_size=2))
    return weighted((st.builds(sync), 3), (inside, 1))


def _any(stories: Sequence[Story]) -> Strategy:
    """One of some stories, by their weights."""
    return named(stories[0]) if len(stories) == 1 else weighted(*((named(each), each.weight) for each in stories))


def assemble(
    profile: VendorProfile,
    dialect: str | Mapping[str, Any],
    hello: Hello,
    beginning: Strategy,
    creating: Strategy,
    others: Strategy,
    troubles: Strategy,
    stories: Sequence[Story],
    writing: Strategy | None = None,
    data: Sequence[str] = ("empty",),
    spans: Strategy = sampled(SPANS),  # noqa: B008 - strategies are values
    starts: Sequence[int] = STARTS,
    listened: Sequence[Story] = (),
) -> Strategy:
    """Whole scenarios of a vendor. `beginning` draws what is there at first; all draw intents.

    `stories` are sequences in which bugs of clients are known to hide, and which chance makes rarely; each is told in the
    first examples of a check, whatever the seed (`layers.py`). `writing` draws what the client is told to write; leave it
    out for a client that only reads. `data` are the recipes of what the vendor holds before anything happens, the smallest
    first, and as often as they are to come; `spans` draws how far the clock moves, and `starts` are when all begins.
    `listened` are stories for a client that listens. Raises TypeError for strategies in the places of these values.
    """
    for name, given in (("stories", stories), ("data", data), ("starts", starts), ("listened", listened)):
        if isinstance(given, st.SearchStrategy):
            raise TypeError(
                f"{name} must be the values themselves, which are dealt to the first examples of a check, got a strategy; give "
                + (
                    "Story values of mockservers.harness.layers"
                    if name in ("stories", "listened")
                    else "a tuple of them"
                )
            )
    others = weighted((creating, 2), (others, 3))
    work = working(others) if writing is None else weighted((working(others), 2), (writing, 1))
    clocks = spans.map(lambda by: plain(ClockStep(by)))
    single = weighted((work, 4), (others, 3), (clocks, 2)).map(lambda intent: [intent])
    # Trouble that no request meets is cleared when the world settles. So mostly something to fetch comes before it,
    # and work right after it.
    before = st.lists(weighted((others, 3), (clocks, 2)), max_size=3)
    next_ = st.builds(sync) if writing is None else weighted((st.builds(sync), 1), (writing, 1))
    after = st.lists(next_, max_size=2)
    troubled = st.builds(lambda first, trouble, work: [*first, trouble, *work], before, troubles, after)
    # Something to fetch, and a vendor that is down for a while; then it is up again.
    down = st.builds(
        lambda first, burst, by: [first, burst, sync(), plain(ClockStep(by)), sync()], others, BURSTS, spans
    )
    groups = [([Story("trouble", troubled)], 4), (stories, 2), ([Story("outage", down)], 1)]
    if RESTART in hello.options:
        # Between two syncs, with something happening before and after, and now and then trouble for the first sync.
        some = st.lists(weighted((others, 3), (clocks, 1)), max_size=2)
        before_ = st.one_of(some, troubled)
        again = st.builds(lambda first, then: [*first, sync(), restart(), *then, sync()], before_, some)
        groups.append(([Story("restart", again)], 4))
    if KILL in hello.options and RESTART in hello.options:
        # What a sync only notes may be read in the next, so that one is ended as often as the first.
        met = st.lists(weighted((others, 3), (clocks, 1)), min_size=1, max_size=3)
        at = sampled((1, 2, 3, 4, 5))
        cut = st.builds(lambda first, at: [*first, killed(at), sync()], met, at)
        later = st.builds(lambda first, at: [*first, sync(), killed(at), sync()], met, at)
        groups.append(([Story("cut", cut), Story("cut_later", later)], 4))
    if listened and LISTENING in hello.options:
        groups.append((listened, 6))
    chunk = weighted((single, 12), *((_any(each), n) for each, n in groups))
    chunks = st.lists(chunk, max_size=MOST_INTENTS)
    begun = beginning.map(lambda intent: [intent])
    opening = st.lists(begun, max_size=2)
    free = st.tuples(opening, chunks, chunks)
    some_begun, one_begun = st.lists(begun, min_size=1, max_size=2), st.tuples(begun)
    more = st.lists(chunk, max_size=MOST_MORE)
    layers = [story for each, _ in groups for story in each]

    trouble = Story("trouble before a story", troubles.map(lambda intent: [intent]))

    def layered(story: Story, seed: int, round_: int, turn: int) -> Strategy:
        """One story for sure, and free drawing around it; there is a ticket that it can be about."""
        telling = st.tuples(told(replace(story, drawn=named(story)), seed, round_))
        if round_ % 2:  # kinds of trouble are dealt over the stories of a round
            return st.tuples(some_begun, st.tuples(told(trouble, seed, turn)), telling, chunks, more)
        if round_:  # nothing comes after it that would heal what it breaks
            return st.tuples(opening, chunks, more, one_begun, telling)
        return st.tuples(some_begun, telling, chunks, more)

    varied = profile.varying(dialect, hello.options)
    chosen = st.fixed_dictionaries({switch: dealt(switch, values) for switch, values in varied.items()})

    def scenario(
        start: int, parts: tuple[list[list[Intent]], ...], switches: Mapping[str, str], recipe: str
    ) -> Scenario:
        builder = ScenarioBuilder(profile)
        drawn = (intent(builder) for part in parts for chunk in part for intent in chunk)
        steps = tuple(step for step in drawn if step is not None)
        # What stands at its default is left out, so that a shrunk scenario says only what matters.
        set_ = {switch: value for switch, value in switches.items() if value != varied[switch][0]}
        return Scenario(profile.vendor, steps, start, set_ or dialect, data=recipe, told=tuple(builder.told))

    def parts() -> Strategy:
        """What happens. Where much is there already, that is what the example is for, and no story is dealt."""
        place = dealt_place()
        if place is None:
            return free
        recipes = [card(data, place.seed, "data", turn) for turn in range(place.turn + 1)]
        turn = recipes.count(data[0]) - 1
        found = turned(place.seed, turn, len(layers)) if recipes[-1] == data[0] else None
        return free if found is None else layered(layers[found[0]], place.seed, found[1], turn)

    return st.builds(scenario, dealt("starts", starts), asked(parts), chosen, dealt("data", data))
