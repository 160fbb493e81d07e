"""What a fresh installation holds: the demo users, who is who, and for `demo` the tickets that matter and more.

Special tickets come first (`specials`). Faker is loaded only when there is bulk.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from mockservers.kernel import back_file, instants
from mockservers.kernel.ids import Source
from mockservers.kernel.instants import DAY, HOUR, MINUTE, SECOND
from mockservers.kernel.operations import Progress, Recipe
from mockservers.kernel.tenants import Tenant
from mockservers.vendors.superoffice.emulator import access, attachments, company, frames, phrases, specials
from mockservers.vendors.superoffice.emulator.model import (
    ATTACHMENTS,
    DATES,
    DIRECTORY,
    MESSAGES,
    SESSIONS,
    TICKETS,
    Directory,
    entry_rows,
    fresh,
)
from mockservers.vendors.superoffice.emulator.values import whole_second

if TYPE_CHECKING:
    from mockservers.kernel.installation import Installation

DEMO, OTHER = "Cust12345", "Cust67890"
USER, PASSWORD = "demo@demo.example", "demo-password"
LIMITED, LIMITED_PASSWORD = "limited@demo.example", "limited-password"
OTHER_USER, OTHER_PASSWORD = "demo@other.example", "other-password"
APP_TOKEN, OTHER_APP_TOKEN = "DEMO-APP-TOKEN", "OTHER-APP-TOKEN"
TICKET, BEARER, REFRESH = "7T:REVNTy1USUNLRVQ=", "8A:Cust12345.REVNTy1UT0tFTg", "KT:DEMO-REFRESH-TOKEN"
COOKIE, XSRF = "DEMO-SESSION-COOKIE", "DEMO-XSRF-VALUE"
RECIPES = ("empty", "demo")
ROWS, OTHER_ROWS = 300, 20
_BATCH = 1000

_Values = dict[str, Any]


def seed(installation: Installation, recipe: Recipe, born: int, progress: Progress) -> None:
    """Fill an empty installation; dates hang on `born`, but for a few that stand for themselves."""
    source = installation.ids.source("superoffice.seed")
    wanted = back_file.plan(0 if recipe.name == "empty" else ROWS if recipe.rows is None else recipe.rows, _COPIED)
    rows = wanted.core
    _tenant(installation, DEMO, APP_TOKEN)
    _users(installation, born)
    _tenant(installation, OTHER, OTHER_APP_TOKEN)
    _user(installation, OTHER, OTHER_USER, OTHER_PASSWORD, "Demo User", company.DEMO_EJUSER, 11)
    kinds = company.begin()
    with installation.store.transaction() as db:
        special = _special(installation, born)
        if rows > len(special):
            for kind, entries in company.crowd(source, rows).items():
                kinds[kind].update(entries)
        # Nothing is there that could be replaced, so one statement will do.
        everybody = ((DEMO, kinds), (OTHER, company.begin()))
        for _, each in everybody:
            company.dated(each, whole_second(born))
        db.execute(
            sa.insert(DIRECTORY),
            [
                row
                for tenant, each in everybody
                for kind, entries in each.items()
                for row in entry_rows(tenant, kind, entries.values())
            ],
        )
        _sessions(db, installation, born)
        if recipe.name == "empty":
            return
        names = Directory(kinds)
        tickets = _tickets(special, source, born, rows, names, installation, wanted.stride)
        turn = _fill(db, DEMO, tickets, 0, rows, progress, wanted.stride)
        others = _tickets([], source, born, OTHER_ROWS, Directory(company.begin()), installation)
        turn = _fill(db, OTHER, others, turn, OTHER_ROWS, lambda done, total: None)
        if wanted.copies:
            fits = _in_hours(names, installation.dialect["base_zone"])
            kin = _kin(turn, wanted.stride)
            back_file.fill(db, DEMO, wanted, kin, progress, eligible=TICKETS.c.TicketId >= _FIRST_COPIED, fits=fits)
            turn *= 1 + wanted.stride
        installation.ids.counters["superoffice.turn"] = turn


# --- copies -----------------------------------------------------------------------------------------------------------

_FIRST_COPIED = 2_000
"""From this number on the tickets of a large desk stand, with room for the copies of each."""
_COPIED = 3_000


def _kin(revisions: int, stride: int) -> tuple[back_file.Kin, ...]:
    """How a ticket and its messages are copied; every copy has a revision of its own."""
    revised = {"revision": lambda revision, copy: revisions + revision * stride - copy.turn}
    return (
        back_file.Kin(TICKETS, "TicketId", (), (*DATES, "status_since", "deleted", "due"), revised),
        back_file.Kin(MESSAGES, "ticket", ("id",), ("created",), order="id"),
        back_file.Kin(ATTACHMENTS, "ticket", ("id", "message"), order="id"),
    )


def _in_hours(names: Directory, zone: str) -> Callable[[Mapping[str, Any]], bool]:
    """Whether the time that was worked on a ticket stays the same when all of it is earlier, but within the same hours."""

    def fits(row: Mapping[str, Any]) -> bool:
        frame = names.get("priority", row["Priority"]).facts.get("frame")
        told = [at for at in (row["RepliedAt"], row["ClosedAt"], row["deleted"]) if at is not None]
        if frame is None or not told:
            return True
        hours = [(at - at % HOUR, at - at % HOUR + HOUR) for at in (row["CreatedAt"], *told)]
        return all(frames.worked(low, high, frame, zone) == HOUR // SECOND for low, high in hours)

    return fits


def _special(installation: Installation, born: int) -> list[_Values]:
    """The special tickets, with words of releases to come where carriers grow (superoffice.carrier.grows)."""
    dialect = installation.dialect
    names = Directory(company.begin())
    later = dialect["extra_property"] is not None
    return specials.special(whole_second(born), _unmerged(installation), names, dialect["base_zone"], later)


def _unmerged(installation: Installation) -> int:
    return 0 if installation.dialect["unset_connect"] == "page" else -1


# --- who may call -----------------------------------------------------------------------------------------------------


def _tenant(installation: Installation, name: str, app_token: str) -> None:
    installation.tenants.add(Tenant(name, installation.dialect, {"state": "Running", "host": None}))
    installation.tenants.grant(name, access.APP_TOKEN, app_token)


def _user(
    installation: Installation,
    tenant: str,
    user: str,
    password: str,
    name: str,
    ejuser: int,
    associate: int,
    rights: _Values | None = None,
) -> str:
    facts = {"user": user, "name": name, "ejuser": ejuser, "associate": associate, "rights": rights or {}}
    return installation.tenants.grant(tenant, access.USER, password, facts=facts).id


def _users(installation: Installation, born: int) -> None:
    _user(installation, DEMO, USER, PASSWORD, "Demo User", company.DEMO_EJUSER, 11)
    rights = {
        "table": {"Mask": "Select, Update", "Reason": "[SR_ACCESS_ASSOCCONT_DELETE]"},
        "fields": {
            "Title": {"Mask": "None", "Reason": "[SR_ACCESS_ROLE] [D:03/31/2026]"},
            "Priority": {"Mask": "Read", "Reason": "[SR_ACCESS_ROLE]"},
            "Deadline": {"Mask": "Update, UIHintMandatory", "Reason": "[SR_MANDATORY_FIELD_1281]"},
        },
        "hidden": {"Category": [3]},
        "denied": ["DeleteTicketEntity", "ticket.delete"],
    }
    _user(installation, DEMO, LIMITED, LIMITED_PASSWORD, "Anne Berg", company.OTHER_EJUSER, 10, rights)


def _sessions(db: sa.Connection, installation: Installation, born: int) -> None:
    """What the demo user would have from an earlier login: a ticket, an access and a refresh token, and a cookie."""
    credential = next(each for each in installation.tenants.credentials if each.kind == access.USER)
    ticket = round(installation.dialect["ticket_hours"] * HOUR)
    made: tuple[tuple[str, str, int, _Values], ...] = (
        (access.TICKET, TICKET, ticket, {}),
        (access.BEARER, BEARER, installation.dialect["token_seconds"] * SECOND, {}),
        (access.REFRESH, REFRESH, access.REFRESH_LIFE, {}),
        (access.COOKIE, COOKIE, ticket, {"xsrf": XSRF}),
    )
    db.execute(
        sa.insert(SESSIONS.table),
        [
            {
                "id": n,
                "kind": kind,
                "token": token,
                "tenant": DEMO,
                "credential": credential.id,
                "issued": born,
                "expires": min(born + life, instants.LATEST),
                "ended": None,
                "facts": json.dumps(facts),
            }
            for n, (kind, token, life, facts) in enumerate(made, 1)
        ],
    )


# --- tickets ----------------------------------------------------------------------------------------------------------


def _fill(
    db: sa.Connection,
    tenant: str,
    tickets: Iterator[tuple[_Values, list[_Values]]],
    turn: int,
    rows: int,
    progress: Progress,
    stride: int = 1,
) -> int:
    """Write tickets, their messages and the files of the latest of these; answers the last revision."""
    batch: list[_Values] = []
    written: list[_Values] = []
    files: list[_Values] = []
    message = file = done = 0

    def flush() -> None:
        if batch:
            db.execute(sa.insert(TICKETS), batch)
        if written:
            db.execute(sa.insert(MESSAGES), written)
        if files:
            db.execute(sa.insert(ATTACHMENTS), files)
        batch.clear()
        written.clear()
        files.clear()

    for values, messages in tickets:
        turn, done = turn + 1, done + 1
        batch.append({"tenant": tenant, "revision": turn, **fresh(values)})
        for each in messages:
            message += stride
            written.append({"tenant": tenant, "id": message, "ticket": values["TicketId"], **each})
        for each in attachments.samples_of(values["TicketId"]) if values.get("HasAttachment") and messages else ():
            file += stride
            files.append({"tenant": tenant, "id": file, "ticket": values["TicketId"], "message": message, **each})
        if len(batch) == _BATCH:
            flush()
            progress(done, rows)
    flush()
    progress(rows, rows)
    return turn


def _tickets(
    special: list[_Values],
    source: Source,
    born: int,
    rows: int,
    names: Directory,
    installation: Installation,
    stride: int = 1,
) -> Iterator[tuple[_Values, list[_Values]]]:
    """`rows` tickets by number with their messages, the special ones as far as there is room."""
    fixed = {each["TicketId"]: each for each in special[:rows]}
    for each in fixed.values():
        if each["ConnectId"] not in (-1, 0, *fixed, 439):
            each["ConnectId"] = _unmerged(installation)
    left = rows - len(fixed)
    begun = born - 360 * DAY
    step = max((359 * DAY) // max(left, 1), SECOND)
    zone: str = installation.dialect["base_zone"]
    unmerged = _unmerged(installation)
    people = [each.id for each in names.all("person")]
    waiting = sorted(fixed)
    id_, turn = 0, 0
    while left or waiting:
        id_ += 1
        if waiting and (id_ == waiting[0] or not left):
            id_ = waiting.pop(0)
            yield fixed[id_], _messages_of(fixed[id_])
        elif left and id_ not in (439, 829, 1234) and (stride == 1 or id_ >= _FIRST_COPIED):
            id_ += stride - 1
            left -= 1
            turn += 1
            created = whole_second(min(begun + turn * step + source.randrange(step), born - HOUR))
            yield _plausible(source, id_, created, born, people, names, zone, unmerged)


def _message(created: int, by: int, author: str, external: bool, minutes: int = 0, language: str = "") -> _Values:
    return {
        "created": created,
        "created_by": by,
        "author": author,
        "external": external,
        "minutes": minutes,
        "body": phrases.BODIES[minutes % len(phrases.BODIES)],
        "language": language,
        "sentiment": 0,
        "confidence": 0,
        "important": False,
        "person": 0,
    }


def _messages_of(values: _Values) -> list[_Values]:
    """Messages that agree with the counts and times of a special ticket: the customer's first, the replies last."""
    many, replies, spent = values["NumMessages"], values["NumReplies"], values["TimeSpent"]
    created, replied = values["CreatedAt"], values.get("RepliedAt")
    made = []
    for n in range(many):
        turn = n - (many - replies)  # of the replies, which come last
        at = created + n if turn < 0 or replied is None else replied + turn
        if n and turn < 0 and values["ReadStatus"] == "Yellow":
            at = values["LastChanged"]
        by, minutes = (1, 0) if turn < 0 else (max(values["OwnedBy"], company.DEMO_EJUSER), spent if turn == 0 else 0)
        made.append(_message(at, by, values["Author"], True, minutes if replies else spent if n == 0 else 0))
    return made


