"""Scenarios for Track-It!: few tickets with notes, tokens that end, labels that are renamed, and writes that say 200."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from mockservers.harness import sequences
from mockservers.harness.drivers import RESTART, Hello
from mockservers.harness.layers import Story, sampled
from mockservers.harness.profile import profile
from mockservers.harness.scenarios import ClockStep, FaultStep
from mockservers.harness.strategies import (
    BURSTS,
    PROSE,
    SPANS,
    STARTS,
    Intent,
    Strategy,
    act,
    administer,
    assemble,
    change,
    create,
    delete,
    faults,
    indexes,
    plain,
    restart,
    revocations,
    sync,
    texts,
    weighted,
    write,
)
from mockservers.kernel.instants import DAY, HOUR, MINUTE, SECOND
from mockservers.registry import emulator
from mockservers.vendors.trackit.contract import hanging
from mockservers.vendors.trackit.contract.profile import STATUSES

DATA = (*["empty"] * 26, "gap", "notes", "notes")
"""What is there already: mostly nothing, or what takes many steps to make."""
BEGINNINGS = (STARTS[0], STARTS[2], STARTS[5], STARTS[8])
CLOCKS = (*SPANS, 37_000, 30 * MINUTE, 1799 * SECOND, 25 * HOUR)
PLAIN = tuple(each for each in PROSE if not set(each) & set("<&"))
"""Texts that are the same whether they are taken for markup or not."""
TIMES = (
    "2026-03-05T15:00:00Z",
    "2026-07-01T12:30:00.5Z",
    "2026-11-01T05:30:00Z",
    "2026-10-25T23:30:00Z",
    "2026-11-01T06:30:00Z",  # half past one in New York, for the second time
    "2026-10-25T01:30:00Z",  # half past two in Cologne, for the second time
    "2028-02-29T23:59:59Z",
    "2026-12-31T23:59:59Z",
)
SHARED, OWN, NOBODYS = "404-555-0100", "404-555-0101", "404-555-9999"
"""Phones: of two requestors (1 and 4), of one (2), and of none."""
DISMISSED = 6
"""The number of a closed status that nothing else uses, so that it can be renamed."""
MINUTES = (None, 10, 90, 45)
CROWDS = (26, 26, 26, 51)
"""Tickets that somebody makes at once: more than a client may have a limit for."""
THREADS = (21, 101, 251)
"""Notes of a ticket: one more than the pages that clients ask for, and many."""

OPERATIONS = {"create": "ticket.create", "note": "ticket.add_note"}
"""What a task asks the vendor for."""

_changed = st.one_of(
    sampled(PROSE).map(lambda text: {"22": text}),
    st.one_of(texts, st.none()).map(lambda text: {"7": text}),
    sampled((*TIMES, None)).map(lambda time: {"100": time}),
    sampled((*TIMES, None)).map(lambda time: {"81": time}),
    sampled((0, 7, -7, None)).map(lambda number: {"83": number}),
    sampled((12.5, 0, None)).map(lambda number: {"84": number}),
    sampled((2, 4, 3, None)).map(lambda number: {"8": number}),
    sampled((3, 1, None)).map(lambda number: {"106": number}),
    sampled(("+49 221 5550113", None)).map(lambda text: {"19": text}),
    sampled((False, True)).map(lambda value: {"102": value}),
)
_told = st.one_of(
    sampled(PROSE).map(lambda text: {"22": text}),
    texts.map(lambda text: {"7": text or None}),
    sampled(STATUSES).map(lambda name: {"96": name}),
    sampled((3, 1, 4)).map(lambda number: {"106": number}),
    sampled(TIMES).map(lambda time: {"100": time}),
    sampled((2, 3)).map(lambda number: {"8": number}),
    sampled((OWN, OWN, NOBODYS)).map(lambda phone: {"39": phone}),
    st.just({"83": 0}),
    sampled(({"12": TIMES[0]}, {"163": 60}, {"18": TIMES[1]})),  # what nobody can write
)
_noted: Strategy = st.fixed_dictionaries(
    {"text": sampled(PLAIN)},
    optional={
        "duration": sampled((600, 5400, 90)),
        "private": sampled((False, True)),
        "system": st.just(True),
        "note_type": st.just("Ticket Description"),
        "copies": st.just(2),  # two people say the same, or one says it twice
    },
)


def scenarios(dialect: str | Mapping[str, Any], hello: Hello) -> Strategy:
    """Whole scenarios in one dialect."""
    creating = st.builds(create, st.fixed_dictionaries({}, optional={"22": sampled(PROSE), "7": texts}))
    crowds = sampled(CROWDS).map(lambda times: create({}, times=times))
    others = _others()
    writing = _writing(hello, others)
    told = [
        Story("closed", _closed(), 2),
        Story("renamed", _renamed(), 2),
        Story("tokens", _tokens(), 4),
        Story("entered", _entered(), 2),
        Story("hidden", _hidden(), 4),
        Story("emptied", _emptied(), 2),
        Story("talk", _talk(), 3),
        Story("talk goes on", _talk_goes_on(), 3),
        Story("thread", _thread(), 1),
        Story("unheard of", _unheard_of(), 1),
        Story("failing", _outage(), 1),
    ]
    told += hanging.stories(hello)
    if writing is not None:
        told += _written(hello)
    return assemble(
        profile("trackit"),
        dialect,
        hello,
        weighted((creating, 60), (crowds, 1)),
        creating,
        others,
        weighted((_trouble(), 3), (revocations, 1)),
        told,
        writing,
        DATA,
        sampled(CLOCKS),
        BEGINNINGS,
    )


def _others() -> Strategy:
    acting = st.one_of(
        st.builds(lambda index, note: act(index, "note", more=note), indexes, _noted),
        st.builds(lambda index, name: act(index, "change_status", more={"status": name}), indexes, sampled(STATUSES)),
        st.builds(act, indexes, sampled(("close", "reopen", "respond"))),
        st.builds(lambda index: act(index, "assign", more={"technician": "TECH2"}), indexes),
    )
    administering = sampled(
        (
            administer("set default status", {"status": "Resolved"}),
            administer("end sessions"),
            administer("rename label", {"field": "22", "label": "Title"}),
            administer("fail notes"),
        )
    )
    return weighted(
        (st.builds(change, indexes, _changed), 6), (acting, 4), (st.builds(delete, indexes), 3), (administering, 2)
    )


def _trouble() -> Strategy:
    """Refusals only where the vendor gives them."""
    known = emulator("trackit").refusals
    calls = tuple(name for name in known if name != "invalid_grant")
    anywhere = faults(calls, ("ticket.read", "ticket.read", "notes.list"))
    return weighted((anywhere, 5), (sampled((1, 2, 9)).map(refused_login), 1))


def refused_login(times: int) -> Intent:
    """Logins are refused a few times; nobody asks for one as long as a token is good, so it ends too."""
    return plain(FaultStep("refuse", 0, times, "token", {"refusal": "invalid_grant"}))


# --- what the client is told to write ---------------------------------------------------------------------------------


def _writing(hello: Hello, others: Strategy) -> Strategy | None:
    """Writes that the client knows, now and then with others acting inside; None for a client that only reads."""
    inside = st.tuples(sampled((1, 9, 2, 3)), weighted((st.just([]), 3), (st.lists(others, min_size=1, max_size=2), 1)))

    def builder(task: str, **drawn: Strategy) -> Strategy:
        """Writes of one task, with what is drawn for it."""
        return st.builds(
            lambda within, given: write(task, after_request=within[0], intents=within[1], **given),
            inside,
            st.fixed_dictionaries(drawn),
        )

    told = {"text": sampled(PROSE), "minutes": sampled(MINUTES)}
    tasks = {
        "create": builder("create", fields=_new()),
        "update": builder("update", index=indexes, fields=_told),
        "note": builder("note", index=indexes, **told),
        "close": builder("close", index=indexes),
    }
    known = [tasks[task] for task in hello.tasks if task in tasks]
    return st.one_of(known) if known else None


def _new() -> Strategy:
    """The fields of a ticket to be made; now and then such as nobody can write."""
    given = st.fixed_dictionaries(
        {"22": sampled(PROSE)},
        optional={
            "7": sampled(PROSE),
            "8": sampled((1, 2, 3)),
            "106": sampled((3, 1)),
            "100": sampled(TIMES),
            "72": st.just("Printers"),
        },
    )
    wrong = given.map(lambda fields: {**fields, "12": TIMES[0]})
    return weighted((given, 6), (wrong, 1))


# --- stories ----------------------------------------------------------------------------------------------------------


def _closed() -> Strategy:
    return sequences.closed(
        "close",
        (
            lambda index, text: change(index, {"22": text}),
            lambda index, text: act(index, "note", more={"text": "Called back"}),
            lambda index, text: act(index, "reopen"),
        ),
        sampled(PROSE),
    )


def _renamed() -> Strategy:
    """An administrator gives a field another label."""

    def story(field: str, label: str, before: bool) -> list[Intent]:
        renamed = administer("rename label", {"field": field, "label": label})
        return [renamed, sync()] if before else [sync(), renamed, sync()]

    named = sampled((("22", "Title"), ("96", "State"), ("7", "Details"), ("2", "Changed On")))
    return st.builds(lambda each, before: story(each[0], each[1], before), named, sampled((False, True)))


def _tokens() -> Strategy:
    """A token ends: by itself, a day later with its refresh token, or by an administrator's hand."""

    def story(index: int, how: int, refused: int) -> list[Intent]:
        middle: list[Intent] = [plain(ClockStep(how))] if how else [administer("end sessions")]
        if refused:
            middle.append(refused_login(refused))
        return [sync(), *middle, change(index, {"83": 7}), sync(), plain(ClockStep(MINUTE)), sync()]

    hows = sampled((0, 30 * MINUTE, 1799 * SECOND, DAY + HOUR))
    return st.builds(story, indexes, hows, sampled((0, 0, 1, 6)))


