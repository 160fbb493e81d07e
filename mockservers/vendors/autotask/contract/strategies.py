"""Scenarios for Autotask: changes around a page's edge, the same moment and the change of clocks; writes among others'."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from mockservers.harness import sequences
from mockservers.harness.drivers import RESTART, Hello
from mockservers.harness.layers import Story, dealt, sampled
from mockservers.harness.profile import profile
from mockservers.harness.scenarios import CUSTOMER, ClientStep, ClockStep, OtherStep, Scenario
from mockservers.harness.strategies import (
    PROSE,
    SPANS,
    STARTS,
    TEXTS,
    Intent,
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
    texts,
    weighted,
    write,
    writes,
)
from mockservers.kernel import instants
from mockservers.kernel.instants import HOUR, MINUTE, SECOND
from mockservers.registry import emulator
from mockservers.vendors.autotask.contract.profile import RESOURCE

SMALL = ("demo:0", "demo:30")
DATA = (*["demo:0"] * 70, *["demo:30"] * 4, "demo:500", *["demo:501"] * 5)
"""Tickets that are there already. The first thirty of them stand for something: one moment, changes of clocks, texts."""
SKIPPED = instants.from_iso("2026-03-08T07:00:30Z")
"""Half a minute after the hour that clocks in New York skip: five minutes before is a time that no clock shows."""
BEGINNINGS = (STARTS[0], STARTS[4], STARTS[5], STARTS[7], STARTS[8], SKIPPED)
"""An image of each is kept, which is why there are few: a usual day, and around changes of clocks."""
TITLES = tuple(each for each in TEXTS if each and len(each) <= 255)
FULL = "255" * 85
"""As long as a title may be."""
_LINES = [each for each in TITLES if "\r" in each]
HARD = (*_LINES, *_LINES, *(each for each in TITLES if each != each.strip() or not each.isascii()))
"""Those of them that get lost on the way most easily."""
TIMES = (
    "2026-03-05T15:00:00Z",
    "2026-07-01T12:30:00Z",
    "2026-11-01T05:30:00Z",
    "2026-11-01T06:30:00Z",
    "2026-03-08T07:00:00Z",
    "2026-03-08T06:59:59Z",
    "2027-01-01T04:59:59Z",
    "2028-02-29T23:30:00Z",
    "2028-03-01T04:59:59Z",
)
ACCOUNTS = (174, 29683501)
MADE = {"AccountID": 174, "Title": "a & b", "Priority": 2, "Status": 1}
"""A ticket whose answer is lost."""
FIRST = ({"Description": "first"}, {"PurchaseOrderNumber": "PO-1"}, {"DueDateTime": TIMES[0]})
THEN = ({"Description": "second"}, {"PurchaseOrderNumber": "PO-2"}, {"DueDateTime": TIMES[1]})
"""What others write one after the other, and an old copy would bring back."""
STATUSES = (1, 8, 7, 12)
REFUSED = (
    {"Status": 14},  # a value that is not active any more
    {"Status": 77},
    {"SubIssueType": 310},  # without the issue type it belongs to
    {"Title": "long " * 60},
    {"Title": "256 " * 64},
    {"PurchaseOrderNumber": "P" * 51},
)
"""What the vendor refuses."""
NUMBERED = ("PO-7", "007", "1e3", "true", "2026-03-02", "P" * 50)
"""Order numbers, which are texts whatever they look like."""
FILLED = {"PurchaseOrderNumber": "PO-8", "EstimatedHours": 2.5, "Description": "to be cleared"}
CLEARED = ({"PurchaseOrderNumber": None}, {"EstimatedHours": 0}, {"Description": ""}, {"EstimatedHours": None})
"""What was there and is not any more, or is nought."""
AT_ONCE = (*[26] * 5, *[101] * 2, *[501] * 2)
"""Tickets that somebody makes in one moment; each costs some milliseconds."""
OTHERWISE = {
    "threshold_spelling": "help",
    "long_as": "long",
    "limit_reply": "http_500",
    "database_action": "actual",
    "rest_login": "mixed",
    "rest_missing_item": "not_found",
    "rest_empty_text": "empty",
    "rest_next_page": "full",
    "webhook_fields": "camel",
    "webhook_duplicates": "called",
    "webhook_disabled": "events",
}
"""What no client can be told, and each must cope with; all in one, since each installation has an image of its own."""
NEW_STATUS = 15
STOPS = 15
"""Calls that are made in vain until a webhook is disabled: a third as many changes, each told in five attempts."""
USED = (5000, 7600, 9100, 10000)
"""Requests of others: around half of the limit, three quarters, near it and all of it."""
NEARLY_ALL = 9980
"""Requests of others that leave enough for a sync, and not for much more."""
MINUTES = (None, None, 10, 90, 15)
AFTER = (1, 2, 3, 9)
"""Requests of a write after which others act; the last one is when all is done."""
HALF_A_SECOND = SECOND // 2
CLOCKS = (*SPANS, 37_000, HALF_A_SECOND)

_worded = st.fixed_dictionaries({}, optional={"Title": sampled(TITLES), "Description": texts})
_changed = st.one_of(
    sampled(TITLES).map(lambda text: {"Title": text}),
    texts.map(lambda text: {"Description": text}),
    sampled(STATUSES).map(lambda value: {"Status": value}),
    sampled((4, 1, 3)).map(lambda value: {"Priority": value}),
    sampled(TIMES).map(lambda time: {"DueDateTime": time}),
    st.just({"IssueType": 10, "SubIssueType": 136}),
    st.just({"EstimatedHours": 0.5}),
    sampled(NUMBERED).map(lambda number: {"PurchaseOrderNumber": number, "QueueID": 29682833}),
    sampled(CLEARED),
)
_written = weighted((texts, 2), (sampled(HARD), 1))
_told = st.one_of(
    sampled(TITLES).map(lambda text: {"Title": text}),
    _written.map(lambda text: {"Resolution": text}),
    sampled(NUMBERED).map(lambda number: {"PurchaseOrderNumber": number}),
    sampled(HARD).map(lambda text: {"Title": text, "Resolution": text}),
    st.just({"Title": FULL}),
    sampled(STATUSES).map(lambda value: {"Status": value}),
    sampled((4, 1, 3)).map(lambda value: {"Priority": value}),
    sampled(TIMES).map(lambda time: {"DueDateTime": time}),
    sampled(REFUSED),
)


def scenarios(dialect: str | Mapping[str, Any], hello: Hello) -> Strategy:
    """Whole scenarios in one dialect (and, in the default one, in the zones that the client says it obeys)."""
    here = emulator("autotask")
    creating = st.builds(create, _worded)
    others = _others()
    writing = writes(hello, others, _new(), _told, sampled(MINUTES), sampled(AFTER))
    trouble = faults(here.refusals, ("query", "query", *(["create", "update"] if writing is not None else [])))
    failing = sequences.failing({"Priority": 4}, here.refusals, sampled((0, 0, 1)).map(lambda n: ("query", n)))
    told = [
        Story("closed", _closed(), 4),
        Story("picklists", _picklists(), 4),
        Story("usage", _usage(), 4),
        Story("failing", failing, 4),
        Story("cleared", _cleared(), 2),
        Story("slow", _slow(), 5),
        Story("bulk", _bulk(), 3),
        Story("stirred", _stirred(), 3),
    ]
    if writing is not None:
        lost = sequences.lost(hello, MADE, {"create": ["create"], "note": ["create"]})
        told += [Story("lost", lost, 6)]
        if "update" in hello.tasks or "close" in hello.tasks:
            told += [Story("outdated", sequences.outdated(hello, FIRST, THEN), 6)]
        if "note" in hello.tasks:
            told += [Story("said twice", _said_twice(), 2)]
        edged = {"Title": (*TITLES, FULL), "Description": PROSE, "Resolution": PROSE}
        told += sequences.edged(hello, edged, MADE, PROSE)
    drawn = assemble(
        profile("autotask"),
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
    )
    if dialect == "default":
        drawn = st.builds(_otherwise, drawn, dealt("otherwise", (*[False] * 7, True)))
    # Drawn last, so that what a seed meant before it still means.
    return st.builds(_crowded, drawn, dealt("crowded", (*[False] * 9, True))).map(_cheaply)


def _crowded(scenario: Scenario, crowded: bool) -> Scenario:
    """The same after an hour in which others used nearly all of the hour's requests, and the client looked in."""
    if not crowded or scenario.data not in SMALL:
        return scenario
    others = OtherStep("act", CUSTOMER, "use requests", more={"requests": NEARLY_ALL})
    steps = (others, ClientStep("sync"), ClockStep(HOUR), *scenario.steps)
    return replace(scenario, start=scenario.start - HOUR, steps=steps)


