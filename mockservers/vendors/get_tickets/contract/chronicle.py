"""The duties of a client that copies what hangs on tickets, histories and files: whole, once, and as it was told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from mockservers.harness import comparing
from mockservers.harness.duties import Breach, Duty, Judgement, judged, shared
from mockservers.harness.history import History, Record
from mockservers.kernel import catalogue
from mockservers.vendors.get_tickets.contract import decoder as wire
from mockservers.vendors.get_tickets.contract.profile import FILE, FILES, HISTORY, PROFILE
from mockservers.wirekit.templates import counted

TYPES = {field.name: field.type for field in catalogue.load("get_tickets")["history"].fields}
Entry = Mapping[str, Any]


def entries_of(record: Record | None) -> list[Entry] | None:
    """The entries of a mirrored ticket, None where it shows none."""
    shown = None if record is None else record.fields.get(HISTORY)
    return [each for each in shown if isinstance(each, Mapping)] if isinstance(shown, list) else None


def _busy(history: History) -> bool:
    """Whether the last sync was one of too many calls: it may have left off for no fault of the client."""
    last = history.syncs[-1:]
    found = [wire.said(each) for task in last for each in history.within(task) if each.request_known]
    return any(said.kind == "error" and "too many" in said.text.lower() for said in found)


def _pairs(history: History) -> list[tuple[str, dict[str, Record], list[Entry]]]:
    """Tickets of the mirror that show a history: number, the entries there are by their number, those that are shown."""
    there: dict[str, dict[str, Record]] = {}
    for entry in history.parts.get(HISTORY, {}).values():
        there.setdefault(str(entry.fields.get("tid")), {})[entry.id] = entry
    found = []
    for ticket, mirrored in sorted((history.mirror or {}).items()):
        shown = entries_of(mirrored)
        record = history.truth.get(ticket)
        if shown is not None and record is not None and record.exists:
            found.append((ticket, there.get(ticket, {}), shown))
    return found


def _complete(history: History) -> Judgement:
    if _busy(history):
        return judged(0)
    exercised, breaches = 0, []
    for ticket, there, shown in _pairs(history):
        keys = Counter(str(each.get("id")) for each in shown)
        exercised += len(there)
        missing = [id_ for id_ in there if id_ not in keys]
        if missing:
            breaches.append(
                Breach(
                    f"{history.name(ticket)} has {len(there)} entries of history, and {len(missing)} of them, the entry "
                    f"{missing[0]} for one, are not in the mirror{_dated(history)}",
                    {"ticket": ticket},
                )
            )
        wrong = [key for key, count in keys.items() if key not in there or count > 1]
        if wrong:
            what = "stands twice" if wrong[0] in there else "is none of this ticket's"
            breaches.append(Breach(f"the entry {wrong[0]} in the mirror of {history.name(ticket)} {what}"))
    return judged(exercised, breaches)


def _dated(history: History) -> str:
    """What to say where a client asked for a history by dates that are not those of entries."""
    if history.dialect["history_dates"] == "entry":
        return ""
    asked = (wire.asked(each) for each in history.exchanges if each.request_known)
    dated = any(each.get("action") == "get_history" and {"start_date", "end_date"} & each.keys() for each in asked)
    return " (start_date and end_date are times at which tickets were opened)" if dated else ""


def _differing(history: History, times: bool) -> tuple[int, list[Breach]]:
    zone = PROFILE.zone(history.dialect)
    exercised, breaches = 0, []
    names = [name for name, type_ in TYPES.items() if (type_ in shared.TIMES) == times and name not in ("id", "tid")]
    for ticket, there, shown in _pairs(history):
        for each in shown:
            entry = there.get(str(each.get("id")))
            for name in names if entry is not None else ():
                if name not in each:
                    continue
                exercised += 1
                right, left = (
                    comparing.normal(value, TYPES[name], zone, PROFILE.resolution)
                    for value in (entry.fields.get(name), each.get(name))  # type: ignore[union-attr]
                )
                if right != left:
                    both = entry.fields.get(name), each.get(name)  # type: ignore[union-attr]
                    values = comparing.parted(*both, history.secrets)
                    first = comparing.unzoned(TYPES[name], *both)
                    breaches.append(
                        Breach(
                            f"the entry {each.get('id')} of {history.name(ticket)}: {first}{name} is {values}",
                            {"ticket": ticket, "field": name},
                        )
                    )
    return exercised, breaches


def _decoded(history: History) -> Judgement:
    return judged(*_differing(history, times=False))


def _times(history: History) -> Judgement:
    return judged(*_differing(history, times=True))


def _filed(history: History) -> Judgement:
    if _busy(history):
        return judged(0)
    there: dict[str, list[Entry]] = {}
    for file in history.parts.get(FILE, {}).values():
        there.setdefault(str(file.fields.get("ticket_id")), []).append(file.fields)
    exercised, breaches = 0, []
    for ticket, mirrored in sorted((history.mirror or {}).items()):
        shown, record = mirrored.fields.get(FILES), history.truth.get(ticket)
        if not isinstance(shown, list) or record is None or not record.exists:
            continue
        wanted, found = (Counter(_file(history, each) for each in files) for files in (there.get(ticket, []), shown))
        exercised += wanted.total()
        for odd in [*(wanted - found), *(found - wanted)][:1]:
            what = "is not in the mirror as it is" if odd in wanted else "is in the mirror, and not there so"
            breaches.append(
                Breach(
                    f"{history.name(ticket)} has {counted(wanted.total(), 'file')}; the file "
                    f"{comparing.show(odd[0], secrets=history.secrets)} of {odd[1]}, changed {odd[2]}, {what}",
                    {"ticket": ticket},
                )
            )
    return judged(exercised, breaches)


def _file(history: History, file: Any) -> tuple[str, str, str]:
    """A file's name, size and date, in the form in which two equal ones are equal."""
    told: Entry = file if isinstance(file, Mapping) else {}
    at = comparing.normal(told.get("file_date"), "datetime", PROFILE.zone(history.dialect), PROFILE.resolution)
    return str(told.get("file_name")), str(told.get("file_size")), str(at)


