"""Scenarios for QueryData: few tickets, acted upon around the minute's edge, in windows, lag and trouble."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hypothesis import strategies as st

from mockservers.harness.drivers import Hello
from mockservers.harness.profile import profile
from mockservers.harness.scenarios import ClockStep, FaultStep
from mockservers.harness.strategies import (
    Intent,
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
from mockservers.kernel.instants import MINUTE
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


def scenarios(dialect: str | Mapping[str, Any], hello: Hello) -> Strategy:
    """Whole scenarios in one dialect (and, in the default one, in the zones that the client says it obeys)."""
    here = emulator("querydata")
    worded = st.fixed_dictionaries(
        {},
        optional={
            "Remarks": texts,
            "TicketType": st.sampled_from(KINDS),
            "Priority": st.sampled_from(KINDS),
            "Folder": st.sampled_from(FOLDERS),
            "Excavator": st.fixed_dictionaries({"CompanyName": st.sampled_from(COMPANIES)}),
            "Geometry": st.none(),
        },
    )
    creating = st.builds(create, worded, delays)
    acting = st.builds(act, indexes, st.sampled_from(ACTIONS), delays)
    changing = st.builds(
        change, indexes, st.builds(lambda name, text: {name: text}, st.sampled_from(TEXT_FIELDS), texts), delays
    )
    others = weighted((acting, 4), (changing, 2), (st.builds(delete, indexes), 1))
    trouble = faults(here.refusals, here.operations)
    closed = st.builds(
        lambda index, action: after_the_end(act(index, "Add Complete Response"), act(index, action)),
        indexes,
        st.sampled_from(("Add Notes", "Assign", "Add Ongoing Response")),
    )
    return assemble(
        profile("querydata"),
        dialect,
        hello,
        creating,
        creating,
        others,
        weighted((trouble, 3), (revocations, 1)),
        weighted((closed, 1), (details_trouble(here.refusals), 2), (gone_between, 1), (one_after_another, 1)),
    )


def _vanishing(index: int) -> list[Intent]:
    """A ticket that the client knows is named by a Summary, and gone before its Details are asked for."""
    return [sync(), act(index, "Add Notes"), plain(ClockStep(3 * MINUTE)), sync(1, [delete(index)])]


def _revising(index: int, again: int) -> list[Intent]:
    """A ticket is revised, and its newest version again; between the two the client may look."""
    return [sync(), act(index, "Revise"), *([sync()] if again else []), act(index, "Revise"), act(index, "Add Notes")]


gone_between = st.builds(_vanishing, indexes)
one_after_another = st.builds(_revising, indexes, st.integers(0, 1))


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

    kinds = st.sampled_from(("refuse", "refuse", "refuse", "fail", "empty_body", "lost_answer"))
    told = st.builds(
        story, indexes, kinds, st.sampled_from(tuple(refusals)), st.sampled_from((1, 1, 2)), st.sampled_from((1, 2))
    )
    return told.map(lambda intents: [sync(), *intents])