def _otherwise(scenario: Scenario, other: bool) -> Scenario:
    """The same at an installation that answers in the other way where nobody knows which is right."""
    switches = {} if isinstance(scenario.dialect, str) else scenario.dialect
    return replace(scenario, dialect={**switches, **OTHERWISE}) if other else scenario


def _cheaply(scenario: Scenario) -> Scenario:
    """Worlds with many tickets all begin alike, so that each is made once."""
    if scenario.data in SMALL:
        return scenario
    named = isinstance(scenario.dialect, str)
    return replace(scenario, start=BEGINNINGS[0], dialect=scenario.dialect if named else "default")


def _others() -> Strategy:
    acting = st.one_of(
        st.builds(act, indexes, sampled(("note", "complete", "time", "reopen"))),
        st.builds(lambda index: act(index, "assign", more={"to": RESOURCE}), indexes),
    )
    return weighted((st.builds(change, indexes, _changed), 4), (acting, 3), (st.builds(delete, indexes), 2))


# --- what the client is told to write ---------------------------------------------------------------------------------


def _new() -> Strategy:
    """The fields of a ticket to be made; now and then such as the vendor refuses."""
    given = st.fixed_dictionaries(
        {"AccountID": sampled(ACCOUNTS), "Title": sampled(TITLES), "Priority": sampled((2, 4)), "Status": st.just(1)},
        optional={"Description": _written, "DueDateTime": sampled(TIMES), "Source": st.just(2)},
    )
    wrong = st.builds(lambda fields, more: {**fields, **more}, given, sampled(REFUSED))
    return weighted((given, 5), (wrong, 1))


