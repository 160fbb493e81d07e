"""The pictures of a rehearsal: calls, the vendor's limit, staleness, backlog, failures and operations."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from math import log

from mockservers.kernel.instants import DAY, HOUR, MINUTE, SECOND
from mockservers.rehearsal.measures import Outage
from mockservers.rehearsal.objectives import Judged, length, shown
from mockservers.rehearsal.report import RehearsalReport
from mockservers.rehearsal.reports.drawing import Drawing, Picture, Tick, percent, steps_up_to
from mockservers.rehearsal.reports.span import Span, alternating, day_words
from mockservers.wirekit.templates import counted

HIGH, ROW = 170, 12
"""Pixels: a picture over time, and an hour of the heat strip."""
SCALE = (5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, DAY)
"""Upper bounds of the heat strip's colours; an objective takes the place of the one that is nearest to it."""
MOST_OPERATIONS, MOST_BANDS, MOST_ROWS, MOST_CLOSER, MOST_LABELS = 12, 400, 40, 3, 10
NAMELESS = "(no operation was told)"
"""What the measures call `none`: a call that ended before anybody knew what it asks."""
WEATHER: Mapping[str, str] = {
    "outage": "outage",
    "slow": "slow answers",
    "errors": "burst of errors",
    "throttled": "limit used up",
    "password": "password expired",
    "tokens": "tokens ended",
}


def pictures(report: RehearsalReport, prefix: str = "", beside: RehearsalReport | None = None) -> list[Picture]:
    """Those of which there is something to draw, in the order in which they are told.

    `prefix` begins their names, and one that stands `beside` another is drawn to the same scale.
    """
    span = Span(report, prefix, beside)
    found = [_calls(span)]
    if span.most("share") or span.most("throttled"):
        found.append(_limit(span))
    if not report.blind:
        found += [_heat(span), _backlog(span), _distribution(span)]
    if span.most("errors") or report.episodes:
        found.append(_failures(span))
    if report.operations:
        found.append(_operations(span))
    return found


def wanted(report: RehearsalReport, *names: str) -> Judged | None:
    """The first objective of these names that there is."""
    known = {each.objective.name: each for each in report.objectives}
    return next((known[name] for name in names if name in known), None)


# --- calls and the limit ---------------------------------------------------------------------------------------------


def _calls(span: Span) -> Picture:
    report = span.report
    calls, worked = span.series("calls"), span.series("syncs")
    busiest = max(range(span.count), key=lambda n: calls[n])
    title = "Calls in the busiest hour of each day" if span.long else "Calls an hour"
    says = (
        f"{counted_calls(report.counts['calls'])} in all; the busiest hour, from "
        f"{span.clock(report.start + busiest * HOUR)} on, has {calls[busiest]:,.0f}."
    )
    objective = wanted(report, "calls.hour")
    drawing = span.drawing("calls", title, says, HIGH)
    top = max(span.most("calls"), objective.objective.most if objective else 0)
    most = _counts(drawing, top, "calls an hour")
    drawing.area(span.drawn("calls"), most, "calls")
    if objective:
        drawing.limit(objective.objective.most, most, f"objective: at most {objective.objective.most:,.0f}")
    drawing.times(span.ticks(), span.axis)
    rows = tuple(
        (day, *(f"{each:,.0f}" for each in (_sum(calls, hours), max(calls[n] for n in hours), _sum(worked, hours))))
        for day, hours in span.rows
    )
    head = (span.row, "Calls", "In its busiest hour", "Syncs")
    note = (
        ""
        if any(span.series("share"))
        else "No call met a limit of the vendor: it has none in this dialect, or none of the calls counted."
    )
    return Picture(drawing.name, title, says, drawing.whole(), (("calls", "calls of the client"),), head, rows, note)


