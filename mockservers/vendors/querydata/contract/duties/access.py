"""The duties of a client of QueryData on its AuthCode, and on calls that fail."""

from __future__ import annotations

from mockservers.harness.drivers import RESTART
from mockservers.harness.duties import Duty, Judgement, judged, shared
from mockservers.harness.history import Exchanged, History
from mockservers.vendors.querydata.contract import decoder as wire

MOST_TRIES = 10
"""How often a question that is answered by an error may be asked within a minute."""


def _refused_login(history: History) -> Judgement:
    refused = [
        each for each in history.exchanges if each.received is not None and wire.said(each).code.upper() == "AUTH"
    ]
    return shared.not_stormed(history, refused)


def _failures_not_stormed(history: History) -> Judgement:
    """While the vendor fails as shared by all; and here also whether one question that is answered by an error is asked on.

    Errors come with status 200, so nothing but the text says so; refused AuthCodes are another duty's.
    """
    tries: dict[wire.Asked, list[Exchanged]] = {}
    for exchange in history.exchanges:
        said = wire.said(exchange)
        if said.kind == "error" and said.code.upper() != "AUTH":
            tries.setdefault(wire.asked(exchange), []).append(exchange)
    failing = shared.failures_not_stormed(history)
    breaches = [each for failed in tries.values() for each in shared.storms(history, failed, MOST_TRIES, 60, "failed")]
    return judged(failing.exercised + sum(map(len, tries.values())), failing.breaches or breaches[:1])


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
        "While the vendor fails, a client tries a request ten times within a minute at most; what is too often is our guess.",
        ("querydata.limit.rate", "querydata.error.form"),
        _failures_not_stormed,
        "requests that fail in a row",
        "should",
    ),
    Duty(
        "querydata.secret_not_stored",
        "What a client keeps holds no credential as it is: it is given at every start, and files are copied and backed up.",
        ("querydata.auth.every_call",),
        shared.not_stored,
        "a client that keeps something in its state folder",
        "should",
        needs=(RESTART,),
        choice=shared.KEEPING,
    ),
    Duty(
        "querydata.secret_kept",
        "The AuthCode stands inside the JSON text and nowhere else: no address, no header, no output, no mirror.",
        ("querydata.auth.every_call",),
        _secret_kept,
        "any request",
    ),
)
