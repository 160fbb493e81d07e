"""The duties of a client of Autotask about logins, limits and secrets."""

from __future__ import annotations

from mockservers.harness.drivers import RESTART
from mockservers.harness.duties import Breach, Duty, Judgement, judged, shared
from mockservers.harness.history import Exchanged, History
from mockservers.kernel import instants
from mockservers.kernel.instants import DAY, HOUR
from mockservers.vendors.autotask.contract import decoder as wire
from mockservers.vendors.autotask.contract.duties.reading import exchanges, is_error

HALF = 0.5
NEARLY_ALL = 0.99
"""Of the hour's requests: whoever is told that so many are used, and reads on, leaves nothing to those who have to write."""
MOST_WORKERS = 4
"""Requests at once of a client that asks for several things at a time."""
MOST_SINGLE = 10
"""Tickets that a sync may ask for one by one although they are known."""


def _refused_login(history: History) -> Judgement:
    refused = [each for each in history.exchanges if _not_let_in(wire.said(each))]
    return shared.not_stormed(history, refused)


def _not_let_in(said: wire.Said) -> bool:
    return said.kind == "login" or (said.kind == "error" and "IntegrationCode" in said.text)


def _suspension(history: History) -> Judgement:
    refused = [each for each in history.exchanges if "threshold" in wire.said(each).text.lower()]
    return shared.not_stormed(history, refused)


def _failures(history: History) -> Judgement:
    return shared.failures_not_stormed(history, _unanswered)


def _unanswered(exchange: Exchanged) -> bool:
    """Whether the vendor was out of order, as far as the client could see; what it says of a limit is an answer."""
    return wire.said(exchange).down


def _usage_watched(history: History) -> Judgement:
    watched = bool(exchanges(history, "getThresholdAndUsageInfo"))
    busy: list[tuple[int, int]] = []  # until when usage is known to be high, from which entry of the journal on
    for change in history.changes:
        used = change.record.fields.get("requests") if change.record is not None else None
        most = change.record.fields.get("threshold") if change.record is not None else None
        if used and most and used >= most * HALF:
            busy.append((change.at + HOUR, change.n))
    worked = [
        task
        for task in history.tasks
        if any(n <= task.first and task.at < until for until, n in busy) and history.within(task)
    ]
    breaches = []
    if len(worked) > 1 and not watched:
        breaches.append(
            Breach(
                f"more than half of the customer's requests were used when the client went on with "
                f"{shared.request(history.within(worked[0])[0])}, and it never asked for its usage"
            )
        )
    return judged(len(worked), breaches)


def _usage_heeded(history: History) -> Judgement:
    exercised, breaches = 0, []
    for task in history.syncs:
        within = history.within(task)
        told = next((each for each in within if (wire.used(each) or 0) >= NEARLY_ALL), None)
        if told is None:
            continue
        exercised += 1
        # What was under way when the answer left could not heed it.
        later = [each for each in within if each.n > told.n and each.after >= told.left and wire.asked(each).entity]
        if later:
            breaches.append(
                Breach(
                    f"{shared.request(told)} was told that {wire.used(told):.1%} of the customer's requests of the hour were "
                    f"used, and the client read on, from {shared.request(later[0])}: at the limit every integration of the "
                    "customer is shut out, those that write too"
                )
            )
    return judged(exercised, breaches[:1])


def _few_requests(history: History) -> Judgement:
    zones = exchanges(history, "getZoneInfo")
    failed = sum(1 for each in history.exchanges if is_error(each))
    # Once for each task is often enough for all, and each of several workers may ask for itself at first.
    most = len(history.tasks) + MOST_WORKERS + failed
    breaches = []
    if len(zones) > most:
        breaches.append(
            Breach(
                f"the zone was looked up {len(zones)} times in {len(history.tasks)} tasks, for the {most + 1}. time by "
                f"{shared.request(zones[most])}: it does not change from call to call"
            )
        )
    single = _told_before(history)
    for task in history.syncs:
        again = [each for each in history.within(task) if each.n in single]
        if len(again) > MOST_SINGLE:
            breaches.append(
                Breach(
                    f"the sync at {instants.to_iso(task.at)} asked for {len(again)} tickets one by one, from "
                    f"{shared.request(again[0])} on, though they were told before and last active more than a day ago"
                )
            )
    return judged(len(zones) + len(single), breaches)


