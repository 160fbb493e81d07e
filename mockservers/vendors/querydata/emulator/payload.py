"""The JSON text that decides everything: from text to a checked query, in the vendor's order of checks.

JSON, then root, then AuthCode (by `semantics`), then types and combination, then values. Knows no tables and no wire.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from mockservers.kernel import store
from mockservers.kernel.instants import MINUTE
from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Refusal
from mockservers.vendors.querydata.emulator import notation
from mockservers.vendors.querydata.emulator.model import Window

ROOT = "QueryData_V1"
MEMBERS = ("AuthCode", "ItemType", "ResultType", "ResultFormat", "UseWarehouse", "Filters")
FILTER_MEMBERS = ("Field", "Operation", "Value")
LAST_ACTION, TICKET_ID, CREATED = FIELDS = ("LastActionDateTime", "UtilisphereID", "CreateDate")
TIME_BETWEEN, EQUALS = OPERATIONS = ("TIME_BETWEEN", "EQUALS")
SUMMARY, DETAILS = RESULTS = ("Summary", "Details")
_OPERATION_OF = {LAST_ACTION: TIME_BETWEEN, TICKET_ID: EQUALS, CREATED: TIME_BETWEEN}
_FIELDS_OF = {
    (SUMMARY, False): (LAST_ACTION,),
    (DETAILS, False): (TICKET_ID,),
    (SUMMARY, True): (CREATED,),
    (DETAILS, True): (CREATED, TICKET_ID),
}
"""What each result from each store is filtered on. CreateDate takes the place of the time; ids stay what they are."""
_MISSING_QUOTE = re.compile(r'"Operation\s*:\s*"')
_ID = re.compile(r"[0-9]{1,25}", re.ASCII)
ADVISED = 5 * MINUTE
"""How long a window should be at most, by the vendor's advice."""


@dataclass(slots=True)
class Request:
    """One call as the wire hands it over. `format` is filled in as soon as it could be read, for the form of errors."""

    payload: str | None
    host: str = ""
    format: str = "json"


@dataclass(slots=True)
class Query:
    """A checked request: what to answer, from which store, and the conditions that must all hold."""

    result: str
    warehouse: bool
    last_action: Window | None = None
    created: Window | None = None
    ids: set[int] | None = None
    windows: list[Window] = field(default_factory=list)


def refuse(rule: str, kind: str, message: str) -> Refusal:
    """A refusal in the vendor's words."""
    return Refusal(rule, kind, message=message)


def _lenient(ctx: Context) -> bool:
    return bool(ctx.installation.dialect["strictness"] == "lenient")


def _not_finite(word: str) -> Any:
    raise ValueError(f"{word} is a word of JavaScript, not of JSON")


_WORDS = re.compile(r"True|False|None|undefined|NaN|-?Infinity", re.ASCII)
_OF_JSON = {"True": "true", "False": "false", "None": "null"}


def _place(text: str, error: Exception) -> str:
    """Where the text stops being JSON, and what stands there; nothing of it that could be an AuthCode."""
    if not isinstance(error, json.JSONDecodeError):
        return f"the text is not JSON: {error if isinstance(error, ValueError) else 'it is nested too deep'}"
    at = f"the text is not JSON at line {error.lineno}, column {error.colno}"
    word = _WORDS.match(text, error.pos)
    if word is not None:
        return f"{at}: {word[0]} is not a word of it" + (f"; write {said}" if (said := _OF_JSON.get(word[0])) else "")
    if error.pos >= len(text):
        return f"{at}, its end: something is missing"
    sign = text[error.pos]
    if sign == "\ufeff":
        return f"{at}: a byte order mark stands before it"
    if sign == "'":
        return f"{at}: single quotes; JSON has double ones"
    if not sign.isascii() or not sign.isprintable():
        return (
            f"{at}: U+{ord(sign):04X} ({unicodedata.name(sign, 'a control character')}) stands where it does not belong"
        )
    return f"{at}: {error.msg.lower()}" + ("" if sign.isalnum() else f", and {sign} stands there")


LONGEST_WHOLE = 4000
"""Digits of a whole number that is read as one; no field counts so far, and one of more is read as the text it is."""


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= LONGEST_WHOLE else digits


def root(ctx: Context, request: Request) -> dict[str, Any]:
    """The members of the root object by their listed names; raises the JSON and the missing-root refusals."""
    text = request.payload
    if text is None:
        name, space = ctx.installation.dialect["payload_parameter"], ctx.installation.dialect["soap_namespace"]
        hint = f"There was no parameter; it is expected in the element {name} of namespace {space}."
        raise refuse("querydata.payload.null_parameter", "JSON", f"Payload is not valid JSON. {hint}")
    try:
        read = json.loads(text, parse_constant=_not_finite, parse_int=_whole)
    except (ValueError, RecursionError) as error:
        hint = ""
        if _MISSING_QUOTE.search(text):
            hint = ' The closing quote after Operation is missing, as in the printed sample: write "Operation": "...".'
        elif not text.strip():
            hint = " It is empty."
        ctx.note("querydata.payload.root", _place(text, error))
        raise refuse("querydata.payload.root", "JSON", f"Payload is not valid JSON.{hint}") from error
    if not isinstance(read, dict):
        raise refuse("querydata.payload.root", "REQUEST", f"The payload is not an object with the member {ROOT}.")
    held = _listed(ctx, read, (ROOT,), "the payload").get(ROOT)
    if not isinstance(held, dict):
        raise refuse("querydata.payload.root", "REQUEST", f"The member {ROOT} is missing, or not an object.")
    members = _listed(ctx, held, MEMBERS, ROOT)
    wanted = members.get("ResultFormat")
    if isinstance(wanted, str):
        request.format = _format(ctx, wanted) or "json"
    return members


