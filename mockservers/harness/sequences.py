"""Stories: sequences in which bugs of clients are known to hide, whatever the vendor, and which chance makes rarely.

Each is a strategy of lists of intents. What is drawn, and in which order, belongs to what a seed means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from hypothesis import strategies as st

from mockservers.harness.drivers import Hello
from mockservers.harness.layers import Story, hands, sampled
from mockservers.harness.scenarios import ClockStep, FaultStep
from mockservers.harness.strategies import (
    Intent,
    Strategy,
    act,
    after_the_end,
    change,
    create,
    delete,
    indexes,
    plain,
    restart,
    sync,
    write,
)
from mockservers.kernel.instants import MINUTE, SECOND

Later = Callable[[int, str], Intent]


def closed(end: str, later: Sequence[Later], texts: Strategy) -> Strategy:
    """A ticket ends by an action, and something happens to it afterwards; see `after_the_end`."""
    return st.builds(
        lambda index, then, text: after_the_end(act(index, end), then(index, text)), indexes, sampled(later), texts
    )


def failing(fields: Mapping[str, Any], refusals: Iterable[str], places: Strategy) -> Strategy:
    """A request fails right after something happened. `places` draws operations, and how many of them pass first."""

    def story(index: int, kind: str, refusal: str, place: tuple[str, int]) -> list[Intent]:
        operation, after = place
        settings = {"refusal": refusal} if kind == "refuse" else {}
        return [
            sync(),
            plain(ClockStep(MINUTE)),
            change(index, fields),
            plain(FaultStep(kind, after, 1, operation, settings)),
            sync(),
            plain(ClockStep(MINUTE)),
        ]

    kinds = sampled(("refuse", "refuse", "fail", "empty_body", "lost_answer"))
    return st.builds(story, indexes, kinds, sampled(tuple(refusals)), places)


def lost(hello: Hello, fields: Mapping[str, Any], operations: Mapping[str, Sequence[str]]) -> Strategy:
    """The vendor does what it was told, and its answer is lost. `fields` make a ticket, by `operations` tasks work.

    Where a task can be done by one operation or another, the first of each loses its answer.
    """

    def story(index: int, task: str, kind: str, minutes: int | None) -> list[Intent]:
        told = (fields, "", None) if task == "create" else ({}, "Called back & agreed", minutes)
        return [*(plain(FaultStep(kind, 0, 1, each)) for each in operations[task]), write(task, index, *told)]

    known = [task for task in operations if task in hello.tasks] or ["create"]
    kinds = sampled(("lost_answer", "empty_body", "cut", "lost_answer"))
    return st.builds(story, indexes, sampled(known), kinds, sampled((None, 30)))


def outdated(hello: Hello, first: Sequence[Mapping[str, Any]], second: Sequence[Mapping[str, Any]]) -> Strategy:
    """Somebody fills a field; after a sync somebody changes it; then the client is told to write another one."""

    def story(index: int, some: Mapping[str, Any], then: Mapping[str, Any], task: str) -> list[Intent]:
        told = {"Priority": 1} if task == "update" else {}
        return [change(index, some), sync(), change(index, then), write(task, index, told)]

    known = [task for task in ("update", "close") if task in hello.tasks] or ["update"]
    return st.builds(story, indexes, sampled(first), sampled(second), sampled(known))


def edged(
    hello: Hello, texts: Mapping[str, Sequence[str]], made: Mapping[str, Any], notes: Sequence[str] = ()
) -> list[Story]:
    """The client is told to write every text at its edges, by each task that it knows: what is cut, trimmed or escaped shows.

    `texts` tells for fields what they can hold, `made` what a new ticket needs beside. Several are written one after another.
    """

    def told(*hand: Sequence[str]) -> list[dict[str, str]]:
        rows = zip_longest(*hand)
        return [{name: text for name, text in zip(texts, row, strict=True) if text is not None} for row in rows]

    fields = st.builds(told, *map(hands, texts.values()))
    known = {
        "create": fields.map(lambda rows: [write("create", fields={**made, **row}) for row in rows]),
        "update": st.builds(lambda index, rows: [write("update", index, row) for row in rows], indexes, fields),
    }
    if notes:
        known["note"] = st.builds(
            lambda index, hand: [write("note", index, text=text) for text in hand], indexes, hands(notes)
        )
    return [Story(f"edges of {task}", drawn, 2) for task, drawn in known.items() if task in hello.tasks]


def listened(stops: int, fields: Callable[[str], Mapping[str, Any]], restarts: bool) -> list[Story]:
    """The vendor calls the client, and the calls are lost, late, doubled, out of order, forged, all at once, or not to be made.

    `stops` is after how many failed calls in a row the vendor calls no more. `fields` make of a text what others change.
    """
    newest, later = -1, plain(ClockStep(11 * MINUTE))
    work: list[Intent] = [sync(), later, sync()]

    def change_to(text: str) -> Intent:
        return change(newest, fields(text))

    def struck(kind: str, times: int = 1) -> Intent:
        return plain(FaultStep(kind, 0, times))

    some = plain(ClockStep(10 * SECOND))
    stopped = [intent for n in range(-(-stops // 3)) for intent in (change_to(f"unheard {n}"), some)]
    more: dict[str, list[Intent]] = {
        "heard": [change_to("heard"), *work],
        "forged call": [struck("delivery_forged"), change_to("with a stranger"), *work],
        "unsigned call": [struck("delivery_unsigned"), change_to("with another stranger"), *work],
        "call alone": [struck("delivery_alone"), change_to("while nobody is answered"), *work],
        "lost calls": [struck("delivery_lost", 2), change_to("unheard"), sync(), later],
        "late call": [struck("delivery_late"), change_to("first"), change_to("second"), *work],
        "call twice": [struck("delivery_twice"), change_to("twice"), *work],
        "swapped calls": [struck("delivery_swapped"), change_to("first"), change_to("second"), *work],
        "swapped calls of two": [
            create({}),
            sync(),
            struck("delivery_swapped"),
            change_to("older"),
            some,
            change(-2, fields("newer")),
            later,
            *work,
        ],
        "late change": [plain(ClockStep(61 * MINUTE)), sync(), change_to("an hour later"), *work],
        "many calls at once": [struck("delivery_batched", 40), create({}, times=26), change_to("many"), later, *work],
        "few calls at once": [struck("delivery_batched", 40), create({}, times=3), change_to("few"), later, *work],
        "calls stopped": [struck("delivery_failed", stops), *stopped, sync(), later, change_to("then"), sync()],
        "failed call": [struck("delivery_failed"), change_to("thrice"), plain(ClockStep(MINUTE)), *work],
        "call of one gone": [change_to("gone"), delete(newest), create({}), change_to("after it"), *work],
    }
    if restarts:
        more |= {
            "call after restart": [change_to("before"), restart(), sync(), change_to("afterwards"), *work],
            # Long enough for a call, too short for a walk.
            "call before restart": [change_to("told"), some, restart(), sync(), *work],
        }
    return [Story(name, st.just([create({}), sync(), *intents])) for name, intents in more.items()]
