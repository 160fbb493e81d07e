"""Checks and replays as one HTML page that needs nothing else: no scripts, no links out, light or dark, printable.

Everything that is not written in this file is escaped, for clients and vendors choose much of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from mockservers.harness import comparing
from mockservers.harness.duties import Duty
from mockservers.harness.history import Exchanged
from mockservers.harness.replay import ReplayResult
from mockservers.harness.reports import timeline
from mockservers.harness.reports.characters import clean, visible
from mockservers.harness.reports.conversation import time_of_day
from mockservers.harness.reports.events import Event, events
from mockservers.harness.reports.failures import Failure, State, of_counterexample, of_result
from mockservers.harness.reports.page import code, facts, page, say
from mockservers.harness.reports.program import dialect_words, lines, program
from mockservers.harness.reports.text import OUTCOME, replay_command, sum_words
from mockservers.harness.verdicts import DialectReport, DutyVerdict, Report, Stop

MOST_ROWS = 300
"""Rows of a conversation."""
MOST_RAW = 1500
"""Characters of a request or an answer."""

_KEY = """<p class="quiet small">A duty is what a correct client must do because of how the vendor behaves. It is <b>kept</b>,
<b>broken</b>, or <b>unproven</b>: never provoked, so not a pass. The counts are occasions on which it
could have been broken.</p>"""

_ROLE = {"kept": "good", "broken": "bad", "unproven": "warn", "n/a": "soft"}


def check_html(report: Report) -> str:
    """The page of a check: the verdicts, and a section for each broken duty."""
    words, role = sum_words(report)
    known = {
        "Client": code(report.client),
        "Started as": code(report.given),
        "Vendor": code(report.vendor),
        "Seed": str(report.seed),
        "Took": f"{report.seconds:.1f} s",
    }
    body = [
        f"<h1>{say(report.client)} against {say(report.vendor)}</h1>",
        f'<p class="verdict {role}">{say(words)}</p>',
        facts(known),
        _stop(report.stopped),
        *(("<h2>Verdicts</h2>", _KEY, _matrix(report)) if report.dialects else ()),
        _open(report),
        *(_dialect_notes(dialect) for dialect in report.dialects),
        *_proofs(report),
    ]
    return page(f"{words.split(':')[0]}: {report.client} against {report.vendor}", body)


def replay_html(results: Iterable[ReplayResult], client: str) -> str:
    """The page of a replay: what became of each file, and a section for each that failed."""
    found = list(results)
    failed = sum(result.outcome == "FAILED" for result in found)
    role = "bad" if failed else "warn" if any(OUTCOME[result.outcome] != "good" for result in found) else "good"
    words = f"{failed} of {len(found)} failed" if failed else f"{len(found)} played, none failed"
    if found and found[-1].outcome == "STOPPED":
        before = f"{failed} of {len(found) - 1} before it failed"
        role, words = "bad", f"stopped in file {len(found)}, for the client failed as a program; {before}"
    rows, sections = [], []
    for n, result in enumerate(found, 1):
        failure = of_result(result)
        link = f' href="#f{n}"' if failure is not None else ""
        about = result.scenario.duty or result.scenario.note.split("\n")[0]
        broken = "".join(f"<br>{code(duty.id)} {say(duty.says)}" for duty, _ in result.broken)
        reason = f"<br>{say(result.reason)}" if result.reason else ""
        reason += f"<pre>{say(result.printed.strip()[-4000:], keep=chr(10))}</pre>" if result.printed.strip() else ""
        rows.append(
            f'<tr><td><a class="pill {OUTCOME[result.outcome]}"{link}>{result.outcome}</a></td>'
            f"<td>{code(str(result.file))}</td><td>{say(about)}{broken}{reason}</td></tr>"
        )
        if failure is not None:
            sections.append(
                f'<section class="failure" id="f{n}"><h2>{say(result.file.name)}</h2>{_failure(failure, client)}</section>'
            )
    head = "<thead><tr><th>Outcome</th><th>File</th><th>What it is about</th></tr></thead>"
    body = [
        f"<h1>Replay against {code(client)}</h1>",
        f'<p class="verdict {role}">{words}</p>',
        f'<div class="scroll"><table>{head}<tbody>{"".join(rows)}</tbody></table></div>',
        *sections,
    ]
    return page(f"Replay: {words}", body)


# --- the verdicts -----------------------------------------------------------------------------------------------------


def _matrix(report: Report) -> str:
    duties = list({verdict.duty.id: verdict.duty for d in report.dialects for verdict in d.verdicts}.values())
    many = len(report.dialects) > 3
    head = "".join(
        f'<th>{say(dialect.dialect)}<br><span class="quiet small">{_count(dialect.examples, "example")}</span></th>'
        for dialect in report.dialects
    )
    rows = []
    for duty in duties:
        should = (
            ' <span class="pill soft" title="advice of the vendor, not a must">should</span>' if _should(duty) else ""
        )
        cells = "".join(_cell(report, n, duty, many) for n in range(len(report.dialects)))
        rows.append(
            f'<tr><th scope="row">{code(duty.slug)}{should}<span class="says">{say(duty.says)}</span></th>{cells}</tr>'
        )
    return (
        f'<div class="scroll"><table class="matrix{" many" if many else ""}"><thead><tr><th>Duty</th>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _stop(stopped: Stop | None) -> str:
    """What became of a client that failed as a program."""
    if stopped is None:
        return ""
    parts = [f"<h2>Stopped {say(stopped.where)}</h2><p>The client failed as a program: {say(stopped.what)}</p>"]
    if stopped.scenario is not None:
        parts.append(
            f"<h3>What was being played</h3><pre>{say(chr(10).join(program(stopped.scenario)), keep=chr(10))}</pre>"
        )
    if stopped.printed.strip():
        parts.append(
            f"<h3>What the client printed last</h3><pre>{say(stopped.printed.strip()[-4000:], keep=chr(10))}</pre>"
        )
    return f'<section class="failure">{"".join(parts)}</section>'


def _should(duty: Duty) -> bool:
    return duty.severity == "should"


def _cell(report: Report, n: int, duty: Duty, many: bool) -> str:
    verdict = next((each for each in report.dialects[n].verdicts if each.duty.id == duty.id), None)
    if verdict is None:
        return "<td></td>"
    told = _told(verdict)
    link = f' href="#{_anchor(n, duty)}"' if verdict.counterexample is not None else ""
    pill = f'<a class="pill {_ROLE[verdict.verdict]}"{link} title="{say(told)}">{verdict.verdict}</a>'
    short = f"{verdict.exercised}&times;" if many else say(told)
    if verdict.verdict in ("unproven", "n/a"):
        short = ""
    return f'<td>{pill} <span class="quiet small">{short}</span></td>'


def _told(verdict: DutyVerdict) -> str:
    if verdict.verdict in ("unproven", "n/a"):
        return f"it takes {verdict.duty.exercised_by}"
    times = f"provoked {_count(verdict.exercised, 'time')} in {_count(verdict.exercised_in, 'example')}"
    return times + (f", broken in {verdict.broken_in}" if verdict.verdict == "broken" else "")


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def _open(report: Report) -> str:
    """What is unproven or not applicable in all dialects, and what it takes."""
    parts = []
    for duties, title in (
        (report.unproven, "Unproven: never put to the test, so not a pass"),
        (report.inapplicable, "Not applicable to this installation"),
    ):
        if duties:
            listed = "".join(f"<li>{code(duty.slug)}: it takes {say(duty.exercised_by)}</li>" for duty in duties)
            parts.append(f"<h3>{title}</h3><ul>{listed}</ul>")
    return "".join(parts)


def _dialect_notes(dialect: DialectReport) -> str:
    notes = list(dialect.complaints)
    if dialect.declined:
        notes.append(f"not counted, for the client declined the dialect: {_count(dialect.declined, 'example')}")
    if dialect.out_of_time:
        notes.append("stopped when the time was up: fewer examples than asked for")
    if not notes:
        return ""
    listed = "".join(f"<li>{say(note)}</li>" for note in notes)
    return f"<h3>To know about dialect {say(dialect.dialect)}</h3><ul>{listed}</ul>"


# --- a failure --------------------------------------------------------------------------------------------------------


def _anchor(n: int, duty: Duty) -> str:
    return f"d{n}-{escape(duty.slug)}"


def _proofs(report: Report) -> Iterable[str]:
    """Each broken duty in full; in further dialects the same duty is folded away."""
    seen: set[str] = set()
    for duty in report.broken:
        for n, dialect in enumerate(report.dialects):
            verdict = next((each for each in dialect.verdicts if each.duty.id == duty.id), None)
            if verdict is None or verdict.counterexample is None:
                continue
            failure = of_counterexample(verdict.counterexample)
            title = (
                f'<h2>{code(duty.slug)} <span class="pill bad">broken</span> '
                f'<span class="quiet small">{say(duty.severity)}, dialect {say(dialect.dialect)}; '
                f"{say(_told(verdict))}</span></h2>"
            )
            inner = _failure(failure, report.given)
            folded = f"<details><summary>{title}</summary>{inner}</details>"
            body = folded if duty.id in seen else title + inner
            seen.add(duty.id)
            yield f'<section class="failure" id="{_anchor(n, duty)}">{body}</section>'


def _failure(failure: Failure, client: str) -> str:
    secrets = failure.history.secrets
    says = "".join(f'<p class="says">{say(duty.says)}</p>' for duty, _ in failure.broken)
    return "".join(
        (
            says,
            f'<h3>What was seen</h3><ul class="seen">{_seen(failure)}</ul>',
            '<div class="columns"><div>',
            f"<h3>What happened: {_count(len(failure.scenario.steps), 'step')}, {say(dialect_words(failure.scenario))}</h3>",
            _steps(failure),
            "</div><div>",
            "<h3>Why it matters: what the vendor does</h3>",
            _rules(failure),
            "</div></div>",
            "<h3>How it went</h3>",
            _legend(),
            f'<figure class="scroll">{timeline.timeline(failure)}</figure>',
            _differences(failure),
            _conversation(failure),
            _printed(failure),
            _again(failure, client, secrets),
        )
    )


def _seen(failure: Failure, most: int = 8) -> str:
    found = failure.breaches
    listed = [f"<li>{say(breach.text, failure.history.secrets)}</li>" for breach in found[:most]]
    if len(found) > most:
        listed.append(f"<li>and {len(found) - most} more</li>")
    return "".join(listed)


def _steps(failure: Failure) -> str:
    rows = []
    for line in lines(failure.scenario):
        inside = f'<span class="quiet">{say(line.inside)}: </span>' if line.inside else ""
        number = "" if line.number is None else f"{line.number}."
        rows.append(
            f'<li><span class="n">{number}</span><span class="kind {line.kind}">{line.kind}</span>'
            f'<span class="words{" inside" if line.inside else ""}">{inside}'
            f"<bdi>{say(line.words, failure.history.secrets)}</bdi></span></li>"
        )
    return f'<ol class="steps">{"".join(rows)}</ol>'


def _rules(failure: Failure) -> str:
    rules = {rule.id: rule for duty, _ in failure.broken for rule in duty.rules}
    listed = "".join(
        f'<li>{say(rule.says)}<br><span class="quiet small"><code>{say(rule.id)}</code> &middot; '
        f"{say(str(rule.source))}</span></li>"
        for rule in rules.values()
    )
    return f'<ul class="rules">{listed}</ul>'


def _legend() -> str:
    swatches = (
        ("other", "others act"),
        ("warn", "a fault is planned or strikes"),
        ("client", "the client asks (solid) and is told (dashed)"),
        ("good", "the mirror agrees with the vendor"),
        ("bad", "it does not; what the verdict speaks of"),
    )
    listed = "".join(
        f'<span><i style="background: var(--{name}-soft); border-color: var(--{name})"></i>{words}</span>'
        for name, words in swatches
    )
    return f'<p class="legend">{listed}<span>Hover for the whole text.</span></p>'


def _differences(failure: Failure) -> str:
    """The mirror against the truth, field by field: in the end, or when they last disagreed."""
    snapshot = failure.disagreement
    if snapshot is None:
        return ""
    secrets = failure.history.secrets
    bad = [state for state in snapshot.states if state.kind != "same"]
    bad.sort(key=lambda state: state.ticket not in failure.tickets)
    rows = [row for state in bad[:40] for row in _difference_rows(failure, state, secrets)]
    if len(bad) > 40:
        rows.append(f"<tr><td colspan=5>and {len(bad) - 40} more tickets</td></tr>")
    last = snapshot is failure.snapshots[-1]
    when = "in the end" if last else f"after the {snapshot.task.do} at {time_of_day(snapshot.task.ended)}"
    head = "<thead><tr><th>Ticket</th><th>Field</th><th>At the vendor</th><th>In the mirror</th><th></th></tr></thead>"
    return (
        f"<h3>Where they differ, {say(when)}</h3>"
        f'<div class="scroll"><table>{head}<tbody>{"".join(rows)}</tbody></table></div>'
    )


def _difference_rows(failure: Failure, state: State, secrets: Sequence[str]) -> list[str]:
    name = say(failure.history.name(state.ticket).removeprefix("the ticket with "), secrets)
    whole = {
        "missing": ("there", "<del>missing</del>"),
        "kept": ("gone", "<del>still held</del>"),
        "invented": ("never was", "<del>held</del>"),
    }
    if state.kind != "differs":
        right, left = whole[state.kind]
        return [f"<tr><td>{name}</td><td></td><td>{right}</td><td>{left}</td><td></td></tr>"]
    rows = []
    for each in state.differences:
        right, left = (comparing.show(value, 600, secrets) for value in (each.truth, each.mirror))
        right, left = _marked(right, left)
        kind = "true earlier" if each.kind == "stale" else "never true"
        rows.append(
            f"<tr><td>{name}</td><td>{code(each.field)}</td><td class=mono><bdi>{right}</bdi></td>"
            f'<td class=mono><bdi>{left}</bdi></td><td class="quiet small">{kind}</td></tr>'
        )
    return rows


def _marked(right: str, left: str) -> tuple[str, str]:
    """Both texts as HTML, with the part that differs marked."""
    right, left = visible(right), visible(left)
    most = min(len(right), len(left))
    start = next((n for n in range(most) if right[n] != left[n]), most)
    end = next((n for n in range(most - start) if right[-1 - n] != left[-1 - n]), most - start)

    def mark(text: str) -> str:
        middle = text[start : len(text) - end]
        return (
            escape(text[:start])
            + (f"<mark>{escape(middle)}</mark>" if middle else "")
            + escape(text[len(text) - end :])
        )

    return mark(right), mark(left)


def _conversation(failure: Failure) -> str:
    found = events(failure)
    shown = found[:MOST_ROWS]
    exchanges = {each.n: each for each in failure.history.exchanges}
    rows = [_row(failure, event, exchanges) for event in shown]
    if len(found) > len(shown):
        rows.append(f"<tr><td colspan=4>and {len(found) - len(shown)} more events</td></tr>")
    titles = ("Time", "#", "What happened, and what the client asked", "What it was told")
    head = f"<thead><tr>{''.join(f'<th>{title}</th>' for title in titles)}</tr></thead>"
    return (
        "<h3>The conversation</h3>"
        f'<div class="scroll"><table class="talk">{head}<tbody>{"".join(rows)}</tbody></table></div>'
    )


def _row(failure: Failure, event: Event, exchanges: dict[int, Exchanged]) -> str:
    secrets = failure.history.secrets
    time = "" if event.at is None else time_of_day(event.at)
    asked, told = f"<bdi>{say(event.words, secrets)}</bdi>", ""
    kinds = {"others": "others", "fault": "fault", "clock": "clock", "task": "client", "written": "client"}
    if event.kind in kinds:
        asked = f'<span class="kind {kinds[event.kind]}">{kinds[event.kind]}</span> {asked}'
    if event.kind == "request" and event.n is not None:
        told = f"<bdi>{say(event.told, secrets)}</bdi>"
        if event.faults:
            told += f' <span class="struck">&#x3df; {say(", ".join(event.faults))}</span>'
        raw = _raw(exchanges[event.n], secrets)
        asked = f"<details><summary>{asked}</summary>{raw[0]}</details>"
        told = f"<details><summary>{told}</summary>{raw[1]}</details>"
    if event.kind == "mirror":
        held = None if event.states is None else sum(state.kind != "missing" for state in event.states)
        asked = f"{asked} " if event.words else ""
        asked += '<span class="quiet">' + ("no mirror" if held is None else f"mirror holds {held}") + "</span>"
        if event.parts:
            asked += " <mark>from here truth and mirror part</mark>"
    classes = " ".join(name for name, on in (("named", event.named), ("task", event.kind == "task")) if on)
    n = "" if event.n is None else str(event.n)
    return f'<tr class="{classes}"><td>{time}</td><td>{n}</td><td>{asked}</td><td>{told}</td></tr>'


def _raw(exchange: Exchanged, secrets: Sequence[str]) -> tuple[str, str]:
    """A request and its answer as they went over the wire."""
    headers = "\n".join(f"{name}: {value}" for name, value in exchange.headers)
    asked = f"{exchange.method} {exchange.target}\n{headers}\n\n{_decoded(exchange.body)}"
    status = "no status" if exchange.status is None else f"status {exchange.status}"
    got = "no whole answer arrived" if exchange.received is None else _decoded(exchange.received)
    both = (clean(text, secrets, keep="\n").rstrip() for text in (asked, f"{status}\n\n{got}"))
    one, two = (f"<pre>{escape(text[:MOST_RAW])}{' …' if len(text) > MOST_RAW else ''}</pre>" for text in both)
    return one, two


def _decoded(body: bytes) -> str:
    return body.decode("utf-8", "replace").replace("\r\n", "\n")


def _printed(failure: Failure) -> str:
    output = clean(failure.history.output, failure.history.secrets, keep="\n").rstrip()
    if not output:
        return ""
    return f"<h3>What the client printed (the end of it)</h3><pre>{escape(output[-4000:])}</pre>"


def _again(failure: Failure, client: str, secrets: Sequence[str]) -> str:
    yaml = clean(failure.scenario.to_yaml(), secrets, keep="\n")
    unsaved = f'<p class="struck">{say(failure.unsaved)}</p>' if failure.unsaved else ""
    command = "" if failure.file is None else f"<pre>{say(replay_command(failure.file, client))}</pre>"
    return (
        f"<h3>Play it again</h3>{unsaved}{command}"
        f"<details><summary>The scenario as a file</summary><pre>{escape(yaml)}</pre></details>"
    )
