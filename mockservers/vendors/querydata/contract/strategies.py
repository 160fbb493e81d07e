"""Scenarios for QueryData: few tickets, acted upon around the minute's edge, in windows, lag and trouble."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hypothesis import strategies as st

from mockservers.harness import strategies
from mockservers.harness.drivers import Hello
from mockservers.harness.layers import Story, sampled
from mockservers.harness.profile import profile
from mockservers.harness.scenarios import ClockStep, FaultStep, Step
from mockservers.harness.strategies import (
    Intent,
    ScenarioBuilder,
    Strategy,
    act,
    after_the_end,
    assemble,
    change,
    create,
    delays,
    delete,
    faults,
    indexes,
    plain,
    revocations,
    sync,
    texts,
    weighted,
)
from mockservers.kernel.instants import HOUR, MINUTE, SECOND, from_iso
from mockservers.registry import emulator

ACTIONS = (
    "Add Notes",
    "Assign",
    "Add Ongoing Response",
    "Add Complete Response",
    "Change Folder",
    "Revise",
    "Add Sketch",
    "Add Map Annotation",
    "Add Facility Type",
)
TEXT_FIELDS = ("Remarks", "LocateInstructions")
KINDS = ("Normal", "Emergency", "Vacuum Excavation", "NO-RESPONSE (2nd)", "Ü")
"""Types of tickets: some that Utilisphere lists, and some of a centre that invented its own."""
FOLDERS = ("North", "Zürich & Nord", None)
COMPANIES = ("Smith & Sons <North>", 'Müller "Tiefbau" GmbH', "O'Hara &amp; Co")


MEMBERS: tuple[list[dict[str, Any]], ...] = (
    [{"MemberCode": "UTIL01", "Name": "Gas & Light", "FacilityTypes": ["Gas", "Gas"]}],
    [{"MemberCode": "UTIL01", "Name": "Gas", "FacilityTypes": ["Gas"]}],
    [],
    [{"MemberCode": code, "Name": "Gas", "FacilityTypes": ["Gas", "Water"]} for code in ("UTIL01", "util01")],
)
"""One where several are usual, with the same inside twice; none; and two whose codes differ in letter case only."""
NUMBERS = ("A1b", "a1B", "A1b", "a1B", "508513111", "0", "00012", "1e5")
"""Numbers of tickets: alike but for the case, the id of another ticket, and texts that look like other numbers."""
NOTES = ("", "Called", "Smith & Sons <North>", "0", "one\ntwo")
LONGEST = "0123456789" * 399 + "ends here."
"""As long as a text may be."""
SCALES = (26, 51, 101)
"""How many tickets arrive at once. Each is a call for Details, so such stories are rare."""
STARTS = (*strategies.STARTS, from_iso("2026-11-01T04:28:30Z"), from_iso("2028-02-29T23:59:30Z"))
"""Also where clocks in St. John's repeat an hour, and the end of a leap day."""


def scenarios(dialect: str | Mapping[str, Any], hello: Hello) -> Strategy:
    """Whole scenarios in one dialect (and, in the default one, in the zones that the client says it obeys)."""
    here = emulator("querydata")
    worded = st.fixed_dictionaries(
        {},
        optional={
            "Remarks": weighted((texts, 12), (st.none(), 1), (st.just(LONGEST), 1)),
            "TicketType": sampled(KINDS),
            "Priority": sampled((*KINDS, None)),
            "Folder": sampled(FOLDERS),
            "Excavator": st.fixed_dictionaries({"CompanyName": sampled(COMPANIES)}),
            "Geometry": st.none(),
            "DepthInches": sampled((0, None)),
            "Explosives": sampled((True, None)),
            "Members": sampled(MEMBERS),
            "TicketNumber": sampled(NUMBERS),
        },
    )
    creating = st.builds(_create, worded, delays)
    acting = st.builds(_act, indexes, sampled(ACTIONS), delays, sampled(NOTES))
    changing = st.builds(
        change, indexes, st.builds(lambda name, text: {name: text}, sampled(TEXT_FIELDS), texts), delays
    )
    others = weighted((acting, 4), (changing, 2), (st.builds(delete, indexes), 1))
    trouble = faults(here.refusals, here.operations)
    closed = st.builds(
        lambda index, action: after_the_end(act(index, "Add Complete Response"), act(index, action)),
        indexes,
        sampled(("Add Notes", "Assign", "Add Ongoing Response")),
    )
    stories = [
        Story("closed", closed, 11),
        Story("details trouble", details_trouble(here.refusals), 22),
        Story("gone between", gone_between, 24),
        Story("one after another", one_after_another, 11),
        Story("twice", twice, 7),
        Story("out of order", out_of_order, 4),
        Story("overtaken", overtaken, 5),
        Story("bursts", bursts, 3),
        Story("quiet", quiet, 2),
        Story("bulk", bulk, 1),
    ]
    return assemble(
        profile("querydata"),
        dialect,
        hello,
        creating,
        creating,
        others,
        weighted((trouble, 3), (revocations, 1)),
        stories,
        starts=STARTS,
    )