def _limit(span: Span) -> Picture:
    report = span.report
    share, throttled, waits = span.series("share"), span.series("throttled"), span.series("latency")
    refused = report.counts.get("throttled", 0)
    title = "Share of the vendor's limit that was used"
    says = (
        f"At most {shown('share', max(share))} of the limit was used; {counted_calls(refused)} "
        f"{'was' if refused == 1 else 'were'} refused or slowed for it."
    )
    objective = wanted(report, "limit.peak")
    drawing = span.drawing("limit", title, says, HIGH)
    levels = steps_up_to(max(1.0, span.most("share") * 1.05), whole=False)
    most = levels[-1]
    drawing.levels([(each, f"{100 * each:.0f} %") for each in levels], most, "% of the limit, at most in the hour")
    drawing.area([most if each else None for each in span.drawn("throttled")], most, "struck")
    drawing.area(span.drawn("share"), most, "share")
    drawing.limit(1.0, most, "", "full")
    if objective and objective.objective.most <= most:
        drawing.limit(objective.objective.most, most, f"objective: at most {shown('share', objective.objective.most)}")
    drawing.times(span.ticks(), span.axis)
    legend = [("share", "share of the limit, calls of others that share it included"), ("full", "all of the limit")]
    if any(throttled):
        legend.append(("struck", "calls were refused or slowed for the limit"))
    rows = tuple(
        (
            day,
            shown("share", max(share[n] for n in hours)),
            f"{_sum(throttled, hours):,.0f}",
            length(_sum(waits, hours) * SECOND),
        )
        for day, hours in span.rows
    )
    head = (span.row, "Share at most", "Calls refused or slowed", "Waiting")
    return Picture(drawing.name, title, says, drawing.whole(), tuple(legend), head, rows)


# --- staleness -------------------------------------------------------------------------------------------------------


def scale(report: RehearsalReport) -> tuple[tuple[float, ...], float | None]:
    """The bounds of the heat strip's colours, and the one that is the objective."""
    objective = wanted(report, "staleness.p95", "staleness.p99", "staleness.worst")
    if objective is None or not objective.objective.most:
        return SCALE, None
    most = objective.objective.most
    near = min(range(len(SCALE)), key=lambda n: abs(log(SCALE[n]) - log(most)))
    return (*SCALE[:near], most, *SCALE[near + 1 :]), most


def _heat(span: Span) -> Picture:
    report = span.report
    taken = span.series("staleness_p95")
    known = [value is not None for value in report.hours.get("staleness_p95", ())]
    worst = span.series("staleness_worst")
    bounds, most = scale(report)
    title = "How old the copy was, by day and hour"
    times = report.staleness
    says = (
        f"Half of all changes were shown within {shown('time', times.get('p50'))} of their being visible at the vendor, 95 of "
        f"100 within {shown('time', times.get('p95'))}, the slowest took {shown('time', times.get('worst'))}. A square is an "
        "hour: the changes that became visible in it, and how long 95 of 100 of them took at most."
    )
    drawing = span.drawing("heat", title, says, 24 * ROW)
    columns = []
    for x, (day, hours) in enumerate(span.days.items()):
        classes: dict[int, int] = {}
        for n in hours:
            if n < len(known) and known[n]:
                hour = span.clocks[
                    n
                ].hour  # an hour that comes twice, as the clocks are set back, has the worse of both
                classes[hour] = max(classes.get(hour, 0), bisect_left(bounds, taken[n]))
        seen = [n for n in hours if n < len(known) and known[n]]
        told = f"{day.isoformat()}: slowest change {length(max(worst[n] for n in seen))}" if seen else ""
        columns.append(_column(x, classes, drawing.safe(told), span.long))
    style = "fine" if span.long else ""
    drawing.box("0", 0, "100%", drawing.high, "empty")
    drawing.stretched(len(span.days), 24, [f'<g class="cells {style}">', *columns, "</g>"])
    for hour in (0, 6, 12, 18, 24):
        drawing.text("-8", hour * ROW + 4, f"{hour:02}:00", "tick", "end")
    drawing.text("-8", -12, "hour of the day", "axis")
    drawing.times(_columns(span), span.axis)
    legend = [(f"heat{n}", _class(n, bounds, most)) for n in range(len(bounds) + 1)]
    legend.append(("empty", "no change became visible"))
    rows = []
    for label, hours in span.rows:
        seen = [n for n in hours if n < len(known) and known[n]]
        slow = max(seen, key=lambda n: taken[n], default=None)
        rows.append(
            (label, length(taken[slow]), f"{span.clocks[slow].hour:02}:00", length(max(worst[n] for n in seen)))
            if slow is not None
            else (label, "-", "-", "-")
        )
    head = (span.row, "In the slowest hour, 95 of 100 within", "That hour", "Slowest change")
    return Picture(drawing.name, title, says, drawing.whole(), tuple(legend), head, tuple(rows))


def _columns(span: Span) -> list[Tick]:
    """The marks below the heat strip, whose days are equally wide: of a few days each, of many those of the other pictures."""
    days = list(span.days.items())
    if len(days) <= 14:
        return alternating([((n + 0.5) / len(days), day_words(day)) for n, (day, _) in enumerate(days)])
    place = {hours[0] / span.count: n / len(days) for n, (_, hours) in enumerate(days)}
    return [Tick(place[each.at], each.words, each.minor) for each in span.ticks() if each.at in place]


