"""Scenarios for SuperOffice: changes around a page's edge, within one second and across changes of clocks; mergers,
statuses, rights that hide rows and fields, sessions that end; writes among others'."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from mockservers.harness import sequences
from mockservers.harness.drivers import RESTART, Hello
from mockservers.harness.layers import Story, sampled
from mockservers.harness.profile import profile
from mockservers.harness.scenarios import CUSTOMER, ClockStep, FaultStep, OtherStep, Scenario, Step
from mockservers.harness.strategies import (
    PROSE,
    SPANS,
    TEXTS,
    Intent,
    ScenarioBuilder,
    Strategy,
    act,
    administer,
    assemble,
    change,
    create,
    delete,
    faults,
    indexes,
    plain,
    revocations,
    sync,
    weighted,
    write,
    writes,
)
from mockservers.kernel import instants
from mockservers.kernel.instants import HOUR, MINUTE
from mockservers.registry import emulator
from mockservers.vendors.superoffice.contract.duties.attached import FETCHES, FOLLOWS
from mockservers.vendors.superoffice.contract.profile import USER

SMALL = ("empty",)
DATA = (*["empty"] * 75, "demo:30", "demo:51", "demo:55", "demo:120", "demo:401", "demo:401", "demo:1004")
"""Tickets that are there already. The first fifty of them stand for something: sentinels, enumerations, changes of clocks.
The last are more than a list has that says no $top."""
BEGINNINGS = tuple(
    instants.from_iso(text)
    for text in (
        "2026-03-02T10:00:00Z",
        "2026-03-02T10:00:59Z",
        "2026-10-25T00:29:30Z",  # clocks in Oslo repeat an hour from 01:00Z on
        "2026-10-25T00:58:30Z",
        "2026-03-29T00:59:00Z",  # and skip one from 01:00Z on
        "2026-11-01T05:58:30Z",  # New York repeats an hour from 06:00Z on
        "2025-12-31T23:59:30Z",
    )
)
LONGEST = "x" * 255
TITLES = (*(each for each in TEXTS if each and len(each) <= 255), "AT&amp;T", "R&amp;D", "&lt;none&gt;", LONGEST)
TIMES = (
    "2026-03-05T15:00:00Z",
    "2026-07-01T12:30:00Z",
    "2026-10-25T00:30:00Z",
    "2026-10-25T01:30:00Z",
    "2026-03-29T01:00:00Z",
    "2027-01-01T04:59:59Z",
)
WAKING = tuple(instants.to_iso(begin + 10 * MINUTE) for begin in BEGINNINGS)
"""When a ticket that sleeps wakes up by itself, some minutes after a scenario begins."""
OWNERS = (11, 10, 12, 1)
ASSOCIATES = (10, 11, 12)
CATEGORY = 3
"""The one that rights may hide."""
PERSONS = (1, 3, -1, None)
NEW_STATUS = 10
SLOW = {"latency_per_id": "5"}
"""With it four hundred tickets in one call count as slow."""
MANY = 53
"""Tickets on more than one page of a client that asks for pages of ordinary length."""
NEWEST = -1
"""The index of the ticket that came last."""
LARGE = 16_777_217
"""A number that a float of 32 bits cannot hold."""
REFUSED = (
    {"Title": "long " * 60},
    {"Title": LONGEST + "y"},
    {"Priority": 77},
    {"Category": 99},
    {"OwnedByAssociateId": 999},
)
"""What the vendor refuses."""
SAVING = {"create": ("SaveTicketEntity", "ticket.post"), "note": ("SaveTicketMessageEntity",)}
"""By what a client writes: by the agent, or in the manner of REST."""
MADE = {"Title": "a & b", "Priority": 2}
QUOTED = {"Title": "Müller's #1 + 5%", "Priority": 2}
"""Tickets whose answer is lost. Who looks for the second by its title must write it rightly into filter and address."""
FIRST = ({"Title": "first"}, {"CustId": 1}, {"Deadline": TIMES[0]})
THEN = ({"Title": "second"}, {"CustId": 3}, {"Deadline": TIMES[1]})
"""What others write one after the other, and an old copy would bring back."""
STOPS = 9
"""Calls that fail in a row until the vendor stops calling."""
MINUTES = (None, None, 10, 90, 15)
CLOCKS = (*SPANS, 21 * MINUTE, 2 * HOUR)
FILES = tuple(
    {"name": name, "content": base64.b64encode(content).decode()}
    for name, content in (
        ("report.txt", "Zählerstand\r\nÆØÅ 100 %\r\n".encode() * 8),
        ("report.txt", b"the second of that name, " * 8),
        ("dump.bin", bytes(range(256))),
        ("latin.csv", "Straße;Übung\r\n".encode("latin-1") * 8),
        ("null.json", b"null"),
        ("Ærlig & <1>.json", b'{"Message": "a file, and no error", "MessageDetail": "' + b"x" * 64 + b'"}'),
        ("base64.txt", base64.b64encode(bytes(range(200)))),
        ("image.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 6),
    )
)
"""Files that a client changes which takes them for text, for JSON or for base64, or keeps them by name."""
EMAILS = ("new@acmecorp.example", "o'neill+desk@example.com", "å.ström@example.com", "")
LOGO = {**FILES[-1], "name": "logo.png", "inline": True}
NO_READ, READ = {"Mask": "None", "Reason": "[SR_ACCESS_ROLE]"}, {"Mask": "Update", "Reason": ""}

_worded = st.fixed_dictionaries(
    {},
    optional={
        "Title": sampled(TITLES),
        "Origin": sampled(("Hologram", "SMS", "Flow")),
        "CustId": sampled(PERSONS),
        "OwnedBy": sampled(OWNERS),
        "Deadline": sampled(TIMES),
    },
)
_changed = st.one_of(
    sampled(TITLES).map(lambda text: {"Title": text}),
    sampled((4, 5, 6, 1)).map(lambda value: {"TicketStatus": value}),
    sampled((3, 1, 2)).map(lambda value: {"Priority": value}),
    sampled(TIMES).map(lambda time: {"Deadline": time}),
    sampled(WAKING).map(lambda time: {"BaseStatus": "Postponed", "Activate": time}),
    sampled(PERSONS).map(lambda value: {"CustId": value}),
    sampled(("Hologram", "SMS", "Unknown")).map(lambda value: {"Origin": value}),
    st.just({"Sentiment": -40, "SentimentConfidence": 60}),
)
_told = st.one_of(
    sampled(TITLES).map(lambda text: {"Title": text}),
    sampled((3, 1, 2)).map(lambda value: {"Priority": value}),
    sampled((4, 5, 1)).map(lambda value: {"TicketStatus": value}),
    sampled(TIMES).map(lambda time: {"Deadline": time}),
    sampled(ASSOCIATES).map(lambda value: {"OwnedByAssociateId": value}),
    sampled(REFUSED),
)


def scenarios(dialect: str | Mapping[str, Any], hello: Hello) -> Strategy:
    """Whole scenarios in one dialect (and, in the default one, with what nobody is promised varied)."""
    here = emulator("superoffice")
    own = dialect != "default"
    # No time passes between the calls of a task, so that a limit per second could not be kept by waiting. Who is asked
    # to wait is a story of its own.
    values = here.dialects.dialect(dialect)
    if values["rate_limit"]:
        dialect = {name: value for name, value in values.changes().items() if name != "rate_limit"}
    creating = st.builds(create, _worded)
    others = _others()
    writing = writes(hello, others, _new(), _told, sampled(MINUTES), sampled((1, 1, 2, 3)))
    saving = [names[0] for names in SAVING.values()] if writing is not None else []
    fetching = FETCHES in hello.options
    streams = ["GetAttachmentStream"] if fetching else []
    trouble = faults(here.refusals, ("GetTickets", "GetTickets", "ticket.list", *saving, *streams))
    places = sampled(("GetTickets", "GetTickets", "ticket.list")).map(lambda operation: (operation, 0))
    failing = sequences.failing({"Priority": 2}, ("bad_request", *here.refusals), places)
    told = [
        Story("closed", _closed(), 2),
        Story("hidden rows", _hidden_rows(), 5),
        Story("hidden fields", _hidden_fields(), 4),
        Story("merged", _merged(), 2),
        Story("pages", _pages(), 3),
        Story("sessions", _sessions(), 2),
        Story("statuses", _statuses(), 1),
        Story("failing", failing, 2),
        Story("throttled", _throttled(), 2),
        Story("gone between", _gone_between(), 4),
        Story("bulk", _bulk(), 1),
        Story("broken walk", _broken_walk(), 1),
        Story("large numbers", _large(), 1),
    ]
    if fetching:
        told += [Story("attached", _attached(), 12), Story("file fails", _file_fails(), 4)]
    if FOLLOWS in hello.options:
        told += [Story("people", _people(), 10)]
    if writing is not None:
        told += [
            Story("lost", sequences.lost(hello, MADE, SAVING), 7),
            Story("lost quoted", sequences.lost(hello, QUOTED, SAVING), 2),
        ]
        if "note" in hello.tasks:
            told += [Story("same note", _same_note(), 2)]
        if "update" in hello.tasks or "close" in hello.tasks:
            told += [Story("outdated", sequences.outdated(hello, FIRST, THEN), 7)]
            if "create" in hello.tasks:
                told += [Story("own ticket", _own_ticket(hello), 2)]
        told += sequences.edged(hello, {"Title": TITLES}, MADE, PROSE)
    return assemble(
        profile("superoffice"),
        dialect,
        hello,
        creating,
        creating,
        others,
        weighted((trouble, 3), (revocations, 1)),
        told,
        writing,
        DATA,
        sampled(CLOCKS),
        BEGINNINGS,
        sequences.listened(STOPS, lambda text: {"Title": text}, RESTART in hello.options),
    ).map(lambda scenario: _cheaply(scenario, own))


def _cheaply(scenario: Scenario, own: bool) -> Scenario:
    """Worlds with many tickets all begin alike, so that each is made once."""
    if scenario.data in SMALL:
        return scenario
    slow = SLOW if scenario.data in ("demo:401", "demo:1004") else "default"
    # Whatever happens beside a thousand tickets happens as well beside few.
    steps = scenario.steps[:3] if scenario.data == "demo:1004" else scenario.steps
    return replace(scenario, steps=steps, start=BEGINNINGS[0], dialect=scenario.dialect if own else slow)


def merge(index: int, into: int) -> Intent:
    """One ticket is merged into another, and nobody works on it any more."""

    def tell(builder: ScenarioBuilder) -> Step | None:
        source, target = builder.pick(index), builder.pick(into)
        if source is None or target is None or source == target:
            return None
        builder.alive.remove(source)
        return OtherStep("act", f"T{source}", "merge", more={"into": f"T{target}"})

    return tell


def discard(index: int) -> Intent:
    """A ticket is deleted softly; one that is deleted already is opened again."""

    def tell(builder: ScenarioBuilder) -> Step | None:
        ticket = builder.pick(index)
        if ticket is None:
            return None
        deleted = f"deleted {ticket}"
        if deleted in builder.once:
            builder.once.discard(deleted)
            return OtherStep("act", f"T{ticket}", "reopen")
        builder.once.add(deleted)
        return OtherStep("change", f"T{ticket}", fields={"BaseStatus": "Deleted"})

    return tell


def _others() -> Strategy:
    acting = st.one_of(
        st.builds(act, indexes, sampled(("reply", "note", "answer", "close", "reopen", "read", "spam"))),
        st.builds(lambda index, owner: act(index, "assign", more={"to": owner}), indexes, sampled(OWNERS)),
    )
    return weighted(
        (st.builds(change, indexes, _changed), 5),
        (acting, 4),
        (st.builds(discard, indexes), 2),
        (st.builds(merge, indexes, indexes), 1),
        (st.builds(delete, indexes), 1),
    )


# --- what the client is told to write ---------------------------------------------------------------------------------


def _new() -> Strategy:
    """The properties of a ticket to be made; now and then such as the vendor refuses."""
    given = st.fixed_dictionaries(
        {"Title": sampled(TITLES), "Priority": sampled((2, 1))},
        optional={
            "Category": st.just(2),
            "Deadline": sampled(TIMES),
            "OwnedByAssociateId": sampled(ASSOCIATES),
            "CustId": st.just(1),
        },
    )
    wrong = st.builds(lambda fields, more: {**fields, **more}, given, sampled(REFUSED))
    return weighted((given, 5), (wrong, 1))


# --- stories ----------------------------------------------------------------------------------------------------------


def _closed() -> Strategy:
    return sequences.closed(
        "close",
        (
            lambda index, text: change(index, {"Title": text}),
            lambda index, text: act(index, "answer"),
            lambda index, text: act(index, "reopen"),
        ),
        sampled(TITLES),
    )


def _hide(categories: list[int]) -> Intent:
    return administer("change rights", {"user": USER, "hidden": {"Category": categories}})


def _may(field: str, right: Mapping[str, str]) -> Intent:
    return plain(OtherStep("act", CUSTOMER, "change rights", {field: dict(right)}, {"user": USER}))


def _later() -> list[Intent]:
    """Something newer: a client asks for the latest second again, and so would read anew what happened in it."""
    return [plain(ClockStep(MINUTE)), create({})]


def _hidden_rows() -> Strategy:
    """An administrator hides a category from the client's user for a while; its tickets are there all the time."""

    def story(index: int, late: bool) -> list[Intent]:
        hide = _hide([CATEGORY])
        again = [change(index, {"Priority": 2}), *_later()]
        work = [sync(1, [hide])] if late else [hide, sync()]
        return [create({"Category": CATEGORY}), sync(), *again, *work, _hide([]), sync()]

    return st.builds(story, indexes, sampled((False, True)))


