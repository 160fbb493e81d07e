"""The duties of a client of SuperOffice that reads: what the fields of its mirror say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mockservers.harness import comparing
from mockservers.harness.comparing import Difference
from mockservers.harness.duties import Breach, Duty, Judgement, judged, shared
from mockservers.harness.history import History
from mockservers.harness.profile import profile
from mockservers.kernel import instants
from mockservers.vendors.superoffice.contract import decoder as wire
from mockservers.vendors.superoffice.contract.duties.visibility import (
    ENUMS,
    READ,
    differences,
    ever_blank,
    ever_hidden,
    exchanges,
    exists,
    misread,
    something,
    type_of,
)
from mockservers.vendors.superoffice.contract.profile import NAMES


def _times_understood(history: History) -> Judgement:
    zone = history.options.get("time_zone", "UTC")
    why = (
        f"times carry an offset, or are clock time of the zone that was asked for (of the base zone, {zone}, otherwise)"
    )
    breaches = misread(history, lambda each: each.type in shared.TIMES and each.truth is not None, why)
    if history.dialect["dates"] == "page" and not breaches:
        breaches += _apart(history)
    return judged(comparing.compared(history, shared.TIMES), breaches)


def _apart(history: History) -> Iterator[Breach]:
    """Instants of a repeated hour, which look the same on the clock, and whose offset tells them apart."""
    skipped = ever_hidden(history)
    for ticket, shown in (history.mirror or {}).items():
        states = [record for _, record in history.ever.get(ticket, ()) if record.exists]
        if ticket in skipped or not states or not exists(history, ticket):
            continue
        for name in comparing.fields(history, shown):
            left = shown.fields.get(name)
            if type_of(name) not in shared.TIMES or not isinstance(left, str) or name in ever_blank(history):
                continue
            moments = [_moment(record.fields.get(name)) for record in states]
            if _moment(left) not in (None, *moments) and moments[-1] is not None:
                truth = history.truth[ticket].fields.get(name)
                difference = Difference(ticket, name, "datetime", truth, left, "misread")
                yield shared.part(history, difference, "the offset tells the two hours of one name apart")


def _moment(text: Any) -> int | None:
    try:
        return instants.from_iso(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _unset_is_nothing(history: History) -> Judgement:
    seen = sum(
        1
        for ticket, shown in (history.mirror or {}).items()
        for name in comparing.fields(history, shown)
        if type_of(name) in shared.TIMES
        and ticket in history.truth
        and history.truth[ticket].fields.get(name, "") is None
    )
    why = "a date that is not set comes as the first instant of the year 1, and is none"
    return judged(seen, misread(history, lambda each: each.type in shared.TIMES and each.truth is None, why))


def _statuses_read(history: History) -> Judgement:
    why = "statuses and other enumerations are what their field says, known or not, whatever they are called"
    seen = sum(len(ENUMS & set(comparing.fields(history, each))) for each in (history.mirror or {}).values())
    return judged(seen, misread(history, lambda each: each.field in ENUMS, why))


def _text_survives(history: History) -> Judgement:
    def plain(each: Difference) -> bool:
        return each.type not in shared.TIMES and each.field not in ENUMS

    return judged(
        comparing.compared(history, shared.VALUES), misread(history, plain, "this was never the vendor's value")
    )


_PART = re.compile(r'([A-Z]{2}):"((?:[^"]|"(?!;|$))*)"')


def _in_languages(text: str) -> set[str]:
    """What a name of the vendor's may look like: as it is kept, and in each of its languages."""
    parts = _PART.findall(text) if text[2:4] == ':"' else []
    return {text, text.removesuffix(";"), *(part for _, part in parts)}


def _names_in_a_language(history: History) -> Judgement:
    hidden, blank = ever_hidden(history), ever_blank(history)
    renamed = any(change.request.get("action") == "rename" for change in history.changes)
    named = ("TicketStatusDisplayValue", "PriorityName", "CategoryName", "TicketTypeName")
    lacking = profile("superoffice").untold(history.dialect) - NAMES
    seen, breaches = 0, []
    for ticket, shown in sorted((history.mirror or {}).items()):
        states = [record for _, record in history.ever.get(ticket, ()) if record.exists]
        if ticket in hidden or not states or renamed or not exists(history, ticket):
            continue
        for name in named:
            value = shown.fields.get(name)
            if not isinstance(value, str) or not value or name in lacking or blank:
                continue
            seen += 1
            known = {each for state in states for each in _in_languages(str(state.fields.get(name) or ""))}
            if value not in known:
                text = str(states[-1].fields.get(name) or "")
                both = comparing.parted(text, value, history.secrets, "{} at the vendor, and {} in the mirror")
                breaches.append(
                    Breach(
                        f"{history.name(ticket)}: {name} is {both}, which is it in no language",
                        {"ticket": ticket, "field": name},
                    )
                )
    return judged(seen, breaches)


def _blanks_not_kept(history: History) -> Judgement:
    left_out: dict[str, list[frozenset[str]]] = {}
    calls = exchanges(history, READ)
    for each in calls:
        chosen = wire.asked(each).selected
        if chosen is not None:
            for ticket in (*wire.said(each).ids, *wire.asked(each).ids):
                left_out.setdefault(ticket, []).append(chosen)
    breaches = [
        shared.part(history, each, "it was not selected, and so came blank, which says nothing about it")
        for each in differences(history)
        if not something(each.field, each.mirror)
        and something(each.field, each.truth)
        and any(each.field.lower() not in chosen for chosen in left_out.get(each.ticket, ()))
    ]
    good = sum(1 for each in calls if wire.said(each).kind == "good")
    return judged(good if history.mirror is not None else 0, breaches)


# --- all of them -------------------------------------------------------------------------------------------------------


VALUES: tuple[Duty, ...] = (
    Duty(
        "superoffice.times_understood",
        "Times are read with their offset, or as clock time of the zone that was asked for.",
        ("superoffice.time.offset", "superoffice.time.header", "superoffice.time.base_zone"),
        _times_understood,
        "times in fields that the client mirrors",
    ),
    Duty(
        "superoffice.unset_is_nothing",
        "A date in the year 1 is none.",
        ("superoffice.carrier.unset_dates", "superoffice.carrier.value_types"),
        _unset_is_nothing,
        "dates that are not set in fields that the client mirrors",
    ),
    Duty(
        "superoffice.statuses_read",
        "Statuses and enumerations are read from their fields, not guessed by names; words of a release to come survive.",
        ("superoffice.carrier.status", "superoffice.carrier.enums_as_names", "superoffice.carrier.grows"),
        _statuses_read,
        "enumerations that the client mirrors",
    ),
    Duty(
        "superoffice.text_survives",
        "Texts and numbers are kept as they were sent, minutes as minutes and seconds as seconds.",
        (
            "superoffice.carrier.properties",
            "superoffice.carrier.unset_strings",
            "superoffice.carrier.value_types",
            "superoffice.carrier.units",
            "superoffice.media.json",
        ),
        _text_survives,
        "values in fields that the client mirrors",
    ),
    Duty(
        "superoffice.names_in_a_language",
        "Names in many languages are kept whole, or one language of them is.",
        ("superoffice.language.raw", "superoffice.language.fallback", "superoffice.language.fields"),
        _names_in_a_language,
        "names of statuses and the like that the client mirrors",
    ),
    Duty(
        "superoffice.blanks_not_kept",
        "A property that $select leaves blank has no meaning, and does not replace a known value.",
        ("superoffice.select.nulls", "superoffice.select.key"),
        _blanks_not_kept,
        "calls that read tickets",
    ),
)
