"""Scenarios for get_tickets: lists around the edge of a page, changed and cut while they are walked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from mockservers.harness import sequences
from mockservers.harness.drivers import Hello
from mockservers.harness.profile import profile
from mockservers.harness.scenarios import FaultStep
from mockservers.harness.strategies import (
    Intent,
    Strategy,
    act,
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
from mockservers.registry import emulator

ACTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("close", {}),
    ("assign", {"to": "guest"}),
    ("reopen", {}),
    ("note", {}),
    ("lock", {}),
    ("unlock", {}),
    ("spawn", {}),
    ("merge", {"into": 0}),
    ("merge", {"into": 1}),
)
TEXT_FIELDS = ("subject", "summary", "company_name", "contact")
SIZES = (*(1, 2, 9, 10, 11, 20, 21) * 4, 50, 51, 101)
"""Tickets at the beginning: around the pages of ten that samples and habit suggest, and seldom larger ones."""
COPIED = ("", "boss@example.org", "a@example.org,b@example.org")
CUSTOMERS = ("jones", "kim+1%", "Ädam")
STATUSES = ("Open", "Waiting for parts", "Zurückgestellt")
CUSTOM = ("Site", "Cost_Centre", "Remarks", "Asset_Tag")
"""The custom fields that every installation here defines."""


def scenarios(dialect: str | Mapping[str, Any], hello: Hello) -> Strategy:
    """Whole scenarios in one dialect (and, in the default one, in the formats and zones the client says it obeys)."""
    here = emulator("get_tickets")
    customs = st.dictionaries(st.sampled_from(CUSTOM), texts, max_size=2)
    worded = st.fixed_dictionaries(
        {},
        optional={
            "subject": texts,
            "cid": st.sampled_from(CUSTOMERS),
            "cc_addresses": st.sampled_from(COPIED),
            "opened_by": st.sampled_from(("WEBSITE", *CUSTOMERS)),
            "custom_fields": customs,
        },
    )
    opening = st.builds(create, worded, st.just(0), st.sampled_from(SIZES))
    creating = st.builds(create, worded, delays)
    fields = weighted(
        (st.builds(lambda name, text: {name: text}, st.sampled_from(TEXT_FIELDS), texts), 4),
        (st.builds(lambda status: {"status": status}, st.sampled_from(STATUSES)), 1),
        (customs.map(lambda given: {"custom_fields": given}), 1),
    )
    changing = st.builds(change, indexes, fields, delays)
    acting = st.builds(
        lambda index, action, delay: act(index, action[0], delay, action[1]), indexes, st.sampled_from(ACTIONS), delays
    )
    others = weighted((changing, 2), (acting, 2), (st.builds(delete, indexes), 2))
    trouble = faults(here.refusals, ("tickets.get",))
    closed = sequences.closed(
        "close",
        (
            lambda index, text: change(index, {"subject": text}),
            lambda index, text: act(index, "reopen"),
            lambda index, text: act(index, "update", more={"fields": {"summary": text}}),
        ),
        texts,
    )
    return assemble(
        profile("get_tickets"),
        dialect,
        hello,
        opening,
        creating,
        others,
        weighted((trouble, 3), (revocations, 1), (throttled, 1)),
        weighted((closed, 1), (hollow, 1)),
    )


throttled = st.sampled_from((1, 5, 8)).map(
    lambda times: plain(FaultStep("refuse", 0, times, None, {"refusal": "rate"}))
)
"""Too many calls, for a while: longer than the patience of a client that tries again at once."""


def _hollow(after: int) -> list[Intent]:
    """An answer loses its body when tickets are known already; in delimited text that looks like an empty list."""
    return [create({}), sync(), plain(FaultStep("empty_body", after)), sync()]


hollow = st.builds(_hollow, st.integers(0, 1))
