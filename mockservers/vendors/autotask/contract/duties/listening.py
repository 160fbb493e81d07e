"""The duties of a client of Autotask that asks to be called, and listens."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from mockservers.harness.drivers import LISTENING as NEED
from mockservers.harness.duties import Breach, Duty, Judgement, judged, listening, shared
from mockservers.harness.history import Delivered, Exchanged, History, Record
from mockservers.vendors.autotask.contract import decoder as wire
from mockservers.vendors.autotask.contract.duties.reading import is_error

MOST_FAILURES, MOST_ATTEMPTS = 25, 5
DEACTIVATED = "webhook.deactivated"
FIELDS = ("Title", "Priority", "Status", "PurchaseOrderNumber", "DueDateTime")
"""What people change, and time alone does not."""


@lru_cache(maxsize=1024)
def _told(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _ticket(delivery: Delivered) -> str:
    return "" if delivery.event == DEACTIVATED else str(_told(delivery.body).get("Id", ""))


def _asked(exchange: Exchanged) -> tuple[str, ...]:
    want = wire.asked(exchange)
    if want.entity.lower() != "ticket":
        return ()
    return tuple(value for name, operator, value in want.tests if (name, operator) == ("id", "equals"))


def _webhooks(history: History) -> list[Exchanged]:
    return [each for each in history.exchanges if wire.asked(each).operation == "webhook"]


def _sent(exchange: Exchanged) -> Mapping[str, Any]:
    """What a request says of a webhook itself, by names in lower case; nothing for one about its fields."""
    want = wire.asked(exchange)
    fields = {name.lower(): value for name, value in want.entities[0].items()} if want.entities else {}
    return fields if want.entity == "TicketWebhook" else {}


def _taken(history: History) -> Judgement:
    lost = [each.n for each in _webhooks(history) if each.method != "GET" and each.faults]
    return listening.taken(history, lambda delivery: delivery.taken, is_error, lost)


def _checked(history: History) -> Judgement:
    def strange(delivery: Delivered) -> str:
        """A ticket that is said to be deleted is asked for in its own right, and may be deleted in truth by now."""
        return "" if _told(delivery.body).get("Action") == "Delete" else _ticket(delivery)

    found = listening.checked(history, strange, _asked)
    breaches = list(found.breaches)
    for each in history.deliveries:
        ticket = _ticket(each)
        if each.genuine or _told(each.body).get("Action") != "Delete":
            continue
        # Only what stood in the mirror before, and stood at the vendor all the while, can be missing because of the call.
        before = next(
            (task for task in reversed(history.syncs) if task.first < each.n and task.after is not None), None
        )
        after = next((task for task in history.syncs if task.first > each.n and task.after is not None), None)
        if (
            before is None
            or after is None
            or not before.after
            or ticket not in before.after
            or ticket in (after.after or {})
        ):
            continue
        if not after.ok or any(before.first <= n <= after.last for n in history.restarts):
            continue
        states = [record for at, record in history.ever.get(ticket, ()) if at <= after.last]
        if states and all(record.exists for record in states):
            breaches.append(
                Breach(
                    f"{listening.call(each)} was made by a stranger, whose signature is wrong; it tells that "
                    f"{history.name(ticket)} was deleted, and after the next sync the mirror lacks that ticket",
                    {"ticket": ticket},
                )
            )
    return judged(found.exercised, breaches)


def _signed(history: History) -> Judgement:
    made = [each for each in _webhooks(history) if "secretkey" in _sent(each) or "webhookurl" in _sent(each)]
    breaches = [
        Breach(
            f"{shared.request(each)} saves a webhook without a secretKey: whoever finds the listener's address could make its "
            "calls, so the vendor refuses it"
        )
        for each in made
        if not _sent(each).get("secretkey") and (each.method != "PATCH" or "secretkey" in _sent(each))
    ]
    return judged(len(made), breaches)


def _heard(history: History) -> Judgement:
    def compared(record: Record) -> bool:
        return record.exists

    return listening.heard(history, _ticket, FIELDS, is_error, compared)


def _once(history: History) -> Judgement:
    asked = _webhooks(history)
    troubled = any(each.faults for each in asked) or any(not each.request_known for each in history.exchanges)

    def event(delivery: Delivered) -> object:
        told = _told(delivery.body)
        return (told.get("Action"), told.get("Id"), told.get("EventTime"), str(told.get("Fields")))

    found = listening.once(history, event, troubled)
    if troubled or found.breaches:
        return found
    made: dict[str, Exchanged] = {}
    for each in asked:
        address = str(_sent(each).get("webhookurl", ""))
        if each.method != "POST" or not address:
            continue
        if address in made:
            return judged(
                found.exercised + 1,
                [
                    Breach(
                        f"{shared.request(each)} asks for a second webhook of {address}, which {shared.request(made[address])} "
                        "has made already: the vendor refuses it, or calls twice"
                    )
                ],
            )
        if wire.said(each).kind == "good":
            made[address] = each
    return found


def _stopped(history: History) -> list[int]:
    """The numbers of the journal at which the vendor stopped calling."""
    failures: dict[str, int] = {}
    found = []
    attempts = history.dialect["webhook_disabled"] == "attempts"
    for each in history.deliveries:
        if not each.genuine or not each.sent or each.event == DEACTIVATED:
            continue
        if each.taken:
            failures[each.webhook] = 0
        elif attempts or each.attempt >= MOST_ATTEMPTS:
            failures[each.webhook] = failures.get(each.webhook, 0) + 1
            if failures[each.webhook] == MOST_FAILURES:
                found.append(each.n)
    return found


def _revived(history: History) -> Judgement:
    def revives(exchange: Exchanged) -> bool:
        return str(_sent(exchange).get("isactive", "")).lower() == "true"

    return listening.revived(history, _stopped(history), revives, is_error)


LISTENING: tuple[Duty, ...] = (
    Duty(
        "autotask.calls_taken",
        "A listener answers every call of the vendor with a status of 200 to 299, also one that it has no use for.",
        (
            "autotask.webhook.success",
            "autotask.webhook.retry",
            "autotask.webhook.signature",
            "autotask.webhook.call",
            "autotask.webhook.deactivation",
        ),
        _taken,
        "calls to a listener",
        needs=(NEED,),
    ),
    Duty(
        "autotask.signature_checked",
        "A call whose signature is wrong is a stranger's: the client does nothing for it.",
        ("autotask.webhook.signature",),
        _checked,
        "a call that a stranger makes",
        needs=(NEED,),
    ),
    Duty(
        "autotask.calls_signed",
        "A webhook is saved with a secret, without which the vendor takes none, and calls could be anybody's.",
        ("autotask.webhook.signature", "autotask.webhook.records"),
        _signed,
        "a webhook that is saved",
        needs=(NEED,),
    ),
    Duty(
        "autotask.answered_first",
        "A listener answers first and works later: the vendor waits ten seconds, and may answer nobody meanwhile.",
        ("autotask.webhook.patience", "autotask.webhook.retry"),
        listening.quick,
        "a call while the vendor answers nobody",
        needs=(NEED,),
    ),
    Duty(
        "autotask.calls_heard",
        "What a listener has taken shows in the mirror after the next sync: calls come in bursts, twice, and late.",
        (
            "autotask.webhook.call",
            "autotask.webhook.ready",
            "autotask.webhook.fields",
            "autotask.webhook.retry",
            "autotask.webhook.order",
        ),
        _heard,
        "a call that the listener took before a sync",
        needs=(NEED,),
    ),
    Duty(
        "autotask.subscribed_once",
        "A client that looks after its webhook finds it again, and makes no second one for the same address.",
        ("autotask.webhook.duplicates", "autotask.webhook.address"),
        _once,
        "calls to a listener",
        "should",
        needs=(NEED,),
    ),
    Duty(
        "autotask.webhook_revived",
        "A webhook that was disabled after too many failures is set active again.",
        ("autotask.webhook.disabled", "autotask.webhook.deactivation"),
        _revived,
        "25 calls in a row that fail",
        needs=(NEED,),
    ),
)