_SHOWN = f"a ticket whose history the client shows, as the member {HISTORY!r} of what it mirrors"
_COPIES = ("history_dates",)
"""Whoever copies histories names this option: it tells which dates a history is asked for by."""

CHRONICLE: tuple[Duty, ...] = (
    Duty(
        "get_tickets.history_complete",
        "A history that is copied is whole: each entry of a ticket is there once, new ones of old tickets included.",
        (
            "get_tickets.history.entries",
            "get_tickets.history.dates",
            "get_tickets.history.count",
            "get_tickets.history.order",
            "get_tickets.history.deleted",
            "get_tickets.history.filters",
        ),
        _complete,
        _SHOWN,
        needs=_COPIES,
    ),
    Duty(
        "get_tickets.history_decoded",
        "What an entry of a history says is decoded once, where it is encoded.",
        ("get_tickets.history.shape", "get_tickets.wire.urlencode", "get_tickets.wire.encoded_everywhere"),
        _decoded,
        _SHOWN,
        needs=_COPIES,
    ),
    Duty(
        "get_tickets.history_times",
        "Times of entries are read in the server's culture and zone.",
        ("get_tickets.history.shape", "get_tickets.date.output", "get_tickets.date.zone"),
        _times,
        _SHOWN,
        needs=_COPIES,
    ),
    Duty(
        "get_tickets.attachments_complete",
        "Files that are copied are whole: each file of a ticket is there once, with its name, decoded once, size and date.",
        (
            "get_tickets.attachments.inputs",
            "get_tickets.attachments.cid",
            "get_tickets.attachments.outputs",
            "get_tickets.attachments.size",
            "get_tickets.attachments.deleted",
        ),
        _filed,
        f"a ticket whose files the client shows, as the member {FILES!r} of what it mirrors",
        needs=("attachments_cid",),
    ),
)
