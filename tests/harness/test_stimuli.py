"""What an unproven duty lacked, and the option that gives it: true in each case."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest

from mockservers.harness.declared import listed, shown_slips, slips
from mockservers.harness.drivers import KILL, RESTART, Hello
from mockservers.harness.duties import Duty, Judgement, of
from mockservers.harness.history import History, Record
from mockservers.harness.profile import contracted, profile
from mockservers.harness.reports import inapplicable
from mockservers.harness.stimuli import (
    DialectPlays,
    declined,
    elsewhere,
    missing,
    of_play,
    other_dialects,
    provoked,
    unnamed,
)
from mockservers.registry import emulator
from tests.harness.conftest import change, exchanged, sync

Make = Callable[..., DialectPlays]
DUTIES = {duty.id: duty for vendor in ("get_tickets", "trackit") for duty in of(vendor)}
DELETED, WRITTEN = DUTIES["get_tickets.deleted_dropped"], DUTIES["trackit.written_once"]
DOUBLED, TIMES = DUTIES["get_tickets.cid_not_overwritten"], DUTIES["get_tickets.times_understood"]
READS = ("sync", "mirror")


@pytest.fixture
def played(history: Callable[..., History]) -> Make:
    """Makes what a check knows of some plays of a client that asks, is answered, and shows an empty mirror."""

    def make(vendor: str = "get_tickets", plays: int = 3, hello: Hello | None = None, **more: Any) -> DialectPlays:
        known = {key: more.pop(key) for key in ("planned", "declined", "ending", "every", "dialect") if key in more}
        hello = hello or Hello(tasks=READS)
        facts = {"mirror": [], "exchanges": [exchanged(1)], "tasks": [sync(0, 1, before={}, after={})], **more}
        one = replace(history(vendor, dialect=known.get("dialect"), **facts), hello=hello)
        return DialectPlays(
            vendor, known.pop("dialect", "default"), hello, [one] * plays, known.pop("planned", plays), **known
        )

    return make


def test_more_examples_and_other_dialects_may_bring_it(played: Make) -> None:
    assert missing(DELETED, played()) == "3 examples did not come to it; --examples 180 or --dialect all may bring it"
    assert missing(DELETED, played(planned=180, declined=177)) == (
        "3 examples did not come to it; the client declined 177 more; --examples 360 or --dialect all may bring it"
    )
    assert missing(DELETED, played(every=True)).endswith("; --examples 180 may bring it")


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        (
            "time",
            "3 examples did not come to it, of 40 that were asked for; give more --max-seconds, or --jobs; --dialect",
        ),
        (
            "interrupted",
            "3 examples did not come to it, of 40 that were asked for: the check was interrupted; --dialect",
        ),
        (
            "first failure",
            "of 40 that were asked for: the check ended at the first failure; --dialect all may bring it",
        ),
    ],
)
def test_a_check_that_ended_early_is_not_told_to_draw_more(ending: str, told: str, played: Make) -> None:
    words = missing(DELETED, played(planned=40, ending=ending))
    assert told in words
    assert "--examples" not in words


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"plays": 0, "ending": "time"}, "no example came to its end in time; give more --max-seconds"),
        ({"plays": 0, "ending": "interrupted"}, "the check was interrupted before the first example was played"),
        ({"plays": 0, "declined": 4}, "the client declined all 4 examples; name a --dialect that it works with ("),
        ({"plays": 0, "declined": 1, "every": True}, "the client declined the only example"),
        (
            {"hello": Hello(tasks=()), "tasks": []},
            "the client was told nothing in 3 examples, for its hello names no task",
        ),
        ({"exchanges": []}, "the client sent no request in 3 examples"),
    ],
)
def test_where_no_duty_could_be_put_to_the_test_no_option_of_drawing_is_named(
    facts: dict[str, Any], told: str, played: Make
) -> None:
    here = played(**facts)
    assert here.idle == missing(DELETED, here)
    assert here.idle.startswith(told)
    assert "--examples" not in here.idle


def test_a_copy_that_is_not_shown_is_what_is_missing(played: Make) -> None:
    """More examples would not help: what the duty needs was there."""
    truth = [Record("7", {"subject": "a", "date_opened": "2026-03-02T10:00:00Z"})]

    def told(**facts: Any) -> str:
        return missing(TIMES, played(truth=truth, **facts))

    assert told(hello=Hello(tasks=("sync",)), mirror=None) == (
        "the plays had it, but the client shows no copy to compare; name the task mirror in its hello, or give "
        "--mirror-command or --mirror-file"
    )
    assert told(mirror=None).endswith("but the client's mirror failed, so its copy could not be compared")
    assert told().endswith("but the client's copy was empty")
    shows = {"mirror": [Record("7", {"subject": "a"})]}
    assert told(**shows).endswith("but the client's copy did not hold what it is about")
    assert told(**shows, hello=Hello(tasks=READS, mirrors=("subject",))).endswith(
        "hello.mirrors names no field that it is about"
    )
    assert "did not come to it" in missing(TIMES, played(truth=[Record("7", {"subject": "a"})], **shows))


def test_a_duty_that_compares_a_copy_is_told_from_one_that_does_not(played: Make) -> None:
    """Of what hangs on tickets nobody knows how a client would show it, but that the duty looked for it in vain."""
    blind = {"vendor": "trackit", "hello": Hello(tasks=("sync",)), "mirror": None}
    assert missing(DUTIES["trackit.notes_complete"], played(**blind)).startswith(
        "the client shows no copy to compare; name"
    )
    assert "did not come to it" in missing(DUTIES["trackit.refused_login_not_stormed"], played(**blind))
    told = missing(DUTIES["trackit.notes_complete"], played("trackit", hello=Hello(tasks=READS, mirrors=("22",))))
    assert told.endswith("may bring it; so may more fields in its hello.mirrors")


def test_a_ticket_that_the_copy_never_held_was_there(played: Make) -> None:
    gone = [change(2, "create", "7"), change(4, "delete", "7", exists=False)]
    tasks = [sync(2, 3, before={}, after={}), sync(4, 5, before={}, after={})]
    here = {"changes": gone, "tasks": tasks, "labels": {"7": "T1"}}
    assert missing(DELETED, played(truth=[], **here)) == "the plays had it, but the client's copy was empty"


def test_tasks_that_the_client_does_not_offer_or_never_does(played: Make) -> None:
    def told(*tasks: str, **more: Any) -> str:
        return missing(WRITTEN, played("trackit", hello=Hello(tasks=(*READS, *tasks)), **more))

    assert told("note") == (
        "in 3 examples the client was never told to note; --examples 180 or --dialect all may bring it; so may the task "
        "create, which the client's hello does not name"
    )
    failed = [replace(sync(0, 1), do="note", error_kind="client")]
    assert told("create", "note", tasks=failed).startswith(
        "the client was told to create or note 3 times, and did it no time;"
    )
    assert elsewhere(WRITTEN, played("trackit")) == "name it there if the client can do it"


def test_an_installation_that_never_gives_it(played: Make) -> None:
    told = missing(DOUBLED, played(hello=Hello(tasks=READS, options=("format",))))
    assert told.startswith("no installation of 3 examples could exercise it; --examples 180 or --dialect all")
    assert elsewhere(DOUBLED, played()) == (
        "it applies in dialect json or delimited (--dialect all), and where hello.options names format, if the client obeys it"
    ), other_dialects("get_tickets", "default")
    assert provoked(DOUBLED, "get_tickets", "default", ("format",))
    assert not provoked(DOUBLED, "get_tickets", "default", ())
    never = replace(DOUBLED, applies=lambda dialect: False)
    assert elsewhere(never, played(every=True)) == "it applies in no named dialect of the vendor"


def test_a_judge_of_somebody_else_that_fails_on_another_history_costs_no_report(played: Make) -> None:
    def judge(history: History) -> Judgement:
        assert not history.mirror
        return Judgement(0)

    ours = Duty("get_tickets.ours", "It is ours.", (), judge, "something")
    assert "did not come to it" in missing(ours, played(truth=[Record("7", {})]))


def test_a_replay_tells_it_too(played: Make) -> None:
    (one,) = played("trackit", 1).histories
    assert of_play(WRITTEN, one) == (
        "the client never came to the point where the duty counts: it needs a create or note whose answer is lost, and the "
        "client's hello names no task create or note"
    )
    (one,) = played(plays=1).histories
    assert of_play(DELETED, one).endswith("it needs a ticket that is deleted after a sync")
    assert of_play(DOUBLED, one).endswith("which an installation of this dialect never gives")


# --- names that mean nothing ------------------------------------------------------------------------------------------


def test_a_list_that_no_record_of_the_copy_shows_is_named(played: Make) -> None:
    """More examples would not help a client that calls its notes by another name."""
    notes = {"note": {"1": Record("1", {"1": 1, "6": "7", "5": "Called back"})}}
    facts = {"vendor": "trackit", "truth": [Record("7", {"2": "a"})], "parts": notes}
    complete = DUTIES["trackit.notes_complete"]
    shows = {"mirror": [Record("7", {"2": "a", "note": []})]}
    assert missing(complete, played(**facts, **shows)) == (
        "the plays had notes, but no record of the mirror showed a member `notes` (it showed: note, 2)"
    )
    assert "`notes`" not in missing(complete, played(**facts, mirror=[Record("7", {"2": "a", "notes": []})]))
    assert "did not come to it" in missing(complete, played(**{**facts, "parts": {}}, **shows))
    (one,) = played(**facts, **shows, plays=1).histories
    assert of_play(complete, one).endswith("(it showed: note, 2)")


def test_names_of_a_hello_that_mean_nothing_are_told_with_the_nearest() -> None:
    duties = of("trackit")

    def told(**hello: Any) -> list[str]:
        return slips("trackit", Hello(**hello), duties)

    assert told(mirrors=("bogus", "note", "2", "notes")) == [
        "hello.mirrors names 'bogus', which is no field or list of trackit, so it has no effect; expected some of: "
        f"{listed({*profile('trackit').types, *profile('trackit').members})}",
        "hello.mirrors names 'note', which is no field or list of trackit, so it has no effect; did you mean notes?",
    ]
    assert told(tasks=("sync", "assignments")) == [
        "hello.tasks names 'assignments', which is no task of trackit, so it has no effect; it is an option: name it in "
        "hello.options"
    ]
    assert told(options=("restart", "asignments", "create")) == [
        "hello.options names 'asignments', which is no option of trackit, so it has no effect; did you mean assignments?",
        "hello.options names 'create', which is no option of trackit, so it has no effect; it is a task: name it in hello.tasks",
    ]
    assert told(tasks=("hello", "reset", "sync", "mirror", "bye"), options=("searches", "kill", "restart")) == []
    assert told(options=("kill",)) == [
        "hello.options names 'kill' without 'restart', so it has no effect: name both, or none"
    ]


@pytest.mark.parametrize("vendor", contracted())
def test_every_name_that_a_contract_knows_is_known(vendor: str) -> None:
    here = profile(vendor)
    needed = {name for duty in of(vendor) for name in duty.needs} - {*here.tasks}
    told = here.options(emulator(vendor).dialects.dialect("default"))
    hello = Hello(
        tasks=("sync", "mirror", *here.tasks),
        mirrors=(*here.types, *here.members, *here.further),
        options=(*here.varied, *here.optional_parts, *here.obeyed, *needed, *told, RESTART, KILL),
    )
    assert slips(vendor, hello, of(vendor)) == []


def test_a_member_of_the_copy_that_is_like_one_that_no_record_shows_is_told(played: Make) -> None:
    def told(fields: dict[str, Any], mirrors: tuple[str, ...] | None = None) -> list[str]:
        hello = Hello(tasks=READS, mirrors=mirrors)
        return shown_slips("trackit", hello, played("trackit", mirror=[Record("7", fields)], hello=hello).histories)

    assert told({"2": "a", "note": []}) == [
        "the mirror's records show a member 'note', which is not compared, and none shows 'notes': if it is meant for that, "
        "call it 'notes'"
    ]
    assert told({"note": []}, ("2",))[0].endswith("call it 'notes', and name it in hello.mirrors")
    assert told({"attachment": [], "notes": [], "note": [], "9999": 1, "mine": 2}) == [
        "the mirror's records show a member 'attachment', which is not compared, and none shows 'attachments': if it is meant "
        "for that, call it 'attachments'"
    ]


def test_a_duty_that_needs_an_option_says_option(played: Make) -> None:
    assert unnamed(("assignments",)) == "no option assignments"
    assert unnamed(("create", "note")) == "no task create or note"
    assert unnamed(("create", "webhooks")) == "no task create and no option webhooks"
    duty = DUTIES["trackit.assignments_complete"]
    why = elsewhere(duty, played("trackit"))
    assert inapplicable(duty, why) == (
        "not applicable to this client: its hello names no option assignments; name it there if the client can do it"
    )
    (one,) = played("trackit", plays=1).histories
    assert "the client's hello names no option assignments" in of_play(duty, one)
    (one,) = played("trackit", plays=1, hello=Hello(tasks=READS, options=("assignments",))).histories
    assert "names no" not in of_play(duty, one)


def test_what_the_vendor_offers_and_a_client_never_uses_is_none_of_its_duties(played: Make) -> None:
    def login(n: int, grant: str, answer: dict[str, Any]) -> Any:
        body = urlencode({"grant_type": grant, "username": "u", "password": "p"}).encode()
        form = (("Content-Type", "application/x-www-form-urlencoded"),)
        told = json.dumps(answer).encode()
        return exchanged(
            n,
            method="POST",
            target="/TrackIt/WebAPI/token",
            headers=form,
            body=body,
            received=told,
            reply_headers=(("Content-Type", "application/json"),),
        )

    token = {"access_token": "a", "token_type": "bearer", "expires_in": 1799}
    given = login(1, "password", {**token, "refresh_token": "r"})
    duty = DUTIES["trackit.refresh_intact"]
    left = declined(duty, played("trackit", exchanges=[given]).histories)
    assert left == "the client was given a refresh token in 3 examples, and never used it"
    assert inapplicable(duty, left) == f"not applicable to this client: {left}"
    assert declined(duty, played("trackit", exchanges=[login(1, "password", token)]).histories) == ""
    used = [given, login(2, "refresh_token", {**token, "refresh_token": "s"})]
    assert declined(duty, played("trackit", exchanges=used).histories) == ""
    assert declined(WRITTEN, played("trackit", exchanges=[given]).histories) == ""


@pytest.mark.parametrize("vendor", contracted())
def test_a_client_that_keeps_nothing_in_its_folder_has_none_to_look_into(vendor: str, played: Make) -> None:
    (duty,) = [duty for duty in of(vendor) if duty.slug == "secret_not_stored"]
    hello = Hello(tasks=READS, options=(RESTART,))
    assert declined(duty, played(vendor, hello=hello).histories) == (
        "the client was given a state folder in 3 examples, and never used it"
    )
    assert declined(duty, played(vendor, hello=hello, stored={"state.json": False}).histories) == ""


def test_a_client_that_shows_what_it_wrote_only_once_it_has_read_it_is_asked_no_more(played: Make) -> None:
    (duty,) = [duty for duty in of("autotask") if duty.slug == "id_only_from_create"]
    ticket = Record("7", {"Title": "a"})
    wrote = replace(
        sync(1, 2), do="create", answered={"id": "7"}, asked={"fields": {}}, became={"Ticket": {"7": ticket}}
    )
    hidden = {"vendor": "autotask", "tasks": [replace(wrote, before={}, after={})], "entity": "Ticket"}
    assert declined(duty, played(**hidden).histories) == (
        "the client made tickets in 3 examples, and never showed one before it had read it again"
    )
    shown = {**hidden, "tasks": [replace(wrote, before={}, after={"7": ticket})]}
    assert declined(duty, played(**shown).histories) == ""
    unknown = {**hidden, "tasks": [replace(wrote, before={}, after={}, answered=None)]}
    assert declined(duty, played(**unknown).histories) == "", "nobody knows which ticket it was"
    blind = {**hidden, "tasks": [replace(wrote, before=None, after=None)]}
    assert declined(duty, played(**blind).histories) == "", "it shows nothing at all"
    assert declined(duty, played("autotask").histories) == ""
