"""The rehearsal: one client, one desk, one span of virtual time, and whether the client may go live."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from mockservers.harness.check import given_words
from mockservers.harness.drivers import LISTENING, DriverFailure
from mockservers.harness.duties import Duty
from mockservers.harness.duties import of as duties_of
from mockservers.harness.history import History
from mockservers.harness.play import Declined
from mockservers.harness.runner import OutOfTime, Runner
from mockservers.harness.runner_pool import open_runner
from mockservers.kernel import clock
from mockservers.kernel.instants import DAY, HOUR, SECOND
from mockservers.rehearsal import objectives as slo
from mockservers.rehearsal.explaining import Explainer, gather, told
from mockservers.rehearsal.measures import Episode, Outage
from mockservers.rehearsal.mirror import Change, Shown
from mockservers.rehearsal.plan import EVERY, Plan, RehearsalConfig, Standing, cadence
from mockservers.rehearsal.play import SpanPlay, when
from mockservers.rehearsal.reasons import reasons
from mockservers.rehearsal.report import (
    Explanation,
    Loss,
    LossGroup,
    LossKind,
    RehearsalInterrupted,
    RehearsalReport,
    RehearsalStopped,
    Slow,
    StopNote,
)

LOOK = 6 * HOUR
"""How often an hour's requests are looked at for habits of asking."""
MOST_EXPLAINED, MOST_TRIED, MOST_LISTED, MOST_SLOW = 5, 3, 100, 5
"""Causes that are explained, losses of each that are played in small, losses that a report lists, and slow changes."""


def rehearse(config: RehearsalConfig) -> RehearsalReport:
    """Rehearse a span. Raises ValueError for what cannot be rehearsed, WrongClient, RehearsalStopped, EmulatorFailure.

    Raises RehearsalInterrupted, a KeyboardInterrupt with a report of what is known, when it is interrupted.
    """
    plan = Plan.of(config)
    with contextlib.ExitStack() as stack:
        runner = open_runner(config.client, config.deadline, stack)
        return _Rehearsal(plan, runner).run()


@dataclass
class _Judging:
    """Duties that need no copy: of storms hour by hour where something failed, of habits now and then."""

    storms: tuple[Duty, ...]
    habits: tuple[Duty, ...]
    found: dict[str, list[tuple[Duty, str]]] = field(default_factory=lambda: {"storms": [], "habits": []})
    counts: Counter[str] = field(default_factory=Counter)
    last: int = -1

    def judge(self, history: History, begin: int, failed: bool) -> None:
        """Judge the hour that begins at an instant, and is the last of a history; `failed`: whether a request failed in it."""
        if failed:  # a storm is of one sync, so each is looked at once
            self._judge(
                "storms", self.storms, replace(history, tasks=tuple(t for t in history.tasks if t.ended >= begin))
            )
        if begin // LOOK != self.last and len(history.tasks) > 2:
            self.last = begin // LOOK
            self._judge("habits", self.habits, history)

    def _judge(self, name: str, duties: tuple[Duty, ...], history: History) -> None:
        for duty in duties:
            for breach in duty.judge(history).breaches:
                self.counts[name] += 1
                if len(self.found[name]) < MOST_LISTED:
                    self.found[name].append((duty, breach.text))