def _hidden_fields() -> Strategy:
    """An administrator takes the reading of a field away; tickets that change meanwhile come with it blank."""

    def story(field: str, changed: dict[str, Any]) -> list[Intent]:
        return [
            create({"Title": "plain", "Deadline": TIMES[0], "CustId": 1}),
            sync(),
            _may(field, NO_READ),
            change(NEWEST, changed),
            *_later(),
            sync(),
            _may(field, READ),
        ]

    return st.builds(
        story,
        sampled(("Title", "Deadline", "CustId")),
        sampled(({"Priority": 2}, {"Sentiment": 5, "SentimentConfidence": 50})),
    )


def _merged() -> Strategy:
    """A ticket that the client knows is merged into another one."""
    return st.builds(lambda one: [create({}), create({}), sync(), merge(one, one + 1), sync()], indexes)


def _gone_between() -> Strategy:
    """A ticket is taken away after the list named it and before GetTickets asks for it."""
    return st.builds(lambda index: [create({}), create({}), create({}), sync(1, [delete(index)]), sync()], indexes)


def _pages() -> Strategy:
    """More than a page, while a ticket of the first page is taken away, or moves to the end of what changed last."""

    def story(times: int, after: int, move: str) -> list[Intent]:
        first = -times - 1  # counted from the end: an older ticket need not be on any page
        moves: dict[str, list[Intent]] = {"delete": [delete(first)], "change": [change(first, {"Priority": 2})]}
        told = list[Intent]()
        for request in (after, 3 - after) if move else (after,):  # the first page is the second request after a login
            told += [create({}, times=times), *_later(), sync(request, moves.get(move, []))]
        return told

    moves = sampled(("", "delete", "delete", "change", "change"))
    return st.builds(story, sampled((MANY, 50, 51)), sampled((1, 1, 2)), moves)


