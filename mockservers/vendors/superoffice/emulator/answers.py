"""What an operation answers: a value that the wire writes in the format asked for, or a page that is written already.

Knows no HTTP library; `profile` reads from a call all that the look of its answer depends on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from mockservers.kernel.operations import Context
from mockservers.vendors.superoffice.emulator import archive_columns, languages, time_zones
from mockservers.vendors.superoffice.emulator.access import caller
from mockservers.vendors.superoffice.emulator.languages import Locale
from mockservers.vendors.superoffice.emulator.model import PROPERTIES
from mockservers.vendors.superoffice.emulator.renderings import Profile
from mockservers.vendors.superoffice.emulator.requests import Asked, bad
from mockservers.vendors.superoffice.emulator.time_zones import TimeFormat
from mockservers.wirekit.dotnet_text import value_text


@dataclass(slots=True)
class Answer:
    """`name` is the root in XML; `body` a page written already; `zone` the one that the answer's dates are in.

    `content` are bytes of a file, for callers that ask for them as they are, and `media` is their own type.
    """

    value: Any = None
    name: str = "Object"
    body: bytes | None = None
    status: int = 200
    zone: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    content: bytes | None = None
    media: str = ""


_NAMES = {name.lower(): name for name in PROPERTIES}
_SAMPLE = ["name", "department", "category/id"]
"""What the page's sample selects (superoffice.select.generic_sample)."""


def profile(ctx: Context, asked: Asked, *, entity: bool = False) -> Profile:
    """What the look of an answer to this call depends on."""
    dialect, role = ctx.dialect, caller(ctx).role
    if role.blank:
        ctx.cite("superoffice.carrier.hidden_field")
    if role.table is not None or role.fields or dialect["rights_none"] != "null":
        ctx.cite("superoffice.carrier.rights")
    if not entity and dialect["carrier_version"] != "current":
        ctx.cite("superoffice.carrier.grows")
    if not entity and dialect["extra_property"] is not None:
        ctx.cite("superoffice.carrier.extra")
    return Profile(
        asked.format,
        clock(ctx, asked),
        tongue(ctx, asked),
        role,
        None if entity else select(ctx, asked),
        dialect["select_mode"],
        dialect["rights_none"],
        dialect["carrier_version"],
        dialect["extra_property"],
        ctx.installation.dialect["xml_namespaces"],
        _entity_select(ctx, asked) if entity else None,
    )


def _entity_select(ctx: Context, asked: Asked) -> frozenset[str] | None:
    """The first segments of $select's names, for an entity, whose properties are others."""
    wanted = [part.strip() for part in asked.variables.get("$select", "").split(",") if part.strip()]
    if not wanted:
        return None
    ctx.cite("superoffice.select.nulls")
    if any("/" in each for each in wanted):
        ctx.cite("superoffice.select.path")
    kept = {each.partition("/")[0].strip().lower() for each in wanted}
    return frozenset(kept | {"ticketid"} if ctx.dialect["select_keeps_key"] == "yes" else kept)


def clock(ctx: Context, asked: Asked) -> TimeFormat:
    """How the answer's dates are written; raises the refusal of an unknown zone where there is one.

    All ten of a ticket are written so (superoffice.time.offset, superoffice.time.utc_columns).
    """
    given = asked.header("so-timezone")
    base: str = ctx.dialect["base_zone"]
    marked = ctx.dialect["dates"] == "page"
    if not given.strip():
        ctx.cite("superoffice.time.base_zone")
        return TimeFormat(base, marked)
    read = time_zones.header(given)
    ctx.cite("superoffice.time.header")
    shifts = ctx.dialect["time_zone_header"] == "shift"
    if read.unknown:
        if ctx.dialect["unknown_zone"] == "400":
            raise bad("superoffice.time.unknown_zone", f"There is no time zone {value_text(read.unknown[:40])}.")
        ctx.note(
            "superoffice.time.unknown_zone",
            f"SO-TimeZone names {value_text(read.unknown[:40])}, which is no zone's code: it is ignored.",
        )
    return TimeFormat((shifts and read.code) or base, marked or read.offset)


def tongue(ctx: Context, asked: Asked) -> Locale:
    """The language and culture of the answer's strings (superoffice.language.codes, superoffice.language.fallback)."""
    so, accept = asked.header("so-language"), asked.header("accept-language")
    unknown = ctx.dialect["unknown_language"]
    language = languages.wanted(so, accept, unknown)
    if so.strip() and accept.strip() and languages.wanted(so, "") == "??":
        ctx.cite("superoffice.language.unknown")
    fallback, semicolon = ctx.dialect["language_fallback"], ctx.dialect["trailing_semicolon"] == "on"
    if so.strip() or accept.strip():
        ctx.cite("superoffice.language.choose")
    if language is None:
        ctx.cite("superoffice.language.raw")
        return Locale(None, None, fallback, semicolon)
    if any(mark in (so.strip() or accept) for mark in ",;"):
        ctx.cite("superoffice.language.list")
    return Locale(language, _culture(ctx, asked) or language, fallback, semicolon)


def _culture(ctx: Context, asked: Asked) -> str | None:
    given = asked.header("so-culture")
    if not given.strip():
        return None
    ctx.cite("superoffice.language.culture")
    culture, known = languages.culture(given)
    if culture is not None and "-" in culture:
        ctx.cite("superoffice.language.culture_region")
    if not known:
        told = f"SO-Culture names {value_text(given.strip())}, which is not known here: dates and numbers are those of the "
        ctx.note(
            "superoffice.language.culture_region", told + ("language." if culture != "??" else "language's fallback.")
        )
    return culture


def note_unknown(ctx: Context, names: Sequence[str], carrier: str) -> None:
    """Journal names of $select that are no property: they select nothing."""
    shown = ", ".join(value_text(name) for name in names[:5]) + (" and more" if len(names) > 5 else "")
    ctx.note(
        "superoffice.select.unknown", f"$select names {shown}: a {carrier} has no such property, so it selects nothing."
    )


def select(ctx: Context, asked: Asked) -> frozenset[str] | None:
    """The properties that $select keeps, or None when there is no such list."""
    given = asked.variables.get("$select", "")
    wanted = [part.strip() for part in given.split(",") if part.strip()]
    if not wanted:
        return None
    ctx.cite("superoffice.select.nulls")
    kept: set[str] = set()
    unknown: list[str] = []
    for each in wanted:
        first, slash, _ = each.partition("/")
        name = _NAMES.get(first.strip().lower())
        if slash:
            ctx.cite("superoffice.select.path")
        if name is None:
            unknown.append(first.strip())
            if first.strip().lower() in archive_columns.COLUMNS:
                ctx.cite("superoffice.select.not_odata")
        else:
            if name != first.strip():
                ctx.cite("superoffice.select.case")
            kept.add(name)
    if unknown:
        note_unknown(ctx, unknown, "Ticket")
    if [each.lower() for each in wanted] == _SAMPLE:
        ctx.cite("superoffice.select.generic_sample")
    if "TicketId" not in kept:
        ctx.cite("superoffice.select.key")
        if ctx.dialect["select_keeps_key"] == "yes":
            kept.add("TicketId")
        else:
            ctx.note(
                "superoffice.select.key",
                "$select leaves TicketId out: without it no ticket of the answer tells which it is. Select it as well.",
            )
    return frozenset(kept)
