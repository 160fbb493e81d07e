"""Scenarios for QueryData: few tickets, acted upon around the minute's edge, in windows, lag and trouble."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from mockservers.harness.drivers import Hello
from mockservers.harness.machines import machine
from mockservers.harness.strategies import (
    Strategy,
    act,
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

ACTIONS = ("Add Notes", "Assign", "Add Ongoing Response", "Add Complete Response", "Change Folder", "Revise")
TEXT_FIELDS = ("Remarks", "LocateInstructions")


def scenarios(dialect: str | Mapping[str, Any], hello: Hello) -> Strategy:
    """Whole scenarios in one dialect (and, in the default one, in the zones that the client says it obeys)."""
    here = emulator("querydata")
    worded = st.fixed_dictionaries({}, optional={"Remarks": texts})
    creating = st.builds(create, worded, delays)
    acting = st.builds(act, indexes, st.sampled_from(ACTIONS), delays)
    changing = st.builds(
        change, indexes, st.builds(lambda name, text: {name: text}, st.sampled_from(TEXT_FIELDS), texts), delays
    )
    others = weighted((acting, 4), (changing, 2), (st.builds(delete, indexes), 1))
    trouble = faults(here.refusals, here.operations)
    return assemble(
        machine("querydata"), dialect, hello, creating, creating, others, weighted((trouble, 3), (revocations, 1))
    )
