"""What a fresh installation holds: the demo users, who is who, and for `demo` the tickets that matter and more.

Special tickets come first: each stands for something a client can get wrong. Faker is loaded only when there is bulk.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from mockservers.kernel import instants
from mockservers.kernel.ids import Source
from mockservers.kernel.instants import DAY, HOUR, MINUTE, SECOND
from mockservers.kernel.operations import Progress, Recipe
from mockservers.kernel.tenants import Tenant
from mockservers.vendors.superoffice.emulator import access, company, frames, phrases
from mockservers.vendors.superoffice.emulator.model import (
    DIRECTORY,
    ENUMS,
    MESSAGES,
    SESSIONS,
    TICKETS,
    Directory,
    entry_rows,
    fresh,
    whole_second,
)

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
    rows = 0 if recipe.name == "empty" else ROWS if recipe.rows is None else recipe.rows
    _tenant(installation, DEMO, APP_TOKEN)
    _users(installation, born)
    _tenant(installation, OTHER, OTHER_APP_TOKEN)
    _user(installation, OTHER, OTHER_USER, OTHER_PASSWORD, "Demo User", company.DEMO_EJUSER, 11)
    kinds = company.begin()
    with installation.store.transaction() as db:
        special = _special(whole_second(born), _unmerged(installation))
        if rows > len(special):
            for kind, entries in company.crowd(source, rows).items():
                kinds[kind].update(entries)
        # Nothing is there that could be replaced, so one statement will do.
        everybody = ((DEMO, kinds), (OTHER, company.begin()))
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
        turn = _fill(db, DEMO, _tickets(special, source, born, rows, Directory(kinds), installation), 0, rows, progress)
        others = _tickets([], source, born, OTHER_ROWS, Directory(company.begin()), installation)
        turn = _fill(db, OTHER, others, turn, OTHER_ROWS, lambda done, total: None)
        installation.ids.counters["superoffice.turn"] = turn


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
) -> int:
    """Write tickets and their messages; answers the last revision."""
    batch: list[_Values] = []
    written: list[_Values] = []
    message = done = 0

    def flush() -> None:
        if batch:
            db.execute(sa.insert(TICKETS), batch)
        if written:
            db.execute(sa.insert(MESSAGES), written)
        batch.clear()
        written.clear()

    for values, messages in tickets:
        turn, done = turn + 1, done + 1
        batch.append({"tenant": tenant, "revision": turn, **fresh(values)})
        for each in messages:
            message += 1
            written.append({"tenant": tenant, "id": message, "ticket": values["TicketId"], **each})
        if len(batch) == _BATCH:
            flush()
            progress(done, rows)
    flush()
    progress(rows, rows)
    return turn


def _tickets(
    special: list[_Values], source: Source, born: int, rows: int, names: Directory, installation: Installation
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
        elif left and id_ not in (439, 829, 1234):
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
    """Messages that agree with the counts of a special ticket."""
    many, replies, spent = values["NumMessages"], values["NumReplies"], values["TimeSpent"]
    made = []
    for n in range(many):
        reply = n >= many - replies
        made.append(
            _message(
                values["CreatedAt"] + n,
                values["OwnedBy"] if reply else 1,
                values["Author"],
                True,
                spent if n == 0 else 0,
            )
        )
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
    messages = [_message(created, 1, email, True, source.randrange(0, 4), values["Language"])]
    at = created
    for _ in range(source.choice((0, 0, 1, 1, 2))):
        at = min(at + source.randrange(MINUTE, 3 * DAY), born)
        external = source.randrange(3) > 0
        messages.append(
            _message(whole_second(at), owner if owner > 1 else 10, "DEMO", external, source.randrange(0, 30))
        )
    at = whole_second(at)
    replied = next((each["created"] for each in messages[1:] if each["external"]), None)
    frame = names.get("priority", values["Priority"]).facts.get("frame")
    values |= {
        "TicketId": id_,
        "CreatedAt": created,
        "LastChanged": at,
        "Author": email,
        "FromAddress": email,
        "OwnedBy": owner,
        "CreatedBy": 1 if values["Origin"] != "Internal" else 10,
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
    if replied is not None:
        values |= {
            "RealTimeToReply": (replied - created) // MINUTE,
            "TimeToReply": frames.worked(created, replied, frame, zone) // 60,
        }
    if owner > 1 and source.randrange(2):
        values |= {"ReadByOwner": at, "FirstReadByUser": created, "ReadStatus": "Green"}
    if base == "Postponed":
        values["Activate"] = whole_second(born + source.randrange(DAY, 60 * DAY))
    if base == "Closed":
        spent = frames.worked(created, at, frame, zone)
        values |= {
            "ClosedAt": at,
            "RealTimeToClose": (at - created) // MINUTE,
            "TimeToClose": spent // 60,
            "status_since": at,
            "TimeSpentInternally": spent,
            "RealTimeSpentInternally": (at - created) // SECOND,
        }
    return values, messages


# --- special ones -----------------------------------------------------------------------------------------------------


def _instant(text: str, born: int, otherwise: int) -> int:
    """A time that stands for itself, unless the world is born before it."""
    found = instants.from_iso(text)
    return found if found < born else otherwise


def _special(born: int, unmerged: int) -> list[_Values]:
    """Tickets that stand for something a client can get wrong, by number."""
    made: list[_Values] = []

    def add(id_: int, title: str, created: int, **more: Any) -> None:
        base = {
            "TicketId": id_,
            "Title": title,
            "CreatedAt": created,
            "LastChanged": max(created, more.pop("changed", created)),
            "Author": "customer@acmecorp.example",
            "FromAddress": "customer@acmecorp.example",
            "Category": 2,
            "Priority": 1,
            "TicketStatus": 1,
            "BaseStatus": "Active",
            "Origin": "Email",
            "Slevel": "External",
            "ReadStatus": "Red",
            "CustId": 1,
            "ConnectId": unmerged,
            "TicketTypeId": 1,
            "Language": "en",
            "NumMessages": 1,
            "NumReplies": 0,
            "TimeSpent": 0,
            "status_since": created,
            "OwnedBy": 10,
        }
        made.append({**base, **more})

    old = born - 500 * DAY
    add(1, "In winter", _instant("2024-01-15T11:00:00Z", born, old))
    add(2, "In summer", _instant("2024-07-15T11:00:00Z", born, old + HOUR))
    add(3, "Half past two, for the first time", _instant("2024-10-27T02:30:00+02:00", born, old + 2 * HOUR))
    add(4, "Half past two, for the second time", _instant("2024-10-27T02:30:00+01:00", born, old + 3 * HOUR))
    now = born - 400 * DAY
    for n, origin in enumerate(ENUMS["TicketOrigin"]):
        add(5 + n, f"Came by {origin}", now + n * HOUR, Origin=origin)
    now += DAY
    for n, base in enumerate(["Unknown", "Active", "Closed", "Postponed", "Spam"]):
        more = (
            {"ClosedAt": now + 2 * HOUR}
            if base == "Closed"
            else {"Activate": born + 30 * DAY}
            if base == "Postponed"
            else {}
        )
        status = {"Unknown": 0, "Active": 1, "Closed": 3, "Postponed": 2, "Spam": 9}[base]
        add(20 + n, f"Is {base}", now + n * HOUR, BaseStatus=base, TicketStatus=status, **more)
    add(25, "Slevel unknown, unread", now + 6 * HOUR, Slevel="Unknown", ReadStatus="Unknown")
    add(26, "Internal and green", now + 7 * HOUR, Slevel="Internal", ReadStatus="Green", ReadByOwner=now + 8 * HOUR)
    add(27, "Yellow: news since it was read", now + 8 * HOUR, ReadStatus="Yellow", ReadByOwner=now + 8 * HOUR)
    add(
        28,
        "Words of a release to come",
        now + 9 * HOUR,
        BaseStatus="Archived",
        Origin="Hologram",
        Slevel="Secret",
        ReadStatus="Blue",
    )
    add(29, "Closed by name, active by status", now + 10 * HOUR, TicketStatus=4)
    add(
        30,
        "Done by name, closed by status",
        now + 11 * HOUR,
        TicketStatus=5,
        BaseStatus="Closed",
        ClosedAt=now + 12 * HOUR,
    )
    add(31, "Nobody owns it", now + 12 * HOUR, OwnedBy=1, CreatedBy=1)
    add(32, "Owner whose numbers cross", now + 13 * HOUR, OwnedBy=11, CreatedBy=10, Category=6)
    add(33, "No person: -1", now + 14 * HOUR, CustId=-1, Author="", FromAddress="")
    add(34, "No person: null", now + 15 * HOUR, CustId=None, Author="", FromAddress="")
    add(
        35,
        "Minutes beside seconds",
        now + 16 * HOUR,
        RepliedAt=now + 18 * HOUR,
        TimeToReply=120,
        RealTimeToReply=120,
        TimeSpentInternally=7200,
        RealTimeSpentInternally=7200,
        TimeSpent=90,
        NumReplies=1,
        NumMessages=2,
    )
    add(36, "A bad mood", now + 17 * HOUR, Sentiment=-40, SentimentConfidence=60)
    add(37, "No idea of the mood", now + 18 * HOUR, Sentiment=0, SentimentConfidence=0)
    add(38, "A good mood", now + 19 * HOUR, Sentiment=75, SentimentConfidence=88, CustId=4, SaleId=1, ProjectId=1)
    add(39, "Two changes", now + 20 * HOUR, changed=now + 21 * HOUR)
    add(40, "in one second", now + 20 * HOUR, changed=now + 21 * HOUR, CustId=3)
    for n, right in enumerate(
        [
            None,
            {},
            {"Mask": "FULL", "Reason": ""},
            {"Mask": "Select, Update", "Reason": ""},
            {"Mask": "RI, RestrictedUpdate", "Reason": "[SR_ACCESS_ASSOCCONT_DELETE]"},
        ]
    ):
        add(
            41 + n,
            f"Right on the row: {right}",
            now + 22 * HOUR + n * SECOND,
            right=None if right is None else json.dumps(right),
        )
    add(46, "ConnectId -1", now + 23 * HOUR, ConnectId=-1)
    add(47, "ConnectId 0", now + 23 * HOUR, ConnectId=0, FormSubmissionId=9, Origin="Form")
    merged = {"BaseStatus": "Merged", "TicketStatus": 8}
    add(48, "Merged into 49", now + DAY, ConnectId=49, **merged)
    add(49, "Merged into 439", now + DAY + HOUR, ConnectId=439, **merged)
    gone = {"BaseStatus": "Deleted", "TicketStatus": 7}
    add(50, "Deleted yesterday", born - 20 * DAY, changed=born - DAY, deleted=born - DAY, **gone)
    add(51, "Deleted 13 days ago", born - 30 * DAY, changed=born - 13 * DAY, deleted=born - 13 * DAY, **gone)
    add(52, "Deleted 15 days ago", born - 40 * DAY, changed=born - 15 * DAY, deleted=born - 15 * DAY, **gone)
    _page_tickets(add, born)
    return made


def _page_tickets(add: Any, born: int) -> None:
    """The numbers that the page's sample names; 1234 as far as its values fit together (superoffice.result.sample_is_filler)."""
    add(439, "Survivor of two mergers", born - 12 * DAY, NumMessages=3, NumReplies=1)
    add(
        829,
        "Closed yesterday",
        born - 11 * DAY,
        changed=born - DAY,
        BaseStatus="Closed",
        TicketStatus=3,
        ClosedAt=born - DAY,
        RepliedAt=born - 2 * DAY,
        CustId=2,
    )
    created = _instant("2024-11-15T09:30:00+01:00", born, born - 10 * DAY)
    add(
        1234,
        "Cannot access customer portal - Login button not working",
        created,
        changed=created + 5 * DAY + 285 * MINUTE,
        ReadByOwner=created + 30 * MINUTE,
        ReadByCustomer=created,
        FirstReadByUser=created,
        Activate=created,
        ClosedAt=created + 5 * DAY + 285 * MINUTE,
        RepliedAt=created + 2 * HOUR,
        AlertTimeout=None,
        Deadline=created + 3 * DAY + 450 * MINUTE,
        CreatedBy=1,
        OwnedBy=10,
        Category=15,
        Priority=2,
        BaseStatus="Closed",
        TicketStatus=3,
        AlertLevel=1,
        ReadStatus="Green",
        TimeToReply=120,
        RealTimeToReply=120,
        TimeToClose=1725,
        RealTimeToClose=7485,
        TimeSpentInternally=45,
        TimeSpentExternally=30,
        TimeSpentQueue=15,
        RealTimeSpentInternally=45,
        RealTimeSpentExternally=30,
        RealTimeSpentQueue=15,
        TimeSpent=90,
        HasAttachment=True,
        NumReplies=3,
        NumMessages=4,
        Sentiment=75,
        SentimentConfidence=88,
    )