def _listed(ctx: Context, held: dict[str, Any], names: Iterable[str], where: str) -> dict[str, Any]:
    """The listed members that are there; others are noted."""
    if held.keys() <= (known := set(names)):
        return held
    members: dict[str, Any] = {name: value for name, value in held.items() if name in known}
    folded = {name.casefold(): name for name in names} if _lenient(ctx) else {}
    extra = []
    for name, value in held.items():
        if name in known:
            continue
        meant = folded.get(name.casefold())
        if meant is None:
            extra.append(name)
            continue
        ctx.note("querydata.payload.names", f"{where}: {meant} is written in another letter case", member=meant)
        members.setdefault(meant, value)
    if extra:
        shown = [_shown(name) for name in sorted(extra)[:10]]
        ctx.note("querydata.payload.extra_members", f"{where} has members that are not listed", members=shown)
    return members


def _word(ctx: Context, given: Any, known: tuple[str, ...]) -> str | None:
    """The known word that was given; in another letter case only when lenient."""
    if not isinstance(given, str):
        return None
    if given in known:
        return given
    if _lenient(ctx):
        for word in known:
            if word.casefold() == given.casefold():
                ctx.note("querydata.payload.names", f"{word} is written in another letter case", word=word)
                return word
    return None


def _format(ctx: Context, given: str) -> str | None:
    formats: dict[str, str] = ctx.installation.dialect["result_formats"]
    return formats.get(given)


def _shown(value: Any) -> str:
    """A value as an error message shows it: short, and without halves of surrogate pairs."""
    text = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode()
    return text if len(text) <= 60 else text[:57] + "..."


def _required(members: dict[str, Any], name: str) -> Any:
    if name not in members:
        raise refuse("querydata.payload.types", "REQUEST", f"The member {name} is missing.")
    return members[name]


def query(ctx: Context, request: Request, members: dict[str, Any]) -> Query:
    """The query that `members` ask for; raises the refusals for types, combination and values, in that order."""
    item = _required(members, "ItemType")
    if _word(ctx, item, ("Ticket",)) is None:
        raise refuse("querydata.item.ticket_only", "REQUEST", f"ItemType must be Ticket, not {_shown(item)}.")
    given = _required(members, "ResultType")
    result = _word(ctx, given, RESULTS)
    if result is None:
        raise refuse(
            "querydata.result.two_types", "REQUEST", f"ResultType must be Summary or Details, not {_shown(given)}."
        )
    _check_format(ctx, members)
    found = Query(result, _warehouse(ctx, members))
    filters = [_filter(ctx, raw, position) for position, raw in enumerate(_filters(members), start=1)]
    _check_pairing(ctx, found, filters)
    if len(filters) > 1:
        ctx.cite("querydata.filter.combined")
    for position, (name, value) in enumerate(filters, start=1):
        _add(ctx, found, name, value, position)
    return found


def _check_format(ctx: Context, members: dict[str, Any]) -> None:
    wanted = _required(members, "ResultFormat")
    if not isinstance(wanted, str):
        raise refuse("querydata.payload.types", "REQUEST", f"ResultFormat must be text, not {_shown(wanted)}.")
    if _format(ctx, wanted) is not None:
        return
    known = ", ".join(ctx.installation.dialect["result_formats"])
    if not _lenient(ctx):
        raise refuse(
            "querydata.format.known", "REQUEST", f"ResultFormat {_shown(wanted)} is not known; there are {known}."
        )
    ctx.note("querydata.format.known", "ResultFormat is not configured; JSON is answered", known=known)


def _warehouse(ctx: Context, members: dict[str, Any]) -> bool:
    if "UseWarehouse" not in members and _lenient(ctx):
        ctx.note("querydata.payload.types", "UseWarehouse is missing; taken as false")
        return False
    given = _required(members, "UseWarehouse")
    if isinstance(given, bool):
        return given
    if _lenient(ctx) and isinstance(given, str) and given.casefold() in ("true", "false"):
        ctx.note("querydata.payload.types", "UseWarehouse is text; a JSON boolean is expected")
        return given.casefold() == "true"
    raise refuse("querydata.payload.types", "REQUEST", f"UseWarehouse must be true or false, not {_shown(given)}.")


