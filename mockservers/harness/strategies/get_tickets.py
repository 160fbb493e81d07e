"""Scenarios for get_tickets: lists around the edge of a page, changed and cut while they are walked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from mockservers.harness.drivers import Hello
from mockservers.harness.machines import machine
from mockservers.harness.strategies import (
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
    revocations,
    texts,
    weighted,
)
from mockservers.vendors import emulator

ACTIONS: tuple[tuple[str, dict[str, str]], ...] = (
    ("close", {}),
    ("assign", {"to": "guest"}),
    ("reopen", {}),
    ("note", {}),
    ("lock", {}),
    ("unlock", {}),
    ("spawn", {}),
)
TEXT_FIELDS = ("subject", "summary", "company_name", "contact")
SIZES = (1, 2, 9, 10, 11, 20, 21)
"""Tickets at the beginning: around the pages of ten that samples and habit suggest."""
COPIED = ("", "boss@example.org", "a@example.org,b@example.org")
CUSTOMERS = ("jones", "kim+1%", "Ädam")


def scenarios(dialect: str | Mapping[str, Any], hello: Hello) -> Strategy:
    """Whole scenarios in one dialect (and, in the default one, in the formats and zones the client says it obeys)."""
    here = emulator("get_tickets")
    worded = st.fixed_dictionaries(
        {},
        optional={
            "subject": texts,
            "cid": st.sampled_from(CUSTOMERS),
            "cc_addresses": st.sampled_from(COPIED),
        },
    )
    opening = st.builds(create, worded, st.just(0), st.sampled_from(SIZES))
    creating = st.builds(create, worded, delays)
    changing = st.builds(
        change, indexes, st.builds(lambda name, text: {name: text}, st.sampled_from(TEXT_FIELDS), texts), delays
    )
    acting = st.builds(
        lambda index, action, delay: act(index, action[0], delay, action[1]), indexes, st.sampled_from(ACTIONS), delays
    )
    others = weighted((changing, 2), (acting, 2), (st.builds(delete, indexes), 2))
    trouble = faults(here.refusals, ("tickets.get",))
    closed = st.builds(
        lambda index, later, text: after_the_end(act(index, "close"), later(index, text)),
        indexes,
        st.sampled_from(
            (
                lambda index, text: change(index, {"subject": text}),
                lambda index, text: act(index, "reopen"),
                lambda index, text: act(index, "update", more={"fields": {"summary": text}}),
            )
        ),
        texts,
    )
    return assemble(
        machine("get_tickets"),
        dialect,
        hello,
        opening,
        creating,
        others,
        weighted((trouble, 3), (revocations, 1)),
        closed,
    )
