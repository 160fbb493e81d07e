"""The duties of a client that writes tickets: done as told, once, nothing beside it, and what is refused stays refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus

from mockservers.harness import comparing
from mockservers.harness.duties import Breach, Duty, Judgement, judged, shared, writing
from mockservers.harness.duties.writing import Lack, Touched
from mockservers.harness.history import Exchanged, History, Record, Task
from mockservers.kernel import catalogue, instants
from mockservers.vendors.get_tickets.contract import decoder as wire
from mockservers.vendors.get_tickets.contract.profile import PROFILE, REFERENCE

TASKS = ("create", "update", "close")
STAMPS = frozenset({"last_updated", "updated_by", "updater_type"})
"""What any write moves."""
ENDS: Mapping[str, Mapping[str, Any]] = {"close": {"status": "Closed"}}
FOLLOWING: Mapping[str, frozenset[str]] = {
    "status": frozenset({"date_closed"}),
    "date_closed": frozenset({"status"}),
    "company_name": frozenset({"company_id"}),
    "company_id": frozenset({"company_name"}),
    "assigned_group_name": frozenset({"assigned_group_id"}),
    "assigned_group_id": frozenset({"assigned_group_name"}),
    "customer_group_name": frozenset({"customer_group_id"}),
    "cid": frozenset(
        {"company_id", "company_name", "contact", "phone", "email", "customer_group_id", "customer_group_name"}
    ),
}
"""What the vendor moves with a field that is told."""
PLAIN = frozenset({"cid", "subject", "summary", "status", "priority", "category", "sub_category", "due_date"})
"""Fields that take any value, the customer aside, who must be one."""
SETTABLE = frozenset(str(field.more["sets"]) for field in catalogue.load("get_tickets")["write_inputs"].fields)
LIMIT, LONGEST = 255, 20_000
"""Characters of a text, and of a summary."""
DANGEROUS = re.compile(r"<[A-Za-z!/?]|&#")
"""What the framework takes for an attack."""
CUSTOMERS = frozenset({"demo", "adam", "Jack", "jones", "kim", "c+p%20 plus"})
"""The customers of every installation; others may be there too."""


def _no_text(record: Record) -> str:
    return ""


def _when(task: Task) -> str:
    return f"the {task.do} at {instants.to_iso(task.at)}"


def _lacks(history: History) -> list[Lack]:
    return writing.lacks(history, {}, _no_text, ENDS)


def _is_text(lack: Lack) -> bool:
    return PROFILE.types.get(lack.field or "") == "text"


def _arrived(history: History, lack: Lack) -> bool:
    """Whether something arrived, but as something else."""
    return lack.field is not None and lack.task.do != "close" and writing.altered(history, lack, (None, ""))


def _writes_done(history: History) -> Judgement:
    breaches = [each.breach for each in _lacks(history) if not _arrived(history, each)]
    breaches += [each.breach for each in writing.borrowed(history, {}, _no_text)]
    return judged(len(writing.told(history)), breaches)


def _text_written(history: History) -> Judgement:
    altered = [each for each in _lacks(history) if _arrived(history, each) and not writing.is_time(history, each)]
    return judged(writing.texts_told(history), [each.breach for each in altered])


def _times_written(history: History) -> Judgement:
    altered = [each for each in _lacks(history) if _arrived(history, each) and writing.is_time(history, each)]
    return judged(writing.times_told(history), [each.breach for each in altered])


def _writes_tried(history: History) -> Judgement:
    tried = writing.tried(history, _acceptable, _failed, _about_request)
    anonymous = [
        each
        for each in history.exchanges
        if each.request_known and wire.asked(each).get("action") == "update_ticket" and not wire.asked(each).get("cid")
    ]
    breaches = [
        Breach(f"{shared.request(each)} names no cid, which update_ticket requires: {wire.said(each).text}")
        for each in anonymous
        if _about_content(each) and not each.faults
    ]
    return judged(tried.exercised + len(anonymous), [*tried.breaches, *breaches])


def _about_request(exchange: Exchanged) -> bool:
    """Whether a request was turned down for what it is, by the API, or by the web server before it."""
    return _about_content(exchange) or (exchange.request_known and exchange.status in (400, 414))


def _failed(exchange: Exchanged) -> bool:
    return not exchange.request_known or wire.said(exchange).kind in ("error", "unusable")


def _about_content(exchange: Exchanged) -> bool:
    """Whether an error is about what was sent, and not about who sent it, or how often."""
    said = wire.said(exchange) if exchange.request_known else None
    if said is None or said.kind != "error":
        return False
    return not any(word in said.text.lower() for word in ("key", "address", "too many"))


def _acceptable(task: Task) -> bool:
    """Whether the vendor takes what was told in every dialect."""
    fields = task.asked.get("fields", {})
    if task.do == "create" and fields.get("cid") not in CUSTOMERS:
        return False
    return all(
        name in PLAIN
        and isinstance(value, str)
        and 0 < len(value) <= (LONGEST if name == "summary" else LIMIT)
        and not DANGEROUS.search(value)
        and "\x00" not in value
        and (name != "cid" or value in CUSTOMERS)
        for name, value in fields.items()
    )


def _written_once(history: History) -> Judgement:
    def findable(task: Task, record: Record) -> bool:
        """Whether the mark by which a ticket can be found again still stands in it, if it ever did."""
        before = (task.was or {}).get("ticket", {}).get(record.id)
        if before is None or not before.exists:
            return False
        mark = (record.fields.get("custom_fields") or {}).get(REFERENCE)
        return (before.fields.get("custom_fields") or {}).get(REFERENCE) == mark

    return writing.written_once(history, {}, _no_text, findable)


def _touches_only(history: History) -> Judgement:
    exercised, found = writing.touched(history, STAMPS, {"close": frozenset({"status", "date_closed"})})
    breaches = [
        each.breach(history)
        for each in found
        if not any(_follows(task, each.field) for task in (each.task, *writing.owed(history, each.task)))
        and not _shown(history, each)
    ]
    return judged(exercised, breaches)


def _shown(history: History, touched: Touched) -> bool:
    """Whether a customer came back because the vendor showed it right before the write: a newer one was on its way."""
    if touched.field != "cid" and touched.field not in FOLLOWING["cid"]:
        return False
    ticket = touched.task.ticket or ""
    after = (touched.task.became or {}).get("ticket", {}).get(ticket)
    shown: set[str] = set()
    for exchange in history.within(touched.task):
        if exchange.request_known and wire.asked(exchange).get("action") in wire.WRITES:
            break
        for pairs in wire.said(exchange).tickets:
            told = dict(reversed(pairs))  # of a doubled name the first is meant
            shown |= {unquote_plus(told.get("cid", ""))} if told.get("tid") == ticket else set()
    return after is not None and after.fields.get("cid") in shown


def _follows(task: Task, name: str) -> bool:
    return any(name in FOLLOWING.get(told, ()) for told in task.asked.get("fields", {}))


def _refusals_true(history: History) -> Judgement:
    refused = [task for task in history.writes if task.error_kind == "refused"]
    breaches = [
        Breach(f"the client says that {_when(task)} was refused ({task.error[:80]}), but {what}")
        for task in refused
        if (what := _done_all_the_same(history, task))
    ]
    return judged(len(refused), breaches)


def _done_all_the_same(history: History, task: Task) -> str:
    """What a task did that is said to be refused; empty where it did nothing, or less than it was told."""
    told = {**ENDS.get(task.do, {}), **task.asked.get("fields", {})}
    if task.do == "create":
        made = [record for record in history.made(task) if _has(history, record, told)]
        return f"{history.name(made[0].id)} was made by it" if made else ""
    before, after = ((each or {}).get("ticket", {}).get(task.ticket or "") for each in (task.was, task.became))
    if before is None or after is None or writing.meddled_with(history, task, after):
        return ""
    done = _has(history, after, told) and not _has(history, before, told)
    return f"{history.name(after.id)} has all that was told since then" if done else ""


def _has(history: History, record: Record, fields: Mapping[str, Any]) -> bool:
    return all(comparing.same(history, name, record.fields.get(name), value) for name, value in fields.items())


def _refused_dropped(history: History) -> Judgement:
    """Whether what the vendor refused for what it is was not sent again, but where the client was told it anew."""
    writes = {task.index for task in history.writes}
    refused: dict[tuple[tuple[str, str], ...], Exchanged] = {}
    exercised, breaches = 0, []
    for exchange in history.exchanges:
        if not exchange.request_known:
            continue
        wanted = wire.asked(exchange)
        if wanted.get("action") not in wire.WRITES:
            continue
        message = tuple(sorted((name, value) for name, value in wanted.items() if name != "key"))
        first = refused.get(message)
        if first is not None and (exchange.task == first.task or exchange.task not in writes):
            breaches.append(
                Breach(
                    f"{shared.request(exchange)} sends again what {shared.request(first)} was refused for: "
                    f"{wire.said(first).text}"
                )
            )
        if _about_content(exchange) and not exchange.faults:
            exercised += first is None
            refused[message] = exchange
    return judged(exercised, breaches)


WRITING: tuple[Duty, ...] = (
    Duty(
        "get_tickets.writes_done",
        "A write that is said to be done stands at the vendor: a variable that a write does not have, or that has no "
        "value, is passed over without a word.",
        (
            "get_tickets.write.names",
            "get_tickets.write.empty",
            "get_tickets.write.add",
            "get_tickets.write.update",
            "get_tickets.write.no_idempotency",
        ),
        _writes_done,
        "a write that the client says is done",
        needs=TASKS,
    ),
    Duty(
        "get_tickets.writes_tried",
        "What the vendor takes is sent, cid included and long texts as a form: no value makes the client itself fail.",
        (
            "get_tickets.write.cid",
            "get_tickets.write.add",
            "get_tickets.framework.query_limit",
            "get_tickets.address.url",
        ),
        _writes_tried,
        "a write of values that the vendor takes",
        "should",
        needs=TASKS,
    ),
    Duty(
        "get_tickets.text_written",
        "Texts arrive at the vendor as the task has them, not escaped twice, trimmed or cut.",
        ("get_tickets.write.length", "get_tickets.framework.blank", "get_tickets.write.update"),
        _text_written,
        "a text that is written",
        needs=TASKS,
    ),
    Duty(
        "get_tickets.times_written",
        "Times are written in the server's culture and zone.",
        ("get_tickets.write.dates", "get_tickets.date.zone"),
        _times_written,
        "a time that is written",
        needs=("create", "update"),
    ),
    Duty(
        "get_tickets.written_once",
        "A ticket whose answer was lost is looked for before it is written again: the vendor takes it twice.",
        ("get_tickets.write.no_idempotency", "get_tickets.write.add"),
        _written_once,
        "a create whose answer is lost",
        needs=("create",),
    ),
    Duty(
        "get_tickets.update_touches_only",
        "An update changes the fields of its task alone: cid, which must be sent too, is the one that the ticket has now.",
        ("get_tickets.write.update", "get_tickets.write.cid"),
        _touches_only,
        "an update of a ticket",
        needs=("update", "close"),
    ),
    Duty(
        "get_tickets.refusals_true",
        "A write that the client says was refused was not done: where the answer is lost, nobody knows until somebody looks.",
        ("get_tickets.write.reply", "get_tickets.error.form"),
        _refusals_true,
        "a write that the client says was refused",
        needs=TASKS,
    ),
    Duty(
        "get_tickets.refused_write_dropped",
        "What the vendor refused for what it is, is not sent again as it was.",
        ("get_tickets.error.form", "get_tickets.write.source", "get_tickets.write.cid", "get_tickets.write.assigned"),
        _refused_dropped,
        "a write that the vendor refuses for what it is",
        needs=TASKS,
    ),
)