def _entered() -> Strategy:
    """An administrator renames a status, and with it changes tickets that nobody touched."""
    renamed = administer("enter", {"list": "status", "entry": DISMISSED, "facts": {"name": "Done Elsewhere"}})
    return st.builds(lambda index: [change(index, {"95": DISMISSED}), sync(), renamed, sync()], indexes)


def _hidden() -> Strategy:
    """A ticket of another group is hidden from the client's for a while, or for ever."""

    def story(index: int, again: bool) -> list[Intent]:
        shown: list[Intent] = [administer("desegregate"), sync()] if again else []
        return [sync(), change(index, {"4": 3}), administer("segregate"), sync(), *shown]

    return st.builds(story, indexes, sampled((True, True, False)))


def _emptied() -> Strategy:
    """What has no value any more is not in the answer."""

    def story(index: int, name: str, value: Any) -> list[Intent]:
        return [change(index, {name: value}), sync(), change(index, {name: None}), sync()]

    some = sampled((("7", "first"), ("100", TIMES[0]), ("83", 7), ("8", 2)))
    return st.builds(lambda index, each: story(index, *each), indexes, some)


def _talk() -> Strategy:
    """Notes are added, and an answer about notes fails."""

    def story(index: int, notes: list[dict[str, Any]], kind: str | None) -> list[Intent]:
        trouble: list[Intent] = [plain(FaultStep(kind, 0, 1, "notes.list")), sync()] if kind else []
        return [*(act(index, "note", more=note) for note in notes), sync(), *trouble]

    kinds = sampled((None, "fail", "empty_body", "fail"))
    return st.builds(story, indexes, st.lists(_noted, min_size=1, max_size=3), kinds)


