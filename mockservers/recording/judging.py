"""A recording judged: the vendor's duties over what a client really sent and got, with no emulator at all.

A recording does not tell what the client believes, nor what else was at the vendor. Duties that need to know come out as
unproven, and so do those that nothing exercised.
"""

from __future__ import annotations

from dataclasses import dataclass

from mockservers.harness.drivers import Hello
from mockservers.harness.duties import Duty, Judgement, judge, of
from mockservers.harness.history import Exchanged, History, Task
from mockservers.harness.profile import contracted, profile
from mockservers.kernel import instants
from mockservers.kernel.dialects import Dialect
from mockservers.kernel.instants import SECOND
from mockservers.recording.exchanges import Recorded
from mockservers.recording.files import Recording, RecordingError
from mockservers.recording.stand_ins import tells_of_the_vendors

REST = 30 * SECOND
"""A client that asks nothing for so long has ended one piece of work and begins another."""
_ITS_PLACE = frozenset({"authorization", "proxy-authorization", "cookie"})


@dataclass(frozen=True)
class Judged:
    """Each duty with its judgement; `history` is what they looked at."""

    history: History
    judgements: tuple[tuple[Duty, Judgement], ...]

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


def judge_recording(recording: Recording, dialect: Dialect) -> Judged:
    """Judge the client that was recorded. Raises RecordingError for a vendor that has no contract, or an empty file."""
    vendor = recording.head.vendor
    if vendor not in contracted():
        raise RecordingError(f"{vendor} has no contract to judge by; there are contracts for {', '.join(contracted())}")
    exchanges = tuple(exchanged(each) for each in sorted(recording, key=lambda each: each.n))
    if not exchanges:
        raise RecordingError(f"{recording.path} holds no exchange, so there is nothing to judge")
    tasks = tuple(_tasks(exchanges))
    # Since when a client was to care, a recording does not say; what it asked for it cared for.
    history = History(
        vendor,
        instants.EARLIEST,
        exchanges[-1].at,
        dialect,
        Hello(recording.path.name),
        profile(vendor).options(dialect),
        (),
        (),
        exchanges,
        tasks,
        {},
        None,
        entity=profile(vendor).entity,
    )
    duties = [duty for duty in of(vendor) if duty.applies(dialect)]
    found = judge(history, duties)
    return Judged(history, tuple((duty, found[duty.id]) for duty in duties))


def exchanged(recorded: Recorded) -> Exchanged:
    """An exchange as duties look at it. Where a secret stood, its stand-in stands."""
    whole = recorded.status is not None and recorded.fault is None
    reveals = ["address"] if tells_of_the_vendors(recorded.target) else []
    reveals += [
        f"header {name}"
        for name, value in recorded.headers
        if tells_of_the_vendors(value) and name.lower() not in _ITS_PLACE
    ]
    return Exchanged(
        recorded.n,
        recorded.moment,
        recorded.method,
        recorded.target,
        tuple(recorded.headers),
        recorded.body or b"",
        recorded.status,
        (recorded.reply_body or b"") if whole else None,
        () if recorded.fault is None else (recorded.fault,),
        True,
        None,
        tuple(reveals),
    )


def _tasks(exchanges: tuple[Exchanged, ...]) -> list[Task]:
    """Pieces of work, parted by rests; what a client was told to do, a recording does not say."""
    found: list[Task] = []
    begin = 0
    for n, each in enumerate(exchanges, 1):
        if n == len(exchanges) or exchanges[n].at - each.at > REST:
            first = exchanges[begin]
            found.append(Task(len(found), "sync", first.at, each.at, first.n - 1, each.n))
            begin = n
    return found
