"""Judgements of a client's copy and of its requests that several vendors' duties share. They look at a history only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import zip_longest

from mockservers.harness import comparing
from mockservers.harness.comparing import Difference
from mockservers.harness.drivers import RESTART
from mockservers.harness.duties import Breach, Choice, Judgement, judged
from mockservers.harness.history import END, Exchanged, History, Record, Task
from mockservers.kernel import instants
from mockservers.kernel.redaction import MASK, mask, shows

MOST_REFUSALS = 3
"""Refused requests of one task within a minute that no client is blamed for."""
MOST_FAILURES = 10
"""Tries of one request in a task within a minute that may fail; whoever waits longer each time does not come to so many."""
MOST_UNREAD = 30
"""Requests of a task within a minute that may break off before anybody read them."""
FAILURE = 500
"""The HTTP status from which on a server says that it failed."""
TIMES = frozenset({"datetime", "date"})
VALUES = frozenset(comparing.NUMBERS | {"text", "json", "boolean"})
"""Types of fields whose values are compared as they are."""


def part(history: History, difference: Difference, why: str) -> Breach:
    """The breach of a field where truth and mirror part."""
    values = comparing.parted(difference.truth, difference.mirror, history.secrets)
    first = comparing.unzoned(difference.type, difference.truth, difference.mirror)
    return Breach(
        f"{history.name(difference.ticket)}: {first}{difference.field} is {values}; {why}",
        {
            "ticket": difference.ticket,
            "field": difference.field,
            "truth": difference.truth,
            "mirror": difference.mirror,
        },
    )


def request(exchange: Exchanged) -> str:
    """How a report names a request."""
    return f"request #{exchange.n} at {instants.to_iso(exchange.at)}"


# --- which tickets stand in the mirror ---------------------------------------------------------------------------------


def there(history: History) -> dict[str, Record]:
    """The tickets that are at the vendor in the end."""
    return {ticket: record for ticket, record in history.truth.items() if record.exists}


def missed(
    history: History, wanted: Mapping[str, Record], words: Callable[[Record], str], most: int | None = None
) -> Judgement:
    """Whether all `wanted` tickets stand in the final mirror; `words` end the sentence about one that does not."""
    if history.mirror is None:
        return judged(0)
    breaches = [
        Breach(f"{history.name(record.id)} {words(record)}", {"ticket": record.id})
        for record in comparing.missing(history, wanted)[:most]
    ]
    return judged(len(wanted), breaches)


def pages_walked(
    history: History, full: Sequence[Exchanged], wanted: Mapping[str, Record], held: str, lost: str
) -> Judgement:
    """Whether the client went on after `full` answers: none of the `wanted` tickets, which no answer told, is missing.

    `held` says what the first full answer held, `lost` what became of the missing ones.
    """
    if history.mirror is None:
        return judged(0)
    missing = comparing.missing(history, wanted)
    if not missing:
        return judged(len(full))
    name, more = history.name(missing[0].id), len(missing) - 1
    return judged(len(full), [Breach(f"{request(full[0])} was answered with {held}; {name} and {more} more {lost}")])


def failed_repeated(
    history: History,
    failed: Callable[[Exchanged], bool],
    why: Callable[[Exchanged], str],
    wanted: Mapping[str, Record],
    stale: Iterable[Difference],
) -> Judgement:
    """Whether what had happened by the time of a failed request shows in the end, as if it had been asked for again.

    `wanted` tickets must stand in the mirror, `stale` are the differences that count. What changed before the last sync
    in which all was answered is no matter of the failure.
    """
    if history.mirror is None:
        return judged(0)
    last = {
        ticket: max((n for n, _ in states if n < END), default=0)
        for ticket, states in history.ever.items()
        if ticket in history.truth
    }
    wrong = {record.id for record in comparing.missing(history, wanted)} | {each.ticket for each in stale}
    exercised, breaches = 0, []
    good = -1
    for task in history.syncs:
        here = [each for each in history.within(task) if failed(each)]
        if not here:
            good = task.first if task.ok else good
            continue
        exercised += len(here)
        lost = sorted(ticket for ticket in wrong if good < last.get(ticket, 0) <= here[-1].n)
        if lost:
            breaches.append(
                Breach(
                    f"{request(here[-1])} failed ({why(here[-1])}); what had happened to {history.name(lost[0])} by then "
                    "was never asked for again",
                    {"ticket": lost[0]},
                )
            )
    return judged(exercised, breaches)


def once_only(history: History, told: Iterable[str]) -> Judgement:
    """Whether the mirror has each ticket once. `told` has the id of a ticket as often as the vendor told the ticket."""
    times = Counter(record.id for record in history.listed)
    breaches = [
        Breach(f"{history.name(ticket)} stands in the mirror {count} times", {"ticket": ticket, "times": count})
        for ticket, count in sorted(times.items())
        if count > 1
    ]
    again = sum(1 for ticket, count in Counter(told).items() if count > 1 and ticket in times)
    return judged(again, breaches)


def nothing_invented(history: History, told: Iterable[str]) -> Judgement:
    """Whether each ticket of the mirror was ever at the vendor. `told` are ids that the vendor's answers named."""
    known = set(history.ever) | set(told)
    shown: dict[str, str] = {}
    for task in history.syncs:
        when = f"after the {task.do} at {instants.to_iso(task.at)}"
        for ticket in task.after or {}:
            shown.setdefault(ticket, when)
    for ticket in history.mirror or {}:
        shown.setdefault(ticket, "in the end")
    breaches = [
        Breach(
            f"{when} the mirror held a ticket with the id {comparing.show(ticket)}, and the vendor never had one",
            {"ticket": ticket},
        )
        for ticket, when in sorted(shown.items())
        if ticket not in known
    ]
    return judged(len(shown), breaches)