def _column(x: int, classes: Mapping[int, int], told: str, joined: bool) -> str:
    """A day of the heat strip; `joined`: hours of one colour that follow each other are one piece."""
    paths: dict[int, list[str]] = {}
    hour = 0
    while hour < 24:
        style, begun = classes.get(hour), hour
        while hour < 24 and classes.get(hour) == style and (joined or hour == begun):
            hour += 1
        if style is not None:
            paths.setdefault(style, []).append(f"M{x} {begun}h1v{hour - begun}h-1z")
    if not paths:
        return ""
    drawn = "".join(f'<path class="heat{style}" d="{"".join(paths[style])}"/>' for style in sorted(paths))
    return f"<g><title>{told}</title>{drawn}</g>"


def _class(n: int, bounds: Sequence[float], most: float | None) -> str:
    if n == len(bounds):
        return f"longer than {length(bounds[-1])}"
    objective = ", the objective" if bounds[n] == most else ""
    return f"{'within' if n == 0 else 'to'} {length(bounds[n])}{objective}"


def _distribution(span: Span) -> Picture:
    report = span.report
    total = sum(count for _, count in report.distribution)
    objective = wanted(report, "staleness.p95", "staleness.p99", "staleness.worst")
    most = objective.objective.most if objective else None
    times = report.staleness
    title = "How long changes took to be shown"
    says = (
        f"{total:,} changes: half within {shown('time', times.get('p50'))}, 95 of 100 within {shown('time', times.get('p95'))}, "
        f"99 of 100 within {shown('time', times.get('p99'))}, the slowest {shown('time', times.get('worst'))}."
    )
    classes = list(report.distribution)
    while len(classes) > 1 and not classes[-1][1]:
        classes.pop()
    marks: dict[int, list[str]] = {}
    for name, words in (("p50", "half"), ("p95", "95 of 100"), ("p99", "99 of 100")):
        value = times.get(name)
        if value is not None and total:
            place = next(
                (n for n, (bound, _) in enumerate(classes) if bound is None or value <= bound), len(classes) - 1
            )
            marks.setdefault(place, []).append(words)
    drawing = span.drawing("distribution", title, says, 24 * len(classes))
    largest = max((count for _, count in classes), default=0) or 1
    rows, so_far, before = [], 0, 0.0
    over = False
    for n, (bound, count) in enumerate(classes):
        so_far += count
        y = 24 * n
        late = most is not None and n > 0 and before >= most
        over = over or (late and count > 0)
        name = _bound(bound, before)
        share = count / total if total else 0.0
        reached = f"\N{LEFTWARDS ARROW} {', '.join(marks[n])}" if n in marks else ""
        drawing.text("-8", y + 16, name, "tick", "end")
        drawing.bar(y + 4, count / largest, 16, "late" if late else "soon", f"{count:,} ({_share(share)})", reached)
        rows.append((name, f"{count:,}", _share(share), _share(so_far / total if total else 0.0)))
        before = float(bound or 0)
    drawing.line("0", 0, "0", drawing.high, "base")
    drawing.text("-8", -12, "within", "axis", "end")
    drawing.text("0", -12, "number of changes", "axis")
    legend = [("soon", "changes")]
    if objective and most is not None and over:
        legend = [
            ("soon", "within the objective"),
            ("late", f"longer than {length(most)}, the objective {objective.objective.name}"),
        ]
    head = ("Shown within", "Changes", "Share", "So far")
    note = (
        "What was never shown counts with all the time that it was waited for." if report.counts.get("losses") else ""
    )
    return Picture(drawing.name, title, says, drawing.whole(), tuple(legend), head, tuple(rows), note, shape="bars")


def _bound(bound: int | None, before: float) -> str:
    if bound is None:
        return f"over {length(before)}"
    return "at once" if not bound else length(bound)


def _share(share: float) -> str:
    return f"{100 * share:.1f} %" if 0 < share < 0.1 or 0.995 <= share < 1 else f"{100 * share:.0f} %"


# --- outages and failures --------------------------------------------------------------------------------------------


