"""Correct designs of clients that listen, and what their duties must not hold against them. Each is a history by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from mockservers.harness.duties import Judgement, of
from mockservers.harness.history import Delivered, Exchanged, History
from tests.harness.conftest import exchanged, sync

Make = Any
NEW = {"Name": "mine", "Events": ["ticket.changed"], "TargetUrl": "http://127.0.0.1:9/", "Secret": "s"}


def judged(slug: str, history: History) -> Judgement:
    return next(duty for duty in of("superoffice") if duty.slug == slug).judge(history)


@pytest.fixture
def story(history: Make) -> Make:
    return lambda **facts: history("superoffice", **facts)


def asked(n: int, verb: str, path: str, body: Any = None, **more: Any) -> Exchanged:
    sent = b"" if body is None else json.dumps(body).encode()
    return exchanged(n, **{"method": verb, "target": f"/api/v1/{path}", "body": sent, "received": b"{}", **more})


def told(n: int, webhook: str = "1", status: int | None = 200, event: str = "ticket.changed") -> Delivered:
    body = {"EventId": str(n), "Event": event, "PrimaryKey": 7, "Timestamp": "2026", "Changes": ["id", "title"]}
    return Delivered(n, 0, event, "http://127.0.0.1:9/", (), json.dumps(body).encode(), status, webhook)


@pytest.mark.parametrize(
    ("verb", "path", "body", "verdict"),
    [
        ("POST", "Webhook", NEW, "kept"),
        ("POST", "Webhook", {**NEW, "Secret": ""}, "broken"),
        ("POST", "webhook", {"targetUrl": "http://127.0.0.1:9/", "secret": "s"}, "kept"),
        ("POST", "Agents/Webhook/SaveWebhook", {"targetUrl": "http://127.0.0.1:9/"}, "broken"),
        ("POST", "Agents/Webhook/TestWebhook", {"Webhook": NEW, "TargetUrl": ""}, "unproven"),
        (
            "POST",
            "Webhook/Test",
            {"TargetUrl": "http://127.0.0.1:9/"},
            "unproven",
        ),  # an address is tried, nothing is saved
        ("PATCH", "Webhook/1", {"TargetUrl": "http://127.0.0.1:9/"}, "unproven"),  # the secret stays
    ],
)
def test_a_secret_is_asked_for_where_a_webhook_is_saved(
    story: Make, verb: str, path: str, body: Any, verdict: str
) -> None:
    assert judged("calls_signed", story(exchanges=[asked(1, verb, path, body)])).verdict == verdict


@pytest.mark.parametrize(
    ("requests", "verdict"),
    [
        ([], "broken"),
        ([asked(20, "PATCH", "Webhook/1", {"State": "Active"})], "kept"),
        ([asked(20, "PUT", "Webhook/1", {**NEW, "state": 1})], "kept"),
        ([asked(20, "PUT", "Webhook/1", NEW)], "kept"),  # active where nothing else is said
        ([asked(20, "DELETE", "Webhook/1"), asked(21, "POST", "Webhook", NEW)], "kept"),
        ([asked(20, "POST", "Agents/Webhook/SaveWebhook", {**NEW, "WebhookId": 1})], "kept"),
        ([asked(20, "POST", "Agents/Webhook/GetAllWebhooks", {"StatusFilter": "Active"})], "broken"),
        ([asked(20, "PATCH", "Webhook/1", {"Name": "other"})], "broken"),
        ([asked(20, "PUT", "Webhook/1", {**NEW, "State": "Stopped"})], "broken"),
    ],
)
def test_ways_to_set_a_webhook_active_again(story: Make, requests: list[Exchanged], verdict: str) -> None:
    history = story(
        deliveries=tuple(told(n, status=None) for n in range(1, 10)),
        tasks=[sync(19, 22, settling=True)],
        exchanges=requests,
    )
    assert judged("webhook_revived", history).verdict == verdict


def test_a_target_that_fails_its_trial_is_no_failed_call(story: Make) -> None:
    calls = [told(n, status=None) for n in range(1, 9)] + [told(9, status=None, event="test")]
    history = story(deliveries=tuple(calls), tasks=[sync(19, 22, settling=True)])
    assert judged("webhook_revived", history).verdict == "unproven"


@pytest.mark.parametrize(
    ("requests", "verdict"),
    [
        ([], "broken"),
        ([asked(2, "DELETE", "Webhook/1"), asked(3, "POST", "Webhook", NEW)], "kept"),
        ([asked(2, "POST", "Agents/Webhook/GetAllWebhooks", {})], "broken"),
    ],
)
def test_a_webhook_may_take_the_place_of_another_while_the_clock_stands(
    story: Make, requests: list[Exchanged], verdict: str
) -> None:
    history = story(deliveries=(told(1, "1"), told(5, "2")), exchanges=requests)
    assert judged("subscribed_once", history).verdict == verdict


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        ({}, "broken"),
        ({"restarts": (4,)}, "kept"),  # it listens elsewhere now, and has had no sync to say so
        ({"restarts": (1,)}, "broken"),
        ({"restarts": (4,), "tasks": [sync(4, 4)]}, "kept"),  # before it, and nothing was asked
        ({"exchanges": [asked(4, "POST", "Webhook", NEW, faults=("lost_answer",))]}, "kept"),
        ({"exchanges": [asked(1, "POST", "Webhook", NEW, faults=("lost_answer",))]}, "broken"),
    ],
)
def test_who_was_started_again_is_not_where_it_was_until_its_next_sync(
    story: Make, facts: dict[str, Any], verdict: str
) -> None:
    history = story(**{"deliveries": (told(5, status=None),), "tasks": [sync(2, 3), sync(8, 9)], **facts})
    assert judged("calls_taken", history).verdict == verdict


@pytest.mark.parametrize(("webhook", "verdict"), [("1", "kept"), ("2", "broken")])
def test_what_was_owed_to_an_address_of_before_comes_there_in_vain(story: Make, webhook: str, verdict: str) -> None:
    trial = replace(told(4, webhook, event="test"), url="http://127.0.0.1:10/")
    history = story(deliveries=(trial, told(5, status=None)))
    assert judged("calls_taken", history).verdict == verdict
    here = replace(told(6, webhook, status=None), url=trial.url)  # and where it is now it has to answer
    assert judged("calls_taken", story(deliveries=(told(3, webhook), trial, here))).verdict == "broken"