def _bulk() -> Strategy:
    """Many tickets at once between two syncs, and nothing that would bring those again that were left out."""
    return sampled((26, 101, 101, 251)).map(
        lambda times: [create({}), sync(), plain(ClockStep(MINUTE)), create({}, times=times), sync(), *_later()]
    )


def _broken_walk() -> Strategy:
    """A list ends with an error after its first page, which holds what changed last; the rest is still to come."""

    def story(kind: str, operation: str) -> list[Intent]:
        settings = {"refusal": "bad_request"} if kind == "refuse" else {}
        fault = plain(FaultStep(kind, 1, 1, operation, settings))
        newest = [plain(ClockStep(3 * MINUTE)), change(-MANY, {"Priority": 2})]  # past the margin of a careful clock
        return [create({}, times=MANY), *newest, fault, sync(), plain(ClockStep(MINUTE)), sync()]

    kinds = sampled(("refuse", "fail", "empty_body"))
    return st.builds(story, kinds, sampled(("ticket.list", "ticket.list", "GetTickets")))


def _attached() -> Strategy:
    """Tickets come with files, and more files come later; one or two are images inside the text."""

    def story(index: int, first: dict[str, Any], then: dict[str, Any], also: dict[str, Any], by: str) -> list[Intent]:
        files = [act(NEWEST, "answer", more={"attachment": first}), act(NEWEST, by, more={"attachment": also})]
        later = [plain(ClockStep(MINUTE)), act(index, by, more={"attachment": then})]
        return [create({}), *files, sync(), *later, sync()]

    files = sampled(FILES)
    return st.builds(story, indexes, files, files, sampled((FILES[0], FILES[1], LOGO)), sampled(("reply", "note")))


