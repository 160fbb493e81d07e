"""The check: generated scenarios against one client, a verdict for each duty, and the smallest proof of each broken one.

First every scenario is played and every duty judged, so that the counts are honest. Then each broken duty is shrunk by
itself, with an exception class of its own, so that no bug hides behind another. Same seed, same scenarios, same verdicts.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockservers.harness.causes import Broken, grouped
from mockservers.harness.complaints import complaints
from mockservers.harness.declared import shown_slips, slips
from mockservers.harness.drivers import DEADLINE, ClientSpec, Driver, DriverFailure, Hello
from mockservers.harness.duties import Duty, Judgement, Verdict, breach_class, judge
from mockservers.harness.duties import of as duties_of
from mockservers.harness.duties.selection import Selection, select
from mockservers.harness.generation import Place, generate
from mockservers.harness.history import History
from mockservers.harness.play import Declined
from mockservers.harness.profile import profile
from mockservers.harness.reduction import plainer, reduced
from mockservers.harness.runner import OutOfTime, Runner
from mockservers.harness.runner_pool import RunnerPool, stages
from mockservers.harness.saving import found_of, save, writable
from mockservers.harness.scenario_files import parse
from mockservers.harness.scenarios import Scenario, ScenarioError, check_labels, with_found
from mockservers.harness.shards import Shard, digest, shared
from mockservers.harness.stimuli import (
    EXAMPLES,
    DialectPlays,
    Ending,
    declined,
    different,
    elsewhere,
    lacks,
    missing,
    provoked,
)
from mockservers.harness.verdicts import (
    CheckInterrupted,
    CheckStopped,
    Counterexample,
    DialectReport,
    DutyVerdict,
    Report,
    Stop,
)
from mockservers.kernel import clock
from mockservers.registry import emulator

if TYPE_CHECKING:
    from hypothesis.database import ExampleDatabase
    from hypothesis.strategies import SearchStrategy

SECONDS, ENOUGH, MOST_SECONDS = 300.0, 25, 1200.0
"""How long a dialect may take where nobody says; a slow client gets as long as `ENOUGH` examples take, up to the last."""
DRAWING = 0.7
"""The share of a dialect's time after which nothing is drawn when something is broken already: the rest is for shrinking."""
SLOW = 3.0
"""Seconds for an example from which on the report says what would be faster."""
MOST_SHRINKS, MORE_SHRINKS, SHORT = 250, 80, 8
"""Plays that shrinking one duty may take, and those that it may go on for once a scenario of at most `SHORT` steps is known."""


@dataclass(frozen=True)
class CheckConfig:
    """What to check. `client` is as `--client` takes it, a whole spec, or a driver at hand (its owner closes it).

    `dialect` is a name, or `all`. `save_to` is the folder for failures, None to keep none. `progress` is told examples
    done, examples planned (0 where nobody knows, as in shrinking), and what is being done.

    `max_seconds` is for the whole check, from its start: what is played when the time is up is given up. None: a fair time
    for each dialect (`SECONDS`), longer where the client is slow.

    `duties` are those of the vendor unless others are given. `only` names those that judge, `without` some that do not, by
    slug or full id; as a mapping it gives the reasons, which the report prints. `agreed` are reasons of a project by
    full id, over which `only` wins. A duty that is switched off is reported so, and fails nothing.

    `strategy` makes the strategy that draws scenarios, from a dialect and what the client says of itself, as a vendor's
    `contract/strategies.py:scenarios` does. In `database` the smallest failure of each duty is kept, and played before
    anything is drawn the next time; None keeps none.
    """

    vendor: str
    client: str | ClientSpec | Driver
    dialect: str = "default"
    seed: int = 1
    examples: int = EXAMPLES
    max_seconds: float | None = None
    deadline: float = DEADLINE
    save_to: Path | None = Path("scenarios-found")
    duties: tuple[Duty, ...] | None = None
    strategy: Callable[[str, Hello], SearchStrategy[Scenario]] | None = None
    database: ExampleDatabase | None = None
    shrink: bool = True
    fail_fast: bool = False
    """Stop drawing examples at the first one that breaks a duty."""
    first: tuple[Scenario, ...] = ()
    """Scenarios that are played before any is drawn, each in its own dialect: where a bug is known to hide shows soonest."""
    jobs: int = 1
    """Examples that are played at once, each in a process of its own; the report is the same."""
    on: str | None = None
    """A cluster on which examples are played instead, such as `dask://scheduler:8786`; as many at once as it has threads."""
    progress: Callable[[int, int, str], None] = lambda done, total, what: None
    warn: Callable[[str], None] = lambda text: None
    """Told at once of each name in the client's hello that means nothing; the report has them too."""
    only: Collection[str] = ()
    without: Mapping[str, str] | Collection[str] = ()
    agreed: Mapping[str, str] | None = None
    shard: Shard | None = None
    """The part of the examples, and of those in `first`, that is played; the union of all shards is the whole check."""
    turns: Collection[int] | None = None
    """Which of the examples are played, by their numbers from 0; None for all. Each has a seed of its own, so it is the same."""


