"""A recording judged: the vendor's duties over what a client really sent and got, with no emulator at all.

A recording does not tell what the client believes, nor what else was at the vendor. Duties that need to know come out as
unproven, and so do those that nothing exercised. An answer whose body the recording lacks may have said anything: a duty is
kept or broken only where it is so however that answer is read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mockservers.harness.drivers import Hello
from mockservers.harness.duties import Duty, Judgement, judge, of
from mockservers.harness.duties.selection import SwitchedOff, select
from mockservers.harness.history import Exchanged, History, Task
from mockservers.harness.profile import contracted, profile
from mockservers.kernel import instants
from mockservers.kernel.dialects import Dialect
from mockservers.kernel.instants import SECOND
from mockservers.recording import omissions
from mockservers.recording.exchanges import Recorded
from mockservers.recording.files import Recording, RecordingError
from mockservers.recording.stand_ins import tells_of_the_vendors

REST = 30 * SECOND
"""A client that asks nothing for so long has ended one piece of work and begins another."""
_MOST_READINGS = 4
"""Answers of the same address that are tried in the place of one whose body is not there."""
_MOST_COMPARED = 200
ITS_PLACE = frozenset({"authorization", "proxy-authorization", "cookie"})
"""Headers that are made for secrets."""


@dataclass(frozen=True)
class Judged:
    """Each duty with its judgement; `history` is what they looked at, `lacking` the exchanges that lack a body, `off` the
    duties that are switched off."""

    history: History
    judgements: tuple[tuple[Duty, Judgement], ...]
    lacking: tuple[int, ...] = ()
    off: tuple[SwitchedOff, ...] = ()

    @property
    def broken(self) -> list[Duty]:
        return [duty for duty, judgement in self.judgements if judgement.verdict == "broken"]

    @property
    def kept(self) -> list[Duty]:
        return [duty for duty, judgement in self.judgements if judgement.verdict == "kept"]

    def exit_code(self, *, strict: bool) -> int:
        """0 kept, 1 broken, 3 nothing proven, or under `strict` a duty unproven."""
        if self.broken:
            return 1
        return 3 if not self.kept or (strict and len(self.kept) < len(self.judgements)) else 0


def judge_recording(
    recording: Recording,
    dialect: Dialect,
    only: Collection[str] = (),
    without: Mapping[str, str] | Collection[str] = (),
    agreed: Mapping[str, str] | None = None,
) -> Judged:
    """Judge the client that was recorded. `only`, `without` and `agreed` are as for a check.

    Raises RecordingError for a vendor that has no contract, or an empty file; ValueError for a duty that there is not, and
    where all are switched off.
    """
    vendor = recording.head.vendor
    if vendor not in contracted():
        raise RecordingError(f"{vendor} has no contract to judge by; there are contracts for {', '.join(contracted())}")
    recorded = sorted(recording, key=lambda each: each.n)
    if not recorded:
        raise RecordingError(f"{recording.path} holds no exchange, so there is nothing to judge")
    lacking = tuple(each.n for each in recorded if omissions.lacks_answer(each) or omissions.lacks_request(each))
    exchanges = tuple(exchanged(each) for each in recorded)
    chosen = select(of(vendor), only, without, agreed)
    duties = [duty for duty in chosen.duties if duty.applies(dialect)]
    history, found = judge_exchanges(vendor, recording.path.name, dialect, exchanges, lacking, duties)
    return Judged(history, tuple((duty, found[duty.id]) for duty in duties), lacking, chosen.off)


def judge_exchanges(
    vendor: str,
    name: str,
    dialect: Dialect,
    exchanges: tuple[Exchanged, ...],
    lacking: Sequence[int],
    duties: Sequence[Duty],
) -> tuple[History, dict[str, Judgement]]:
    """What a client of that name asked and got, judged, by the duties' ids. `lacking` are the numbers of exchanges that are not
    known whole."""
    history = _history(vendor, name, dialect, exchanges)
    found = judge(history, duties)
    for reading in _readings(exchanges, lacking):
        other = judge(_history(vendor, name, dialect, reading), duties)
        found = {id_: _common(judgement, other[id_]) for id_, judgement in found.items()}
    return history, found


def _history(vendor: str, name: str, dialect: Dialect, exchanges: tuple[Exchanged, ...]) -> History:
    # Since when a client was to care, a recording does not say; what it asked for it cared for.
    return History(
        vendor,
        instants.EARLIEST,
        exchanges[-1].at if exchanges else instants.EARLIEST,
        dialect,
        Hello(name),
        profile(vendor).options(dialect),
        (),
        (),
        exchanges,
        tuple(_tasks(exchanges)),
        {},
        None,
        entity=profile(vendor).entity,
    )


def _readings(exchanges: Sequence[Exchanged], lacking: Sequence[int]) -> Iterator[tuple[Exchanged, ...]]:
    """What was exchanged, with answers that are not there read in other ways than as lost: as never asked for, and as what
    was answered to requests like these."""
    if not lacking:
        return
    unknown = set(lacking)
    yield tuple(each for each in exchanges if each.n not in unknown)
    whole: dict[Place, list[Exchanged]] = {}
    for each in exchanges:
        if each.n not in unknown and each.received is not None:
            whole.setdefault(_place(each), []).append(each)
    likely = {each.n: _likely(each, whole.get(_place(each), ())) for each in exchanges if each.n in unknown}
    for turn in range(max(map(len, likely.values()))):
        yield tuple(
            replace(each, received=answers[min(turn, len(answers) - 1)]) if (answers := likely.get(each.n)) else each
            for each in exchanges
            if likely.get(each.n) != []
        )


Place = tuple[str, str, int | None]


def _place(each: Exchanged) -> Place:
    return each.method, each.target.partition("?")[0], each.status


def _likely(asked: Exchanged, whole: Sequence[Exchanged]) -> list[bytes]:
    """What was answered at the same place with the same status, to the most similar requests first; nothing where it is
    the request that is not known."""
    if not asked.request_known:
        return []
    size = len(asked.target) + len(asked.body)
    alike = sorted(whole[:_MOST_COMPARED], key=lambda each: abs(len(each.target) + len(each.body) - size))
    return list(dict.fromkeys(each.received for each in alike if each.received is not None))[:_MOST_READINGS]


def _common(one: Judgement, other: Judgement) -> Judgement:
    """What two readings agree on; where they do not, nothing is proven."""
    return one if one.verdict == other.verdict else Judgement(0)


def exchanged(recorded: Recorded) -> Exchanged:
    """An exchange as duties look at it. Where a secret stood, its stand-in stands."""
    whole = recorded.status is not None and recorded.fault is None
    reveals = ["address"] if tells_of_the_vendors(recorded.target) else []
    reveals += [
        f"header {name}"
        for name, value in recorded.headers
        if tells_of_the_vendors(value) and name.lower() not in ITS_PLACE
    ]
    return Exchanged(
        recorded.n,
        recorded.moment,
        recorded.method,
        recorded.target,
        tuple(recorded.headers),
        recorded.body or b"",
        recorded.status,
        (recorded.reply_body or b"") if whole and not omissions.lacks_answer(recorded) else None,
        () if recorded.fault is None else (recorded.fault,),
        not omissions.lacks_request(recorded),
        None,
        tuple(reveals),
    )


def _tasks(exchanges: tuple[Exchanged, ...]) -> list[Task]:
    """Pieces of work, parted by rests; what a client was told to do and how it ended, a recording does not say."""
    found: list[Task] = []
    begin = 0
    for n, each in enumerate(exchanges, 1):
        if n == len(exchanges) or exchanges[n].at - each.at > REST:
            first = exchanges[begin]
            found.append(Task(len(found), "sync", first.at, each.at, first.n - 1, each.n, told=False))
            begin = n
    return found
