"""The duties of a client of SuperOffice that reads what hangs on tickets: their files, and the people they are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mockservers.harness import comparing
from mockservers.harness.duties import Breach, Duty, Judgement, judged
from mockservers.harness.history import History
from mockservers.vendors.superoffice.contract.duties.visibility import ATTACHMENTS, EMAIL, ever_hidden, live

FETCHES, FOLLOWS = "attachments", "people"
"""What a client names in its hello that fetches files, or that keeps the addresses of people."""
File = tuple[str, str]
"""A file's name, and the digest of its bytes."""


def _files(value: Any) -> list[File]:
    listed = value if isinstance(value, list) else []
    return sorted((str(each.get("Name")), str(each.get("Sha256"))) for each in listed if isinstance(each, Mapping))


def _inside(value: Any) -> list[File]:
    """Images inside a text, such as the logo of a signature: a client may leave them out."""
    return _files([each for each in value if isinstance(each, Mapping) and each.get("Inline")])


def _parted(truth: Any, mirror: Any) -> Iterator[str]:
    """What is wrong with the files of a ticket, a sentence each."""
    wanted, held = _files(truth), _files(mirror)
    optional = _inside(truth)
    for name, digest in dict.fromkeys(wanted):
        missing = wanted.count((name, digest)) - held.count((name, digest)) - optional.count((name, digest))
        if missing <= 0:
            continue
        others = [each for each in held if each[0] == name and each not in wanted]
        if others:
            yield f"the bytes of {comparing.show(name)} in the mirror are not those at the vendor"
        else:
            yield f"{comparing.show(name)} is missing in the mirror"
    for name, digest in dict.fromkeys(held):
        known = name in {each for each, _ in wanted}
        if held.count((name, digest)) > wanted.count((name, digest)) and (not known or (name, digest) in wanted):
            yield f"{comparing.show(name)} stands in the mirror, and the vendor has it not, or fewer times"


def _attachments_whole(history: History) -> Judgement:
    exercised, breaches = 0, []
    hidden = ever_hidden(history)
    for ticket, shown in sorted((history.mirror or {}).items()):
        truth = history.truth.get(ticket)
        if truth is None or not live(truth) or ticket in hidden or ATTACHMENTS not in comparing.fields(history, shown):
            continue
        files = truth.fields.get(ATTACHMENTS) or []
        exercised += bool(files)
        breaches += [
            Breach(f"{history.name(ticket)}: {words}", {"ticket": ticket, "field": ATTACHMENTS})
            for words in _parted(files, shown.fields.get(ATTACHMENTS))
        ]
    return judged(exercised, breaches)


def _people_followed(history: History) -> Judgement:
    exercised, breaches = 0, []
    hidden = ever_hidden(history)
    for ticket, shown in sorted((history.mirror or {}).items()):
        truth = history.truth.get(ticket)
        if truth is None or not live(truth) or ticket in hidden or EMAIL not in comparing.fields(history, shown):
            continue
        states = {record.fields.get(EMAIL) for _, record in history.ever.get(ticket, ()) if record.exists}
        wanted, held = truth.fields.get(EMAIL) or "", shown.fields.get(EMAIL) or ""
        exercised += bool(wanted)
        if wanted != held:
            why = (
                "which it was earlier: a change of a person changes no ticket"
                if held in states
                else "which it never was"
            )
            both = comparing.parted(wanted, held, history.secrets)
            breaches.append(
                Breach(f"{history.name(ticket)}: {EMAIL} is {both}, {why}", {"ticket": ticket, "field": EMAIL})
            )
    return judged(exercised, breaches)


ATTACHED: tuple[Duty, ...] = (
    Duty(
        "superoffice.attachments_whole",
        "The files of a ticket are fetched byte for byte, those that come later and those of the same name too.",
        (
            "superoffice.attachment.list",
            "superoffice.attachment.carrier",
            "superoffice.attachment.content",
            "superoffice.field.messages",
        ),
        _attachments_whole,
        "a ticket of the mirror that has attachments",
        needs=(FETCHES,),
    ),
    Duty(
        "superoffice.people_followed",
        "Who keeps what only a Person tells reads people again: their changes move the LastChanged of no ticket.",
        ("superoffice.person.changed", "superoffice.person.carrier", "superoffice.carrier.no_person"),
        _people_followed,
        "a ticket of the mirror that has a person with an address",
        needs=(FOLLOWS,),
    ),
)