def _file_fails() -> Strategy:
    """A file that is fetched ends early, or in an error, and comes whole the next time."""

    def story(kind: str, file: dict[str, Any]) -> list[Intent]:
        known: dict[str, dict[str, Any]] = {"refuse": {"refusal": "bad_request"}, "cut": {"after_bytes": 64}}
        settings = known.get(kind, {})
        fault = plain(FaultStep(kind, 0, 1, "GetAttachmentStream", settings))
        return [create({}), act(NEWEST, "answer", more={"attachment": file}), fault, sync(), *_later(), sync()]

    kinds = sampled(("refuse", "empty_body", "cut", "fail"))
    return st.builds(story, kinds, sampled((FILES[0], FILES[2])))


def _people() -> Strategy:
    """A person gets another address, or none, after the client has read its ticket, and no ticket changes by that."""

    def story(person: int, then: int | None, email: str) -> list[Intent]:
        changed = administer("change person", {"number": person, "email": email})
        moved = [change(NEWEST, {"CustId": then})] if then != person else []
        return [create({"CustId": person}), sync(), changed, *_later(), sync(), *moved]

    return st.builds(story, sampled((1, 3)), sampled(PERSONS), sampled(EMAILS))


def _large() -> Strategy:
    """Tickets whose numbers are large, and neighbours."""

    def first(builder: ScenarioBuilder) -> Step | None:
        if "large" in builder.once:
            return None
        builder.once.add("large")
        return create({"TicketId": LARGE})(builder)

    return sampled((1, 2)).map(lambda times: [first, create({"CustId": 1}, times=times), sync()])


