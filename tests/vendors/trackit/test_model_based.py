"""Updates, pages, segregation and permissions against a naive model: dictionaries, lists and what the page promises.

The model knows no SQL and nothing of the emulator's modules; it is told the directory in a table of its own. One body,
two stores. MOCKSERVERS_EXAMPLES raises the number of examples.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.examples import examples

Desk = Any
EXAMPLES = examples(15)
QUIET = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])

# --- the directory, as far as the model looks at it -------------------------------------------------------------------

REQUESTORS = {
    1: {
        "36": "JSMITH",
        "37": "John",
        "38": "Smith",
        "39": "404-555-0100",
        "40": "12",
        "43": "Clerk",
        "114": "jsmith@company.example",
        "149": "John Smith",
    },
    2: {
        "36": "ASMITH",
        "37": "Anna",
        "38": "Smith",
        "39": "404-555-0101",
        "43": "Manager",
        "114": "asmith@company.example",
        "149": "Anna Smith",
    },
    3: {
        "36": "JMUELLER",
        "37": "Jörg",
        "38": "Müller",
        "39": "+49 221 5550102",
        "114": "jmueller@company.example",
        "149": "Jörg Müller",
    },
}
CATEGORIES = {
    1: {"72": "Applications", "164": "Software\\Applications"},
    2: {"72": "Hardware", "164": "Hardware"},
    3: {"72": "Network", "164": "Infrastructure\\Network"},
}
STATUSES = {
    1: {"96": "Open", "97": "Work is to be done"},
    2: {"96": "Escalated", "97": "Handed to the second level"},
    4: {"96": "Closed", "97": "Closed"},
}
LINKS = {"8": REQUESTORS, "11": CATEGORIES, "95": STATUSES}
DISPLAYED = {number: key for key, records in LINKS.items() for record in records.values() for number in record}
LABELS = {
    "22": "Ticket Summary",
    "7": "Additional Information",
    "83": "Custom Integer 1",
    "109": "First Call Resolution",
    "36": "Requestor ID",
    "38": "Requestor Last Name",
    "39": "Requestor Phone",
    "72": "Category",
    "96": "Status",
    "8": "Seq_Requestor",
    "11": "Seq_Category",
    "95": "Seq_Status",
    "164": "Category Full Path",
    "1": "Ticket ID",
    "12": "Open Date & Time",
}
READ_ONLY = {"1", "2", "3", "12", "164", "163", "175"}

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)


def values_of(number: str) -> st.SearchStrategy[Any]:
    if number in LINKS:
        return st.sampled_from([*LINKS[number], 77, None])
    if number in DISPLAYED:
        known = [record[number] for record in LINKS[DISPLAYED[number]].values() if number in record]
        return st.sampled_from([*known, *(each.upper() for each in known), "nobody has this", None])
    if number == "83":
        return st.integers(-(2**31), 2**31 - 1) | st.none()
    if number == "109":
        return st.booleans() | st.none()
    return texts | st.none()


NUMBERS = [
    "22",
    "7",
    "83",
    "109",
    "8",
    "36",
    "37",
    "38",
    "39",
    "114",
    "11",
    "72",
    "95",
    "96",
    "97",
    "1",
    "12",
    "164",
    "5",
    "163",
]


@st.composite
def properties(draw: st.DrawFn) -> list[tuple[str, Any]]:
    """Pairs of field number and value, in an order that matters."""
    return [(number, draw(values_of(number))) for number in draw(st.lists(st.sampled_from(NUMBERS), max_size=7))]


class Ticket:
    """A ticket as the page tells of it: own fields, three links, and everything else follows."""

    def __init__(self, own: dict[str, Any]) -> None:
        self.own = {number: value for number, value in own.items() if number not in DISPLAYED and number not in LINKS}
        self.links = {key: own.get(key) for key in LINKS}

    def update(self, pairs: list[tuple[str, Any]], switches: dict[str, str]) -> bool:
        """Whether the update is answered with 200; nothing changes when it is not."""
        own, last = dict(self.own), dict[str, tuple[str, Any]]()
        for number, value in pairs:
            if number == "5" or number in READ_ONLY:
                if switches["unwritable_property"] == "reject":
                    return False
            elif value is None and switches["null_property"] == "ignore":
                continue
            elif number in LINKS or number in DISPLAYED:
                last[DISPLAYED.get(number, number)] = (number, value)
            elif value is None:
                own.pop(number, None)
            else:
                own[number] = value
        links = dict(self.links)
        for key, (number, value) in last.items():
            if value is None:
                links[key] = None if key != "95" else links[key]
                continue
            found = [
                id_
                for id_, record in LINKS[key].items()
                if (id_ == value if number in LINKS else record.get(number, "\x00").lower() == value.lower())
            ]
            if found:
                links[key] = min(found)
            elif switches["unwritable_property"] == "reject":
                return False
        self.own, self.links = own, links
        return True

    def seen(self) -> dict[str, Any]:
        found = dict(self.own)
        for key, id_ in self.links.items():
            if id_ is not None:
                found |= {key: id_, **LINKS[key][id_]}
        return found


MODELLED = {"22", "7", "83", "109", *LINKS, *DISPLAYED}


def modelled(ticket: dict[str, Any]) -> dict[str, Any]:
    return {number: value for number, value in ticket.items() if number in MODELLED}


@pytest.fixture(scope="module", params=["memory", "file"])
def desk(request: pytest.FixtureRequest, make_desk: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    path = tmp_path_factory.mktemp("store") / "desk.db" if request.param == "file" else None
    made = make_desk("empty", store=path)
    for user in ("demo", "tech1", "tech2", "nobody"):
        made.token(user)
    made.world.checkpoint("empty")
    yield made
    assert "error" not in {entry.outcome for entry in made.world.journal}
    made.world.close()


@QUIET
@given(
    made=properties(),
    updates=st.lists(properties(), min_size=1, max_size=5),
    reject=st.sampled_from(["ignore", "reject"]),
    null=st.sampled_from(["clear", "ignore"]),
    renamed=st.dictionaries(
        st.sampled_from(["22", "72", "39"]), st.sampled_from(["Title", "Kind", "Telephone"]), max_size=2
    ),
    by_label=st.booleans(),
)
def test_updates_agree_with_the_model(
    desk: Desk, made: Any, updates: Any, reject: str, null: str, renamed: dict[str, str], by_label: bool
) -> None:
    desk.world.restore("empty")
    switches = {"unwritable_property": reject, "null_property": null}
    desk.switch(**switches)
    labels = dict(LABELS)
    for number, label in renamed.items():
        if label not in labels.values():
            desk.admin("rename label", field=number, label=label)
            labels[number] = label

    def body(pairs: list[tuple[str, Any]]) -> bytes:
        members = [f"{json.dumps(labels.get(n, n) if by_label else n)}: {json.dumps(value)}" for n, value in pairs]
        return f'{{"Properties": {{{", ".join(members)}}}}}'.encode()

    begun = Ticket({"95": 1})
    created = desk.post("/tickets", body(made))
    if not begun.update(made, switches):
        assert created.status == 400
        assert desk.all() == []
        return
    assert created.status == 200, created.body
    id_ = created.ticket["1"]
    assert modelled(created.ticket) == modelled(begun.seen())
    for pairs in updates:
        before = desk.truth(id_)
        reply = desk.post(f"/tickets/{id_}", body(pairs))
        if begun.update(pairs, switches):
            assert reply.status == 200, reply.body
            assert modelled(reply.ticket) == modelled(begun.seen())
            assert reply.json == desk.get(f"/tickets/{id_}").json
            assert ("18" in reply.ticket) == (begun.links["95"] == 4)
        else:
            assert reply.status == 400
            assert desk.truth(id_) == before
        shown = desk.get(f"/tickets/{id_}").json["Tickets"]
        assert list(shown) == sorted(shown, key=int)
        for number, label in labels.items():
            assert number not in shown or shown[number]["DisplayName"] == label
        assert desk.truth(id_) == desk.get(f"/tickets/{id_}").ticket


@QUIET
@given(
    kinds=st.lists(st.sampled_from(["user", "system", "private"]), max_size=12),
    asked=st.lists(
        st.tuples(st.integers(0, 6), st.integers(0, 6), st.booleans(), st.integers(-2, 6)), min_size=4, max_size=10
    ),
    order=st.sampled_from(["newest_first", "oldest_first"]),
    meaning=st.sampled_from(["total", "page"]),
)
def test_pages_of_notes_agree_with_the_model(
    desk: Desk, kinds: list[str], asked: Any, order: str, meaning: str
) -> None:
    desk.world.restore("empty")
    desk.switch(note_order=order, count_meaning=meaning)
    id_ = desk.create()
    other = desk.create()
    written: list[tuple[str, str]] = []
    for turn, kind in enumerate(kinds):
        desk.act("act", id=other, action="note")
        desk.act("act", id=id_, action="note", text=f"note {turn}", system=kind == "system", private=kind == "private")
        written.append((kind, f"note {turn}"))
    for size, page, system, most in asked:
        expected = [text for kind, text in written if system or kind != "system"]
        if order == "newest_first":
            expected.reverse()
        total = len(expected)
        if size and page:
            expected = expected[(page - 1) * size : page * size]
        expected = [text[:most] if most >= 1 else text for text in expected]
        reply = desk.get(f"/tickets/{id_}/Notes/{size}/{page}?SystemNote={system}&maxContentLength={most}")
        assert [each["5"] for each in reply.records("TicketNotes")] == expected
        assert reply.json["Count"] == (total if meaning == "total" else len(expected))
    for kind in ("attach", "add_assignment"):
        for _ in kinds:
            desk.act("act", id=id_, action=kind)
    for kind, key in (("Attachments", "TicketAttachments"), ("Assignments", "Assignments")):
        whole = [each["1"] for each in desk.get(f"/tickets/{id_}/{kind}/0/0").records(key)]
        assert len(whole) == len(kinds)
        for size, page, _, _ in asked:
            reply = desk.get(f"/tickets/{id_}/{kind}/{size}/{page}")
            part = whole[(page - 1) * size : page * size] if size and page else whole
            assert [each["1"] for each in reply.records(key)] == part
            assert reply.json["Count"] == (len(whole) if meaning == "total" else len(part))


GROUPS = {1: "SYSTEM ADMINISTRATION", 2: "HELP DESK", 3: "FIELD SERVICE"}
OF_USER = {"demo": 2, "tech1": 2, "tech2": 3, "nobody": 2}
NAMES = {
    "demo": "HELP DESK\\DEMO",
    "tech1": "HELP DESK\\TECH1",
    "tech2": "FIELD SERVICE\\TECH2",
    "nobody": "HELP DESK\\NOBODY",
}
ALL = {
    "View Ticket",
    "Edit Ticket",
    "Create Ticket",
    "Close Ticket",
    "Delete Ticket",
    "Create Ticket Note",
    "View Assignment Notes",
    "View Attachment",
    "View Assignment",
}
ROLE = {"demo": ALL, "tech2": ALL, "nobody": set(), "tech1": ALL - {"Close Ticket", "Delete Ticket"}}
PAIR = {"Note Type": "Technician Note", "Activity Code": "Research"}
CALLS: dict[str, tuple[str, str, Any, set[str], tuple[str, ...]]] = {
    "read": ("GET", "", None, {"View Ticket"}, ("Tickets",)),
    "update": ("POST", "", {"Properties": {"22": "x"}}, {"Edit Ticket"}, ("Tickets",)),
    "open": ("POST", "/ChangeStatus", {"StatusName": "Escalated"}, {"Edit Ticket"}, ("Tickets",)),
    "cancel": ("POST", "/ChangeStatus", {"StatusName": "Cancelled"}, {"Edit Ticket", "Close Ticket"}, ("Tickets",)),
    "note": ("POST", "/AddNote", PAIR, {"Create Ticket Note"}, ("Tickets",)),
    "noted": ("POST", "/Close", {"Note": PAIR}, {"Edit Ticket", "Close Ticket", "Create Ticket Note"}, ("Tickets",)),
    "close": ("POST", "/Close", {}, {"Edit Ticket", "Close Ticket"}, ("Tickets",)),
    "notes": ("GET", "/Notes/0/0", None, {"View Assignment Notes"}, ("Tickets", "Ticket Notes")),
    "assignments": ("GET", "/Assignments/0/0", None, {"View Assignment"}, ("Tickets", "Assignments")),
    "attachments": ("GET", "/Attachments/0/0", None, {"View Attachment"}, ()),
    "delete": ("POST", "/Delete", None, {"Delete Ticket"}, ("Tickets",)),
}
STEP = st.one_of(
    st.tuples(st.just("call"), st.sampled_from(sorted(CALLS)), st.sampled_from(sorted(NAMES)), st.integers(0, 3)),
    st.tuples(
        st.sampled_from(["grant", "withdraw"]), st.sampled_from(sorted(ALL)), st.sampled_from(sorted(NAMES)), st.just(0)
    ),
    st.tuples(
        st.sampled_from(["segregate", "desegregate"]),
        st.sampled_from(["Tickets", "Ticket Notes", "Assignments"]),
        st.sampled_from([None, 2, 3]),
        st.sampled_from([2, 3]),
    ),
)


@QUIET
@given(
    groups=st.lists(st.sampled_from([None, 1, 2, 3]), min_size=4, max_size=4),
    steps=st.lists(STEP, min_size=5, max_size=25),
)
def test_permissions_and_segregation_agree_with_the_model(desk: Desk, groups: list[int | None], steps: Any) -> None:
    desk.world.restore("empty")
    desk.switch(status_note="if_present")
    tickets = {desk.create(f4=group): group for group in groups}
    may = {user: set(held) for user, held in ROLE.items()}
    hidden: dict[str, dict[int, int]] = {}
    for kind, what, who, extra in steps:
        if kind in ("grant", "withdraw"):
            desk.admin(kind, user=NAMES[who], permissions=[what])
            (may[who].add if kind == "grant" else may[who].discard)(what)
        elif kind == "segregate":
            desk.admin(kind, modules=[what], **({"group": GROUPS[who], "sees": [GROUPS[extra]]} if who else {}))
            hidden.setdefault(what, {})
            if who:
                hidden[what][who] = extra
        elif kind == "desegregate":
            desk.admin(kind, modules=[what])
            hidden.pop(what, None)
        else:
            method, path, body, needed, modules = CALLS[what]
            ids = list(tickets)
            id_ = ids[extra] if extra < len(ids) else 999
            group, own = tickets.get(id_), OF_USER[who]
            sees = group in (None, own) or all(
                module not in hidden or hidden[module].get(own) == group for module in modules
            )
            status = 403 if needed - may[who] else 404 if id_ not in tickets or not sees else 200
            # A status is looked up, and a note asked for, after the ticket was found.
            if not sees and what in ("cancel", "noted") and status == 403 and not ({"Edit Ticket"} - may[who]):
                status = 404 if what == "cancel" or "Close Ticket" in may[who] else 403
            if id_ not in tickets and status == 403 and what in ("cancel", "noted") and "Edit Ticket" in may[who]:
                status = 404 if what == "cancel" or "Close Ticket" in may[who] else 403
            before = desk.everything()
            reply = desk.ask(method, f"/tickets/{id_}{path}", body, user=who)
            assert reply.status == status, (what, who, reply.body)
            if status != 200 or method == "GET":
                assert desk.everything() == before
            elif what == "delete":
                del tickets[id_]