class _Rehearsal:
    """One rehearsal under way."""

    def __init__(self, plan: Plan, runner: Runner) -> None:
        self.plan, self.config, self.runner = plan, plan.config, runner
        self.begun = clock.wall()
        if self.config.max_seconds is not None:
            since = self.begun if self.config.begun is None else self.config.begun
            runner.until = since + round(self.config.max_seconds * 1e6)
        hello = runner.hello()
        # Who listens polls for what it was not told of; what it was told of it takes in its next sync.
        polls = None if LISTENING in hello.options else hello.poll_seconds
        self.every = cadence(self.config.every, polls, EVERY)
        self.play = SpanPlay(runner, plan.scenario, runner.state_folder(), plan.desk, plan.life(), self.every, plan.end)
        known = {duty.id: duty for duty in duties_of(self.config.vendor)}
        desk = plan.desk
        self.judging = _Judging(tuple(known[id_] for id_ in desk.storms), tuple(known[id_] for id_ in desk.habits))
        self.play.listeners.append(self.judging.judge)
        self.play.shown = self._shown
        self.play.making = self._making
        self.slowest: list[Slow] = []
        self.reached = plan.start
        self.waited = False
        """Whether what was lost is counted among the staleness already."""

    def run(self) -> RehearsalReport:
        stopped: StopNote | None = None
        try:
            self._in_time()
            self.play.begin()
            for at in self.play.syncs():
                self._in_time()
                self.reached = min(max(at, self.reached), self.plan.end)
                self._tell(at)
        except Declined as declined:
            raise ValueError(f"the client declined the dialect: {declined}") from declined
        except OutOfTime:
            stopped = StopNote("time", f"--max-seconds {self.config.max_seconds:g} were up", self.reached)
        except DriverFailure as failure:
            what, printed = self.play.masked(failure.what), self.play.masked(failure.stderr)
            note = StopNote("client", what, self.reached, printed)
            raise RehearsalStopped(DriverFailure(what, printed), self._report(note)) from failure
        except KeyboardInterrupt as interrupt:
            note = StopNote("interrupted", "the rehearsal was interrupted", self.reached)
            raise RehearsalInterrupted(self._report(note)) from interrupt
        try:
            return self._report(stopped)
        except KeyboardInterrupt as interrupt:
            note = StopNote("interrupted", "interrupted while losses were explained", self.plan.end)
            raise RehearsalInterrupted(self._report(note)) from interrupt

    def _in_time(self) -> None:
        """Raise OutOfTime between two syncs, rather than in the midst of one."""
        if self.runner.until is not None and clock.wall() >= self.runner.until:
            raise OutOfTime

    def _making(self, done: int, total: int) -> None:
        """The back-file is made, which may take long, too."""
        self._in_time()
        self._tell(self.plan.start, f"making the back-file: {done:,} of {total:,} tickets")

    def _tell(self, at: int, doing: str = "") -> None:
        play, measures = self.play, self.play.measures
        behind = play.copy.due(at) if hasattr(play, "copy") else 0
        self.config.progress(
            Standing(
                (at - self.plan.start) / DAY,
                self.config.days,
                at,
                sum(measures.kinds.values()),
                int(sum(measures.syncs.values)),
                sum(measures.operations.values()),
                measures.staleness.worst,
                behind,
                doing,
            )
        )

    # --- slow changes ---

    def _shown(self, shown: Shown) -> None:
        change = shown.change
        if change.kind in ("back_file",):
            return
        taken = shown.at - change.due
        if len(self.slowest) == MOST_SLOW and taken <= self.slowest[-1].taken:
            return
        why = self._why(change, shown.at)
        self.slowest.append(Slow(change.ticket, change.number, change.kind, change.due, shown.at, why))
        self.slowest.sort(key=lambda each: -each.taken)
        del self.slowest[MOST_SLOW:]

    def _why(self, change: Change, shown: int) -> str:
        """Why a change took so long: the syncs in between that failed, and the weather."""
        between = [each for each in self.play.facts if change.due <= each.ended <= shown]
        failed = [each for each in between if each.failures or each.error_kind]
        weather = self._weather(change.due, shown)
        words = []
        if weather:
            words.append(f"{weather} lay in between")
        if failed:
            more = f", {failed[0].error_kind}: {failed[0].error}" if failed[0].error_kind else ""
            words.append(f"{len(failed)} of {len(between)} syncs met failures, the first at {when(failed[0].at)}{more}")
        elif len(between) > 1:
            words.append(f"{len(between)} syncs went through without an error and did not show it")
        elif not words:
            words.append("the client works no more often")
        return "; ".join(words)

    def _weather(self, begin: int, end: int) -> str:
        for outage in self.play.measures.outages:
            if outage.begun <= end and outage.until >= begin:
                return f"{outage.kind} from {when(outage.begun)} to {when(outage.until)}"
        return ""

    # --- the report ---

    def _losses(self, stopped: StopNote | None) -> tuple[Loss, ...]:
        """What the copy does not show in the end. Of a span that was stopped, what it should have shown long since."""
        play = self.play
        if not hasattr(play, "copy") or not play.shows_mirror:
            return ()
        now = play.world.clock.now()
        patience = play.profile.settle + 3 * self.every if stopped is not None else 0
        found: list[Loss] = []
        if stopped is None:
            for how, truth in play.copy.wrong(play.truths()):
                kind: LossKind = {"missing": "missing", "kept": "kept"}.get(how, "stale")  # type: ignore[assignment]
                number = play.copy.numbers.get(truth.id, 0)
                text = play.masked(play.copy.difference(truth.id, truth))
                end, fields = self.plan.end, play.copy.differing(truth.id, truth)
                found.append(Loss(kind, truth.id, number, "unknown", end, end, text, fields=fields))
        for owed in play.copy.owed.values():
            found += [self._loss(change) for change in owed if change.due + patience <= now]
        for ticket, at in play.copy.invented.items():
            found.append(Loss("invented", ticket, 0, "none", at, at, "is in the copy, and the vendor never had it"))
        return tuple(sorted(found, key=lambda each: (each.due, each.at, each.ticket)))

    def _loss(self, change: Change) -> Loss:
        copy = self.play.copy
        last = copy.owed[change.ticket][-1].record
        text = self.play.masked(copy.difference(change.ticket, last))
        if not change.record.exists:
            kind: LossKind = "kept"
        elif change.kind == "astray":
            kind = "astray"
        else:
            kind = "stale" if change.ticket in copy.raw else "missing"
        weather = self._weather(change.due, change.due + self.every)
        fields = copy.differing(change.ticket, last)
        return Loss(kind, change.ticket, change.number, change.kind, change.at, change.due, text, weather, fields)

    def _groups(self, losses: tuple[Loss, ...]) -> tuple[LossGroup, ...]:
        """Losses by what probably caused them: of one kind, in one kind of weather, in calm with the same fields wrong; and
        those that break one duty together. What was missed in bad weather was missed with it, whatever moved then."""
        groups: dict[tuple[str, str, tuple[str, ...]], list[Loss]] = {}
        # The latest change of a record decides: had it been shown, so would be all before it. Of one that the copy never
        # had it is the first.
        deciding: dict[tuple[str, str], Loss] = {}
        for loss in losses:
            if loss.kind != "missing" or (loss.kind, loss.ticket) not in deciding:
                deciding[loss.kind, loss.ticket] = loss
        for loss in losses:
            weather = deciding[loss.kind, loss.ticket].weather.partition(" ")[0]
            groups.setdefault((loss.kind, weather, () if weather else loss.fields), []).append(loss)
        ranked = sorted(groups.values(), key=lambda each: (-len(each), each[0].due))
        # Of each kind one at least, so that all others can be told with one that is like them: best in some of the same fields.
        kinds = {group[0].kind: id(group) for group in reversed(ranked)}
        ranked.sort(key=lambda group: id(group) not in kinds.values())
        largest = ranked[:MOST_EXPLAINED]
        for group in ranked[MOST_EXPLAINED:]:
            first = group[0]
            like = [each for each in largest if each[0].kind == first.kind]
            shared = [each for each in like if {*each[0].fields} & {*first.fields}]
            (shared or like)[0].extend(group)
        decisive = [[loss for loss in group if deciding[loss.kind, loss.ticket] is loss] for group in largest]
        chosen = [sorted(group, key=lambda each: (each.number == 0, each.due))[:MOST_TRIED] for group in decisive]
        life = self.plan.life() if self.config.explain else iter(())
        around = iter(gather([loss for group in chosen for loss in group], life, self.every, self.plan.end))
        explainer = Explainer(
            self.runner,
            self.plan.desk,
            self.plan.scenario,
            self.plan.start,
            self.every,
            self.play.struck,
            self._facts,
            self.config.save_to,
            str(self.config.seed),
        )
        merged: dict[str, LossGroup] = {}
        for n, (group, some) in enumerate(zip(largest, chosen, strict=True)):
            self._tell(self.reached, f"explaining loss {n + 1} of {len(largest)}")
            tried = [next(around) for _ in some]
            here, explanation = tried[0], Explanation("Losses were not asked to be explained.")
            for candidate in tried if self.config.explain else ():
                found = explainer.explain(candidate)
                if candidate is here or found.duty:
                    here, explanation = candidate, found
                if found.duty:
                    break
            key = explanation.duty or f"{n}"
            if key in merged:
                known, more = merged[key], f"{len(group)} more of the same cause"
                title = f"{known.title}; {more}" if " more of the same cause" not in known.title else known.title
                examples = (*known.examples, *group[:1])
                merged[key] = replace(known, count=known.count + len(group), title=title, examples=examples)
            else:
                merged[key] = LossGroup(
                    group[0].kind, len(group), _title(group, here.loss), tuple(group[:3]), explanation
                )
        return tuple(sorted(merged.values(), key=lambda each: -each.count))

    def _facts(self, loss: Loss) -> tuple[str, ...]:
        """What is known of the syncs after a change became visible."""
        after = [each for each in self.play.remembered if loss.due <= each.ended][:4]
        return tuple(told(each) for each in after)

    def _values(self, losses: tuple[Loss, ...], hours: int, *, known: bool) -> dict[str, float | None]:
        """What objectives are judged by; None for what was not measured, as of a copy of which nothing is known."""
        play, measures = self.play, self.play.measures
        shows, orders = known and getattr(play, "shows_mirror", False), play.orders
        days = max((self.reached - self.plan.start) / DAY, 1 / 24)
        calls, syncs = sum(measures.operations.values()), sum(measures.syncs.values)
        wrong = sum(1 for each in losses if each.kind in ("kept", "astray", "invented"))
        found: dict[str, float | None] = {
            "storms": self.judging.counts["storms"],
            "habits": self.judging.counts["habits"],
            "losses": len(losses) - wrong,
            "wrong": wrong,
            "duplicates": (len(play.copy.doubled) if shows else 0) + len(orders.doubled),
            "lost_writes": len(orders.lost),
            "limit.peak": max(measures.share.values, default=0.0),
            "limit.throttled": sum(measures.throttled.values),
            "limit.latency": sum(measures.latency.values) * SECOND,
            "calls.hour": max(measures.calls.values, default=0.0),
            "calls.day": calls / days,
            "calls.sync": calls / syncs if syncs else 0,
            "calls.live": sum(measures.live.values),
            "bytes.day": sum(measures.bytes.values) / days,
            "recovery.worst": max((self._recovery(each) for each in measures.episodes), default=0),
            "backlog.drain": max((self._drain(each) for each in measures.outages), default=0),
            "backlog.worst": max(measures.backlog.values, default=0.0),
            "errors": sum(measures.errors.values),
        }
        stale = self._staleness(losses)
        found |= {f"staleness.{name}": value for name, value in stale.items()}
        if not shows:
            for name in ("losses", "wrong", "duplicates", *(each for each in found if each.startswith("staleness."))):
                found[name] = None
        elif not measures.staleness.taken and not losses:
            found |= {f"staleness.{name}": 0 for name in stale}
        return found

    def _staleness(self, losses: tuple[Loss, ...]) -> dict[str, int | None]:
        """The quantiles; what was lost counts with all the time that it was waited for."""
        measures, now = self.play.measures, self.play.world.clock.now()
        for loss in losses if not self.waited else ():
            if loss.event not in ("unknown", "none", "back_file"):
                measures.staleness.add(measures.hour(loss.due), now - loss.due)
        self.waited = True
        return measures.staleness.quantiles()

    def _recovery(self, episode: Episode) -> float:
        return float(episode.recovery if episode.recovery is not None else self.play.world.clock.now() - episode.begun)

    def _drain(self, outage: Outage) -> float:
        if outage.drain is not None:
            return float(outage.drain)
        return float(max(0, self.play.world.clock.now() - outage.until))

    def _report(self, stopped: StopNote | None) -> RehearsalReport:
        play, measures, config = self.play, self.play.measures, self.config
        losses = self._losses(stopped)
        span = max(HOUR, self.reached - self.plan.start if stopped else self.plan.end - self.plan.start)
        hours = -(-span // HOUR)
        blind = self._blind()
        values = self._values(losses, hours, known=not blind)
        series = self._series(hours)
        judged = slo.judge(self.plan.objectives, values)
        tickets = len(play.tickets)
        unseen = play.copy.unseen if hasattr(play, "copy") else 0
        outages, episodes = tuple(measures.outages), tuple(measures.episodes)
        groups = self._groups(losses) if losses and stopped is None else ()
        return RehearsalReport(
            vendor=config.vendor,
            client=self.runner.hello().name,
            given=given_words(config.client),
            dialect=config.dialect if isinstance(config.dialect, str) else "of switches",
            profile=self.plan.profile.name,
            profile_says=self.plan.profile.says,
            zone=self.plan.profile.zone,
            seed=config.seed,
            scale=config.scale,
            days=config.days,
            every=self.every,
            start=self.plan.start,
            end=self.reached if stopped else self.plan.end,
            objectives=judged,
            values=values,
            reasons=reasons(judged, measures, groups, self.judging.found, tuple(self.slowest), losses, play.orders),
            staleness={name.partition(".")[2]: values[name] for name in values if name.startswith("staleness.")},  # type: ignore[misc]
            distribution=tuple(measures.staleness.distribution()),
            slowest=tuple(self.slowest),
            losses=losses[:MOST_LISTED],
            groups=groups,
            counts={
                "tickets": tickets,
                "events": sum(measures.kinds.values()),
                "shown": len(measures.staleness.taken),
                "unseen": unseen,
                "calls": sum(measures.operations.values()),
                "bytes": round(sum(measures.bytes.values)),
                "syncs": round(sum(measures.syncs.values)),
                "failed_syncs": measures.failed_syncs,
                "skipped_syncs": measures.skipped_syncs,
                "errors": round(sum(measures.errors.values)),
                "throttled": round(sum(measures.throttled.values)),
                "live": round(sum(measures.live.values)),
                "losses": len(losses),
                "writes": play.orders.count,
                "refused_writes": play.orders.refused,
                "storms": self.judging.counts["storms"],
                "habits": self.judging.counts["habits"],
            },
            operations=dict(sorted(measures.operations.items())),
            outcomes=dict(sorted(measures.outcomes.items())),
            kinds=dict(sorted(measures.kinds.items())),
            impossible=dict(sorted(play.impossible.items())),
            hours=series,
            outages=outages,
            episodes=episodes,
            seconds=(clock.wall() - self.begun) / 1e6,
            stopped=stopped,
            blind=blind,
            first_failed=self._first_failed(),
            beside=play.copy.beside() if hasattr(play, "copy") else (),
            secrets=tuple(play.world.installation(config.vendor).secrets) if play.world.opened(config.vendor) else (),
        )

    def _first_failed(self) -> str:
        """When the first sync ended in an error, and in which; empty where none did."""
        first = self.play.first_failed
        return "" if first is None else f"{when(first.at)}, {first.error_kind}: {first.error}"

    def _blind(self) -> str:
        """Why nothing of the copy is known; empty where there is something to know."""
        play = self.play
        if not getattr(play, "shows_mirror", True):
            return "the client shows no mirror, so nothing of its copy is known"
        if sum(play.measures.kinds.values()) and not play.tickets and play.impossible:
            why = next(iter(play.impossible))
            return f"the vendor allowed nothing of what the desk did, so there was nothing to copy: {why}"
        if play.asking_looks * 2 > play.looks:
            return (
                "the client asks the vendor whenever it is to show its copy, so what it shows says nothing of what it keeps; "
                "let `mirror` answer from its own store"
            )
        ended = self.reached >= self.plan.end - self.every  # what was stopped has its own reason
        if ended and not sum(play.measures.kinds.values()) and not any(play.truths()):
            return "nothing happened at the desk, so there was nothing to copy: take more --days, or a larger --scale"
        return ""

    def _series(self, hours: int) -> dict[str, tuple[float | None, ...]]:
        measures = self.play.measures
        found: dict[str, tuple[float | None, ...]] = {}
        for name in ("calls", "errors", "bytes", "share", "throttled", "latency", "live", "backlog", "events", "syncs"):
            found[name] = tuple(getattr(measures, name).first(hours))
        found["staleness_p95"] = tuple(measures.staleness.by_hour(hours, 0.95))
        found["staleness_worst"] = tuple(measures.staleness.by_hour(hours, 1.0))
        return found


_WORDS: Mapping[LossKind, tuple[str, str]] = {
    "missing": ("change is missing: the copy has no such record", "changes are missing: the copy has no such records"),
    "stale": (
        "change is missing: the copy shows what was before",
        "changes are missing: the copy shows what was before",
    ),
    "kept": (
        "record is gone at the vendor, and still in the copy",
        "records are gone at the vendor, and still in the copy",
    ),
    "astray": (
        "record was right in the copy, and is so no longer",
        "records were right in the copy, and are so no longer",
    ),
    "invented": ("record of the copy was never at the vendor", "records of the copy were never at the vendor"),
}


def _title(group: Collection[Loss], first: Loss) -> str:
    """What a group of losses has in common, in a sentence, with one of them."""
    one, many = _WORDS[first.kind]
    what = f"1 {one}" if len(group) == 1 else f"{len(group)} {many}"
    when_ = f"; {'it' if len(group) == 1 else 'they'} became visible during {first.weather}" if first.weather else ""
    wrong = (
        f", where {', '.join(first.fields)} {'differs' if len(first.fields) == 1 else 'differ'}" if first.fields else ""
    )
    return f"{what} (ticket {first.ticket}, {first.event} at {when(first.at)}{wrong}){when_}"
