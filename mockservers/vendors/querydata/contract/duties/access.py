"""The duties of a client of QueryData on its AuthCode, and on calls that fail."""

from __future__ import annotations

from mockservers.harness.duties import Breach, Duty, Judgement, judged, shared
from mockservers.harness.history import Exchanged, History
from mockservers.vendors.querydata.contract import decoder as wire

MOST_TRIES = 10
"""How often a call that fails may be made in one sync; a client waits longer each time, or gives up long before."""


def _refused_login(history: History) -> Judgement:
    refused = [
        each for each in history.exchanges if each.received is not None and wire.said(each).code.upper() == "AUTH"
    ]
    return shared.not_stormed(history, refused)


def _failures_not_stormed(history: History) -> Judgement:
    """Whether one question that failed was asked again and again in one sync; refused AuthCodes are another duty's.

    How long a client waited in between is not looked at: many wait by a clock that is not the world's.
    """
    exercised, breaches = 0, []
    for task in history.tasks:
        tries: dict[bytes, list[Exchanged]] = {}
        for exchange in history.within(task):
            said = wire.said(exchange)
            if exchange.body and said.kind in ("unusable", "error") and said.code.upper() != "AUTH":
                tries.setdefault(exchange.body, []).append(exchange)
        exercised += sum(map(len, tries.values()))
        breaches += [
            Breach(
                f"in one {task.do} the question of {shared.request(failed[0])} failed {len(failed)} times and was asked "
                f"again each time but the last; after {MOST_TRIES} times the next sync is soon enough",
                {"tries": len(failed)},
            )
            for failed in tries.values()
            if len(failed) > MOST_TRIES
        ]
    return judged(exercised, breaches)


def _secret_kept(history: History) -> Judgement:
    return shared.revealed(history, in_target=True)


ACCESS: tuple[Duty, ...] = (
    Duty(
        "querydata.refused_login_not_stormed",
        "A refused AuthCode is not tried again and again within a minute.",
        ("querydata.auth.every_call",),
        _refused_login,
        "an AuthCode that is refused",
    ),
    Duty(
        "querydata.failures_not_stormed",
        "A call that fails is not made again and again: a client waits, and gives up until its next sync.",
        ("querydata.framework.failure", "querydata.window.after_gap"),
        _failures_not_stormed,
        "a call that fails",
        "should",
    ),
    Duty(
        "querydata.secret_kept",
        "The AuthCode stands inside the JSON text and nowhere else: no address, no header, no output, no mirror.",
        ("querydata.auth.every_call",),
        _secret_kept,
        "any request",
    ),
)