_BASES = ("Active",) * 8 + ("Closed",) * 9 + ("Postponed",) * 2 + ("Spam",)
_OF_BASE = {"Active": (1, 1, 1, 4, 6), "Closed": (3, 3, 5), "Postponed": (2,), "Spam": (9,)}


def _plausible(
    source: Source, id_: int, created: int, born: int, people: list[int], names: Directory, zone: str, unmerged: int
) -> tuple[_Values, list[_Values]]:
    """A made-up ticket whose counts, times and status fit together."""
    values = phrases.new_ticket(source)
    person = names.get("person", source.choice(people))
    owner = source.choice((1, 10, 10, 11, 12))
    base = source.choice(_BASES)
    email = str(person.facts["email"])
    inside = values["Origin"] == "Internal"
    spent = source.randrange(0, 4)
    messages = [_message(created, 10 if inside else 1, email, not inside, spent, values["Language"])]
    at = created
    for _ in range(source.choice((0, 0, 1, 1, 2))):
        at = min(at + source.randrange(MINUTE, 3 * DAY), born)
        external = source.randrange(3) > 0
        messages.append(
            _message(whole_second(at), owner if owner > 1 else 10, "DEMO", external, source.randrange(0, 30))
        )
    at = whole_second(at)
    replied = next((each["created"] for each in messages[1:] if each["external"]), None)
    values |= {
        "TicketId": id_,
        "CreatedAt": created,
        "LastChanged": at,
        "Author": email,
        "FromAddress": email,
        "OwnedBy": owner,
        "CreatedBy": 10 if inside else 1,
        "CustId": person.id,
        "ConnectId": unmerged,
        "BaseStatus": base,
        "TicketStatus": source.choice(_OF_BASE[base]),
        "status_since": created,
        "ReadStatus": "Red",
        "NumMessages": len(messages),
        "NumReplies": sum(1 for each in messages[1:] if each["external"]),
        "TimeSpent": sum(each["minutes"] for each in messages),
        "RepliedAt": replied,
        "HasAttachment": source.randrange(4) == 0,
        "Deadline": created + 3 * DAY if values["Priority"] > 1 else None,
        "AlertLevel": 1 if values["Priority"] == 3 else 0,
    }
    if owner > 1 and source.randrange(2):
        values |= {"ReadByOwner": at, "FirstReadByUser": created, "ReadStatus": "Green"}
    if base == "Postponed":
        values["Activate"] = whole_second(born + source.randrange(DAY, 60 * DAY))
    if base == "Closed":
        values["ClosedAt"] = at
    specials.settled(values, names, zone)
    return values, messages