def _backlog(span: Span) -> Picture:
    report = span.report
    behind = span.series("backlog")
    most_behind = max(range(span.count), key=lambda n: behind[n])
    title = "Changes that the copy was behind, and outages"
    worst = max(report.outages, key=lambda each: each.backlog, default=None)
    says = f"The vendor was out or failed {counted(len(report.outages), 'time')}. "
    if worst is not None and worst.backlog:
        were = f"{counted(worst.backlog, 'change')} {'was' if worst.backlog == 1 else 'were'}"
        says += f"When such a time was over, {were} behind at most ({_drained(worst)}). "
    if behind[most_behind]:
        at = span.clock(report.start + (most_behind + 1) * HOUR)
        says += f"Of the hours' ends, that of {at} has most: {counted(round(behind[most_behind]), 'change')} behind."
    else:
        says += "At the ends of hours nothing was behind."
    drawing = span.drawing("backlog", title, says, HIGH)
    objective = wanted(report, "backlog.worst")
    peaks = [(span.place(each.until), each.backlog) for each in report.outages if each.backlog]
    top = max(span.most("backlog"), span.most_behind, objective.objective.most if objective else 0)
    most = _counts(drawing, top, "changes behind")
    _bands(drawing, span, labels=True)
    drawing.area(span.drawn("backlog"), most, "behind")
    _peaks(drawing, peaks, most)
    if objective:
        drawing.limit(objective.objective.most, most, f"objective: at most {objective.objective.most:,.0f}")
    drawing.times(span.ticks(), span.axis)
    told = sorted(report.outages, key=lambda each: (each.drain is not None, -(each.drain or 0), -each.backlog))[
        :MOST_ROWS
    ]
    rows = tuple(
        (_kind(each), span.clock(each.begun), length(each.until - each.begun), f"{each.backlog:,}", _drained(each))
        for each in sorted(told, key=lambda each: each.begun)
    )
    left = len(report.outages) - len(rows)
    note = f"The table has the {len(rows)} that took longest to catch up; {left} more took less." if left > 0 else ""
    legend = (
        ("behind", "changes behind, at the last sync of the hour"),
        ("peak", "behind as an outage ended"),
        ("outage", "the vendor was out or failed"),
    )
    head = ("What", "From", "For", "Changes behind at its end", "Then")
    closer = _closer(span) if span.count > 3 * 24 else ()
    return Picture(drawing.name, title, says, drawing.whole(), legend, head, rows, note, closer)