def _same_note() -> Strategy:
    """The same words are to be noted twice: by two people, or on two days."""

    def story(index: int, text: str, minutes: int | None) -> list[Intent]:
        return [create({}), *(write("note", index, None, text, each) for each in (minutes, 10))]

    return st.builds(story, indexes, sampled(("Called back", "ok")), sampled(MINUTES))


def _own_ticket(hello: Hello) -> Strategy:
    """A ticket that the client made, with its own key in it, is changed by the client."""
    known = [task for task in ("update", "close") if task in hello.tasks]
    return sampled(known).map(
        lambda task: [write("create", fields=MADE), write(task, NEWEST, {"Priority": 1} if task == "update" else {})]
    )


def _sessions() -> Strategy:
    """The client's session ends early, or by its age: a token's within the hour, a ticket's when nobody used it for six."""
    tokens, tickets = (administer("end sessions", {"user": USER, "kind": kind}) for kind in ("Bearer", "SOTicket"))
    aged = [plain(ClockStep(span)) for span in (61 * MINUTE, 21 * MINUTE, 7 * HOUR, 7 * HOUR)]
    return sampled((tokens, *aged, tickets)).map(lambda ended: [sync(), ended, create({}), sync()])


def _statuses() -> Strategy:
    """An administrator adds a status, and somebody uses it."""

    def story(index: int, base: str) -> list[Intent]:
        added = administer("add status", {"name": "Parts ordered", "base": base}, "status")

        def use(builder: ScenarioBuilder) -> Step | None:
            return change(index, {"TicketStatus": NEW_STATUS})(builder) if "status" in builder.once else None

        return [create({}), sync(), added, use, sync()]

    return st.builds(story, indexes, sampled(("Active", "Postponed", "Closed")))


def _throttled() -> Strategy:
    """The vendor asks for a pause."""
    return sampled((12, 30)).map(
        lambda times: [plain(FaultStep("refuse", 0, times, None, {"refusal": "throttled"})), sync()]
    )