def check(config: CheckConfig) -> Report:
    """Check a client. Raises WrongClient, CheckStopped, ValueError for a wrong dialect, EmulatorFailure.

    Raises CheckInterrupted, a KeyboardInterrupt with a report of what is known, when it is interrupted.
    """
    here = emulator(config.vendor)
    if config.dialect != "all":
        here.dialects.dialect(config.dialect)
    chosen = select(config.duties or duties_of(config.vendor), config.only, config.without, config.agreed)
    if config.examples < 1:
        raise ValueError(f"--examples must be a number from 1 up, got {config.examples}")
    if config.jobs < 1:
        raise ValueError(f"--jobs must be a number from 1 up, got {config.jobs}")
    if config.deadline <= 0:
        raise ValueError(f"the deadline must be a number of seconds above 0, got {config.deadline:g}")
    if config.save_to is not None:
        writable(config.save_to)
    asked = {
        "dialect": config.dialect,
        "examples": config.examples,
        "fail_fast": config.fail_fast,
        "first": digest(config.first),
    }
    if config.shard is not None:
        config = shared(config, config.shard)
    names = different(config.vendor) if config.dialect == "all" else [config.dialect]
    begun = clock.wall()
    until = None if config.max_seconds is None else begun + round(config.max_seconds * 1e6)
    given = client = given_words(config.client)
    dialect_check: _DialectCheck | None = None
    done: list[DialectReport] = []

    def report(stopped: Stop | None = None) -> Report:
        seconds = (clock.wall() - begun) / 1e6
        return Report(config.vendor, client, given, config.seed, tuple(done), seconds, stopped, asked, config.shard)

    try:
        with contextlib.ExitStack() as stack:
            runner = stages(config.client, config.deadline, config.jobs, config.on, config.vendor, stack)
            runner.until = until
            hello = runner.hello()
            client, remarks = hello.name, slips(config.vendor, hello, config.duties or duties_of(config.vendor))
            for remark in remarks:
                config.warn(remark)
            for turn, name in enumerate(names):
                # Each dialect has its share of what is left, and what one does not need is for those after it.
                share = None if until is None else max(until - clock.wall(), 0) / 1e6 / (len(names) - turn)
                dialect_check = _DialectCheck(config, runner, name, chosen, share, tuple(remarks if turn == 0 else ()))
                done.append(dialect_check.run())
    except DriverFailure as failure:
        at = dialect_check
        place = ("", "", None) if at is None else (at.dialect, at.doing, at.playing)
        raise CheckStopped(failure, report(Stop(failure.what, failure.stderr, *place))) from failure
    except KeyboardInterrupt as interrupt:
        if dialect_check is None:
            raise
        stop = Stop("the check was interrupted", "", dialect_check.dialect, dialect_check.doing, interrupted=True)
        if len(done) < len(names) and dialect_check.dialect not in [each.dialect for each in done]:
            done.append(dialect_check.known_so_far())
        raise CheckInterrupted(report(stop)) from interrupt
    return report()


def given_words(client: str | ClientSpec | Driver) -> str:
    """The client in the words of the command line."""
    if isinstance(client, Driver):
        return "--client CLIENT"
    return (ClientSpec(client) if isinstance(client, str) else client).options


class _Enough(BaseException):
    """Shrinking is over, for its plays or its time are used up. Hypothesis takes an Exception for a failure, and goes on."""


@dataclass
class _Played:
    """One play, judged."""

    scenario: Scenario
    judgements: Mapping[str, Judgement]
    history: History
    turn: int | None = None

    def broken(self, duty: Duty) -> bool:
        return bool(self.judgements[duty.id].breaches)


