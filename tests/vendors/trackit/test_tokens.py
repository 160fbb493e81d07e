"""Tokens: logging in as OWIN lets one in, expiry on the world's clock, refreshing, logging out, licences."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote_plus

import pytest

from mockservers.kernel.instants import SECOND
from mockservers.vendors.trackit.dialects import PASSWORDS

Desk = Any
FORM = b"grant_type=password&username=HELP+DESK%5CDEMO&password=demo-password&scope="


def refused(desk: Desk, form: bytes) -> Any:
    reply = desk.ask("POST", "/token", form, user=None, media="application/x-www-form-urlencoded")
    assert (reply.status, reply.headers["Content-Type"]) == (400, "application/json;charset=UTF-8")
    return reply


def refreshed(desk: Desk, token: str) -> Any:
    return desk.login(grant_type="refresh_token", refresh_token=token)


@pytest.mark.rule("trackit.token.form", "trackit.token.answer", "trackit.token.lifetime")
def test_a_login_answers_with_a_token_and_who_it_is(desk: Desk) -> None:
    reply = desk.login()
    assert reply.status == 200
    assert list(reply.json) == [
        "access_token",
        "token_type",
        "expires_in",
        "refresh_token",
        "username",
        "usergroupname",
        "First Name",
        "Last Name",
        "Phone",
        "Extension",
        "EMail Address",
        "Alternate Phone",
        ".issued",
        ".expires",
    ]
    assert len(reply.json["access_token"]) == 120
    assert len(base64.b64decode(reply.json["access_token"])) == 90
    assert reply.json | {"access_token": "", "refresh_token": ""} == {
        "access_token": "",
        "token_type": "bearer",
        "expires_in": 1799,
        "refresh_token": "",
        "username": "DEMO",
        "usergroupname": "HELP DESK",
        "First Name": "Dana",
        "Last Name": "Demo",
        "Phone": "404-555-0110",
        "Extension": "110",
        "EMail Address": "demo@desk.example",
        "Alternate Phone": "404-555-0199",
        ".issued": "Mon, 02 Mar 2026 10:00:00 GMT",
        ".expires": "Mon, 02 Mar 2026 10:30:00 GMT",
    }
    assert reply.headers["Content-Type"] == "application/json;charset=UTF-8"
    assert [reply.headers[name] for name in ("Cache-Control", "Pragma", "Expires")] == ["no-cache", "no-cache", "-1"]


@pytest.mark.rule("trackit.token.verb_free")
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("body", [FORM, FORM.replace(b"%5C", b"\\"), FORM.replace(b"+", b"%20")])
def test_the_endpoint_looks_at_the_body_alone(desk: Desk, method: str, body: bytes) -> None:
    for media in ("text/plain", "application/x-www-form-urlencoded", "application/json", None):
        assert desk.ask(method, "/token", body, user=None, media=media).json["username"] == "DEMO"


@pytest.mark.rule("trackit.token.letters")
def test_a_password_of_any_letters_is_encoded_in_the_form(make_desk: Any) -> None:
    desk = make_desk("empty", password_letters="signs")
    try:
        refused(desk, FORM)  # the plain one is nobody's here
        user, password = "grant_type=password&username=HELP+DESK%5CDEMO&password=", PASSWORDS["signs"]
        assert refused(desk, (user + password).encode())
        encoded = (user + quote_plus(password)).encode()
        assert desk.ask("POST", "/token", encoded, user=None, media="text/plain").json["username"] == "DEMO"
        for entry in desk.world.journal:
            assert password not in str(entry)
            assert quote_plus(password) not in str(entry)
    finally:
        desk.world.close()


@pytest.mark.rule("trackit.wire.path_case")
def test_the_endpoints_path_has_no_case(desk: Desk) -> None:
    assert desk.ask("POST", "/TOKEN", FORM, user=None, media="application/x-www-form-urlencoded").status == 200


@pytest.mark.rule("trackit.token.verb_free", "trackit.token.failures_400")
def test_names_have_no_case_and_repeated_values_are_joined(desk: Desk) -> None:
    def asked(form: bytes) -> Any:
        reply = desk.ask("POST", "/token", form, user=None)
        assert "a-secret" not in str(reply.entry)
        return reply

    assert asked(b"GRANT_TYPE=password&UserName=HELP+DESK%5CDEMO&\nPASSWORD=demo-password").status == 200
    assert asked(b"grant_type=password&" + FORM).json == {"error": "unsupported_grant_type"}
    assert asked(FORM + b"&PASSWORD=a-secret").json == {"error": "invalid_grant"}


@pytest.mark.rule("trackit.token.no_json", "trackit.token.failures_400")
def test_json_holds_no_grant(desk: Desk) -> None:
    reply = desk.post(
        "/token", {"grant_type": "password", "username": "HELP DESK\\DEMO", "password": "demo-password"}, user=None
    )
    assert (reply.status, reply.json) == (400, {"error": "unsupported_grant_type"})
    assert reply.findings == ["trackit.token.no_json"]
    assert b"demo-password" not in reply.entry.exchange.body


@pytest.mark.rule("trackit.token.failures_400")
@pytest.mark.parametrize(
    ("form", "error"),
    [
        (b"", "unsupported_grant_type"),
        (b"grant_type=magic", "unsupported_grant_type"),
        (b"grant_type=client_credentials&client_id=a&client_secret=b", "unsupported_grant_type"),
        (b"grant_type=password", "invalid_grant"),
        (FORM.replace(b"demo-password", b"wrong"), "invalid_grant"),
        (b"\xff\xfe&&==%", "unsupported_grant_type"),
    ],
)
def test_every_failure_is_400(desk: Desk, form: bytes, error: str) -> None:
    assert refused(desk, form).json == {"error": error}


@pytest.mark.rule("trackit.token.failures_400", "trackit.token.user")
@pytest.mark.parametrize(
    "form",
    [
        FORM.replace(b"DEMO", b"demo"),
        FORM.replace(b"HELP+DESK", b"Help+Desk"),
        FORM.replace(b"HELP+DESK%5C", b""),
        FORM.replace(b"HELP+DESK", b"FIELD+SERVICE"),
        b"grant_type=password&username=HELP+DESK%5CFORMER&password=former-password",
        b"grant_type=password&username=JSMITH&password=demo-password",
    ],
)
def test_only_active_technicians_by_their_whole_name(desk: Desk, form: bytes) -> None:
    assert refused(desk, form).json == {"error": "invalid_grant"}


@pytest.mark.rule("trackit.token.refresh")
@pytest.mark.parametrize("form", [b"grant_type=refresh_token&refresh_token=nonsense", b"grant_type=refresh_token"])
def test_what_is_no_refresh_token(desk: Desk, form: bytes) -> None:
    assert refused(desk, form).json == {"error": "invalid_grant"}


@pytest.mark.rule("trackit.token.windows")
def test_windows_logins_have_three_parts(desk: Desk) -> None:
    assert desk.login("windows").json["username"] == "wtech"
    swapped = {"grant_type": "password", "username": "CORP\\HELP DESK\\wtech", "password": "windows-password"}
    assert desk.login(**swapped).json == {"error": "invalid_grant"}
    desk.switch(windows_user_order="domain_first")
    assert desk.login(**swapped).status == 200
    assert desk.login("windows").status == 400


@pytest.mark.rule("trackit.access.bearer", "trackit.token.lifetime")
def test_a_token_lasts_half_an_hour(desk: Desk) -> None:
    assert desk.get("/tickets/101").status == 200
    desk.advance(1799.9)
    assert desk.get("/tickets/101").status == 200
    desk.advance(0.1)
    reply = desk.get("/tickets/101")
    assert (reply.status, reply.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert reply.json == {"Message": "Authorization has been denied for this request."}
    desk.tokens.clear()
    assert desk.get("/tickets/101").status == 200


def test_a_token_ends_at_a_whole_second(desk: Desk) -> None:
    desk.advance(0.7)
    reply = desk.login()
    assert (reply.json["expires_in"], reply.json[".expires"]) == (1799, "Mon, 02 Mar 2026 10:30:00 GMT")
    desk.tokens["demo"] = reply.json["access_token"]
    desk.advance(1799.2)
    assert desk.get("/tickets/101").status == 200
    desk.advance(0.1)
    assert desk.get("/tickets/101").status == 401


@pytest.mark.rule("trackit.token.lifetime")
def test_tests_may_shorten_the_lifetime(desk: Desk) -> None:
    desk.switch(token_lifetime=90)
    assert desk.login().json["expires_in"] == 89
    desk.token("demo")
    desk.advance(90)
    assert desk.get("/tickets/101").status == 401


@pytest.mark.rule("trackit.access.bearer")
@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Bearer x", "Basic YTpi", "bearer\t", "Bearer a b", "é"]
)
def test_other_headers_are_refused(desk: Desk, header: str | None) -> None:
    reply = desk.get("/tickets/101", user=None, headers={} if header is None else {"Authorization": header})
    assert reply.status == 401


@pytest.mark.rule("trackit.token.bearer_header")
def test_the_printed_form_is_refused_and_told(desk: Desk) -> None:
    printed = {"Authorization": f'Bearer access_token:"{desk.token("demo")}"'}
    reply = desk.get("/tickets/101", user=None, headers=printed)
    assert (reply.status, reply.findings) == (401, ["trackit.token.bearer_header"])
    assert desk.get("/tickets/101", user=None, headers={"Authorization": f"bEARER {desk.token('demo')}"}).status == 200


@pytest.mark.rule("trackit.token.refresh")
def test_a_refresh_token_is_good_once(desk: Desk) -> None:
    first = desk.login().json
    second = refreshed(desk, first["refresh_token"]).json
    assert second["username"] == "DEMO"
    assert len({first["access_token"], second["access_token"], first["refresh_token"], second["refresh_token"]}) == 4
    assert refreshed(desk, first["refresh_token"]).json == {"error": "invalid_grant"}
    assert refreshed(desk, first["access_token"]).json == {"error": "invalid_grant"}
    for token in (first["access_token"], second["access_token"]):
        desk.tokens["demo"] = token
        assert desk.get("/tickets/101").status == 200
    desk.tokens["demo"] = second["refresh_token"]
    assert desk.get("/tickets/101").status == 401


@pytest.mark.rule("trackit.token.refresh")
def test_a_refresh_token_lasts_a_day(desk: Desk) -> None:
    kept, late = desk.login().json["refresh_token"], desk.login().json["refresh_token"]
    desk.advance(86_399)
    assert refreshed(desk, kept).status == 200
    desk.advance(1)
    assert refreshed(desk, late).json == {"error": "invalid_grant"}


@pytest.mark.rule("trackit.token.refresh", "trackit.token.answer")
def test_there_may_be_no_refresh_tokens(desk: Desk) -> None:
    token = desk.login().json["refresh_token"]
    desk.switch(refresh_token="absent")
    assert "refresh_token" not in desk.login().json
    assert refreshed(desk, token).json == {"error": "unsupported_grant_type"}


@pytest.mark.rule("trackit.token.logout")
def test_logging_out_ends_this_session_alone(desk: Desk) -> None:
    first, second = desk.login().json, desk.login().json
    desk.tokens["demo"] = first["access_token"]
    assert desk.get("/technicians/logout").json == {"success": True}
    assert desk.get("/tickets/101").status == 401
    assert refreshed(desk, first["refresh_token"]).status == 400
    desk.tokens["demo"] = second["access_token"]
    assert desk.get("/tickets/101").status == 200
    assert refreshed(desk, second["refresh_token"]).status == 200


@pytest.mark.rule("trackit.token.licences")
def test_a_pool_of_licences(desk: Desk) -> None:
    desk.admin("set licences", licences=1)
    assert desk.login("demo").status == 200
    assert desk.login("tech1").json == {"error": "invalid_grant"}
    assert desk.login("admin").status == 200  # he has a licence of his own
    desk.token("demo")  # the same technician needs no second one
    desk.admin("end sessions", user="HELP DESK\\DEMO")
    assert desk.login("tech1").status == 200
    assert desk.login("demo").status == 400
    desk.advance(1800)
    assert desk.login("demo").status == 200
    desk.admin("set licences")
    assert desk.login("tech1").status == 200


@pytest.mark.rule("trackit.token.control")
def test_an_administrator_ends_sessions(desk: Desk) -> None:
    refresh = desk.login().json["refresh_token"]
    desk.token("demo"), desk.token("tech1")
    desk.admin("end sessions", user="HELP DESK\\DEMO", keep_refresh=True)
    assert desk.get("/tickets/101").status == 401
    assert desk.get("/tickets/101", "tech1").status == 200
    desk.tokens["demo"] = refreshed(desk, refresh).json["access_token"]
    assert desk.get("/tickets/101").status == 200
    desk.admin("end sessions")
    assert [desk.get("/tickets/101", user).status for user in ("demo", "tech1")] == [401, 401]


@pytest.mark.rule("trackit.token.control")
@pytest.mark.parametrize("how", ["revoked", "expires"])
def test_a_credential_that_ends_takes_its_sessions_with_it(desk: Desk, how: str) -> None:
    refresh = desk.login().json["refresh_token"]
    desk.token("demo")
    tenants = desk.world.installation("trackit").tenants
    credential = next(each for each in tenants.credentials if each.facts["user"] == "HELP DESK\\DEMO")
    setattr(credential, how, desk.world.clock.now() + 10 * SECOND)
    assert desk.get("/tickets/101").status == 200
    desk.advance(10)
    assert desk.get("/tickets/101").status == 401
    assert desk.login().json == {"error": "invalid_grant"}
    assert refreshed(desk, refresh).json == {"error": "invalid_grant"}
    setattr(credential, how, None)
    assert desk.get("/tickets/101").status == 200


def test_an_inactive_technician_is_out(desk: Desk) -> None:
    desk.token("demo")
    desk.admin("deactivate technician", user="HELP DESK\\DEMO")
    assert (desk.get("/tickets/101").status, desk.login().status) == (401, 400)
    desk.admin("activate technician", user="HELP DESK\\DEMO")
    assert (desk.get("/tickets/101").status, desk.login().status) == (200, 200)


def test_no_secret_reaches_the_journal(desk: Desk) -> None:
    given = desk.login().json
    desk.login("tech1", grant_type="password", username="HELP DESK\\TECH1", password="not the right one")
    desk.tokens["demo"] = given["access_token"]
    desk.get("/tickets/101")
    refreshed(desk, given["refresh_token"])
    desk.post("/groups", {"UserName": "HELP DESK\\DEMO", "password": "demo-password"}, user=None)
    desk.get("/tickets/101?leak=" + given["access_token"])
    told = "\n".join(str(entry) for entry in desk.world.journal)
    for secret in (
        given["access_token"],
        given["refresh_token"],
        "demo-password",
        "not the right one",
        "not+the+right+one",
    ):
        assert secret not in told


def test_the_same_seed_hands_out_the_same_tokens(make_desk: Any) -> None:
    answers = []
    for seed in (1, 1, 2):
        made = make_desk("empty", seed=seed)
        answers.append([made.login().json["access_token"] for _ in range(3)])
        made.world.close()
    assert answers[0] == answers[1] != answers[2]
    assert len(set(answers[0])) == 3


def test_a_form_with_a_mark_or_in_utf_16_is_read(desk: Desk) -> None:
    form = "grant_type=password&username=HELP+DESK%5CDEMO&password=demo-password"
    for raw in (form.encode("utf-8-sig"), form.encode("utf-16"), form.encode("utf-16-be").join((b"\xfe\xff", b""))):
        reply = desk.ask("POST", "/token", raw, user=None, media="application/x-www-form-urlencoded; charset=klingon")
        assert (reply.status, reply.json["token_type"]) == (200, "bearer")