def _talk_goes_on() -> Strategy:
    """A note is added after a sync has seen another one, at the same instant or later, and nothing else shows it."""

    def story(index: int, first: dict[str, Any], by: int, second: dict[str, Any]) -> list[Intent]:
        then: list[Intent] = [plain(ClockStep(by))] if by else []
        return [act(index, "note", more=first), sync(), *then, act(index, "note", more=second), sync()]

    return st.builds(story, indexes, _noted, sampled((0, 0, MINUTE)), _noted)


def _thread() -> Strategy:
    """More notes than a page holds, and another one that moves them while a client is on its way through the pages."""

    def story(index: int, copies: int, after: int, later: bool) -> list[Intent]:
        many = act(index, "note", more={"text": "plain", "copies": copies})
        one = act(index, "note", more={"text": "another"})
        return [many, sync(after, [one]), *([one, sync()] if later else [])]

    return st.builds(story, indexes, sampled(THREADS), sampled((3, 4, 6, 5)), sampled((False, True)))


def _unheard_of() -> Strategy:
    """An administrator makes a status that no client has heard of, and a ticket gets it."""
    made = administer("enter", {"list": "status", "entry": 31, "facts": {"name": "Waiting for parts", "type": "O"}})
    return st.builds(lambda index: [made, change(index, {"95": 31}), sync()], indexes)


