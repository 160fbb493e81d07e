"""The duties of a client of Autotask about logins, limits and secrets."""

from __future__ import annotations

from mockservers.harness.duties import Breach, Duty, Judgement, judged, shared
from mockservers.harness.history import History
from mockservers.kernel.instants import HOUR
from mockservers.vendors.autotask.contract import decoder as wire
from mockservers.vendors.autotask.contract.duties.reading import exchanges

HALF = 0.5


def _refused_login(history: History) -> Judgement:
    refused = [each for each in history.exchanges if _not_let_in(wire.said(each))]
    return shared.not_stormed(history, refused)


def _not_let_in(said: wire.Said) -> bool:
    return said.kind == "login" or (said.kind == "error" and "IntegrationCode" in said.text)


def _suspension(history: History) -> Judgement:
    refused = [each for each in history.exchanges if "threshold" in wire.said(each).text.lower()]
    return shared.not_stormed(history, refused)


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


def _secret_kept(history: History) -> Judgement:
    return shared.revealed(history, in_target=True, meant=("authorization",))  # where the login stands, as Basic


# --- all of them -------------------------------------------------------------------------------------------------------


ACCESS: tuple[Duty, ...] = (
    Duty(
        "autotask.refused_login_not_stormed",
        "A login or tracking identifier that is refused is not tried again and again within a minute.",
        ("autotask.user.login", "autotask.user.expired", "autotask.tracking.required"),
        _refused_login,
        "a login that is refused",
    ),
    Duty(
        "autotask.failures_not_stormed",
        "While the vendor fails, a client does not ask more than ten times within a minute; how often is too often is our guess.",
        ("autotask.threshold.counted",),
        shared.failures_not_stormed,
        "requests that fail in a row",
        "should",
    ),
    Duty(
        "autotask.suspension_respected",
        "A client that is refused for too many requests does not ask again at once.",
        ("autotask.threshold.refused", "autotask.thread.limit"),
        _suspension,
        "a request that is refused for the threshold",
    ),
    Duty(
        "autotask.usage_watched",
        "The customer's usage is watched, so that the service is not suspended.",
        ("autotask.threshold.counted", "autotask.threshold.answer", "autotask.threshold.latency"),
        _usage_watched,
        "work while more than half of the requests of the hour are used",
        "should",
    ),
    Duty(
        "autotask.secret_kept",
        "Password and tracking identifier reach no address, foreign header, output, error message or mirror.",
        ("autotask.user.login", "autotask.tracking.required"),
        _secret_kept,
        "any request",
    ),
)
