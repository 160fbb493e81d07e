"""The duties of a client of SuperOffice that asks to be called, and listens."""

from __future__ import annotations

import json
from bisect import bisect
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from mockservers.harness.drivers import LISTENING as NEED
from mockservers.harness.duties import Breach, Duty, Judgement, judged, listening
from mockservers.harness.history import Delivered, Exchanged, History, Record
from mockservers.vendors.superoffice.contract import decoder as wire
from mockservers.vendors.superoffice.contract.duties.visibility import ever_hidden, is_error, restrictions

MOST_FAILURES = 9
FIELDS = ("Title", "Priority", "Category", "Deadline")
"""What people change, and time alone does not."""


@lru_cache(maxsize=1024)
def _body(delivery: Delivered) -> Mapping[str, Any]:
    try:
        found = json.loads(delivery.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _ticket(delivery: Delivered) -> str:
    return str(_body(delivery).get("PrimaryKey", ""))


def _asked(exchange: Exchanged) -> tuple[str, ...]:
    return wire.asked(exchange).ids


def _webhooks(history: History) -> list[Exchanged]:
    return [each for each in history.exchanges if wire.asked(each).call == "webhook"]


def _members(exchange: Exchanged) -> Mapping[str, Any]:
    """What a request's body says, names in lower case: the vendor does not mind their case."""
    try:
        found = json.loads(exchange.body)
    except ValueError:
        return {}
    return {str(name).lower(): value for name, value in found.items()} if isinstance(found, dict) else {}


def _managed(exchange: Exchanged) -> str:
    """What a request does with a webhook: `save` (all of it), `change`, `delete`, or nothing, such as to read or try one."""
    parts = urlsplit(exchange.target).path.lower().strip("/").split("/")
    if "agents" in parts:
        return {"savewebhook": "save", "deletewebhook": "delete"}.get(parts[-1], "")
    if parts[-1] == "webhook":
        return "save" if exchange.method == "POST" else ""
    known = {"PUT": "save", "PATCH": "change", "DELETE": "delete"}
    return known.get(exchange.method, "") if parts[-2:-1] == ["webhook"] else ""


def _good(history: History) -> Any:
    wide = history.dialect["webhook_success"] == "2xx"
    return lambda delivery: delivery.taken if wide else delivery.status == 200


def _taken(history: History) -> Judgement:
    lost = [each.n for each in _webhooks(history) if _managed(each) and each.faults]
    return listening.taken(history, _good(history), is_error, lost)


def _checked(history: History) -> Judgement:
    return listening.checked(history, _ticket, _asked)


def _signed(history: History) -> Judgement:
    made = [each for each in _webhooks(history) if _managed(each) == "save" and "targeturl" in _members(each)]
    breaches = [
        Breach(
            f"the webhook of journal #{each.n} has no Secret, so its calls are not signed, and whoever finds the "
            "listener's address can make them"
        )
        for each in made
        if not _members(each).get("secret")
    ]
    return judged(len(made), breaches)


def _heard(history: History) -> Judgement:
    if restrictions(history):
        return judged(0)
    hidden = ever_hidden(history)

    def compared(record: Record) -> bool:
        return record.id not in hidden and record.fields.get("BaseStatus") in ("Active", "Closed")

    return listening.heard(history, _ticket, FIELDS, is_error, compared)


def _once(history: History) -> Judgement:
    troubled = any(each.faults for each in _webhooks(history)) or any(
        not each.request_known for each in history.exchanges
    )

    managed = [each.n for each in _webhooks(history) if _managed(each)]

    def event(delivery: Delivered) -> object:
        """Where the clock stands, two changes look like one; a webhook that took the place of another tells of the later."""
        told, before = _body(delivery), bisect(managed, delivery.n)
        return (told.get("Event"), told.get("PrimaryKey"), told.get("Timestamp"), str(told.get("Changes")), before)

    return listening.once(history, event, troubled)


def _stopped(history: History) -> list[int]:
    """The numbers of the journal at which the vendor stopped calling."""
    failures: dict[str, int] = {}
    found = []
    good = _good(history)
    for each in history.deliveries:
        if not each.genuine or not each.sent or each.event == "test":
            continue
        failures[each.webhook] = 0 if good(each) else failures.get(each.webhook, 0) + 1
        if failures[each.webhook] == MOST_FAILURES:
            found.append(each.n)
    return found


def _revived(history: History) -> Judgement:
    def revives(exchange: Exchanged) -> bool:
        """A webhook that is saved is active where nothing else is said; a new one may take the place of the old."""
        does, given = _managed(exchange), _members(exchange)
        if not given:
            return bool(does) and b"Active" in exchange.body
        return (does == "save" and not given.get("state")) or (
            does in ("save", "change") and given.get("state") in (1, "Active")
        )

    return listening.revived(history, _stopped(history), revives, is_error)


LISTENING: tuple[Duty, ...] = (
    Duty(
        "superoffice.calls_taken",
        "A listener answers every call of the vendor with 200, also one of an event that it does not use.",
        (
            "superoffice.webhook.success",
            "superoffice.webhook.retry",
            "superoffice.webhook.trial",
            "superoffice.webhook.signature",
            "superoffice.webhook.call",
        ),
        _taken,
        "calls to a listener",
        needs=(NEED,),
    ),
    Duty(
        "superoffice.signature_checked",
        "A call whose signature is wrong is a stranger's: the client does nothing for it.",
        ("superoffice.webhook.signature",),
        _checked,
        "a call that a stranger makes",
        needs=(NEED,),
    ),
    Duty(
        "superoffice.calls_signed",
        "A webhook is saved with a secret, so that its calls can be told from a stranger's.",
        ("superoffice.webhook.signature", "superoffice.webhook.carrier"),
        _signed,
        "a webhook that is saved",
        needs=(NEED,),
    ),
    Duty(
        "superoffice.answered_first",
        "A listener answers first and works later: the vendor waits for it, and may answer nobody meanwhile.",
        ("superoffice.webhook.patience", "superoffice.webhook.retry"),
        listening.quick,
        "a call while the vendor answers nobody",
        needs=(NEED,),
    ),
    Duty(
        "superoffice.calls_heard",
        "What a listener has taken shows in the mirror after the next sync: calls come in bursts, twice, and not in order.",
        (
            "superoffice.webhook.call",
            "superoffice.webhook.events",
            "superoffice.webhook.retry",
            "superoffice.webhook.cycle",
        ),
        _heard,
        "a call that the listener took before a sync",
        needs=(NEED,),
    ),
    Duty(
        "superoffice.subscribed_once",
        "A client that starts again finds its webhook, and makes no second one: names need not be unique.",
        ("superoffice.webhook.carrier", "superoffice.webhook.list", "superoffice.webhook.addresses"),
        _once,
        "calls to a listener",
        "should",
        needs=(NEED,),
    ),
    Duty(
        "superoffice.webhook_revived",
        "A webhook that has had too many errors is set active again.",
        ("superoffice.webhook.stopped", "superoffice.webhook.target"),
        _revived,
        "nine calls in a row that fail",
        needs=(NEED,),
    ),
)
