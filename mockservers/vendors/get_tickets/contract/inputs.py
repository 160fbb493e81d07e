"""What a check draws beside lists of tickets, for clients that show that they use it: histories to copy, tickets to write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from mockservers.harness import sequences
from mockservers.harness.drivers import RESTART, Hello
from mockservers.harness.layers import Story, dealt, sampled
from mockservers.harness.scenarios import ClockStep, FaultStep, Scenario
from mockservers.harness.strategies import (
    PROSE,
    TEXTS,
    Intent,
    Strategy,
    act,
    administer,
    change,
    create,
    delays,
    faults,
    indexes,
    plain,
    restart,
    sync,
    weighted,
    write,
)
from mockservers.kernel.instants import MINUTE
from mockservers.vendors.get_tickets.contract.profile import NAMES

COPIES = "history_dates"
"""The option by which a client says that it copies histories."""
FILES = "attachments_cid"
"""The option by which a client says that it copies what is told of files."""
FILE_NAMES = ("plain.txt", "plain.txt", "C++ & 100%25.log", "Fehler <Übersicht>.png", "a=b;c.zip")
SUBJECTS = tuple(text for text in TEXTS if text and len(text) <= 255)
"""Texts that a write can have; some the framework takes for an attack."""
LONG = ("ü" * 900, "long " * 500)
"""Summaries that no address holds."""
KNOWN = ("kim", "Jack", "jones", "demo")
"""Customers of every installation."""
MOMENTS = (
    "2026-03-05T15:30:00Z",
    "2026-04-03T04:15:00Z",  # another day in New York, and a day that may be taken for a month
    "2026-07-04T16:45:10Z",
    "2026-12-31T23:30:00Z",
)
OPERATIONS = {"create": "tickets.add", "update": "tickets.update", "close": "tickets.update"}
_SUBJECT = "A printer for the new room"


@dataclass(frozen=True)
class Inputs:
    """What is drawn for a client beside what is drawn for every one."""

    acts: Strategy | None
    troubles: tuple[tuple[Strategy, int], ...]
    stories: tuple[Story, ...]
    writing: Strategy | None


def of(hello: Hello, others: Strategy) -> Inputs:
    """What a client that says this of itself is given. `others` draws what other people do."""
    copies = COPIES in hello.options
    writing = _writing(hello, others)
    files = FILES in hello.options
    acts = {(True, True): st.one_of(_noted(), _attached()), (True, False): _noted(), (False, True): _attached()}.get(
        (copies, files)
    )
    troubles: list[tuple[Strategy, int]] = []
    stories: list[Story] = []
    if copies:
        troubles.append((faults(("rate", "number"), ("history.get",)), 2))
        stories += [Story("talk", _talk(), 6), Story("told late", _told_late(), 3), Story("crowd", _crowd(), 1)]
    if files:
        troubles.append((faults(("rate", "number"), ("attachments.get",)), 1))
        stories.append(Story("filed", _filed(), 4))
    if NAMES in hello.options:
        stories.append(Story("renamed", _renamed(), 12))
    if writing is not None:
        written = tuple({OPERATIONS[task] for task in hello.tasks if task in OPERATIONS})
        troubles.append((faults(("rate", "written"), (*sorted(written), "tickets.get")), 2))
        stories += _written(hello)
    return Inputs(acts, tuple(troubles), tuple(stories), writing)


# --- histories --------------------------------------------------------------------------------------------------------


def _noted() -> Strategy:
    """Somebody writes something down, seen at once or later."""
    return st.builds(
        lambda index, text, by, delay: act(index, "note", delay, {"note": text, "by": by}),
        indexes,
        sampled(PROSE),
        sampled(("guest", "kim+1%", "d.müller")),
        delays,
    )


def _attached() -> Strategy:
    """Somebody attaches a file, seen at once or later."""
    return st.builds(
        lambda index, name, size, delay: act(index, "attach", delay, {"file": name, "size": size}),
        indexes,
        sampled(FILE_NAMES),
        sampled((32_983, 0, 5_000_000)),
        delays,
    )


def _filed() -> Strategy:
    """Files come to a ticket that was opened before, two of them of the same name, and an answer about them fails."""

    def story(index: int, files: list[str], kind: str | None) -> list[Intent]:
        trouble: list[Intent] = [plain(FaultStep(kind, 0, 1, "attachments.get")), sync()] if kind else []
        more = [act(index, "attach", more={"file": name, "size": 2048}) for name in files]
        return [sync(), plain(ClockStep(MINUTE)), *more, *trouble, sync()]

    files = st.lists(sampled(FILE_NAMES), min_size=1, max_size=3)
    return st.builds(story, indexes, files, sampled((None, "fail", "empty_body", "cut")))


def _talk() -> Strategy:
    """Notes are added to a ticket that was opened long before, at one instant or later, and an answer about them fails."""

    def story(index: int, by: int, texts: list[str], kind: str | None) -> list[Intent]:
        trouble: list[Intent] = [plain(FaultStep(kind, 0, 1, "history.get")), sync()] if kind else []
        notes = [act(index, "note", more={"note": text}) for text in texts]
        return [sync(), plain(ClockStep(by)), *notes[:1], sync(), *notes[1:], *trouble, sync()]

    kinds = sampled((None, "fail", "empty_body", "cut"))
    texts = st.lists(sampled(PROSE), min_size=2, max_size=3)
    return st.builds(story, indexes, sampled((MINUTE, 17 * MINUTE)), texts, kinds)


def _told_late() -> Strategy:
    """An entry shows later than a newer one of another ticket."""

    def story(one: int, two: int, delay: int) -> list[Intent]:
        return [
            act(one, "note", delay, {"note": "late"}),
            plain(ClockStep(MINUTE // 6)),
            act(two, "note", more={"note": "at once"}),
            sync(),
            plain(ClockStep(2 * MINUTE)),
            sync(),
        ]

    return st.builds(story, indexes, indexes, sampled((30_000_000, 90_000_000)))


def _crowd() -> Strategy:
    """More entries of one ticket than anybody would think of."""
    return st.builds(
        lambda index, times: [*(act(index, "note", more={"note": f"No {n}"}) for n in range(times)), sync()],
        indexes,
        sampled((11, 26)),
    )


# --- what the client is told to write ---------------------------------------------------------------------------------


def _new() -> Strategy:
    """The fields of a ticket to be made; now and then such as nobody can write."""
    given = st.fixed_dictionaries(
        {"cid": sampled(KNOWN), "subject": sampled(SUBJECTS)},
        optional={
            "summary": sampled((*SUBJECTS, *LONG)),
            "priority": sampled(("High", "Low")),
            "due_date": sampled(MOMENTS),
            "assigned_tech": sampled(("guest", "d.müller")),
            "assigned_group_name": st.just("Field Service"),
            "source": sampled(("PHONE", "EMAIL")),
            "status": sampled(("On Hold", "Open")),
        },
    )
    wrong = st.builds(lambda fields, more: {**fields, **more}, given, sampled(REFUSED))
    return weighted((given, 6), (wrong, 1))


REFUSED = (
    {"cid": "nobody"},
    {"source": "PIGEON"},
    {"assigned_tech": "nobody"},
    {"assigned_group_name": "No such group"},
    {"subject": "long " * 60},
)
"""Fields with values that nobody can write."""


def _told() -> Strategy:
    """Fields to be changed, one or two of them."""
    one = weighted(
        (sampled(SUBJECTS).map(lambda text: {"subject": text}), 4),
        (sampled((*SUBJECTS, *LONG, "")).map(lambda text: {"summary": text}), 2),
        (sampled(("On Hold", "Open", "Closed")).map(lambda name: {"status": name}), 2),
        (sampled(("guest", "d.müller", "")).map(lambda id_: {"assigned_tech": id_}), 2),
        (sampled(("First Level", "Field Service")).map(lambda name: {"assigned_group_name": name}), 2),
        (sampled(MOMENTS).map(lambda at: {"due_date": at}), 2),
        (sampled(({"escalation_level": "Level 2"}, {"company_name": "Demo Company"})), 2),
        (sampled(REFUSED[1:]), 1),
        (sampled(({"cid": "kim"}, {"locked": "Y"})), 1),
    )
    return weighted((one, 4), (st.builds(lambda first, second: {**first, **second}, one, one), 1))


def _writing(hello: Hello, others: Strategy) -> Strategy | None:
    """Writes that the client knows, now and then with others acting inside; None for a client that only reads."""
    inside = st.tuples(sampled((1, 2, 3)), weighted((st.just([]), 3), (st.lists(others, min_size=1, max_size=2), 1)))

    def told(task: str, index: Strategy, fields: Strategy) -> Strategy:
        return st.builds(
            lambda within, i, f: write(task, i, f, after_request=within[0], intents=within[1]), inside, index, fields
        )

    tasks = {
        "create": told("create", st.just(0), _new()),
        "update": told("update", indexes, _told()),
        "close": told("close", indexes, st.just({})),
    }
    known = [tasks[task] for task in hello.tasks if task in tasks]
    return st.one_of(known) if known else None


def _written(hello: Hello) -> list[Story]:
    """Stories around writes that the client knows."""
    restarts = RESTART in hello.options
    stories = {
        "create": (Story("lost create", _lost("create", restarts), 10), Story("alike", _alike(), 5)),
        "update": (
            Story("moved", _moved(), 5),
            Story("lost update", _lost("update", restarts), 5),
            Story("outdated", _outdated(), 5),
            Story("emptied", _emptied(), 5),
        ),
        "close": (Story("lost close", _lost("close", restarts), 5),),
    }
    found = [story for task, each in stories.items() if task in hello.tasks for story in each]
    made = {"cid": "kim", "subject": _SUBJECT}
    return found + sequences.edged(hello, {"subject": SUBJECTS, "summary": (*SUBJECTS, *LONG)}, made)


def _message(task: str, index: int) -> Intent:
    if task == "create":
        return write("create", fields={"cid": "kim", "subject": _SUBJECT})
    return write(task, index, {"subject": _SUBJECT} if task == "update" else {})


def _lost(task: str, restarts: bool) -> Strategy:
    """The vendor does what it was told, and its answer is lost; now and then the client is started again after that."""

    def story(index: int, kind: str, again: bool, more: bool) -> list[Intent]:
        after = [restart()] if again else []
        others = [create({"subject": "Another one"}, times=11)] if more else []
        return [sync(), plain(FaultStep(kind, 0, 1, OPERATIONS[task])), _message(task, index), *others, *after]

    kinds = sampled(("lost_answer", "empty_body", "cut", "fail"))
    again = sampled((False, True)) if restarts else st.just(False)
    return st.builds(story, indexes, kinds, again, sampled((False, False, True)))


def _alike() -> Strategy:
    """Others wrote the same before: what a client looks for by its words alone it finds, though it wrote nothing."""

    def story(fails: bool) -> list[Intent]:
        trouble: list[Intent] = [plain(FaultStep("fail", 0, 1, OPERATIONS["create"]))] if fails else []
        theirs = create({"cid": "kim", "subject": _SUBJECT})
        return [theirs, sync(), *trouble, _message("create", 0)]

    return st.builds(story, sampled((True, True, False)))


def _moved() -> Strategy:
    """A ticket gets another customer after a sync; then the client is told to write something else."""
    return st.builds(
        lambda index, cid: [sync(), change(index, {"cid": cid}), write("update", index, {"priority": "High"})],
        indexes,
        sampled(KNOWN),
    )


def _outdated() -> Strategy:
    """Somebody fills a field; after a sync somebody changes it; then the client is told to write another one."""

    def story(index: int, first: Mapping[str, Any], second: Mapping[str, Any]) -> list[Intent]:
        return [change(index, first), sync(), change(index, second), write("update", index, {"priority": "High"})]

    pairs = ("contact", "phone", "summary", "category")
    name = sampled(pairs)
    return st.builds(lambda index, each: story(index, {each: "first"}, {each: "second"}), indexes, name)


def _emptied() -> Strategy:
    """A field that has a value is to have none: a variable without a value may be none that is supplied."""

    def story(index: int, name: str, value: str) -> list[Intent]:
        return [change(index, {name: value}), write("update", index, {name: ""})]

    some = sampled((("summary", "first"), ("assigned_tech", "guest"), ("priority", "High")))
    return st.builds(lambda index, each: story(index, *each), indexes, some)


SWITCHES: Strategy = dealt(
    "writes",
    (
        *({},) * 4,
        {"long_text": "cut"},
        {"empty_value": "clear"},
        {"update_cid": "optional"},
        {"long_text": "cut", "empty_value": "clear"},
    ),
)
"""What is not said of writes, as it may be: a correct client looks at what became of its write."""


def switched(scenario: Scenario, more: Mapping[str, str]) -> Scenario:
    """The same scenario where some things are otherwise."""
    given = scenario.dialect if isinstance(scenario.dialect, Mapping) else {}
    return replace(scenario, dialect={**given, **more} or scenario.dialect)


NEW_NAMES = tuple(text for text in TEXTS if text.strip() and len(text) <= 255 and "\n" not in text)

_NAMED_BY: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    ("technician", "jCarter", {"assigned_tech": "jCarter"}),
    ("technician", "d.müller", {"assigned_tech": "d.müller"}),
    ("tech_group", "2", {"assigned_group_name": "Field Service"}),
    ("customer", "jones", {"cid": "jones"}),
    ("company", "2", {"cid": "Jack"}),
)
"""Kind and id of who is renamed, and how a ticket comes to name them."""


def _renamed() -> Strategy:
    """A ticket names somebody; after a sync they get another name, and then now and then the ticket names somebody else."""

    def story(
        index: int, who: tuple[str, str, Mapping[str, Any]], name: str, kind: str | None, moves: bool
    ) -> list[Intent]:
        entity, entry, fields = who
        trouble: list[Intent] = [plain(FaultStep(kind, 0, 1, "reference.list")), sync()] if kind else []
        rename = administer("rename", {"list": entity, "entry": entry, "name": name})
        then: list[Intent] = [act(index, "assign", more={"to": "guest"})] if moves else []
        # By the id of a group its name in a ticket would be set anew, so a ticket is given to it while the name is known.
        return [change(index, fields), sync(), rename, *then, *trouble, sync()]

    kinds = sampled((None, None, None, "fail", "empty_body"))
    return st.builds(story, indexes, sampled(_NAMED_BY), sampled(NEW_NAMES), kinds, sampled((False, False, True)))
