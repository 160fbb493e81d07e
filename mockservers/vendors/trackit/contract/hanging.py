"""Stories for clients that copy what hangs on tickets, or that search: drawn for those alone that say so in their hello."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from mockservers.harness.drivers import Hello
from mockservers.harness.layers import Story, sampled
from mockservers.harness.scenarios import ClockStep, FaultStep
from mockservers.harness.strategies import (
    PROSE,
    Intent,
    Strategy,
    act,
    administer,
    change,
    create,
    indexes,
    plain,
    sync,
    weighted,
)
from mockservers.kernel.instants import MINUTE
from mockservers.vendors.trackit.contract.profile import ASSIGNMENTS, ATTACHMENTS, SEARCHES, SOLUTIONS

CROWDS = (21, 41, 21)
"""One more than a page of twenty, or than two."""
_KINDS = ("fail", "empty_body")


def stories(hello: Hello) -> list[Story]:
    """Stories for the options that a client names."""
    told = {
        ASSIGNMENTS: (
            Story("worked on", _worked_on(), 12),
            Story("many assignments", _crowd("add_assignment"), 3),
            Story("assignments in trouble", _in_trouble("add_assignment", "assignments"), 5),
        ),
        ATTACHMENTS: (
            Story("attached", _attached(), 10),
            Story("many attachments", _crowd("attach", {"text": "plain"}), 3),
            Story("attachments in trouble", _in_trouble("attach", "attachments"), 5),
        ),
        SOLUTIONS: (Story("solved", _solved(), 12), Story("filed", _filed(), 8)),
        SEARCHES: (Story("many found", _many(), 8),),
    }
    return [story for option, known in told.items() if option in hello.options for story in known]


def _later(intents: list[Intent], by: int) -> list[Intent]:
    return [*([plain(ClockStep(by))] if by else []), *intents]


def _worked_on() -> Strategy:
    """An assignment is made; after a sync somebody works on it, which nothing but the assignment itself shows."""

    def story(index: int, fields: dict[str, Any], then: tuple[str, dict[str, Any]], by: int) -> list[Intent]:
        made = act(index, "add_assignment", more={"fields": fields} if fields else {})
        action, more = then
        return [made, sync(), *_later([act(index, action, more=more), sync()], by)]

    changes = sampled(PROSE).map(lambda text: ("change_assignment", {"fields": {"22": text}}))
    acts = sampled(
        (
            ("close_assignment", {}),
            ("change_assignment", {"fields": {"7": "More is known", "100": "2026-03-05T15:00:00Z"}}),
            ("change_assignment", {"fields": {"67": "TECH2"}}),
            ("drop_assignment", {}),
            ("add_assignment", {"open": False}),
            ("note_assignment", {"text": "Looked at it"}),
            ("resolve_assignments", {}),
        )
    )
    given = st.fixed_dictionaries({}, optional={"22": sampled(PROSE), "7": st.just("first")})
    return st.builds(story, indexes, given, weighted((acts, 4), (changes, 1)), sampled((0, MINUTE)))


def _crowd(action: str, more: dict[str, Any] | None = None) -> Strategy:
    """More than a page holds, and one more while a client is on its way through the pages."""

    def story(index: int, copies: int, after: int) -> list[Intent]:
        many = act(index, action, more={**(more or {}), "copies": copies})
        return [many, sync(after, [act(index, action, more=more)]), sync()]

    return st.builds(story, indexes, sampled(CROWDS), sampled((3, 4, 5)))


def _in_trouble(action: str, kind: str) -> Strategy:
    """What hangs on a ticket was read once, and then cannot be read for a while."""

    def story(index: int, fault: str, again: bool) -> list[Intent]:
        first = act(index, action, more={"text": "plain"} if action == "attach" else {})
        trouble = plain(FaultStep(fault, 0, 1, f"{kind}.list"))
        return [first, sync(), *([act(index, action)] if again else []), trouble, sync()]

    return st.builds(story, indexes, sampled(_KINDS), sampled((False, True)))


def _attached() -> Strategy:
    """Files come and go, with anything in them."""

    def story(index: int, text: str, name: str, then: str, more: dict[str, Any]) -> list[Intent]:
        file = act(index, "attach", more={"name": name, "text": text})
        return [file, sync(), act(index, then, more=more), sync()]

    names = sampled(("notes.txt", "Größe 1.txt", "a & b.pdf", "notes.txt"))
    then = sampled(("detach", "attach", "detach", "attach"))
    more = sampled(({}, {"text": "plain"}))
    return st.builds(
        lambda index, text, name, action, given: story(index, text, name, action, given if action == "attach" else {}),
        indexes,
        sampled(PROSE),
        names,
        then,
        more,
    )


def _solved() -> Strategy:
    """A ticket names a solution; then that is rewritten, which no ticket shows, or the ticket names another one or none."""

    def story(index: int, number: int, text: str, how: str, by: int) -> list[Intent]:
        then = {
            "rewritten": administer("enter", {"list": "solution", "entry": number, "facts": {"resolution": text}}),
            "another": change(index, {"158": 3 - number}),
            "none": change(index, {"158": None}),
        }[how]
        return [change(index, {"158": number}), sync(), *_later([then, sync()], by)]

    hows = weighted((st.just("rewritten"), 3), (sampled(("another", "none")), 2))
    return st.builds(story, indexes, sampled((1, 2)), sampled(PROSE), hows, sampled((0, MINUTE)))


def _filed() -> Strategy:
    """A ticket names a solution; then files are attached to that, a page of them or one, which neither shows."""

    def story(index: int, number: int, name: str, copies: int, kind: str | None) -> list[Intent]:
        trouble = [plain(FaultStep(kind, 0, 1, "solution_attachments.list")), sync()] if kind else []
        file = act(index, "attach", more={"solution": number, "name": name, "copies": copies})
        return [change(index, {"158": number}), sync(), file, *trouble, sync()]

    names = sampled(("steps.txt", "Größe 1.txt", "a & b.pdf"))
    kinds = sampled((None, None, None, *_KINDS))
    return st.builds(story, indexes, sampled((1, 2)), names, sampled((1, 2, 1, 21)), kinds)


def _many() -> Strategy:
    """More tickets than a page of results holds."""
    return sampled(CROWDS).map(lambda times: [create({}, times=times), sync()])
