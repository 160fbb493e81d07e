"""Why it is no go: for each objective that is not met, what is behind it, nearest to the cause first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mockservers.harness.duties import Duty
from mockservers.kernel.instants import HOUR
from mockservers.rehearsal.measures import Measures
from mockservers.rehearsal.objectives import Judged, shown
from mockservers.rehearsal.play import when
from mockservers.rehearsal.report import Loss, LossGroup, Reason, Slow
from mockservers.rehearsal.writing import Orders
from mockservers.wirekit.templates import counted

WRONG = frozenset({"kept", "astray", "invented"})
"""Losses that are wrong records, not missing changes."""


def reasons(
    judged: Iterable[Judged],
    measures: Measures,
    groups: Sequence[LossGroup],
    duties: Mapping[str, Sequence[tuple[Duty, str]]],
    slowest: Sequence[Slow],
    losses: Sequence[Loss],
    orders: Orders,
) -> tuple[Reason, ...]:
    """A reason for each objective that is not met; losses have one for each cause."""
    found: list[Reason] = []
    for each in judged:
        if each.met:
            continue
        name = each.objective.name
        if name in duties:
            found += _duties(name, duties[name])
        elif name in ("losses", "wrong") and groups:
            found += _lost(name, groups)
        elif name in ("losses", "wrong") and losses:
            found.append(Reason(name, f"{counted(len(losses), 'change')} behind when it ended", details=_first(losses)))
        elif name.startswith(("limit.", "calls.", "bytes.")):
            found.append(_limit(each, measures))
        elif name == "lost_writes":
            text = f"{counted(len(orders.lost), 'write')} did not reach the vendor"
            found.append(Reason(name, text, details=tuple(orders.lost[:3])))
        elif name == "duplicates" and orders.doubled:
            text = f"{counted(len(orders.doubled), 'write')} made more than one record"
            found.append(Reason(name, text, details=tuple(orders.doubled[:3])))
        elif name.startswith("staleness."):
            found.append(_stale(each, slowest))
        else:
            found.append(_plain(each, measures))
    return tuple(found)


def _duties(name: str, broken: Sequence[tuple[Duty, str]]) -> list[Reason]:
    found: dict[str, list[str]] = {}
    duties = {duty.id: duty for duty, _ in broken}
    for duty, text in broken:
        found.setdefault(duty.id, []).append(text)
    return [
        Reason(
            name,
            f"{texts[0]} (the first of {len(texts)})" if len(texts) > 1 else texts[0],
            id_,
            tuple((rule.id, rule.says) for rule in duties[id_].rules),
            (duties[id_].says,),
        )
        for id_, texts in found.items()
    ]


def _lost(name: str, groups: Sequence[LossGroup]) -> list[Reason]:
    found = []
    for group in groups:
        if (group.kind in WRONG) != (name == "wrong"):
            continue
        told = group.explanation
        found.append(
            Reason(
                name,
                group.title,
                told.duty,
                told.rules,
                (told.text, *told.witness[:1], *(() if told.duty else told.facts[:3])),
                told.file,
            )
        )
    return found


def _first(losses: Sequence[Loss]) -> tuple[str, ...]:
    return tuple(
        f"ticket {each.ticket}: {each.event} at {when(each.at)}, visible from {when(each.due)} on; {each.text}"
        for each in losses[:3]
    )


def _limit(each: Judged, measures: Measures) -> Reason:
    share = each.objective.name == "limit.peak"
    series = measures.share if share else measures.calls
    busiest = max(range(len(series.values)), key=lambda hour: series.values[hour], default=0)
    at = when(measures.start + busiest * HOUR)
    most = sum(measures.operations.values()) or 1
    operations = ", ".join(f"{name} {100 * count / most:.0f} %" for name, count in measures.operations.most_common(3))
    calls = f"{measures.calls.values[busiest]:,.0f}" if busiest < len(measures.calls.values) else "0"
    syncs = sum(measures.syncs.values) or 1
    metric = each.objective.metric
    return Reason(
        each.objective.name,
        f"{metric.says}: {shown(metric.unit, each.value)}, and {shown(metric.unit, each.objective.most)} is the most; in the "
        f"hour of {at} the client made {calls} calls",
        rules=((each.objective.because, each.objective.why),) if each.objective.because else (),
        details=(f"{most / syncs:,.1f} calls a sync on average: {operations}",),
    )


def _stale(each: Judged, slowest: Sequence[Slow]) -> Reason:
    metric = each.objective.metric
    if each.value is None:
        return Reason(each.objective.name, each.note)
    details = tuple(
        f"ticket {slow.ticket} ({slow.event}, visible from {when(slow.due)} on) took {shown('time', slow.taken)}: {slow.why}"
        for slow in slowest[:2]
    )
    text = f"{metric.says}: {shown('time', each.value)}, and {shown('time', each.objective.most)} is the most"
    return Reason(each.objective.name, text, details=details)


def _plain(each: Judged, measures: Measures) -> Reason:
    metric = each.objective.metric
    if each.value is None:
        return Reason(each.objective.name, f"{metric.says}: {each.note}")
    text = f"{metric.says}: {shown(metric.unit, each.value)}, and {shown(metric.unit, each.objective.most)} is the most"
    details: tuple[str, ...] = ()
    if each.objective.name == "recovery.worst" and measures.episodes:
        worst = max(measures.episodes, key=lambda one: (one.ended or 1 << 62) - one.begun)
        end = "never" if worst.ended is None else f"at {when(worst.ended)}"
        details = (f"it failed from {when(worst.begun)} on ({worst.failures} requests) and recovered {end}",)
    if each.objective.name.startswith("backlog.") and measures.outages:
        behind = max(measures.outages, key=lambda one: one.backlog)
        details = (f"after {behind.kind} until {when(behind.until)} the copy was {behind.backlog} changes behind",)
    return Reason(each.objective.name, text, details=details)