def error_is_not_empty(
    history: History,
    is_error: Callable[[Exchanged], bool],
    told_gone: Callable[[Task], Collection[str]] = lambda task: (),
) -> Judgement:
    """Whether no sync in which the vendor answered an error made tickets appear or vanish.

    `told_gone` are tickets that an answer inside the task said are not there.
    """
    exercised, breaches = 0, []
    known = set(history.ever)
    for task in history.syncs:
        failed = [each for each in history.within(task) if is_error(each)]
        if not failed or task.before is None or task.after is None:
            continue
        exercised += 1
        breaches += [
            Breach(
                f"after {request(failed[0])} was answered by an error, the mirror holds a ticket "
                f"{comparing.show(ticket)} that never was",
                {"ticket": ticket},
            )
            for ticket in sorted(set(task.after) - known - set(task.before))
        ]
        if history.changes_within(task):
            continue  # rows shift under a walk; what is lost then is not lost by the error
        if any(task.first < n <= task.last for n in history.restarts):
            continue  # the power was cut in it: what the client had not written down is lost by that
        gone = told_gone(task)
        lost = [
            ticket
            for ticket in sorted(task.before)
            if ticket not in task.after and ticket not in gone and stood(history, ticket, task)
        ]
        if lost:
            breaches.append(
                Breach(
                    f"{request(failed[0])} was answered by an error, and after it {history.name(lost[0])} was gone "
                    f"from the mirror ({len(task.before)} tickets before, {len(task.after)} after)",
                    {"tickets": lost},
                )
            )
    return judged(exercised, breaches)


def stood(history: History, ticket: str, task: Task) -> bool:
    """Whether a ticket was there when the task began, and nothing about it was still on its way."""
    states = [record for n, record in history.ever.get(ticket, ()) if n <= task.first]
    return all(record.exists for record in states) and (bool(states) or ticket in history.truth)


def gone_dropped(history: History) -> Judgement:
    """Whether a ticket that is at the vendor no longer has left a mirror that held it."""
    gone = {change.record.id for change in history.changes if change.record is not None and not change.record.exists}
    gone -= {ticket for ticket, record in history.truth.items() if record.exists}
    seen = {ticket for task in history.syncs for ticket in (task.after or {})} & gone
    breaches = [
        Breach(f"{history.name(ticket)} was deleted at the vendor and is still in the mirror", {"ticket": ticket})
        for ticket in sorted(gone & set(history.mirror or {}))
    ]
    return judged(len(seen), breaches)


# --- what they say -----------------------------------------------------------------------------------------------------


