"""Limits: requests an hour by customer, latency before it, notice and refusal, calls at once."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import pytest

from mockservers.kernel import instants
from mockservers.kernel.journal import Exchange
from mockservers.server import wsgi
from tests.vendors.autotask.post import (
    CODE,
    HEADER,
    PATH,
    SPACE,
    Post,
    basic,
    envelope,
    fault,
    queryxml,
    request,
    texts,
)

OTHER = {
    "login": basic("api@other-customer.example", "other-password"),
    "header": HEADER.replace(CODE, "OTHER-INTEGRATION-CODE"),
}
MakePost = Callable[..., Post]


@pytest.fixture
def make() -> MakePost:
    def made(**switches: Any) -> Post:
        return Post(switches, data="demo:5")

    return made


def spend(post: Post, requests: int) -> None:
    """Other integrations of the customer use up requests."""
    post.world.act("autotask", "act", {"id": "customer", "action": "use requests", "requests": requests})


def told(post: Post, **more: Any) -> str:
    found = texts(post.result("getThresholdAndUsageInfo", **more), "Message")
    assert len(found) == 1
    return found[0] or ""


def customer(post: Post) -> dict[str, Any]:
    found: dict[str, Any] = post.world.act("autotask", "read", {"id": "customer"})
    return found["fields"]


def errors(result: Any) -> list[str | None]:
    assert texts(result, "ReturnCode") == ["-1"]
    return texts(result, "Message")


# --- counting ---------------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.threshold.answer", "autotask.threshold.counted")
def test_the_answer_is_one_line_that_clients_cut_into_pieces(make: MakePost) -> None:
    post = make()
    assert told(post) == "ThresholdOfExternalRequest: 10000; TimeframeOfLimitation: 60; numberOfExternalRequest: 0;"
    assert told(post).split()[1::2] == ["10000;", "60;", "1;"]
    result = post.result("getThresholdAndUsageInfo")
    assert texts(result, "EntityId") == ["0"]
    assert texts(result, "EntityResultType") == [None]
    assert result.find(f"{{{SPACE}}}EntityResults") is not None


@pytest.mark.rule("autotask.threshold.counted", "autotask.threshold.refused")
def test_a_clock_set_back_takes_away_the_calls_to_come(make: MakePost) -> None:
    post = make(threshold="5/60")
    spend(post, 5)
    assert "threshold of 5 requests" in (errors(post.query("Ticket"))[0] or "")
    post.world.clock.set(post.world.clock.now() - instants.DAY)
    assert texts(post.query("Ticket"), "ReturnCode") == ["1"]
    assert customer(post)["requests"] == 1


@pytest.mark.rule("autotask.threshold.answer")
def test_the_help_page_spells_it_otherwise(make: MakePost) -> None:
    assert told(make(threshold_spelling="help", threshold="7/5")) == (
        "thresholdOfExternalRequest: 7; TimeframeOfLimitation: 5; numberOfExternalRequest: 0;"
    )
    assert told(make(threshold="off")).startswith("ThresholdOfExternalRequest: 10000;")


@pytest.mark.rule("autotask.threshold.counted")
def test_all_users_of_a_customer_share_a_count_and_customers_do_not(make: MakePost) -> None:
    post = make()
    post.query("Ticket")
    post.query("Ticket", login=basic("half@demo.example", "half-password"))
    assert told(post).endswith(": 2;")
    assert told(post, **OTHER).endswith(": 0;")


@pytest.mark.rule("autotask.threshold.counted", "autotask.zone.no_login")
def test_zone_lookups_the_description_and_refused_logins_are_free(make: MakePost) -> None:
    post = make()
    for _ in range(3):
        post.result("getZoneInfo", "<UserName>api@demo.example</UserName>", login=None, header="")
        post.http(verb="GET", path="/atservices/1.6/atws.wsdl", login=None)
        post.call("GetWsdlVersion", login=None)
    assert told(post).endswith(": 0;")


@pytest.mark.rule("autotask.threshold.counted")
def test_the_hour_rolls(make: MakePost) -> None:
    post = make()
    spend(post, 3)
    post.world.clock.advance(30 * instants.MINUTE)
    spend(post, 2)
    assert customer(post)["requests"] == 5
    post.world.clock.advance(30 * instants.MINUTE - instants.SECOND)
    assert customer(post)["requests"] == 5
    post.world.clock.advance(instants.SECOND)
    assert customer(post)["requests"] == 2
    post.world.clock.advance(30 * instants.MINUTE)
    assert told(post).endswith(": 0;")


@pytest.mark.rule("autotask.threshold.counted")
def test_a_shorter_frame_counts_less(make: MakePost) -> None:
    post = make(threshold="10/5")
    spend(post, 9)
    assert told(post) == "ThresholdOfExternalRequest: 10; TimeframeOfLimitation: 5; numberOfExternalRequest: 9;"
    post.world.clock.advance(5 * instants.MINUTE)
    assert told(post).endswith(": 0;")


# --- latency, notice, refusal -----------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.threshold.latency")
def test_calls_slow_down_at_half_and_at_three_quarters(make: MakePost) -> None:
    post = make(threshold="20/60")
    delays = [post.call("GetWsdlVersion").delay for _ in range(20)]
    assert delays == [0.0] * 10 + [0.5] * 5 + [1.0] * 5


def test_latency_can_be_switched_off(make: MakePost) -> None:
    post = make(threshold="4/60", latency="off")
    assert [post.call("GetWsdlVersion").delay for _ in range(4)] == [0.0] * 4
    assert post.call("GetWsdlVersion").status == 500


@pytest.mark.rule("autotask.threshold.notice")
def test_the_customer_is_notified_once_each_time_the_limit_comes_near(make: MakePost) -> None:
    post = make(threshold="20/60")
    spend(post, 17)
    post.query("Ticket")
    assert not post.notes
    assert customer(post)["notices"] == []
    post.query("Ticket")
    assert post.notes == {"threshold.notice"}
    post.query("Ticket")
    assert not post.notes
    assert customer(post)["notices"] == [{"at": "2026-03-02T10:00:00Z", "used": 18, "limit": 20, "minutes": 60}]
    post.world.clock.advance(instants.HOUR)
    post.query("Ticket")
    spend(post, 18)
    post.query("Ticket")
    assert [each["at"] for each in customer(post)["notices"]] == ["2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z"]


@pytest.mark.rule("autotask.threshold.refused")
def test_at_the_limit_calls_are_refused_until_usage_has_fallen(make: MakePost) -> None:
    post = make(threshold="5/60")
    post.query("Ticket")
    post.world.clock.advance(instants.MINUTE)
    spend(post, 4)
    for _ in range(3):  # what is refused does not count
        assert "[emulated text]" in (errors(post.query("Ticket"))[0] or "")
        assert post.last.refusal == "BODY"
        assert 'clock/advance and {"by": 3600}' in (post.last.error or "")  # the clock is frozen
    said = errors(post.result("getThresholdAndUsageInfo"))
    assert "threshold of 5 requests in 60 minutes" in (said[0] or "")
    assert texts(post.query("Ticket", **OTHER), "ReturnCode") == ["1"]
    post.world.clock.advance(59 * instants.MINUTE)
    assert texts(post.query("Ticket"), "ReturnCode") == ["1"]
    errors(post.query("Ticket"))


@pytest.mark.rule("autotask.threshold.refused")
def test_a_refused_write_changes_nothing(make: MakePost) -> None:
    post = make(threshold="1/60")
    spend(post, 1)
    before = post.world.act("autotask", "list", {"entity": "Account"})
    entity = '<Entity xsi:type="Account"><AccountName>New</AccountName></Entity>'
    errors(post.result("create", f"<Entities>{entity}</Entities>"))
    assert post.world.act("autotask", "list", {"entity": "Account"}) == before


@pytest.mark.rule("autotask.threshold.refused")
def test_the_refusal_may_be_a_fault(make: MakePost) -> None:
    post = make(threshold="1/60", limit_reply="http_500")
    spend(post, 1)
    done = post.call("query", "<sXML>&lt;queryxml/&gt;</sXML>")
    assert "[emulated text]" in fault(done)


def test_switches_hold_for_one_customer(make: MakePost) -> None:
    post = make()
    post.world.installation("autotask").switch({"threshold": "1/60"}, tenant="demo")
    spend(post, 1)
    errors(post.query("Ticket"))
    assert texts(post.query("Ticket", **OTHER), "ReturnCode") == ["1"]


# --- calls at once ----------------------------------------------------------------------------------------------------


def begin(post: Post, entity: str = "Ticket", element: str = "query", header: str = HEADER) -> Exchange:
    """A call whose answer has not left yet."""
    from html import escape

    inner = f"<sXML>{escape(queryxml(entity), quote=False)}</sXML>" if element == "query" else ""
    body = envelope(request(element, inner), header).encode()
    sent = [("Host", "127.0.0.1:8750"), ("Authorization", basic()), ("Content-Type", "text/xml; charset=utf-8")]
    exchange = Exchange("POST", PATH, sent, body)
    environ = wsgi.environ(
        method="POST",
        path=PATH,
        query="",
        prefix="",
        scheme="http",
        server=("127.0.0.1", 8750),
        headers=sent,
        body=body,
        remote="127.0.0.1",
    )
    return wsgi.respond(post.world, "autotask", environ, exchange)


@pytest.mark.rule("autotask.thread.limit")
def test_three_calls_at_once_are_served_for_an_object(make: MakePost) -> None:
    post = make()
    under_way = [begin(post) for _ in range(3)]
    assert errors(post.query("Ticket")) == [
        "Thread Threshold Exceeded",
        "The Autotask API thread threshold of 3 threads has been exceeded.",
    ]
    assert texts(post.query("Account"), "ReturnCode") == ["1"]
    under_way.pop().leave()
    assert texts(post.query("Ticket"), "ReturnCode") == ["1"]
    under_way.append(begin(post))
    errors(post.query("ticket"))
    for each in under_way:
        each.leave()
    assert texts(post.query("Ticket"), "ReturnCode") == ["1"]


@pytest.mark.rule("autotask.thread.limit")
def test_threshold_lookups_count_and_zone_lookups_do_not(make: MakePost) -> None:
    post = make(thread_limit=1)
    under_way = begin(post, element="getThresholdAndUsageInfo")
    assert "Thread Threshold Exceeded" in errors(post.result("getThresholdAndUsageInfo"))
    zone = post.result("getZoneInfo", "<UserName>api@demo.example</UserName>", login=None, header="")
    assert texts(zone, "ErrorCode") == ["0"]
    under_way.leave()
    told(post)


def test_the_limit_is_a_number_or_off(make: MakePost) -> None:
    post = make(thread_limit="off")
    under_way = [begin(post) for _ in range(8)]
    assert {each.status for each in under_way} == {200}
    assert texts(post.query("Ticket"), "ReturnCode") == ["1"]


def test_a_call_that_nobody_carries_any_more_is_over(make: MakePost) -> None:
    post = make(thread_limit=1)
    for _ in range(3):
        done = begin(post)
        assert b"<ReturnCode>1</ReturnCode>" in done.reply_body
        del done
        gc.collect()


def test_refused_calls_do_not_stay_under_way(make: MakePost) -> None:
    post = make(thread_limit=1)
    under_way = begin(post)
    refused = [begin(post) for _ in range(4)]
    under_way.leave()
    assert texts(post.query("Ticket"), "ReturnCode") == ["1"]
    assert len(refused) == 4


def test_made_up_entities_share_one_count(make: MakePost) -> None:
    post = make()
    under_way = [begin(post, f"Made{n}") for n in range(3)]
    assert "Thread Threshold Exceeded" in errors(post.query("Other"))
    assert len([key for key in post.world.installation("autotask").under_way if key[0] == "threads"]) == 1
    for each in under_way:
        each.leave()