def _act(index: int, action: str, delay: int, note: str) -> Intent:
    """Somebody acts upon a ticket, with words where the action takes some."""
    taken = "note" in profile("querydata").actions[action]
    return act(index, action, delay, {"note": note} if note and taken else {})


def _create(fields: Mapping[str, Any], delay: int) -> Intent:
    """A ticket arrives; a number that another one has is left out, for it would be that one's next version."""

    def tell(builder: ScenarioBuilder) -> Step | None:
        known = dict(fields)
        if known.get("TicketNumber") in builder.once:
            del known["TicketNumber"]
        builder.once.add(known.get("TicketNumber", ""))
        return create(known, delay)(builder)

    return tell


def _vanishing(index: int, asked: int) -> list[Intent]:
    """A ticket that the client knows is named by a Summary, and gone before its Details are asked for."""
    return [sync(), act(index, "Add Notes"), plain(ClockStep(3 * MINUTE)), sync(asked, [delete(index)])]


def _revising(index: int, again: int) -> list[Intent]:
    """A ticket is revised, and its newest version again; between the two the client may look."""
    return [sync(), act(index, "Revise"), *([sync()] if again else []), act(index, "Revise"), act(index, "Add Notes")]


def _twice(index: int, action: str, note: str) -> list[Intent]:
    """Somebody does the same twice within a second, with the same words: two entries that are equal, and both count."""
    return [act(index, action, 0, {"note": note}), act(index, action, 0, {"note": note}), sync()]


def _out_of_order(index: int, other: int, action: str) -> list[Intent]:
    """What happened first shows up last, behind what a client may take for the newest that there is."""
    return [
        sync(),
        act(index, action, 90 * SECOND),
        plain(ClockStep(30 * SECOND)),
        act(other, "Add Notes"),
        sync(),
        plain(ClockStep(3 * MINUTE)),
    ]


def _overtaken(index: int, other: int, action: str) -> list[Intent]:
    """A ticket leaves the window that named it while the windows are walked; and one is seen again in the overlap."""
    return [
        act(index, "Add Notes"),
        act(other, action),
        plain(ClockStep(17 * MINUTE)),
        sync(2, [act(index, action)]),
        plain(ClockStep(SECOND)),
        act(index, "Assign"),
        sync(),
    ]


def _bursts(index: int, kind: str, times: int, after: int) -> list[Intent]:
    """Trouble that does not pass by itself as soon as somebody tries again, nor at the next sync."""
    settings = {"refusal": "value"} if kind == "refuse" else {}
    return [
        act(index, "Add Notes"),
        plain(ClockStep(3 * MINUTE)),
        plain(FaultStep(kind, after, times, None, settings)),
        sync(),
        plain(ClockStep(3 * MINUTE)),
        *(sync() for _ in range(3)),
    ]


def _quiet() -> list[Intent]:
    """Hours in which nobody looks, and then somebody does again and again."""
    return [sync(), plain(ClockStep(2 * HOUR)), sync()]


def _bulk(times: int) -> list[Intent]:
    """Many tickets arrive at once: in one window, and one answer."""
    return [create({}, 0, times), plain(ClockStep(3 * MINUTE)), sync()]


actions = sampled(("Add Notes", "Add Ongoing Response", "Assign"))
twice = st.builds(_twice, indexes, sampled(("Add Notes", "Add Ongoing Response")), sampled(NOTES[1:]))
out_of_order = st.builds(_out_of_order, indexes, indexes, actions)
overtaken = st.builds(_overtaken, indexes, indexes, actions)
bursts = st.builds(
    _bursts, indexes, sampled(("refuse", "lost_answer", "empty_body", "fail")), sampled((15, 40)), sampled((0, 1))
)
quiet = st.builds(_quiet)
bulk = sampled(SCALES).map(_bulk)
gone_between = st.builds(_vanishing, indexes, sampled((1, 2, 3)))
"""A client may ask for several windows, of which one names the ticket."""
one_after_another = st.builds(_revising, indexes, sampled((0, 1)))


def details_trouble(refusals: Iterable[str]) -> Strategy:
    """A Details call fails, so long after the action that no overlap of windows names the ticket again.

    Three minutes after a sync the gap is one window for a client that overlaps by `lag_seconds`: its first request is
    the Summary and its second is Details.
    """

    def story(index: int, trouble: str, refusal: str, after: int, times: int) -> list[Intent]:
        settings: dict[str, Any] = {"refusal": refusal} if trouble == "refuse" else {}
        return [
            act(index, "Add Notes"),
            plain(ClockStep(3 * MINUTE)),
            plain(FaultStep(trouble, after, times, None, settings)),
            sync(),
        ]

    kinds = sampled(("refuse", "refuse", "refuse", "fail", "empty_body", "lost_answer"))
    told = st.builds(story, indexes, kinds, sampled(tuple(refusals)), sampled((1, 1, 2)), sampled((1, 2)))
    return told.map(lambda intents: [sync(), *intents])
