"""Webhooks of tickets: how REST manages them, what a call says, and what follows from its answer.

A listener of our own takes the calls.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from mockservers.kernel import listeners, webhooks
from mockservers.kernel.instants import MINUTE, SECOND
from mockservers.vendors.autotask.emulator.webhooks import written
from tests.vendors.autotask.post import SPACE, Post
from tests.vendors.autotask.rest import Rest, condition

SECRET = "a word between the two"
PAUSES = [0, *[30 * SECOND] * 4]
"""After which a call is made the first time and again."""


@dataclass
class Listener:
    """What was sent to it, and what it answers: the statuses in turn, the last for good."""

    url: str
    answers: list[int] = field(default_factory=lambda: [204])
    paths: list[str] = field(default_factory=list)
    heads: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(each) for each in self.bodies]

    @property
    def actions(self) -> list[tuple[str, int]]:
        return [(each["Action"], each["Id"]) for each in self.told]


@pytest.fixture
def listener() -> Iterator[Listener]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            made.paths.append(self.path)
            made.heads.append(dict(self.headers))
            made.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(made.answers.pop(0) if len(made.answers) > 1 else made.answers[0])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Listener(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


Make = Callable[..., Rest]


@pytest.fixture
def make() -> Make:
    return lambda **switches: Rest(Post(switches or None, data="demo:5"))


@pytest.fixture
def rest(make: Make) -> Rest:
    return make()


@pytest.fixture(scope="module")
def served() -> Iterator[Rest]:
    """A world with one webhook, which nobody listens to."""
    made = Rest(Post(data="demo:5"))
    made.made("TicketWebhooks", **webhook(Listener("http://127.0.0.1:9")))
    yield made
    made.post.world.close()


def webhook(listener: Listener, **more: Any) -> dict[str, Any]:
    told = {f"isSubscribedTo{deed}Events": True for deed in ("Create", "Update", "Delete")}
    addresses = {"webhookUrl": f"{listener.url}/hook", "deactivationUrl": f"{listener.url}/stopped"}
    given = {"isActive": True, "name": "mine", "secretKey": SECRET, "sendThresholdExceededNotification": False}
    return {**given, **told, **addresses, **more}


def numbers(rest: Rest) -> dict[str, int]:
    """The FieldID of each field by its label in lower case."""
    described = rest.told("GET", "TicketWebhookFields/entityInformation/fields")["fields"]
    values = next(each["picklistValues"] for each in described if each["name"] == "fieldID")
    return {each["label"].lower(): int(each["value"]) for each in values}


def saved(rest: Rest, listener: Listener, *always: str, **more: Any) -> int:
    """A webhook that is subscribed to titles and states; answers its number."""
    made = rest.made("TicketWebhooks", **webhook(listener, **more))
    known = numbers(rest)
    for name in ("title", "status"):
        rest.made(
            f"TicketWebhooks/{made}/Fields", fieldID=known[name], isSubscribedField=True, isDisplayAlwaysField=False
        )
    for name in always:
        rest.made(
            f"TicketWebhooks/{made}/Fields", fieldID=known[name], isSubscribedField=False, isDisplayAlwaysField=True
        )
    return made


def ticket(rest: Rest) -> int:
    return int(rest.found("Tickets", condition("id", "gt", 0))[0]["id"])


def act(rest: Rest, operation: str, **request: Any) -> Any:
    return rest.post.world.act("autotask", operation, request)


def retitled(rest: Rest, title: str, number: int) -> None:
    act(rest, "change", id=str(number), fields={"Title": title})


def passed(rest: Rest, by: int = 0) -> int:
    """Let time pass, and send what is due; tells how many calls were made."""
    rest.post.world.clock.advance(by)
    return listeners.deliver(rest.post.world)


def signed(body: bytes) -> str:
    return "sha1=" + base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha1).digest()).decode()


# --- managing them ----------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.webhook.records", "autotask.webhook.ready", "autotask.webhook.fields")
def test_a_webhook_is_made_found_changed_and_taken_away(rest: Rest, listener: Listener) -> None:
    number = rest.made("TicketWebhooks", **webhook(listener))
    item = rest.item(f"TicketWebhooks/{number}")
    assert (item["isActive"], item["isReady"], item["name"], item["ownerResourceID"]) == (True, False, "mine", 29682885)
    part = rest.made(
        f"TicketWebhooks/{number}/Fields",
        fieldID=numbers(rest)["title"],
        isSubscribedField=True,
        isDisplayAlwaysField=False,
    )
    (found,) = rest.found("TicketWebhooks", condition("name", "eq", "MINE"), condition("isReady", "eq", True))
    assert found == item | {"isReady": True}
    assert rest.found("TicketWebhooks", condition("id", "in", [7, 8])) == []
    assert rest.told("POST", "TicketWebhooks/query/count", {"filter": [condition("id", "gte", 0)]}) == {"queryCount": 1}
    rest.told("PATCH", "TicketWebhooks", {"id": number, "name": "other"})
    assert rest.item(f"TicketWebhooks/{number}")["name"] == "other"
    rest.told("PATCH", f"TicketWebhooks/{number}/Fields", {"id": part, "isDisplayAlwaysField": True})
    (field_,) = rest.told("GET", f"TicketWebhooks/{number}/Fields")["items"]
    assert (field_["isSubscribedField"], field_["isDisplayAlwaysField"], field_["webhookID"]) == (True, True, number)
    assert rest.told("DELETE", f"TicketWebhooks/{number}") == {"itemId": number}
    assert rest.item(f"TicketWebhooks/{number}") is None
    assert rest.told("GET", f"TicketWebhooks/{number}/Fields")["items"] == []


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"secretKey": None}, "autotask.create.required"),
        ({"deactivationUrl": ""}, "autotask.create.required"),
        ({"name": "x" * 51}, "autotask.write.length"),
        ({"isActive": "perhaps"}, "autotask.write.convert"),
        ({"webhookUrl": "http://desk.example/hook"}, "autotask.webhook.address"),
        ({"deactivationUrl": "no address"}, "autotask.webhook.address"),
        ({"webhookUrl": "http://[::1"}, "autotask.webhook.address"),
    ],
    ids=str,
)
@pytest.mark.rule("autotask.webhook.address")
def test_what_cannot_be_is_refused_and_nothing_is_kept(
    rest: Rest, listener: Listener, wrong: dict[str, Any], rule: str
) -> None:
    rest.made("TicketWebhooks", **webhook(listener))
    rest.errors("POST", "TicketWebhooks", webhook(listener, webhookUrl=f"{listener.url}/b") | wrong)
    assert rest.post.last.refused_by == rule
    assert len(rest.found("TicketWebhooks", condition("id", "gt", 0))) == 1


@pytest.mark.rule("autotask.webhook.address")
def test_http_is_for_this_machine_where_the_switch_lets_it(make: Make, listener: Listener) -> None:
    strict = make(webhook_address="https")
    assert "https://" in strict.errors("POST", "TicketWebhooks", webhook(listener))[0]
    strict.made(
        "TicketWebhooks", **webhook(listener, webhookUrl="https://a.example/", deactivationUrl="https://a.example/b")
    )


@pytest.mark.rule("autotask.webhook.duplicates")
def test_a_duplicate_is_refused_or_calls_too(make: Make, listener: Listener) -> None:
    rest = make()
    rest.made("TicketWebhooks", **webhook(listener, isActive=False))
    assert "already" in rest.errors("POST", "TicketWebhooks", webhook(listener, name="again"))[0]
    rest = make(webhook_duplicates="called")
    assert [saved(rest, listener), saved(rest, listener)] == [1, 2]
    retitled(rest, "twice", ticket(rest))
    assert passed(rest) == 2


def test_parts_name_what_there_is_and_do_so_once(rest: Rest, listener: Listener) -> None:
    number, known = saved(rest, listener), numbers(rest)
    flags = {"isSubscribedField": True, "isDisplayAlwaysField": True}
    assert "already" in rest.errors("POST", f"TicketWebhooks/{number}/Fields", {"fieldID": known["title"], **flags})[0]
    assert "does not exist" in rest.errors("POST", f"TicketWebhooks/{number}/Fields", {"fieldID": 999, **flags})[0]
    assert "invalid" in rest.errors("POST", "TicketWebhooks/77/Fields", {"fieldID": known["queueid"], **flags})[0]
    assert "invalid" in rest.errors("POST", f"TicketWebhooks/{number}/ExcludedResources", {"resourceID": 5})[0]
    assert rest.send("GET", f"TicketWebhooks/{number}/UdfFields").status == 501
    assert rest.told("GET", "Tickets/entityInformation")["info"]["supportsWebhookCallouts"] is True


# --- calls ------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.webhook.call", "autotask.webhook.signature")
def test_what_a_call_says(rest: Rest, listener: Listener) -> None:
    saved(rest, listener, "companyid", "createdate")
    number = ticket(rest)
    guid = rest.item("TicketWebhooks/1")["webhookGUID"]
    created = rest.item(f"Tickets/{number}")["createDate"]
    company = rest.item(f"Tickets/{number}")["companyID"]
    rest.told("PATCH", "Tickets", {"id": number, "title": "Müller's € & <\"ticket\\> 𝄞"})
    assert passed(rest) == 1
    (head,), (told,), (body,) = listener.heads, listener.told, listener.bodies
    assert told == {
        "Action": "Update",
        "Guid": guid,
        "EntityType": "Ticket",
        "Id": number,
        "Fields": {"Title": "Müller's € & <\"ticket\\> 𝄞", "CompanyID": company, "CreateDate": created},
        "EventTime": "2026-03-02T10:00:00Z",
        "SequenceNumber": 1,
        "PersonID": 29682885,
    }
    assert rb"M\u00FCller\u0027s \u20AC \u0026 \u003C\u0022ticket\\\u003E \uD834\uDD1E" in body
    assert head["X-Hook-Signature"] == signed(body)
    assert SECRET not in json.dumps([repr(each) for each in rest.post.world.journal])


def test_letters_are_escaped_as_dotnet_does_it() -> None:
    text = 'a\\u00e9 \\" + ` \x7f\n/é'
    assert json.loads(written(text)) == text
    assert written(text) == b'"a\\\\u00e9 \\\\\\u0022 \\u002B \\u0060 \\u007F\\n/\\u00E9"'


@pytest.mark.rule("autotask.webhook.call")
def test_creations_and_deletions_are_told_by_whichever_service_they_come(make: Make, listener: Listener) -> None:
    rest = make(webhook_fields="camel")
    saved(rest, listener)
    by_rest = rest.made("Tickets", companyID=174, title="by REST", status=1, priority=2)
    fields = "<AccountID>174</AccountID><Title>by SOAP</Title><Status>1</Status><Priority>2</Priority>"
    sent = f'<Entities><Entity xmlns:t="{SPACE}" xsi:type="t:Ticket">{fields}</Entity></Entities>'
    rest.post.result("create", sent)
    by_soap = rest.found("Tickets", condition("title", "eq", "by SOAP"))[0]["id"]
    by_people = int(act(rest, "create", fields={"Title": "by people"})["id"])
    act(rest, "change", id=str(by_rest), fields={"Priority": 1})  # to which it is not subscribed
    act(rest, "act", id=str(by_rest), action="note")
    act(rest, "delete", id=str(by_soap))
    passed(rest)
    created = [("Create", each) for each in (by_rest, by_soap, by_people)]
    assert listener.actions == [*created, ("Delete", by_soap)]
    assert listener.told[0]["Fields"] == {"status": 1, "title": "by REST"}
    assert listener.told[-1]["Fields"] == {}


@pytest.mark.rule("autotask.webhook.excluded")
def test_what_an_excluded_resource_does_is_not_told(rest: Rest, listener: Listener) -> None:
    hook, number = saved(rest, listener), ticket(rest)
    part = rest.made(f"TicketWebhooks/{hook}/ExcludedResources", resourceID=29682885)
    rest.told("PATCH", "Tickets", {"id": number, "title": "by the client itself"})
    retitled(rest, "by others", number)
    passed(rest)
    assert [each["Fields"]["Title"] for each in listener.told] == ["by others"]
    rest.told("DELETE", f"TicketWebhooks/{hook}/ExcludedResources/{part}")
    rest.told("PATCH", "Tickets", {"id": number, "title": "and again"})
    assert passed(rest) == 1


@pytest.mark.rule("autotask.webhook.ready")
def test_who_is_subscribed_to_no_field_is_told_nothing(rest: Rest, listener: Listener) -> None:
    hook = rest.made("TicketWebhooks", **webhook(listener))
    assert rest.item(f"TicketWebhooks/{hook}")["isReady"] is False
    act(rest, "create", fields={"Title": "unheard"})
    assert passed(rest) == 0


def test_a_change_that_is_undone_is_not_told(rest: Rest, listener: Listener) -> None:
    saved(rest, listener)
    rest.post.world.faults.add("rollback", vendor="autotask", operation="update")
    assert rest.send("PATCH", "Tickets", {"id": ticket(rest), "title": "never"}).status == 500
    assert webhooks.earliest(rest.post.world) is None


# --- what follows from an answer --------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.webhook.retry", "autotask.webhook.success", "autotask.webhook.order")
def test_a_call_is_made_five_times_and_others_of_its_kind_wait(rest: Rest, listener: Listener) -> None:
    saved(rest, listener)
    number = ticket(rest)
    listener.answers = [500] * 5 + [202]
    retitled(rest, "first", number)
    retitled(rest, "second", number)
    assert [passed(rest, by) for by in (0, 30 * SECOND - 1, 1)] == [1, 0, 1]
    retitled(rest, "third", number)
    made = act(rest, "create", fields={"Title": "of another kind"})
    assert passed(rest) == 1
    assert listener.actions[-1] == ("Create", int(made["id"]))
    for by in PAUSES[1:4]:
        passed(rest, by)
    titles = [told["Fields"]["Title"] for told in listener.told if told["Action"] == "Update"]
    assert titles[:4] == ["first"] * 4
    assert passed(rest, 30 * SECOND) + passed(rest, MINUTE) >= 0
    titles = [told["Fields"]["Title"] for told in listener.told if told["Action"] == "Update"]
    assert [title for title in titles if title != "first"] == ["second", "third"]


@pytest.mark.rule("autotask.webhook.patience")
def test_who_cannot_be_reached_has_not_answered(rest: Rest, listener: Listener) -> None:
    saved(rest, listener)
    rest.post.world.faults.add("delivery_failed", vendor="autotask")
    retitled(rest, "unheard", ticket(rest))
    assert [passed(rest, by) for by in (*PAUSES, 10 * MINUTE)] == [1, 1, 1, 1, 1, 0]
    assert listener.bodies == []


@pytest.mark.rule("autotask.webhook.disabled", "autotask.webhook.deactivation")
@pytest.mark.parametrize(("switch", "events"), [("attempts", 5), ("events", 25)])
def test_twenty_five_failures_disable_a_webhook(make: Make, listener: Listener, switch: str, events: int) -> None:
    rest = make(webhook_disabled=switch)
    hook, number = saved(rest, listener), ticket(rest)
    rest.post.world.faults.add("delivery_failed", vendor="autotask", times=events)
    for n in range(events):
        retitled(rest, f"title {n}", number)
    # One is discarded at its fifth attempt, and the next is made at once; the last is followed by one of the other address.
    assert sum(passed(rest, by) for by in (0, *[30 * SECOND] * (4 * events))) == 5 * events + 1
    assert rest.item(f"TicketWebhooks/{hook}")["isActive"] is False
    assert (listener.actions, listener.paths) == ([("Deactivated", hook)], ["/stopped"])
    assert listener.heads[0]["X-Hook-Signature"] == signed(listener.bodies[0])
    retitled(rest, "meanwhile", number)
    assert passed(rest, 10 * MINUTE) == 0
    rest.told("PATCH", "TicketWebhooks", {"id": hook, "isActive": True})
    retitled(rest, "heard again", number)
    assert passed(rest) == 1


@pytest.mark.rule("autotask.webhook.deactivation")
def test_who_ends_a_webhook_is_told_so_and_nothing_else(rest: Rest, listener: Listener) -> None:
    hook = saved(rest, listener)
    retitled(rest, "owed", ticket(rest))
    rest.told("DELETE", f"TicketWebhooks/{hook}")
    assert passed(rest, MINUTE) == 1
    assert listener.actions == [("Deactivated", hook)]


@pytest.mark.rule("autotask.webhook.order")
def test_what_waits_goes_to_the_new_address_with_the_new_secret(rest: Rest, listener: Listener) -> None:
    hook = saved(rest, listener, secretKey="the word before", webhookUrl=f"{listener.url}/before")
    listener.answers = [500, 200]
    retitled(rest, "owed", ticket(rest))
    passed(rest)
    rest.told("PATCH", "TicketWebhooks", {"id": hook, "webhookUrl": f"{listener.url}/after", "secretKey": SECRET})
    assert passed(rest, 30 * SECOND) == 1
    assert listener.paths == ["/before", "/after"]
    assert listener.heads[1]["X-Hook-Signature"] == signed(listener.bodies[1])


# --- faults of delivery -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["delivery_forged", "delivery_unsigned"])
def test_a_stranger_calls_first(rest: Rest, listener: Listener, kind: str) -> None:
    saved(rest, listener)
    number = ticket(rest)
    rest.post.world.faults.add(kind, vendor="autotask")
    retitled(rest, "true", number)
    assert passed(rest) == 2
    given = [head.get("X-Hook-Signature") for head in listener.heads]
    assert given[1] == signed(listener.bodies[1])
    assert given[0] != signed(listener.bodies[0])
    assert (given[0] is None) is (kind == "delivery_unsigned")
    assert listener.told[0]["Id"] != listener.told[1]["Id"] == number
    rest.post.world.faults.add(kind, vendor="autotask")
    retitled(rest, "again", number)
    assert passed(rest) == 2
    (deleted, other), real = listener.actions[2:]
    assert (deleted, real) == ("Delete", ("Update", number))
    assert rest.item(f"Tickets/{other}")["id"] == other != number


def test_what_is_owed_comes_and_goes_with_checkpoints(rest: Rest, listener: Listener) -> None:
    saved(rest, listener)
    retitled(rest, "owed", ticket(rest))
    rest.post.world.checkpoint("before")
    assert passed(rest) == 1
    rest.post.world.restore("before")
    assert passed(rest) == 1
    assert listener.bodies[0] == listener.bodies[1]


def test_who_listened_after_a_checkpoint_is_not_called_once_it_is_restored(rest: Rest, listener: Listener) -> None:
    number = ticket(rest)
    rest.post.world.checkpoint("before")
    saved(rest, listener)
    retitled(rest, "heard", number)
    assert passed(rest) == 1
    rest.post.world.restore("before")
    retitled(rest, "unheard", number)
    assert passed(rest) == 0
    assert rest.found("TicketWebhooks", condition("id", "gt", 0)) == []


def test_nobody_manages_webhooks_in_the_name_of_others(rest: Rest, listener: Listener) -> None:
    others = {**rest.login, "ImpersonationResourceId": "29682886"}
    for verb, path, body in (
        ("POST", "TicketWebhooks", webhook(listener)),
        ("POST", "TicketWebhooks/query", {"filter": [condition("id", "gt", 0)]}),
    ):
        assert "permissions" in rest.errors(verb, path, body, login=others)[0]


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        (condition("name", "beginsWith", "Mi"), 1),
        (condition("name", "contains", "x"), 0),
        (condition("name", "endsWith", "NE"), 1),
        (condition("name", "noteq", "mine"), 0),
        (condition("notificationEmailAddress", "notExist"), 1),
        (condition("notificationEmailAddress", "exist"), 0),
        (condition("notificationEmailAddress", "eq", "a"), 0),
        (condition("id", "lt", 1), 0),
        (condition("id", "lte", 1), 1),
        (condition("id", "eq", "one"), 0),
        (condition("id", "notIn", [1]), 0),
        (condition("", "or", items=[condition("id", "eq", 7), condition("isActive", "eq", True)]), 1),
        (condition("", "and", items=[condition("id", "eq", 7), condition("isActive", "eq", True)]), 0),
        (condition("name", "eq", "mine", udf=True), 0),
    ],
    ids=str,
)
def test_they_are_found_by_every_operator(served: Rest, asked: dict[str, Any], count: int) -> None:
    assert len(served.found("TicketWebhooks", asked)) == count