def _filters(members: dict[str, Any]) -> list[Any]:
    given = members.get("Filters")
    if given is None or given == []:
        raise refuse("querydata.filter.never_empty", "REQUEST", "Filters must hold at least one filter.")
    if not isinstance(given, list):
        raise refuse("querydata.payload.types", "REQUEST", "Filters must be a list.")
    if len(given) > 100:
        raise refuse("querydata.payload.types", "REQUEST", "Filters holds more than 100 filters.")
    return given


def _filter(ctx: Context, raw: Any, position: int) -> tuple[str, Any]:
    """The field and the value of one filter, its operation checked."""
    if not isinstance(raw, dict):
        raise refuse("querydata.payload.types", "REQUEST", f"Filter {position} is not an object.")
    members = _listed(ctx, raw, FILTER_MEMBERS, f"filter {position}")
    for member in FILTER_MEMBERS:
        if member not in members:
            raise refuse("querydata.payload.types", "REQUEST", f"Filter {position} has no {member}.")
    name = _word(ctx, members["Field"], FIELDS)
    if name is None:
        raise refuse(
            "querydata.filter.pairing", "REQUEST", f"Filter {position}: Field {_shown(members['Field'])} is not known."
        )
    operation = _word(ctx, members["Operation"], OPERATIONS)
    if operation is None:
        raise refuse(
            "querydata.filter.operations",
            "REQUEST",
            f"Filter {position}: Operation {_shown(members['Operation'])} is not known.",
        )
    if _OPERATION_OF[name] != operation:
        raise refuse("querydata.filter.pairing", "REQUEST", f"Filter {position}: {operation} does not go with {name}.")
    return name, members["Value"]


def _check_pairing(ctx: Context, found: Query, filters: list[tuple[str, Any]]) -> None:
    fields = _FIELDS_OF[found.result, found.warehouse]
    if found.warehouse and ctx.dialect["warehouse_details"] == "create_date":
        fields = (CREATED,)
    expected = " or ".join(fields)
    for position, (name, _) in enumerate(filters, start=1):
        if name in fields:
            if found.warehouse and name == TICKET_ID:
                ctx.cite("querydata.warehouse.details")
            continue
        store_ = "the warehouse" if found.warehouse else "the live store"
        if not _lenient(ctx):
            raise refuse(
                "querydata.filter.pairing",
                "REQUEST",
                f"Filter {position}: {found.result} from {store_} takes {expected}, not {name}.",
            )
        ctx.note("querydata.filter.pairing", f"{found.result} from {store_} is documented with {expected}", field=name)


def _add(ctx: Context, found: Query, name: str, value: Any, position: int) -> None:
    """Put one filter's value into the query; raises the VALUE refusals."""
    if name == TICKET_ID:
        wanted = {_id(ctx, value, position)}
        found.ids = wanted if found.ids is None else found.ids & wanted
        return
    window = _window(ctx, value, position)
    if name == LAST_ACTION:
        found.last_action = window.meet(found.last_action)
    else:
        found.created = window.meet(found.created)
    found.windows.append(window)


def _id(ctx: Context, value: Any, position: int) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0 and _lenient(ctx):
        ctx.note("querydata.id.text_in_filter", "the id is a JSON number; text is expected")
        value = str(value) if store.fits(value) else "0"
    if isinstance(value, list) or (isinstance(value, str) and "," in value):
        raise refuse(
            "querydata.details.one_id", "VALUE", f"Filter {position}: Value must be one UtilisphereID, not several."
        )
    if not isinstance(value, str):
        raise refuse(
            "querydata.id.text_in_filter",
            "VALUE",
            f"Filter {position}: Value must be the UtilisphereID as text, not {_shown(value)}.",
        )
    if not _ID.fullmatch(value):
        raise refuse("querydata.details.one_id", "VALUE", f"Filter {position}: {_shown(value)} is not a UtilisphereID.")
    number = int(value)
    return number if store.fits(number) else -1


def _window(ctx: Context, value: Any, position: int) -> Window:
    if not isinstance(value, str):
        raise refuse(
            "querydata.window.minute_notation",
            "VALUE",
            f"Filter {position}: Value must be a time range as text, not {_shown(value)}.",
        )
    dialect = ctx.dialect
    try:
        mixed = dialect["start_notation"] == "either"
        low, high = notation.read(value, dialect["time_zone"], dialect["window_bounds"], _lenient(ctx), mixed)
        if mixed and notation.hyphenated(value):
            ctx.cite("querydata.window.start_notation")
    except notation.Unreadable as error:
        if notation.hyphenated(value):
            ctx.cite("querydata.window.start_notation")
        rule = (
            "querydata.window.reversed" if isinstance(error, notation.Reversed) else "querydata.window.minute_notation"
        )
        raise refuse(rule, "VALUE", f"Filter {position}: the time range {error}.") from error
    most = dialect["max_window"]
    if most is not None and high - low > most * MINUTE:
        raise refuse(
            "querydata.window.short", "VALUE", f"Filter {position}: the time range is longer than {most} minutes."
        )
    if dialect["time_zone"] != "UTC":
        ctx.cite("querydata.window.zone")
    return Window(low, high)
