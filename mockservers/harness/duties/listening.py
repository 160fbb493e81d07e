"""Duties of clients that listen: what all vendors that call them have in common.

A judge sees each call with its answer (`History.deliveries`). How a listener works is its own affair: it may read what it was
told of at once, in a thread of its own, or in its next sync.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mockservers.harness import comparing
from mockservers.harness.duties import Breach, Judgement, judged
from mockservers.harness.history import Delivered as Delivery
from mockservers.harness.history import Exchanged, History, Record, Task
from mockservers.kernel import instants

TRIAL = "test"
"""The event of a call by which a vendor tries an address."""


def call(delivery: Delivery) -> str:
    """How a report names a call."""
    again = f", attempt {delivery.attempt}" if delivery.attempt > 1 else ""
    return f"the call of {delivery.event} at {instants.to_iso(delivery.at)} (journal #{delivery.n}{again})"


def _sent(history: History) -> list[Delivery]:
    """The vendor's own calls that reached the listener, or should have: nothing was wrong on the way."""
    return [each for each in history.deliveries if each.genuine and each.sent and "delivery_failed" not in each.faults]


def _troubled(history: History, first: int, last: int) -> bool:
    """Whether the vendor failed in a request of the client between these numbers, so that a listener may fail too."""
    return any(first < each.n < last and each.faults for each in history.exchanges)


def _well(history: History, task: Task, failed: Callable[[Exchanged], bool]) -> bool:
    """Whether a task went well, and all that it asked."""
    return task.ok and not any(map(failed, history.within(task)))


def _settled(history: History, since: int, n: int, failed: Callable[[Exchanged], bool]) -> bool:
    """Whether a sync that asked something and went well lies between two places in the journal."""
    return any(since <= task.first < task.last <= n and _well(history, task, failed) for task in history.syncs)


def _moved(history: History, call: Delivery) -> bool:
    """Whether a call went to an address that its webhook had no more: it was owed before, and repeated or late.

    Where a webhook leads the latest trial of it tells.
    """
    trials = [
        other.url
        for other in history.deliveries
        if other.n < call.n and other.webhook == call.webhook and other.event == TRIAL
    ]
    return bool(trials) and trials[-1] != call.url


def taken(
    history: History, good: Callable[[Delivery], bool], failed: Callable[[Exchanged], bool], lost: Iterable[int]
) -> Judgement:
    """Calls that are the vendor's are answered as it wants; after some that are not it sends nothing any more.

    A client that was started again listens elsewhere, or with another secret, until its next sync has told the vendor; so does
    one that asked to be called and never got the answer (`lost`: where in the journal).
    """
    exercised, breaches = 0, []
    beginnings = [*history.restarts, *lost]
    numbers = [each.n for each in history.deliveries]
    for each in _sent(history):
        following = min((n for n in numbers if n > each.n), default=1 << 62)
        if each.waited or _troubled(history, each.n, following):
            continue
        exercised += 1
        if good(each) or _moved(history, each):
            continue
        if all(since >= each.n or _settled(history, since, each.n, failed) for since in beginnings):
            said = each.error or f"with {each.status}"
            breaches.append(Breach(f"{call(each)} was the vendor's, and the listener answered {said}"))
    return judged(exercised, breaches)


def quick(history: History) -> Judgement:
    """A listener answers before it asks the vendor anything: a vendor that is slow then would wait for it in vain."""
    alone = [each for each in _sent(history) if "delivery_alone" in each.faults]
    breaches = [
        Breach(
            f"the listener asked the vendor something before it answered {call(each)}, and so did not answer in time"
        )
        for each in alone
        if each.waited
    ]
    return judged(len(alone), breaches)


def checked(
    history: History, told: Callable[[Delivery], str], asked: Callable[[Exchanged], Iterable[str]]
) -> Judgement:
    """A call that a stranger made is not acted upon, whatever it is answered. `told` is the ticket that it tells of."""
    forged = [each for each in history.deliveries if not each.genuine and each.event != TRIAL]
    breaches = []
    for each in forged:
        ticket = told(each)
        acted = next((one for one in history.exchanges if one.n > each.n and ticket in asked(one)), None)
        if ticket and acted is not None and ticket not in history.truth:
            breaches.append(
                Breach(
                    f"{call(each)} was made by a stranger, whose signature is wrong; the listener answered "
                    f"{each.status}, and the client asked for the ticket {ticket} that it tells of (journal #{acted.n})"
                )
            )
    return judged(len(forged), breaches)


