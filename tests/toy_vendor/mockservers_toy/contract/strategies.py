"""Scenarios for Toy: lists around the edge of a page, changed while they are walked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from mockservers.harness import sequences
from mockservers.harness.drivers import Hello
from mockservers.harness.layers import Story
from mockservers.harness.profile import profile
from mockservers.harness.strategies import (
    Strategy,
    act,
    assemble,
    change,
    create,
    delete,
    faults,
    indexes,
    revocations,
    texts,
    weighted,
)
from mockservers_toy import VENDOR

TIMES = (1, 2, 3, 4, 7)
"""Tickets at the beginning: around the pages of two and three."""


def scenarios(dialect: str | Mapping[str, Any], hello: Hello) -> Strategy:
    """Whole scenarios in one dialect."""
    titled = st.fixed_dictionaries({}, optional={"title": texts})
    opening = st.builds(lambda fields, times: create(fields, 0, times), titled, st.sampled_from(TIMES))
    changing = st.builds(lambda index, text: change(index, {"title": text}), indexes, texts)
    acting = st.builds(act, indexes, st.sampled_from(("close", "reopen")))
    others = weighted((changing, 2), (acting, 1), (st.builds(delete, indexes), 1))
    closed = sequences.closed("close", (lambda index, text: act(index, "reopen"),), texts)
    return assemble(
        profile(VENDOR.name),
        dialect,
        hello,
        opening,
        st.builds(create, titled),
        others,
        weighted((faults(("key",), ("tickets.list",)), 3), (revocations, 1)),
        [Story("closed", closed)],
    )