def _outage() -> Strategy:
    """The server fails for a while, and so does everything that a client asks meanwhile."""
    return st.builds(
        lambda index, burst: [change(index, {"83": 7}), burst, sync(), plain(ClockStep(MINUTE))], indexes, BURSTS
    )


def _written(hello: Hello) -> list[Story]:
    """Stories around writes that the client knows."""
    restarts = RESTART in hello.options
    known = {
        "create": (
            Story("lost create", _lost("create", restarts), 4),
            Story("ticket like another", _alike("create"), 2),
        ),
        "note": (
            Story("lost note", _lost("note", restarts), 2),
            Story("markup", _markup(), 2),
            Story("note like another", _alike("note"), 2),
        ),
        "close": (Story("default status", _default_status(), 2), Story("half a close", _half_done("close"), 2)),
        "update": (
            Story("linked", _linked(), 4),
            Story("outdated", _outdated(), 2),
            Story("half an update", _half_done("update"), 2),
        ),
    }
    found = [story for task, stories in known.items() if task in hello.tasks for story in stories]
    return found + sequences.edged(hello, {"22": PROSE, "7": PROSE}, {"22": "plain"}, PROSE)


def _message(task: str, index: int, minutes: int | None = None) -> Intent:
    if task == "create":
        return write("create", fields={"22": "plain"})
    return write("note", index, None, "Called back", minutes)


def _lost(task: str, restarts: bool = False) -> Strategy:
    """The vendor does what it was told, and its answer is lost; now and then the client is started again after that."""

    def story(index: int, kind: str, minutes: int | None, again: bool) -> list[Intent]:
        after = [restart()] if again else []
        return [plain(FaultStep(kind, 0, 1, OPERATIONS[task])), _message(task, index, minutes), *after]

    kinds = sampled(("lost_answer", "empty_body", "cut", "lost_answer"))
    return st.builds(story, indexes, kinds, sampled((None, 30)), sampled((False, True)) if restarts else st.just(False))


def _alike(task: str) -> Strategy:
    """Others wrote the same before: what a client looks for by its words alone it finds, though it wrote nothing."""
    same = {"create": create({"22": "plain"}), "note": None}[task]

    def story(index: int, fails: bool) -> list[Intent]:
        theirs = same or act(index, "note", more={"text": "Called back"})
        trouble: list[Intent] = [plain(FaultStep("fail", 0, 1, OPERATIONS[task]))] if fails else []
        return [theirs, sync(), *trouble, _message(task, index)]

    return st.builds(story, indexes, sampled((True, True, False)))


def _markup() -> Strategy:
    texts_ = sampled(("Cable <A> to port <B>", "5 < 6 & 7 > 6", "&amp; &lt;b&gt; &quot;", "1<2>1"))
    return st.builds(lambda index, text: [write("note", index, text=text)], indexes, texts_)


def _default_status() -> Strategy:
    """Another closed status becomes the default one before the client is told to close."""
    default = administer("set default status", {"status": "Resolved"})
    return st.builds(lambda index: [default, write("close", index)], indexes)


def _half_done(task: str) -> Strategy:
    """The status is changed, and the note that comes with it fails."""
    fields = {"96": "Escalated"} if task == "update" else {}
    return st.builds(lambda index: [administer("fail notes"), write(task, index, fields)], indexes)


def _linked() -> Strategy:
    """A requestor whose phone another one shares; then the client is told to write something."""

    def story(index: int, requestor: int, told: dict[str, Any]) -> list[Intent]:
        return [change(index, {"8": requestor}), sync(), write("update", index, told)]

    told = sampled(({"22": "Another summary"}, {"8": 2}, {"39": OWN}, {"8": 3}))
    return st.builds(story, indexes, sampled((4, 1)), told)


def _outdated() -> Strategy:
    """Somebody fills a field; after a sync somebody changes it; then the client is told to write another one."""

    def story(index: int, first: dict[str, Any], second: dict[str, Any]) -> list[Intent]:
        return [change(index, first), sync(), change(index, second), write("update", index, {"106": 1})]

    some = sampled(({"7": "first"}, {"83": 7}, {"100": TIMES[0]}))
    then = sampled(({"7": "second"}, {"83": 8}, {"100": TIMES[1]}))
    return st.builds(story, indexes, some, then)