def changes(history: History) -> int:
    """How often others changed tickets after the first sync."""
    first = min((task.last for task in history.syncs), default=END)
    return sum(
        1 for change in history.changes if change.ok and change.operation in ("act", "change") and change.n > first
    )


def changes_seen(history: History) -> Judgement:
    """Whether the final mirror shows what others changed after the first sync."""
    return judged(0) if history.mirror is None else current(history, changes(history))


def current(history: History, exercised: int) -> Judgement:
    """Whether no field of the final mirror shows what was true earlier only."""
    breaches = [
        part(history, each, "the mirror kept what was true earlier")
        for each in comparing.differences(history)
        if each.kind == "stale"
    ]
    return judged(exercised, breaches)


def misread(
    history: History,
    which: Callable[[Difference], bool],
    why: str,
    differences: Callable[[History], Iterable[Difference]] = comparing.differences,
) -> list[Breach]:
    """The fields whose value in the mirror was never the vendor's."""
    return [part(history, each, why) for each in differences(history) if each.kind == "misread" and which(each)]


# --- requests, logins and secrets --------------------------------------------------------------------------------------


def revealed(
    history: History,
    *,
    in_target: bool,
    meant: Collection[str] = (),
    excused: Callable[[Exchanged], bool] = lambda exchange: False,
) -> Judgement:
    """Whether the credential stands where it must not: in addresses (when `in_target`), headers, output or mirror.

    `meant` are headers (in lower case) made for credentials; an `excused` request may have one in its address.
    """
    breaches = []
    for exchange in history.exchanges:
        if in_target and "address" in exchange.reveals and not excused(exchange):
            breaches.append(Breach(f"{request(exchange)} carries the credential in its address: {exchange.target}"))
        for name, value in exchange.headers:
            if f"header {name}" in exchange.reveals and name.lower() not in meant:
                breaches.append(Breach(f"{request(exchange)} carries the credential in the header {name}: {value}"))
    printed = [("what the client printed", history.output)]
    # The task is named so that a report finds the request whose answer the client told of.
    printed += [
        (f"the client's error in the {task.do} at {instants.to_iso(task.at)}", task.error) for task in history.tasks
    ]
    for where, text in printed:
        if shows(text, history.secrets):
            breaches.append(Breach(f"{where} shows the credential: {_around(text, history.secrets)}"))
    for record in (history.mirror or {}).values():
        told = {name: f"{name} {value}" for name, value in record.fields.items()}
        if not shows("\n".join(told.values()), history.secrets):  # one look at all spares a look at each
            continue
        for name, text in told.items():
            if shows(text, history.secrets):
                breaches.append(Breach(f"the mirror of {history.name(record.id)} shows the credential in {name}"))
    return judged(len(history.exchanges), breaches)


def not_stored(history: History) -> Judgement:
    """Whether no file that the client keeps holds a credential that it is given at every start anyway."""
    breaches = [
        Breach(f"the file {name} in the client's state folder holds the credential as it is", {"file": name})
        for name, shown in history.stored.items()
        if shown
    ]
    return judged(len(history.stored), breaches)


KEEPING = Choice(
    lambda history: RESTART in history.hello.options,
    lambda history: bool(history.stored),
    "the client was given a state folder",
)
"""Who keeps what it knows elsewhere, as a service with a database of its own does, has no file to look into."""


def _around(text: str, secrets: tuple[str, ...]) -> str:
    """The place in a text where a secret stood, with the secret masked."""
    masked = mask(text, secrets)
    at = next((n for n, (left, right) in enumerate(zip(text, masked, strict=False)) if left != right), len(masked))
    return masked[max(0, at - 60) : at + len(MASK) + 40].replace("\n", " ")


