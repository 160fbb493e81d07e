"""How records look: JSON objects keyed by field number, as pieces of text that are joined into answers.

Each record is rendered once for a revision and kept in the installation's cache, which is emptied whenever labels,
directory or dialect change. Knows no wire library.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any

from mockservers.kernel.operations import Context
from mockservers.vendors.trackit.emulator import model
from mockservers.vendors.trackit.emulator.fields import (
    ASSIGNMENT,
    ASSIGNMENT_NOTE,
    ATTACHMENT,
    MODULES,
    NOTE,
    SAMPLED,
    SOLUTION,
    TEMPLATE,
    TICKET,
    Field,
    decimal_text,
    time_text,
)
from mockservers.vendors.trackit.emulator.rich_text import is_rich, plain

MOST_FRAGMENTS = 10_000
"""Rendered records that are kept, each as it is by now; one takes about 2 kB."""
_KEPT = "trackit.fragments"

text: Callable[[Any], str] = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

_VALUES: Mapping[str, Callable[[Any], str]] = {
    "integer": str,
    "decimal": decimal_text,
    "boolean": lambda value: "true" if value else "false",
    "datetime": lambda value: f'"{time_text(value)}"',
    "text": text,
}

"""A kept value as JSON has it: zero and false are values too (trackit.wire.value_types)."""

Values = Mapping[int, Any]


def labels(ctx: Context) -> Mapping[int, str]:
    """The labels of ticket fields as the administrator has them."""
    assert ctx.tenant is not None
    renamed = ctx.tenant.facts.get("labels", {})
    return {number: renamed.get(str(number), field.label) for number, field in TICKET.items()}


def _cite_labels(ctx: Context, spaced: bool = False) -> None:
    """Cite the rules by which labels are other than documented: in every answer, since most come from the cache."""
    assert ctx.tenant is not None
    if ctx.tenant.facts.get("labels"):
        ctx.cite("trackit.wire.renamed_labels")
    if spaced:
        ctx.cite("trackit.wire.leading_space")


def _beginnings(fields: Mapping[int, Field], labels: Mapping[int, str] | None = None) -> list[tuple[int, str, Any]]:
    """What stands before each value, by the field's number (trackit.wire.keyed_by_number)."""
    return [
        (
            number,
            f'"{number}":{{"DisplayName":{text((labels or {}).get(number, field.label))},"Value":',
            _VALUES[field.form],
        )
        for number, field in fields.items()
    ]


# All fields of a note (trackit.field.note), those known of attachments and templates (trackit.field.partial), and those
# assumed of the others.
_NOTE, _ATTACHMENT, _TEMPLATE = (_beginnings(each) for each in (NOTE, ATTACHMENT, TEMPLATE))
_ASSIGNMENT, _ASSIGNMENT_NOTE, _SOLUTION = (_beginnings(each) for each in (ASSIGNMENT, ASSIGNMENT_NOTE, SOLUTION))


def _object(beginnings: Iterable[tuple[int, str, Any]], values: Values) -> str:
    """The record, without fields that have no value (trackit.wire.nulls_omitted)."""
    return (
        "{"
        + ",".join(
            [f"{start}{form(values[number])}}}" for number, start, form in beginnings if values.get(number) is not None]
        )
        + "}"
    )