# --- stories ----------------------------------------------------------------------------------------------------------


def _closed() -> Strategy:
    return sequences.closed(
        "complete",
        (
            lambda index, text: change(index, {"Title": text}),
            lambda index, text: act(index, "note"),
            lambda index, text: act(index, "reopen"),
        ),
        sampled(TITLES),
    )


def _stirred() -> Strategy:
    """Something that hangs on an older ticket moves its activity, and nothing else of it, while a younger one is known."""

    def story(minutes: int, action: str) -> list[Intent]:
        younger = [plain(ClockStep(minutes * MINUTE)), create({}), sync(), plain(ClockStep(minutes * MINUTE))]
        return [create({}), *younger, act(-2, action), sync()]

    return st.builds(story, sampled((1, 5, 60)), sampled(("note", "time")))


def _picklists() -> Strategy:
    """Administrators edit a list, and somebody uses a value that nobody knew before."""

    def story(index: int, new: bool) -> list[Intent]:
        added = {"field": "Status", "value": str(NEW_STATUS), "label": "Dig Safe Pending"}
        renamed = {"field": "Status", "value": "8", "label": "Doing"}
        edited = administer("add value", added, "add") if new else administer("rename label", renamed)
        return [sync(), edited, change(index, {"Status": NEW_STATUS if new else 8}), sync()]

    return st.builds(story, indexes, sampled((False, True)))


def _usage() -> Strategy:
    """Other integrations use up the customer's requests."""

    def story(requests: int) -> list[Intent]:
        return [administer("use requests", {"requests": requests}), sync(), plain(ClockStep(MINUTE)), sync()]

    return st.builds(story, sampled(USED))


def _slow() -> Strategy:
    """Calls take time, for much of the hour's requests is used; and somebody changes a ticket between two of them."""

    def story(index: int, after: int, fields: Mapping[str, Any]) -> list[Intent]:
        busy = administer("use requests", {"requests": USED[0]})
        inside = sync(after, [change(index, fields)])
        return [sync(), busy, plain(ClockStep(MINUTE)), inside, plain(ClockStep(MINUTE)), sync()]

    return st.builds(story, indexes, sampled((1, 2, 3, 4)), sampled(({"Priority": 4}, {"Title": "changed meanwhile"})))


def _bulk() -> Strategy:
    """Many tickets are made in one moment between two syncs."""

    def story(times: int) -> list[Intent]:
        made = {"AccountID": ACCOUNTS[0], "Title": "one of many"}
        return [sync(), create(made, times=times), plain(ClockStep(MINUTE)), sync()]

    return sampled(AT_ONCE).map(story)


def _cleared() -> Strategy:
    """What a ticket held is taken away after the client has seen it."""

    def story(index: int, cleared: Mapping[str, Any]) -> list[Intent]:
        return [change(index, FILLED), sync(), plain(ClockStep(MINUTE)), change(index, cleared), sync()]

    return st.builds(story, indexes, sampled(CLEARED))


def _said_twice() -> Strategy:
    """The same text is told twice of a ticket: two notes, and work that was done twice."""

    def story(index: int, text: str, minutes: int | None) -> list[Intent]:
        return [write("note", index, text=text, minutes=minutes), write("note", index, text=text, minutes=minutes)]

    return st.builds(story, indexes, sampled(("called", "a & b")), sampled(MINUTES))
