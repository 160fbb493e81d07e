"""Scenarios for get_tickets: lists around the edge of a page, changed and cut while they are walked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from mockservers.harness import sequences
from mockservers.harness.drivers import Hello
from mockservers.harness.layers import Story, sampled
from mockservers.harness.profile import profile
from mockservers.harness.scenarios import ClientStep, ClockStep, FaultStep, OtherStep, Scenario, Step
from mockservers.harness.strategies import (
    Intent,
    ScenarioBuilder,
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
from mockservers.kernel.instants import MINUTE
from mockservers.registry import emulator
from mockservers.vendors.get_tickets.contract import inputs

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
    ("assign", {"to": "d.müller", "group": "R&D <Field>"}),
    ("note", {"by": "kim+1%"}),
)
TEXTS_OF_CUSTOMERS = ("subject", "summary", "company_name", "contact")
TEXTS_OF_DESKS = ("priority", "category", "sub_category", "source", "escalation_level", "email", "phone")
TEXT_FIELDS = (*TEXTS_OF_CUSTOMERS * 4, *TEXTS_OF_DESKS)
LINKS = ({"linked_asset": "5,7"}, {"linked_calls": "17"}, {"linked_devices": "7,8,9"}, {"linked_asset": ""})
SIZES = (*(1, 2, 9, 10, 11, 20, 21) * 7, 26, 51, 101)
"""Tickets at the beginning: around the pages of ten that samples and habit suggest, and seldom larger ones."""
RECIPES = (*("empty",) * 141, *("demo:9",) * 5, *("demo:251",) * 2, "demo:501")
"""What the vendor holds before anything happens: nothing as a rule, the tickets that are hard to read, seldom a whole archive."""
MOST_STEPS = 3
"""Steps that are played where there is a whole archive."""
COPIED = ("", "boss@example.org", "a@example.org,b@example.org")
CUSTOMERS = ("jones", "kim+1%", "Ädam", "Jones")
OPENERS = ("WEBSITE", *CUSTOMERS, 'a+b%2B <c> "d" \\e', "R&D &lt;")
"""Who opens tickets. This field comes raw: nothing in it is decoded but what XML or JSON demand."""
STATUSES = ("Open", "Waiting for parts", "Zurückgestellt")
CUSTOM = ("Site", "Cost_Centre", "Remarks", "Asset_Tag")
"""The custom fields that every installation here defines."""
DUE = (
    "2026-03-05T15:30:00Z",
    None,
    "2026-04-03T12:00:00Z",  # noon, on a day that may be taken for a month
    "2026-04-03T16:00:00Z",
    "2026-04-03T00:00:00Z",
    "2026-07-04T16:45:10Z",  # clocks in New York are an hour further than in winter,
    "2026-11-01T06:30:00Z",  # repeat one here,
    "2026-03-08T07:00:00Z",  # and skip one here
    "2028-02-29T23:59:59Z",
    "2026-12-31T23:30:00Z",
    "2014-04-13T13:00:00Z",
)
LONG_AGO = ("2025-06-01T08:00:00Z", "2014-02-28T23:59:59Z")
NUMBERS = (4000, 5000, 99_999)
"""Numbers of tickets that come from elsewhere: out of turn, and so that a further digit is next. No longer ones, since a
client that goes through all numbers in blocks of a hundred is correct, and would not come to an end."""


def scenarios(dialect: str | Mapping[str, Any], hello: Hello) -> Strategy:
    """Whole scenarios in one dialect (and, in the default one, in the formats and zones the client says it obeys)."""
    here = emulator("get_tickets")
    customs = st.dictionaries(sampled(CUSTOM), texts, max_size=2)
    worded = st.fixed_dictionaries(
        {},
        optional={
            "subject": texts,
            "cid": sampled(CUSTOMERS),
            "cc_addresses": sampled(COPIED),
            "opened_by": sampled(OPENERS),
            "custom_fields": customs,
            "due_date": sampled(DUE),
        },
    )
    opening = st.builds(create, worded, st.just(0), sampled(SIZES))
    creating = weighted((st.builds(create, worded, delays), 5), (imports, 1))
    fields = weighted(
        (st.builds(lambda name, text: {name: text}, sampled(TEXT_FIELDS), texts), 6),
        (st.builds(lambda status: {"status": status}, sampled(STATUSES)), 1),
        (customs.map(lambda given: {"custom_fields": given}), 1),
        (st.one_of(sampled(DUE).map(lambda due: {"due_date": due}), sampled(LINKS)), 1),
        (st.builds(lambda text, at: {"subject": text, "last_updated": at}, texts, sampled(LONG_AGO)), 1),
    )
    changing = st.builds(change, indexes, fields, delays)
    acting = st.builds(
        lambda index, action, delay: act(index, action[0], delay, action[1]), indexes, sampled(ACTIONS), delays
    )
    others = weighted((changing, 2), (acting, 2), (st.builds(delete, indexes), 2))
    closed = sequences.closed(
        "close",
        (
            lambda index, text: change(index, {"subject": text}),
            lambda index, text: act(index, "reopen"),
            lambda index, text: act(index, "update", more={"fields": {"summary": text}}),
        ),
        texts,
    )
    stories = [
        Story("closed", closed, 5),
        Story("hollow", hollow, 5),
        Story("shifted", shifted, 2),
        Story("volume", volume, 1),
    ]
    more = inputs.of(hello, others)
    if more.acts is not None:
        others = weighted((others, 2), (more.acts, 1))
    reads = tuple(name for name in here.refusals if name != "written")
    trouble = faults(reads, ("tickets.get",))
    found = assemble(
        profile("get_tickets"),
        dialect,
        hello,
        opening,
        creating,
        others,
        weighted((trouble, 3), *more.troubles, (revocations, 1), (throttled, 1)),
        [*stories, *more.stories],
        more.writing,
        data=RECIPES,
    )
    if more.writing is not None and dialect == "default":
        found = st.builds(inputs.switched, found, inputs.SWITCHES)
    return found.map(_bearable)


def _bearable(scenario: Scenario) -> Scenario:
    """The same without what no client could bear.

    Where there is a whole archive, little else happens, and no call is one too many: a client may read it by tens. In
    delimited text an ampersand in a raw value breaks the line.
    """
    dialect = scenario.dialect
    if (dialect if isinstance(dialect, str) else dialect.get("output_format")) == "delimited":
        scenario = replace(scenario, steps=tuple(map(_without_ampersand, scenario.steps)))
    if scenario.data in ("empty", "demo:9"):
        return scenario
    if not isinstance(dialect, str):
        dialect = {switch: value for switch, value in dialect.items() if switch != "rate_limit"} or "default"
    return replace(scenario, steps=scenario.steps[:MOST_STEPS], dialect=dialect)


def _without_ampersand(step: Step) -> Step:
    if isinstance(step, ClientStep) and step.meanwhile is not None:
        inner = tuple(each for each in map(_without_ampersand, step.meanwhile.steps) if isinstance(each, OtherStep))
        return replace(step, meanwhile=replace(step.meanwhile, steps=inner))
    if isinstance(step, OtherStep) and "&" in step.fields.get("opened_by", ""):
        return replace(step, fields={**step.fields, "opened_by": step.fields["opened_by"].replace("&", "")})
    return step


def _imported(number: int, at: str) -> Intent:
    """A ticket that is older than its number and than its arrival here. No number is given twice."""

    def tell(builder: ScenarioBuilder) -> OtherStep | None:
        if f"number {number}" in builder.once:
            return None
        builder.once.add(f"number {number}")
        builder.born()
        return OtherStep("create", fields={"tid": number, "date_opened": at, "last_updated": at})

    return tell


imports = st.builds(_imported, sampled(NUMBERS), sampled(LONG_AGO))


throttled = sampled((1, 5, 8)).map(lambda times: plain(FaultStep("refuse", 0, times, None, {"refusal": "rate"})))
"""Too many calls, for a while: longer than the patience of a client that tries again at once."""


def _hollow(after: int) -> list[Intent]:
    """An answer loses its body when tickets are known already; in delimited text that looks like an empty list."""
    return [create({}), sync(), plain(FaultStep("empty_body", after)), sync()]


hollow = st.builds(_hollow, sampled((0, 1)))


def _shifted(times: int, after: int, index: int) -> list[Intent]:
    """Rows move up while a list is walked: what stood at the edge of the next page is in neither."""
    return [create({}, times=times), sync(), sync(after, [delete(index)]), plain(ClockStep(MINUTE)), sync()]


shifted = st.builds(_shifted, sampled((11, 11, 21)), sampled((1, 2)), indexes)


def _volume(times: int) -> list[Intent]:
    """Much happens between two syncs: more than a page, of whatever size, holds."""
    return [sync(), create({}, times=times), sync()]


volume = st.builds(_volume, sampled((26, 26, 26, 51)))