def _told_before(history: History) -> set[int]:
    """The numbers of queries for one ticket that an earlier task was told, and that nobody touched for a day."""
    known: dict[str, int | None] = {}
    found = set()
    for each in exchanges(history, "query", "ticket"):
        ids = {value for name, operator, value in wire.asked(each).tests if (name, operator) == ("id", "equals")}
        told = wire.said(each).ids
        if len(ids) == 1 and all(id_ in known and known[id_] != each.task for id_ in ids) and told == (*ids,):
            active = history.truth[told[0]].fields.get("LastActivityDate") if told[0] in history.truth else None
            if isinstance(active, str) and instants.from_iso(active) < each.at - DAY:
                found.add(each.n)
        for id_ in told:
            known.setdefault(id_, each.task)
    return found


def _secret_kept(history: History) -> Judgement:
    # Where the login stands: as Basic, and in headers of the REST service.
    return shared.revealed(history, in_target=True, meant=("authorization", "secret", "apiintegrationcode"))


# --- all of them -------------------------------------------------------------------------------------------------------


ACCESS: tuple[Duty, ...] = (
    Duty(
        "autotask.refused_login_not_stormed",
        "A login or tracking identifier that is refused is not tried again and again within a minute.",
        ("autotask.user.login", "autotask.user.expired", "autotask.tracking.required", "autotask.rest.login"),
        _refused_login,
        "a login that is refused",
    ),
    Duty(
        "autotask.failures_not_stormed",
        "While the vendor fails, a client tries a request ten times within a minute at most; what is too often is our guess.",
        ("autotask.threshold.counted", "autotask.framework.failure"),
        _failures,
        "requests that fail in a row",
        "should",
    ),
    Duty(
        "autotask.suspension_respected",
        "A client that is refused for too many requests does not ask again at once.",
        ("autotask.threshold.refused", "autotask.thread.limit", "autotask.rest.limited"),
        _suspension,
        "a request that is refused for the threshold",
    ),
    Duty(
        "autotask.usage_watched",
        "The customer's usage is watched, so that the service is not suspended.",
        (
            "autotask.threshold.counted",
            "autotask.threshold.answer",
            "autotask.threshold.latency",
            "autotask.rest.threshold",
        ),
        _usage_watched,
        "work while more than half of the requests of the hour are used",
        "should",
    ),
    Duty(
        "autotask.usage_heeded",
        "Who is told that nearly all requests of the hour are used does not read on; that nobody wants that is our guess.",
        ("autotask.threshold.counted", "autotask.threshold.answer", "autotask.threshold.refused"),
        _usage_heeded,
        "a sync that is told that nearly all requests of the hour are used",
        "should",
    ),
    Duty(
        "autotask.few_requests",
        "The zone is not looked up for every call, nor what is known asked for again ticket by ticket: calls are counted.",
        ("autotask.threshold.counted", "autotask.query.top_500", "autotask.zone.info"),
        _few_requests,
        "any request",
        "should",
    ),
    Duty(
        "autotask.secret_not_stored",
        "What a client keeps holds no credential as it is: it is given at every start, and files are copied and backed up.",
        ("autotask.user.login",),
        shared.not_stored,
        "a client that keeps something in its state folder",
        "should",
        needs=(RESTART,),
        choice=shared.KEEPING,
    ),
    Duty(
        "autotask.secret_kept",
        "Password and tracking identifier reach no address, foreign header, output, error message or mirror.",
        ("autotask.user.login", "autotask.tracking.required", "autotask.rest.login"),
        _secret_kept,
        "any request",
    ),
)
