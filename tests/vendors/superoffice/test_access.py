"""Who is let in: schemes, tickets, tokens, cookies, tenants, and for how long."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mockservers.kernel.journal import Entry
from tests.vendors.superoffice.conftest import DEMO, LIMITED, OTHER, basic

Desk = Any
TICKET, BEARER, REFRESH = "7T:REVNTy1USUNLRVQ=", "8A:Cust12345.REVNTy1UT0tFTg", "KT:DEMO-REFRESH-TOKEN"
COOKIES = {
    "Cookie": "a=b; SoSession=DEMO-SESSION-COOKIE; XSRF-TOKEN=DEMO-XSRF-VALUE",
    "X-XSRF-TOKEN": "DEMO-XSRF-VALUE",
}
HOUR = 3600


def token(desk: Desk, kind: str, user: str = "demo@demo.example", tenant: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = desk.act("act", tenant, id="customer", action="log in", user=user, kind=kind)
    return found


def refused(desk: Desk, login: str | None, **more: Any) -> bool:
    reply = desk.tickets(1, login=login, **more)
    assert reply.status in (200, 401)
    if reply.status == 401:
        assert reply.headers["WWW-Authenticate"]
        assert reply.json["ErrorType"] == "SoSecurityException"
        assert reply.entry.outcome == "refused"
    return bool(reply.status == 401)


@pytest.mark.rule(
    "superoffice.auth.schemes", "superoffice.auth.scheme_case", "superoffice.auth.basic", "superoffice.auth.refused"
)
def test_basic(desk: Desk) -> None:
    assert not refused(desk, DEMO)
    assert not refused(desk, DEMO.replace("Basic", "bAsIc"))
    assert not refused(desk, basic("DEMO@Demo.Example", "demo-password"))
    for wrong in (
        None,
        basic("demo@demo.example", "wrong"),
        basic("demo@demo.example", ""),
        basic("nobody", "demo-password"),
        basic("", "demo-password"),
        "Basic",
        "Basic !!!",
        "Basic ZGVtbw==",
        "Basic /////w==",
        "Digest x",
        "demo",
        " ",
    ):
        assert refused(desk, wrong), wrong


@pytest.mark.rule("superoffice.auth.schemes", "superoffice.auth.ticket_plain", "superoffice.auth.shapes")
def test_tickets_and_tokens(desk: Desk) -> None:
    for good in (
        f"SOTicket {TICKET}",
        f"SoTicket {TICKET}",
        f"SOTICKET {TICKET}",
        f"Bearer {BEARER}",
        f"bearer {BEARER}",
    ):
        assert not refused(desk, good), good
    for wrong in (f"SOTicket {BEARER}", f"Bearer {TICKET}", "Bearer", "SOTicket 7T:nothing", f"Basic {TICKET}"):
        assert refused(desk, wrong), wrong
    assert refused(desk, f"Ticket {TICKET}")
    ticket, access = token(desk, "SOTicket")["token"], token(desk, "Bearer")["token"]
    assert ticket.startswith("7T:")
    assert access.startswith("8A:Cust12345.")
    assert not refused(desk, f"SOTicket {ticket}")
    assert not refused(desk, f"Bearer {access}")


@pytest.mark.rule("superoffice.auth.ticket_life")
def test_a_ticket_lives_from_its_latest_use(desk: Desk) -> None:
    for _ in range(3):
        desk.advance(6 * HOUR - 1)
        assert not refused(desk, f"SOTicket {TICKET}")
    desk.advance(6 * HOUR)
    assert refused(desk, f"SOTicket {TICKET}")
    assert refused(desk, f"SOTicket {TICKET}")  # nothing revives it
    fresh = token(desk, "SOTicket")["token"]
    desk.switch(ticket_hours=0.5)
    desk.advance(HOUR)
    assert not refused(desk, f"SOTicket {fresh}")
    desk.advance(HOUR / 2)
    assert refused(desk, f"SOTicket {fresh}")


@pytest.mark.rule("superoffice.auth.token_life", "superoffice.auth.tokens")
def test_a_token_lives_a_fixed_time_and_is_refreshed(desk: Desk) -> None:
    desk.advance(HOUR - 1)
    assert not refused(desk, f"Bearer {BEARER}")
    desk.advance(1)
    assert refused(desk, f"Bearer {BEARER}")
    path, form = "/login/common/oauth/tokens", f"grant_type=refresh_token&client_id=x&refresh_token={REFRESH}"
    by_form = desk.ask("POST", path, body=form.encode(), media="application/x-www-form-urlencoded", login=None)
    by_query = desk.ask("POST", path, form, login=None)
    desk.switch(token_seconds=1200)
    for reply, seconds in ((by_form, 3600), (by_query, 3600), (desk.ask("POST", path, form, login=None), 1200)):
        assert reply.status == 200
        assert (reply.json["token_type"], reply.json["expires_in"], reply.json["refresh_token"]) == (
            "Bearer",
            seconds,
            REFRESH,
        )
        assert not refused(desk, f"Bearer {reply.json['access_token']}")
    assert by_form.json["access_token"] != by_query.json["access_token"]
    desk.advance(1200)
    assert refused(desk, f"Bearer {reply.json['access_token']}")
    assert not refused(desk, f"Bearer {by_form.json['access_token']}")


@pytest.mark.rule("superoffice.auth.tokens")
@pytest.mark.parametrize(
    ("query", "status", "error"),
    [
        ("", 400, "unsupported_grant_type"),
        ("grant_type=refresh_token", 400, "invalid_grant"),
        (f"grant_type=refresh_token&refresh_token={TICKET}", 400, "invalid_grant"),
        (f"grant_type=refresh_token&refresh_token={REFRESH}&client_secret=wrong", 400, "invalid_client"),
        (f"grant_type=refresh_token&refresh_token={REFRESH}&client_secret=DEMO-APP-TOKEN", 200, None),
        ("grant_type=authorization_code&code=x", 501, None),
    ],
)
def test_the_token_endpoint(desk: Desk, query: str, status: int, error: str | None) -> None:
    reply = desk.ask("POST", "/login/common/oauth/tokens", query, login=None)
    assert (reply.status, reply.json.get("error")) == (status, error)


@pytest.mark.rule("superoffice.auth.revoked")
def test_with_its_user_everything_ends(desk: Desk) -> None:
    tenants = desk.world.installation("superoffice").tenants
    user = next(each for each in tenants.credentials if each.facts.get("user") == "demo@demo.example")
    logins = (DEMO, f"SOTicket {TICKET}", f"Bearer {BEARER}")
    assert not any(refused(desk, login) for login in logins)
    user.revoked = desk.world.clock.now()
    assert all(refused(desk, login) for login in logins)
    assert refused(desk, None, headers=COOKIES)
    refresh = f"grant_type=refresh_token&refresh_token={REFRESH}"
    assert desk.ask("POST", "/login/common/oauth/tokens", refresh, login=None).status == 400
    user.revoked = None
    user.expires = desk.world.clock.now() + 10_000_000
    assert not any(refused(desk, login) for login in logins)
    desk.advance(10)
    assert all(refused(desk, login) for login in logins)


def test_sessions_can_be_ended(desk: Desk) -> None:
    assert desk.administer("end sessions", user="demo@demo.example", kind="SOTicket")["ended"] == 1
    assert refused(desk, f"SOTicket {TICKET}")
    assert not refused(desk, f"Bearer {BEARER}")
    assert desk.administer("end sessions")["ended"] == 3
    assert refused(desk, f"Bearer {BEARER}")


@pytest.mark.rule("superoffice.auth.xsrf", "superoffice.auth.session_cookie")
def test_a_session_needs_its_xsrf_value(desk: Desk) -> None:
    assert not refused(desk, None, headers=COOKIES)
    # A hidden field's value is the same one; only the header counts, whatever the cookie says.
    only = {**COOKIES, "Cookie": "SoSession=DEMO-SESSION-COOKIE"}
    assert not refused(desk, None, headers=only)
    for wrong in (
        {"Cookie": COOKIES["Cookie"]},
        {**COOKIES, "X-XSRF-TOKEN": "old"},
        {"X-XSRF-TOKEN": "DEMO-XSRF-VALUE"},
        {**COOKIES, "Cookie": "SoSession=nothing"},
    ):
        assert refused(desk, None, headers=wrong), wrong
    assert refused(desk, basic("x", "y"), headers=COOKIES)  # with Authorization the cookie does not count
    new = token(desk, "cookie")
    assert not refused(desk, None, headers={"Cookie": f"SoSession={new['token']}", "X-XSRF-TOKEN": new["xsrf"]})
    assert refused(desk, None, headers={"Cookie": f"SoSession={new['token']}", "X-XSRF-TOKEN": "DEMO-XSRF-VALUE"})
    desk.administer("end sessions", kind="cookie")
    assert refused(desk, None, headers=COOKIES)


@pytest.mark.rule("superoffice.auth.app_token", "superoffice.auth.schemes")
def test_hosted_installations(make_desk: Any) -> None:
    desk = make_desk(deployment="online")
    app = {"SO-AppToken": "DEMO-APP-TOKEN"}
    assert refused(desk, DEMO)
    assert refused(desk, f"SOTicket {TICKET}")
    assert refused(desk, f"SOTicket {TICKET}", headers={"SO-AppToken": "OTHER-APP-TOKEN"})
    assert not refused(desk, f"SOTicket {TICKET}", headers=app)
    assert not refused(desk, f"Bearer {BEARER}")
    onsite = make_desk()
    reply = onsite.tickets(1, login=f"SOTicket {TICKET}", headers={"SO-AppToken": "whatever"})
    assert reply.status == 200
    assert "superoffice.auth.app_token" in reply.entry.rules


@pytest.mark.rule("superoffice.auth.settings")
def test_each_way_to_log_in_is_a_setting(make_desk: Any) -> None:
    ways = {
        "username": (DEMO, {}),
        "ticket": (f"SOTicket {TICKET}", {}),
        "bearer": (f"Bearer {BEARER}", {}),
        "implicit": (None, COOKIES),
    }
    for allowed in ways:
        desk = make_desk(authorize_with=allowed)
        for way, (login, headers) in ways.items():
            assert refused(desk, login, headers=headers) is (way != allowed)


@pytest.mark.rule("superoffice.auth.negotiate")
def test_negotiate_is_known_and_not_emulated(make_desk: Any) -> None:
    assert make_desk().tickets(1, login="Negotiate TlRMTVNTUAAB").status == 501
    assert make_desk(deployment="online").tickets(1, login="Negotiate TlRMTVNTUAAB").status == 401


@pytest.mark.rule("superoffice.auth.shapes", "superoffice.address.roots")
def test_tenants_by_path_and_token(desk: Desk) -> None:
    body = {"TicketIds": [1]}
    mine, theirs = desk.tickets(1).json, desk.tickets(1, login=OTHER).json
    assert mine != theirs
    assert desk.call("GetTickets", body, root="/Cust67890", login=OTHER).json == theirs
    for login in (DEMO, f"SOTicket {TICKET}", f"Bearer {BEARER}"):
        assert desk.call("GetTickets", body, root="/Cust12345", login=login).status == 200
        assert desk.call("GetTickets", body, root="/Cust67890", login=login).status == 401
    assert desk.call("GetTickets", body, root="/Cust67890", login=OTHER).entry.tenant == "Cust67890"


@pytest.mark.rule("superoffice.auth.misdirected")
def test_another_host_than_the_tenants(make_desk: Any) -> None:
    desk = make_desk(deployment="online")
    desk.administer("move", host="sod2.example:8750")
    reply = desk.tickets(1, login=f"Bearer {BEARER}")
    assert (reply.status, reply.media) == (421, "text/plain; charset=utf-8")
    assert desk.tickets(1, login=f"Bearer {BEARER}", host="SOD2.example:8750").status == 200
    assert make_desk().tickets(1).status == 200


@pytest.mark.rule("superoffice.auth.forbidden")
def test_functions_that_a_caller_may_not_use(desk: Desk) -> None:
    reply = desk.call("DeleteTicketEntity", {"TicketEntityId": 1}, login=LIMITED)
    assert (reply.status, reply.json["ErrorType"]) == (403, "SoSecurityException")
    assert desk.ask("DELETE", "/api/v1/Ticket/1", login=LIMITED).status == 403
    assert desk.tickets(1).ids == [1]


@pytest.mark.rule("superoffice.auth.refused")
def test_bodies_of_401(make_desk: Any) -> None:
    assert set(make_desk(auth_error_body="message").tickets(1, login=None).json) == {"Message"}
    assert make_desk(auth_error_body="empty").tickets(1, login=None).body == b""
    xml = make_desk().tickets(1, login=None, headers={"Accept": "text/xml"})
    assert (xml.status, xml.media) == (401, "text/xml; charset=utf-8")
    assert xml.text.startswith("<ErrorInformation><Error>true</Error>")


def test_a_wrong_body_is_no_way_past_the_login(desk: Desk) -> None:
    for media in ("application/json", "text/plain"):
        assert desk.call("GetTickets", b"{", login=None, media=media).status == 401


def test_no_journal_shows_a_secret(desk: Desk) -> None:
    made = [token(desk, kind) for kind in ("SOTicket", "Bearer", "refresh", "cookie")]
    secrets = [each["token"] for each in made] + [
        made[3]["xsrf"],
        "demo-password",
        TICKET,
        BEARER,
        REFRESH,
        "DEMO-APP-TOKEN",
        "DEMO-SESSION-COOKIE",
        "DEMO-XSRF-VALUE",
        "WRONG-SECRET",
    ]
    desk.administer("add user", user="new@demo.example", password="NEW-PASSWORD")
    secrets.append("NEW-PASSWORD")
    told = repr([(entry.request, entry.result) for entry in desk.world.journal])
    assert [secret for secret in secrets if secret in told] == []
    before = desk.world.journal.count
    for secret in secrets:
        for scheme in ("Basic", "SOTicket", "Bearer"):
            desk.tickets(1, login=f"{scheme} {secret}", headers={"SO-AppToken": secret, "X-XSRF-TOKEN": secret})
        desk.tickets(1, login=None, headers={"Cookie": f"SoSession={secret}", "X-XSRF-TOKEN": secret})
        desk.ask("POST", "/login/common/oauth/tokens", f"grant_type=refresh_token&refresh_token={secret}", login=None)
        form = f"grant_type=refresh_token&refresh_token={secret}&client_secret={secret}".encode()
        desk.ask("POST", "/login/common/oauth/tokens", body=form, media="application/x-www-form-urlencoded", login=None)
    entries: list[Entry] = desk.world.journal.since(before)
    told = repr([(entry.exchange, entry.notes, entry.error) for entry in entries])
    assert [secret for secret in secrets if secret in told] == []
    assert "access_token" in told


@pytest.mark.rule("superoffice.auth.tokens", "superoffice.auth.token_life", "superoffice.auth.xsrf")
def test_how_the_documentation_renews_a_bearer_and_has_a_session(desk: Desk) -> None:
    told = (Path(__file__).parents[3] / "docs" / "steer.md").read_text("utf-8")
    printed = desk.world.emulator("superoffice").demo_credential
    bearer = f"Bearer {printed['Bearer']}"
    desk.advance(3599)
    assert desk.tickets(1, login=bearer).status == 200
    desk.advance(1)
    assert desk.tickets(1, login=bearer).status == 401
    form = f"grant_type=refresh_token&refresh_token={printed['refresh_token']}"
    assert f"curl -d '{form}' http://127.0.0.1:8750/login/common/oauth/tokens" in told
    media = "application/x-www-form-urlencoded"
    made = desk.ask("POST", "/login/common/oauth/tokens", body=form.encode(), media=media, login=None).json
    assert desk.tickets(1, login=f"Bearer {made['access_token']}").status == 200
    assert f"`SoSession={printed['SoSession']}` with X-XSRF-TOKEN `{printed['X-XSRF-TOKEN']}`" in told
    session = {"Cookie": f"SoSession={printed['SoSession']}", "X-XSRF-TOKEN": printed["X-XSRF-TOKEN"]}
    assert desk.tickets(1, login=None, headers=session).status == 200
    assert desk.tickets(1, login=None, headers={"Cookie": session["Cookie"]}).status == 401
    own = desk.administer("log in", user="limited@demo.example", kind="cookie")
    headers = {"Cookie": f"SoSession={own['token']}", "X-XSRF-TOKEN": own["xsrf"]}
    assert desk.tickets(1, login=None, headers=headers).status == 200