def _closer(span: Span) -> tuple[tuple[str, str], ...]:
    """The hours around the outages after which most was behind."""
    report = span.report
    behind = span.series("backlog")
    chosen = sorted((each for each in report.outages if each.backlog), key=lambda each: -each.backlog)[:MOST_CLOSER]
    found = []
    for n, outage in enumerate(sorted(chosen, key=lambda each: each.begun)):
        first = max(0, (outage.begun - report.start) // HOUR - 3)
        over = outage.until if outage.drained is None else outage.drained
        last = min(span.count, max((over - report.start) // HOUR + 4, first + 12), first + 72)
        title = f"{_kind(outage).capitalize()}, {span.clock(outage.begun)}"
        says = f"{counted(outage.backlog, 'change')} behind at its end; {_drained(outage)}"
        drawing = span.drawing(f"closer{n}", title, says, 90)
        window = [*behind[first:last]]
        most = _counts(drawing, max([*window, outage.backlog]), "changes behind")
        place = [
            (each - report.start - first * HOUR) / ((last - first) * HOUR) for each in (outage.begun, outage.until)
        ]
        left, right = (min(1.0, max(0.0, each)) for each in place)
        drawing.box(percent(left), 0, percent(right - left), drawing.high, "outage")
        drawing.area(window, most, "behind")
        _peaks(drawing, [(right, outage.backlog)], most)
        drawing.times(span.hours(first, last), "")
        found.append((f"{title}: {says}", drawing.whole()))
    return tuple(found)


def _peaks(drawing: Drawing, peaks: Sequence[tuple[float, int]], most: float) -> None:
    """What was behind at the ends of outages, each as a needle: the hours have it at their own ends alone."""
    for at, count in sorted(peaks, key=lambda each: -each[1])[:MOST_BANDS]:
        drawing.line(percent(at), drawing.high - drawing.high * count / most, percent(at), drawing.high, "peak")


def _failures(span: Span) -> Picture:
    report = span.report
    title = "Failed requests, and recovery"
    worst = max(report.episodes, key=lambda each: (each.recovery is None, each.recovery or 0), default=None)
    failed = counted(report.counts.get("errors", 0), "request")
    says = f"{failed} failed, whoever was to blame, in {counted(len(report.episodes), 'episode')}"
    if worst is not None:
        took = (
            "never ended"
            if worst.recovery is None
            else f"took {length(worst.recovery)} to the first sync without a failure"
        )
        says += f"; the longest, from {span.clock(worst.begun)} on, {took}"
    says += f". {counted(report.counts.get('failed_syncs', 0), 'sync')} ended in an error of the client's own."
    drawing = span.drawing("failures", title, says, HIGH * 2 // 3)
    most = _counts(drawing, span.most("errors"), "failed requests an hour")
    _bands(drawing, span, labels=False)
    drawing.area(span.drawn("errors"), most, "failed")
    drawing.times(span.ticks(), span.axis)
    told = sorted(report.episodes, key=lambda each: (each.recovery is not None, -(each.recovery or 0)))[:MOST_ROWS]
    rows = tuple(
        (span.clock(each.begun), f"{each.failures:,}", "never" if each.recovery is None else length(each.recovery))
        for each in sorted(told, key=lambda each: each.begun)
    )
    left = len(report.episodes) - len(rows)
    note = f"The table has the {len(rows)} that took longest; {left} more took less." if left > 0 else ""
    legend = (("failed", "requests that failed"), ("outage", "the vendor was out or failed"))
    head = ("From", "Failed requests", "Recovered after")
    return Picture(drawing.name, title, says, drawing.whole(), legend, head, rows, note)


def _bands(drawing: Drawing, span: Span, *, labels: bool) -> None:
    """The times in which the vendor behaved otherwise, each as a band, and where there is room with a word above."""
    report, free = span.report, 0.0
    for each in sorted(report.outages, key=lambda each: each.begun - each.until)[:MOST_BANDS]:
        left, right = span.place(each.begun), span.place(each.until)
        told = f"{_kind(each)}, {span.clock(each.begun)}, {length(each.until - each.begun)}"
        drawing.box(percent(left), 0, percent(right - left), drawing.high, "outage", told)
    if (
        labels and len(report.outages) <= MOST_LABELS
    ):  # of many most would have none, and those that have one would mislead
        for each in sorted(report.outages, key=lambda each: each.begun):
            left = span.place(each.begun)
            if free <= left <= 0.88:
                drawing.text(percent(left), 11, _kind(each), "minor label", dx=4)
                free = left + 0.12


def _kind(outage: Outage) -> str:
    return WEATHER.get(outage.kind, outage.kind)


def _drained(outage: Outage) -> str:
    if outage.drain is None:
        return "never caught up"
    if not outage.backlog:
        return "nothing to catch up"
    return f"caught up after {length(outage.drain)}" if outage.drain else "caught up at once"


# --- operations ------------------------------------------------------------------------------------------------------


def _operations(span: Span) -> Picture:
    report = span.report
    named = {NAMELESS if name == "none" else name: count for name, count in report.operations.items()}
    ordered = sorted(named.items(), key=lambda each: (-each[1], each[0]))
    if len(ordered) > MOST_OPERATIONS:
        rest = ordered[MOST_OPERATIONS - 1 :]
        ordered = [*ordered[: MOST_OPERATIONS - 1], (f"{len(rest)} others", sum(count for _, count in rest))]
    total = sum(report.operations.values()) or 1
    title = "Calls by operation"
    name, most = ordered[0]
    says = f"{counted_calls(total)}, {_share(most / total)} of them {name}."
    drawing = span.drawing("operations", title, says, 38 * len(ordered))
    for n, (name, count) in enumerate(ordered):
        drawing.text("0", 38 * n + 14, name, "name")
        drawing.bar(38 * n + 19, count / most, 14, "soon", f"{count:,} ({_share(count / total)})")
    drawing.text("0", -6, "number of calls, all hours", "axis")
    rows = tuple((name, f"{count:,}", _share(count / total)) for name, count in ordered)
    legend = (("soon", "calls of the client"),)
    head = ("Operation", "Calls", "Share")
    return Picture(drawing.name, title, says, drawing.whole(), legend, head, rows, shape="bars flush")


def counted_calls(count: float) -> str:
    """`1 call`, `12,345 calls`."""
    return "1 call" if count == 1 else f"{count:,.0f} calls"


def _sum(values: Sequence[float], hours: Sequence[int]) -> float:
    return sum(values[n] for n in hours)


def _counts(drawing: Drawing, top: float, words: str) -> float:
    """An axis of counts; returns what its top stands for."""
    levels = steps_up_to(top)
    drawing.levels([(each, f"{each:,.0f}") for each in levels], levels[-1], words)
    return levels[-1]


__all__ = ["pictures", "scale", "wanted"]