def _kept(ctx: Context, key: Any, revision: int, make: Callable[[], str]) -> str:
    kept: dict[Any, tuple[int, str]] = ctx.installation.cache.setdefault(_KEPT, {})
    found = kept.get(key)
    if found is not None and found[0] == revision:
        return found[1]
    made = make()
    if not model.changing(ctx):
        kept.pop(key, None)  # what is made anew is the newest
        if len(kept) >= MOST_FRAGMENTS:
            for oldest in list(islice(kept, MOST_FRAGMENTS // 4)):
                del kept[oldest]
        kept[key] = revision, made
    return made


# --- tickets ----------------------------------------------------------------------------------------------------------


def ticket_values(directory: model.Directory, row: Mapping[str, Any]) -> dict[int, Any]:
    """All fields of a ticket in kept form, display fields taken from the linked records."""
    linked = {link: directory.get(module, row[f"l_{link}"]) for link, module in MODULES.items()}
    return _values(TICKET, linked, row)


def assignment_values(directory: model.Directory, row: Mapping[str, Any]) -> dict[int, Any]:
    """All fields of an assignment in kept form."""
    links = {field.link for field in ASSIGNMENT.values() if field.link is not None}
    linked = {link: directory.get(MODULES[link], row[f"l_{link}"]) for link in links}
    return _values(ASSIGNMENT, linked, row)


def _values(
    known: Mapping[int, Field], linked: Mapping[str, Mapping[str, Any]], row: Mapping[str, Any]
) -> dict[int, Any]:
    values = {}
    for number, field in known.items():
        if field.link is not None and field.attribute is not None:
            values[number] = linked[field.link].get(field.attribute)
        else:
            values[number] = row[field.column]
    return values


def _ticket_beginnings(ctx: Context, spaced: bool = False) -> list[tuple[int, str, Any]]:
    assert ctx.tenant is not None
    key = ("trackit.beginnings", ctx.tenant.name, spaced)
    found: list[tuple[int, str, Any]] | None = ctx.installation.cache.get(key)
    if found is None:
        known = dict(labels(ctx))
        if spaced:
            known[1] = f" {known[1]}"
        found = ctx.installation.cache[key] = _beginnings(TICKET, known)
    return found


RICH = (7,)
"""Fields of a ticket that hold rich text: Additional Information."""


def ticket(ctx: Context, id_: int, revision: int, *, read: bool = False, worked: bool = False) -> str:
    """A ticket that is there at this revision, with every field that has a value (trackit.field.returned).

    `read`: the answer of GET, whose sample has a blank before a label. `worked`: that of ChangeStatus, AddNote and Close,
    where rich text comes as plain text (trackit.note.ticket_text).
    """
    assert ctx.tenant is not None
    spaced = read and ctx.dialect["quirk_leading_space"] == "on"
    stripped = worked and ctx.dialect["ticket_text"] == "plain"
    _cite_labels(ctx, spaced)

    def make() -> str:
        row = model.ticket(ctx, id_)
        assert row is not None
        values = ticket_values(model.directory(ctx), row)
        if stripped:
            values |= {number: plain(values[number]) for number in RICH if values[number] is not None}
        return _object(_ticket_beginnings(ctx, spaced), values)

    if stripped:
        _cite_rich(ctx, id_)
    return _kept(ctx, (ctx.tenant.name, "ticket", id_, spaced, stripped), revision, make)


def _cite_rich(ctx: Context, id_: int) -> None:
    row = model.ticket(ctx, id_)
    if row is not None and any(is_rich(row[f"f{number}"] or "") for number in RICH):
        ctx.cite("trackit.note.ticket_text")


# --- notes ------------------------------------------------------------------------------------------------------------


def note_values(
    directory: model.Directory, row: Any, verbatim: bool = False, kind: model.Kind = model.TICKET
) -> dict[int, Any]:
    """All fields of a note in kept form."""
    owner = getattr(row, kind.name)
    technician = directory.get("technician", row.technician)
    activity = directory.get("activity", row.activity)
    words = row.text if row.text is None or verbatim else plain(row.text)
    return {
        1: row.id,
        2: row.modified,
        3: row.last_user,
        4: row.group,
        5: words,
        6: owner,
        7: row.date,
        8: row.technician,
        10: row.duration,
        11: row.activity,
        13: bool(words),
        14: row.system,
        15: activity.get("name"),
        16: technician.get("name"),
        17: row.inactive,
        24: row.email,
        25: row.email_key,
        26: directory.get("note_type", row.type).get("name"),
        27: row.private,
        28: row.requestor,
        29: directory.get("requestor", row.requestor).get("name"),
        30: activity.get("description"),
        31: row.track_time,
        32: row.old_id,
    }


def _cut(values: dict[int, Any], most: int) -> None:
    """Cut the text of a note to `most` characters unless that is below 1."""
    if most > 0 and values[5] is not None:
        values[5] = values[5][:most]


def note(ctx: Context, row: Any, most: int = -1, swapped: bool = False) -> str:
    """A note, its text cut to `most` characters unless that is below 1."""
    assert ctx.tenant is not None
    if row.text is not None and is_rich(row.text):
        ctx.cite("trackit.note.text")

    def make() -> str:
        values = note_values(model.directory(ctx), row, ctx.dialect["note_text"] == "verbatim")
        _cut(values, most)
        if not swapped:
            return _object(_NOTE, values)
        # As one sample prints it: the text as the label, and a word as the value.
        label, values[5] = values[5] or "", "note"
        return _object(_beginnings({**NOTE, 5: Field(5, label, "text", True)}), values)

    return _kept(ctx, (ctx.tenant.name, "note", row.id, most, swapped), row.revision, make)


# --- the rest ---------------------------------------------------------------------------------------------------------


def attachment_values(row: Any) -> dict[int, Any]:
    """The fields of an attachment that a list tells."""
    return {1: row.id, 6: row.size, 7: row.name, 14: row.url}


def attachment(row: Any, content: str | None = None) -> str:
    return _object(_ATTACHMENT, {**attachment_values(row), 5: content})


def assignment(ctx: Context, row: Mapping[str, Any]) -> str:
    """An assignment with every field that has a value (trackit.field.assignment)."""
    assert ctx.tenant is not None
    sampled = ctx.dialect["assignment_fields"] == "sampled"

    def make() -> str:
        values = assignment_values(model.directory(ctx), row)
        return _object(_ASSIGNMENT, {n: value for n, value in values.items() if not sampled or n in SAMPLED})

    return _kept(ctx, (ctx.tenant.name, "assignment", row["f1"], sampled), row["revision"], make)


def assignment_note(ctx: Context, row: Any, most: int = -1) -> str:
    """A note of an assignment, its text cut to `most` characters unless that is below 1 (trackit.field.assignment_note)."""
    if row.text is not None and is_rich(row.text):
        ctx.cite("trackit.note.text")
    values = note_values(model.directory(ctx), row, ctx.dialect["note_text"] == "verbatim", model.ASSIGNMENT)
    _cut(values, most)
    return _object(_ASSIGNMENT_NOTE, values)


def solution_values(id_: int, facts: Mapping[str, Any]) -> dict[int, Any]:
    """A solution as far as anybody told of it (trackit.field.solution)."""
    return {
        1: facts.get("id", id_),
        2: facts.get("modified"),
        3: facts.get("last_user"),
        4: facts.get("group"),
        5: facts.get("summary"),
        6: facts.get("problem"),
        7: facts.get("resolution"),
        8: not facts.get("active", True),
    }


def solution(id_: int, facts: Mapping[str, Any]) -> str:
    return _object(_SOLUTION, solution_values(id_, facts))


def template(id_: int, facts: Mapping[str, Any]) -> str:
    return _object(
        _TEMPLATE,
        {
            1: id_,
            3: facts.get("name"),
            4: facts.get("description"),
            6: facts.get("data"),
            10: facts.get("self_service"),
        },
    )


def found(ctx: Context, tickets: Sequence[tuple[int, int]], shown: frozenset[int]) -> list[str]:
    """Some fields of tickets, each with its revision. A page may have a thousand, of which hardly any is other than before."""
    assert ctx.tenant is not None
    name = ctx.tenant.name
    if tickets:
        _cite_labels(ctx)
    return [
        _kept(ctx, (name, "found", id_, shown), revision, partial(_some_of, ctx, id_, shown))
        for id_, revision in tickets
    ]


def _some_of(ctx: Context, id_: int, shown: frozenset[int]) -> str:
    return some(ctx, values_of(ctx, id_, shown))


def values_of(ctx: Context, id_: int, shown: frozenset[int]) -> dict[int, Any]:
    """The values of some fields of a ticket, in kept form."""
    row = model.ticket(ctx, id_)
    assert row is not None
    return {n: value for n, value in ticket_values(model.directory(ctx), row).items() if n in shown}


def some(ctx: Context, values: Values) -> str:
    """Some fields of a ticket."""
    _cite_labels(ctx)
    return _object(_ticket_beginnings(ctx), values)


def names(ctx: Context) -> str:
    """The labels of all ticket fields."""
    _cite_labels(ctx)
    return "{" + ",".join(f'"{n}":{{"DisplayName":{text(label)}}}' for n, label in labels(ctx).items()) + "}"