def storms(
    history: History, refused: list[Exchanged], most: int, within_seconds: int, word: str = "refused"
) -> list[Breach]:
    """More than `most` refused (or otherwise failed, by `word`) requests of one task within some virtual seconds.

    A client with several requests under way at once may have so many for each: the others had left when the first was
    refused.
    """
    breaches = []
    was = f"was {word}" if word == "refused" else word
    allowed = most * history.at_once
    at_once = f", where it has {history.at_once} requests under way at once" if history.at_once > 1 else ""
    for task in history.tasks:
        here = [each for each in refused if task.first < each.n <= task.last]
        for first, last in zip(here, here[allowed:], strict=False):
            if last.at - first.at <= within_seconds * instants.SECOND:
                breaches.append(
                    Breach(
                        f"in one {task.do} {request(first)} {was}, and the client went on asking: "
                        f"{len(here)} {word} requests, {allowed + 1} of them within {within_seconds} s{at_once}",
                        {word: len(here)},
                    )
                )
                break
    return breaches


def unanswered(exchange: Exchanged) -> bool:
    """Whether no whole answer came, or one with a status by which a server says that it failed."""
    return exchange.status is None or exchange.received is None or exchange.status >= FAILURE


def failures_not_stormed(history: History, failed: Callable[[Exchanged], bool] = unanswered) -> Judgement:
    """Whether no request was repeated on and on while the vendor failed or could not be reached; see `storms`.

    Who fetches many things and fails with each of them repeats nothing, so tries of one request are counted. Those that broke
    off before anybody read them may be different ones. Nobody publishes how many tries are too many, so a duty that uses
    this is a `should`.
    """
    same: dict[tuple[str, str, bytes] | None, list[Exchanged]] = {}
    for each in filter(failed, history.exchanges):
        same.setdefault((each.method, each.target, each.body) if each.request_known else None, []).append(each)
    breaches = [
        breach
        for asked, tries in same.items()
        for breach in storms(history, tries, MOST_FAILURES if asked is not None else MOST_UNREAD, 60, "failed")
    ]
    return judged(sum(map(len, same.values())), breaches[:1])


def not_stormed(history: History, refused: list[Exchanged], most: int = MOST_REFUSALS, seconds: int = 60) -> Judgement:
    """Whether the client left off when it was refused; see `storms`."""
    return judged(len(refused), storms(history, refused, most, seconds))


# --- what the client itself fails over ---------------------------------------------------------------------------------

CRASHES = frozenset(
    [
        "TypeError",
        "AttributeError",
        "NameError",
        "UnboundLocalError",
        "IndexError",
        "ZeroDivisionError",
        "ReferenceError",
    ]
)
"""Exceptions by which a program stumbles over its own code; no client raises them to say something."""
UNREAD = frozenset(
    {"KeyError", "ValueError", "JSONDecodeError", "ParseError", "ExpatError", "SyntaxError", "RangeError"}
)
"""Those by which one stumbles over what it reads; who is told to write may say by them that a value cannot be written."""


def good_answers_read(
    history: History, is_error: Callable[[Exchanged], bool], told: Callable[[Exchanged], bool]
) -> Judgement:
    """Whether the client stumbled over nothing where every answer was good; `told` tells whether one held something.

    An error that a client raises to say something is honest, whatever it says.
    """
    exercised, breaches = 0, []
    # Who never shows a copy has none to stumble over; the report says so by itself.
    shows = history.mirror is not None or any(each.after is not None for each in history.tasks)
    for task, then in zip_longest(history.tasks, history.tasks[1:]):
        if task.do == "mirror":  # it was looked at after the task that stands behind it
            if shows and then is not None and then.ok and _stumbled(task, CRASHES | UNREAD):
                when = f"after the {then.do} at {instants.to_iso(then.at)}, which went well,"
                breaches.append(Breach(f"{when} the client failed over its own copy: {_said(history, task)}"))
            continue
        within = history.within(task)
        if not task.told or not within or any(map(is_error, within)):
            continue
        exercised += any(map(told, within))
        if _stumbled(task, CRASHES | UNREAD if task.do == "sync" else CRASHES):
            when = f"every answer in the {task.do} at {instants.to_iso(task.at)} was good"
            breaches.append(Breach(f"{when}, and the client failed over its own code: {_said(history, task)}"))
    return judged(exercised, breaches)


def _said(history: History, task: Task) -> str:
    return mask(task.error, history.secrets)[:160]


def _stumbled(task: Task, over: Collection[str]) -> bool:
    """Whether a task ended in one of these exceptions."""
    return task.error_kind == "client" and task.error.partition(":")[0].rpartition(".")[2] in over