def heard(
    history: History,
    told: Callable[[Delivery], str],
    names: Iterable[str],
    failed: Callable[[Exchanged], bool],
    compared: Callable[[Record], bool],
) -> Judgement:
    """What a listener took, shows after the next sync that goes well, in the fields `names`, for tickets that are `compared`."""
    exercised, breaches, fields = 0, [], tuple(names)
    good = [each for each in _sent(history) if each.taken]
    for task in history.syncs:
        if task.after is None or not _well(history, task, failed):
            continue
        before = max(
            (other.last for other in history.tasks if other.index < task.index and other.do == "sync"), default=0
        )
        if _troubled(history, before, task.first + 1):
            continue
        due = {told(each): each.n for each in good if before < each.n <= task.first}
        for ticket, n in sorted(due.items()):
            states = _since(history, ticket, n, task)
            if not states or not all(state.exists and compared(state) for state in states):
                continue
            exercised += 1
            shown = task.after.get(ticket)
            differ = [["all of it"] if shown is None else _different(history, shown, each, fields) for each in states]
            if all(differ):
                wrong = differ[0]
                breaches.append(
                    Breach(
                        f"the listener was told of {history.name(ticket)} and said that it has it, and after the sync at "
                        f"{instants.to_iso(task.at)} the mirror lacks {', '.join(wrong)}",
                        {"ticket": ticket},
                    )
                )
    return judged(exercised, breaches)


def _since(history: History, ticket: str, n: int, task: Task) -> list[Record]:
    """What a ticket was when a listener was told of it, and has become until a task ended: it may be read
    at any time between."""
    states = [each for each in history.ever.get(ticket, ()) if each[0] <= task.last]
    known = [record for at, record in states if at <= n]
    return known[-1:] + [record for at, record in states if at > n]


def _different(history: History, shown: Record, state: Record, names: tuple[str, ...]) -> list[str]:
    mirrored = comparing.fields(history, shown)
    return [
        f"{name} {comparing.show(state.fields[name])} (it has {comparing.show(shown.fields.get(name))})"
        for name in names
        if name in mirrored
        and name in state.fields
        and not comparing.same(history, name, shown.fields.get(name), state.fields[name])
    ]


def once(history: History, event: Callable[[Delivery], object], troubled: bool) -> Judgement:
    """One event is told by one webhook. `troubled`: a request about webhooks failed, and a client may have lost sight of one."""
    if troubled:
        return judged(0)
    seen: dict[object, Delivery] = {}
    exercised = 0
    breaches: list[Breach] = []
    for each in _sent(history):
        key = event(each)
        first = seen.setdefault(key, each)
        exercised += first is each
        if first.webhook != each.webhook and first.url == each.url and not breaches:
            breaches.append(
                Breach(
                    f"{call(first)} came by the webhook {first.webhook}, and again by {each.webhook} of the same client"
                )
            )
    return judged(exercised, breaches)


def revived(
    history: History, stopped: Iterable[int], revives: Callable[[Exchanged], bool], failed: Callable[[Exchanged], bool]
) -> Judgement:
    """A webhook that the vendor has stopped calling (`stopped`: where in the journal) is looked after in a later good sync."""
    exercised, breaches = 0, []
    for n in list(stopped)[-1:]:
        later = [task for task in history.syncs if task.first >= n and _well(history, task, failed)]
        done = any(each.n > n and revives(each) for each in history.exchanges)
        if not done and not any(task.settling for task in later):
            continue
        exercised += 1
        if not done:
            breaches.append(
                Breach(
                    f"the vendor stopped calling the listener (journal #{n}), and {len(later)} syncs later the client has not "
                    "asked it to go on"
                )
            )
    return judged(exercised, breaches)