@dataclass
class _DialectCheck:
    """The hunt in one dialect."""

    config: CheckConfig
    runner: Runner | RunnerPool
    dialect: str
    selection: Selection
    share: float | None = None
    """Seconds that it may take; None: a fair time."""
    remarks: tuple[str, ...] = ()
    """What the client's hello names in vain."""
    examples: list[_Played] = field(default_factory=list)
    proofs: dict[str, Counterexample] = field(default_factory=dict)
    fastest: float = float("inf")
    """Seconds of the fastest play: what a busy machine does to a few of them says nothing of the client."""
    known: dict[str, _Played | None] = field(default_factory=dict)
    plays: int = 0
    declined: int = 0
    out_of_time: bool = False
    begun: int = 0
    strategy: Any = None
    doing: str = ""
    """What is being done, in words."""
    playing: Scenario | None = None

    @property
    def duties(self) -> tuple[Duty, ...]:
        return self.selection.duties

    def run(self) -> DialectReport:
        self.begun = clock.wall()
        draws = self.config.strategy or profile(self.config.vendor).strategies().scenarios
        self.strategy = draws(self.dialect, self.runner.hello())
        try:
            self._remembered()
            self._play_first()
            self._hunt()
        except OutOfTime:
            self.out_of_time = True
        broken = [duty for duty in self.duties if self._broken(duty)]
        for n, duty in enumerate(broken, 1):
            self.doing = f"shrinking {duty.slug}"
            self.proofs[duty.id] = self._prove(duty, f"{self.doing} (broken duty {n} of {len(broken)})")
        return self._report()

    def known_so_far(self) -> DialectReport:
        """The report of a hunt that was interrupted: verdicts on what was played, proofs as small as they are by now."""
        for duty in self.duties:
            if duty.id not in self.proofs and self._broken(duty):
                self.proofs[duty.id] = self._prove(duty, None)
        return self._report(interrupted=True)

    def _hunt(self) -> None:
        """Play the examples, as many as there is time for."""
        examples, what, slow = self.config.examples, f"{self.config.vendor}, dialect {self.dialect}", ""
        broken = any(map(self._broken, self.duties))
        played_to = examples
        for turn, scenario in self._scenarios():
            if self.config.fail_fast and broken:
                played_to, what = turn, f"{what}, ended at the first failure"
                break
            if self._late(DRAWING if broken else 1.0):
                self.out_of_time = True
                played_to, what = turn, f"{what}, ended when the time was up"
                break
            self.doing = f"example {turn + 1} of {examples}"
            if not slow and (slow := self._slow()):
                self.config.progress(turn, examples, f"slow: {slow}")
            self.config.progress(turn, examples, what)
            played = self._play(scenario)
            if played is not None:
                played.turn = turn if played.turn is None else played.turn
                self.examples.append(played)
                broken = broken or any(map(played.broken, self.duties))
        self.config.progress(played_to, examples, what)

    def _broken(self, duty: Duty) -> bool:
        return any(each.broken(duty) for each in self.examples)

    def _report(self, *, interrupted: bool = False) -> DialectReport:
        histories = [each.history for each in self.examples]
        ending: Ending = "interrupted" if interrupted else "time" if self.out_of_time else ""
        if not ending and self.config.fail_fast and any(map(self._broken, self.duties)):
            ending = "first failure"
        plays = DialectPlays(
            self.config.vendor,
            self.dialect,
            self.runner.hello(),
            histories,
            self.config.examples,
            self.declined,
            ending,
            self.config.dialect == "all",
        )
        return DialectReport(
            self.dialect,
            (
                *(replace(self._verdict(duty, plays), counterexample=self.proofs.get(duty.id)) for duty in self.duties),
                *(DutyVerdict(off.duty, "switched off", 0, 0, 0, why=off.reason) for off in self.selection.off),
            ),
            len(histories),
            self.declined,
            self.plays,
            (clock.wall() - self.begun) / 1e6,
            self.out_of_time,
            (*self.remarks, *shown_slips(self.config.vendor, self.runner.hello(), histories), *complaints(histories)),
            "mirror" in self.runner.hello().tasks and all(each.mirror is None for each in histories),
            self.config.examples,
            self._slow(),
            self._causes(),
            plays.idle,
        )

    def _causes(self) -> tuple[tuple[str, ...], ...]:
        """The broken duties, those together that one bug probably breaks."""
        plays = [_broken(played) for played in self.known.values() if played is not None]
        smallest = {duty: frozenset({duty, *(also.id for also in proof.also)}) for duty, proof in self.proofs.items()}
        return tuple(grouped(plays, smallest))

    # --- failures of earlier checks ---

    def _shelf(self, duty: Duty) -> bytes:
        """Under what the database keeps the failures of a duty, dialect and client."""
        return f"mockservers {duty.id} {self.dialect} {self.runner.hello().name}".encode()

    def _remembered(self) -> None:
        """Play the failures of earlier checks again; what has no bug to show any more is forgotten."""
        database = self.config.database
        for duty in self.duties if database is not None else ():
            assert database is not None
            self.doing = f"a failure of {duty.slug} from an earlier check"
            for text in sorted(database.fetch(self._shelf(duty))):
                played = None
                with contextlib.suppress(ScenarioError, UnicodeDecodeError):  # of another version of the project
                    played = self._play(parse(text.decode()))
                if played is not None:
                    self.examples.append(played)
                if played is None or not played.broken(duty):
                    database.delete(self._shelf(duty), text)

    def _play_first(self) -> None:
        """Play the given scenarios; one that cannot be played any more is left out, for `replay` says why."""
        here = [each for each in self.config.first if (each.vendor, each.dialect) == (self.config.vendor, self.dialect)]
        for scenario in here:
            self.runner.begin(scenario)
        for n, scenario in enumerate(here):
            if self.config.fail_fast and any(map(self._broken, self.duties)):
                return
            self.doing = f"known scenario {n + 1} of {len(here)}"
            self.config.progress(n, len(here), f"{self.config.vendor}, dialect {self.dialect}, known scenarios")
            with contextlib.suppress(ScenarioError):
                played = self._play(scenario)
                if played is not None:
                    self.examples.append(played)

    def _remember(self, duty: Duty, scenario: Scenario) -> None:
        database = self.config.database
        if database is None:
            return
        for older in list(database.fetch(self._shelf(duty))):
            database.delete(self._shelf(duty), older)
        database.save(self._shelf(duty), scenario.to_yaml().encode())

    # --- plays ---

    @property
    def _spent(self) -> float:
        """Seconds since the hunt began."""
        return (clock.wall() - self.begun) / 1e6

    def _late(self, share: float = 1.0) -> bool:
        """Whether this share of the time is up."""
        fair = min(max(SECONDS, ENOUGH * self._spent / max(self.plays, 1)), MOST_SECONDS)
        return self._spent > (fair if self.share is None else self.share) * share

    def _slow(self) -> str:
        """Why the examples take long, and what would be faster; empty where they do not."""
        if self.plays < 3 or self.fastest < SLOW:
            return ""
        client, pace = self.config.client, f"even the fastest example took {self.fastest:.0f} s"
        spec = ClientSpec(client) if isinstance(client, str) else client
        if isinstance(spec, ClientSpec) and spec.carrier == "command":
            return (
                f"{pace}, for the job is started anew for each task. A service (--client http://...) or a program that "
                "stays (--client 'COMMAND', JSON Lines) starts once"
            )
        return f"{pace}. --jobs 2 plays two at once, where the harness starts the client; --examples 40 plays fewer"

    def _play(self, scenario: Scenario) -> _Played | None:
        """Play a scenario once; the same one again is answered from memory. None: the client declined it."""
        key = scenario.key
        if key not in self.known:
            self.plays += 1
            check_labels(scenario)  # one of a caller's own strategy may name a ticket that nobody made
            self.playing = scenario
            try:
                begun = clock.wall()
                history = self.runner.play(scenario)
                self.fastest = min(self.fastest, (clock.wall() - begun) / 1e6)
                self.known[key] = _Played(scenario, judge(history, self.duties), history)
            except Declined:
                self.declined += 1
                self.known[key] = None
        return self.known[key]

    def _verdict(self, duty: Duty, plays: DialectPlays) -> DutyVerdict:
        judgements = [each.judgements[duty.id] for each in self.examples]
        broken = sum(1 for each in judgements if each.breaches)
        exercised = sum(each.exercised for each in judgements)
        verdict: Verdict = "broken" if broken else "kept" if exercised else "unproven" if self._applies(duty) else "n/a"
        why = missing(duty, plays) if verdict == "unproven" else elsewhere(duty, plays) if verdict == "n/a" else ""
        if verdict == "unproven" and (left := declined(duty, plays.histories)):
            verdict, why = "n/a", left
        first = next((n for n, each in enumerate(judgements) if each.breaches), None)
        times = sum(1 for each in judgements if each.exercised)
        return DutyVerdict(duty, verdict, exercised, times, broken, first=first, why=why)

    def _applies(self, duty: Duty) -> bool:
        """Whether any installation that this hunt can draw provokes the duty."""
        hello = self.runner.hello()
        if lacks(duty, hello):
            return False
        return provoked(duty, self.config.vendor, self.dialect, hello.options)

    def _scenarios(self) -> Iterator[tuple[int, Scenario]]:
        """All examples with their numbers, some of them begun before they are asked for where there are many stages."""
        drawn: deque[tuple[int, Scenario]] = deque()
        for turn in range(self.config.examples):
            if self.config.turns is not None and turn not in self.config.turns:
                continue
            drawn.append((turn, self._draw(turn)))
            if drawn[-1][1].key not in self.known:
                self.runner.begin(drawn[-1][1])
            if len(drawn) > self.runner.ahead:
                yield drawn.popleft()
        yield from drawn

    def _draw(self, turn: int) -> Scenario:
        """Example number `turn`."""
        drawn: list[Scenario] = []
        self._generate(turn, drawn.append, shrink=False)
        return drawn[-1]

    def _generate(self, turn: int, test: Callable[[Scenario], None], *, shrink: bool) -> None:
        """Draw example number `turn` by a small Hypothesis run of its own: first the simplest scenario, then this one.

        One run over all examples would spend most of them on variations of the first few, and a shrink could begin
        only where all before it are drawn again. So every turn has its own seed, and stands for itself.
        """
        place = Place(self.config.seed, turn)
        generate(self.strategy, place.alone, test, shrink=shrink, place=place)

    def _prove(self, duty: Duty, doing: str | None) -> Counterexample:
        """The smallest scenario that breaks the duty; the smallest one seen where shrinking finds none.

        `doing` is what progress is told of the shrinking; None where there is to be none.
        """
        found = min((each for each in self.examples if each.broken(duty)), key=_size)
        # Bugs share scenarios: what was played to shrink another duty may show this one too.
        last = min((each for each in self.known.values() if each is not None and each.broken(duty)), key=_size)
        if self.config.shrink and found.turn is not None and doing is not None:
            last = self._shrink(duty, found.turn, last, doing)
        self._remember(duty, last.scenario)
        also = tuple(other for other in self.duties if other.id != duty.id and last.broken(other))
        counterexample = Counterexample(duty, last.scenario, last.judgements[duty.id].breaches, last.history, also=also)
        counterexample = replace(counterexample, scenario=with_found(last.scenario, found_of(counterexample)))
        if self.config.save_to is None:
            return counterexample
        try:
            return replace(
                counterexample, file=save(counterexample, self.config.save_to, self.dialect, self.config.seed)
            )
        except OSError as error:  # the report is worth more than the file
            return replace(counterexample, unsaved=f"not saved in {self.config.save_to}: {error.strerror or error}")

    def _shrink(self, duty: Duty, turn: int, smallest: _Played, doing: str) -> _Played:
        """The smallest play that breaks the duty, beginning at example `turn`, after at most `MOST_SHRINKS` plays more."""
        before, budget = self.plays, self.plays + MOST_SHRINKS
        error = breach_class(duty)

        def breaks(scenario: Scenario) -> bool:
            nonlocal smallest
            if scenario.key not in self.known and (self.plays >= budget or self._late()):
                raise _Enough
            self.config.progress(self.plays - before, 0, doing)
            try:
                played = self._play(scenario)
            except OutOfTime:
                raise _Enough from None
            if played is None or not played.broken(duty):
                return False
            if _size(played) <= _size(smallest):
                smallest = played
            return True

        def test(scenario: Scenario) -> None:
            if breaks(scenario) and (played := self.known[scenario.key]) is not None:
                raise error(played.judgements[duty.id].breaches)

        with contextlib.suppress(_Enough):
            reduced(smallest.scenario, breaks)
            if smallest.scenario.size <= SHORT:
                budget = min(budget, self.plays + MORE_SHRINKS)
            with contextlib.suppress(error):
                self._generate(turn, test, shrink=True)
            plainer(reduced(smallest.scenario, breaks), breaks, self._plainest)
        return smallest

    @cached_property
    def _plainest(self) -> Scenario:
        """The simplest scenario that the strategy draws."""
        drawn: list[Scenario] = []
        generate(self.strategy, 0, drawn.append, shrink=False)
        return drawn[0]


def _broken(played: _Played) -> Broken:
    """The ids of the duties that a play breaks."""
    return frozenset(duty for duty, judgement in played.judgements.items() if judgement.breaches)


def _size(played: _Played) -> tuple[int, int]:
    """How long a scenario is to read: steps, then characters."""
    return played.scenario.size, len(played.scenario.key)
