"""Who gets in, and what they reach: logins, security levels, tracking identifiers, impersonation."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from mockservers.kernel import instants
from mockservers.kernel.journal import Exchange
from mockservers.vendors.autotask.emulator import company
from tests.vendors.autotask.post import CODE, HEADER, PASSWORD, SPACE, USER, Post, basic, fault, texts, where

COPY = basic("copy@demo.example", "copy-password")
HALF = basic("half@demo.example", "half-password")
LINE = basic("line@demo.example", "line-password")
PERSON = basic("person@demo.example", "person-password")
OTHER = basic("api@other-customer.example", "other-password")
OTHER_HEADER = HEADER.replace(CODE, "OTHER-INTEGRATION-CODE")


@pytest.fixture
def post() -> Iterator[Post]:
    made = Post(data="demo:60")
    yield made
    made.world.close()


def act(post: Post, action: str, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = post.world.act("autotask", "act", {"id": "customer", "action": action, **more})
    return found["fields"]


def status(post: Post, login: str | None = ..., **more: Any) -> int | None:  # type: ignore[assignment]
    return post.call("GetWsdlVersion", login=login, **more).status


def ids(result: Any) -> list[int]:
    return [int(each.findtext(f"{{{SPACE}}}id")) for each in result.iter(f"{{{SPACE}}}Entity")]


def errors(result: Any) -> list[str | None]:
    assert texts(result, "ReturnCode") == ["-1"]
    return texts(result, "Message")


# --- logins -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.user.login")
@pytest.mark.parametrize(
    "login",
    [
        None,
        basic(password="wrong"),
        basic(user="nobody@demo.example"),
        basic(password=""),
        basic(user="", password=PASSWORD),
        "Bearer abc",
        "Basic !!!",
        "Basic",
        "Basic " + base64.b64encode(b"no colon").decode(),
    ],
)
def test_a_call_without_good_credentials_is_challenged(post: Post, login: str | None) -> None:
    done = post.call("GetWsdlVersion", login=login)
    assert done.status == 401
    assert dict(done.reply_headers)["WWW-Authenticate"].startswith('Basic realm="')
    assert post.last.outcome == "refused"
    assert post.last.refusal == "LOGIN"


@pytest.mark.rule("autotask.user.login")
def test_user_names_have_no_letter_case(post: Post) -> None:
    assert status(post, basic(USER.upper())) == 200
    assert status(post, basic(USER, PASSWORD.upper())) == 401


@pytest.mark.rule("autotask.user.expiry", "autotask.user.expired")
def test_passwords_expire_except_on_the_exempt_level(post: Post) -> None:
    assert status(post) == status(post, COPY) == 200
    post.world.clock.advance(90 * instants.DAY - instants.SECOND)
    assert status(post, COPY) == 200
    post.world.clock.advance(instants.SECOND)
    assert status(post, COPY) == 401
    assert status(post) == 200
    users = act(post, "renew password", user="copy@demo.example")["users"]
    assert users["copy@demo.example"]["expired"] is False
    assert status(post, COPY) == 200


@pytest.mark.rule("autotask.user.expired")
def test_an_expired_password_stops_every_call_until_an_administrator_renews_it(post: Post) -> None:
    act(post, "expire password", user=USER)
    for operation in ("GetWsdlVersion", "getThresholdAndUsageInfo", "GetEntityInfo"):
        assert post.call(operation).status == 401
    act(post, "renew password", user=USER)
    assert status(post) == 200


@pytest.mark.rule("autotask.user.expired")
def test_the_credential_can_expire_by_the_control_api_too(post: Post) -> None:
    credential = post.world.installation("autotask").tenants.credentials[0]
    credential.expires = post.world.clock.now() + instants.HOUR
    assert status(post) == 200
    post.world.clock.advance(instants.HOUR)
    assert status(post) == 401


@pytest.mark.rule("autotask.user.inactive")
def test_an_inactive_user_is_out(post: Post) -> None:
    assert act(post, "deactivate user", user=USER)["users"][USER]["active"] is False
    assert status(post) == 401
    act(post, "activate user", user=USER)
    assert status(post) == 200
    post.world.installation("autotask").tenants.credentials[0].revoked = post.world.clock.now()
    assert status(post) == 401


@pytest.mark.rule("autotask.user.inactive")
def test_a_user_whose_resource_was_deactivated_is_out(post: Post) -> None:
    post.world.act("autotask", "change", {"entity": "Resource", "id": str(company.OWNER), "fields": {"Active": False}})
    assert status(post, HALF) == 401
    assert status(post) == 200


@pytest.mark.rule("autotask.user.two_kinds")
def test_people_cannot_use_the_interface(post: Post) -> None:
    assert status(post, PERSON) == 401
    act(post, "change level", user="person@demo.example", level="API User (API-only)")
    assert status(post, PERSON) == 200


@pytest.mark.rule("autotask.user.long_password")
def test_only_in_one_dialect_the_end_of_a_long_password_does_not_count() -> None:
    long = "p" * 25 + "-the-rest"
    for dialect, expected in (({}, 401), ({"long_password": "first_25"}, 200)):
        post = Post(dialect, data="empty")
        tenants = post.world.installation("autotask").tenants
        facts = {**tenants.credentials[0].facts, "user": "long@demo.example"}
        tenants.grant("demo", "user", long, facts=facts)
        assert status(post, basic("long@demo.example", long)) == 200
        assert status(post, basic("long@demo.example", "p" * 25)) == expected
        assert status(post, basic("long@demo.example", "p" * 24)) == 401
        assert status(post, basic(USER, PASSWORD + "x")) == 401
    assert post.call("GetWsdlVersion", login=basic("long@demo.example", "p" * 30)).status == 200


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"user": "new@demo.example"}, 200),
        ({"user": "new@demo.example", "level": "Nonsense", "resource": "x", "renewed": "y"}, 200),
        ({"user": "new@demo.example", "level": "Full Access"}, 401),
        ({"user": 5}, 401),
        ({}, 401),
    ],
)
def test_a_user_can_be_added_with_few_facts(post: Post, facts: dict[str, Any], expected: int) -> None:
    post.world.installation("autotask").tenants.grant("demo", "user", "new-password", facts=facts)
    assert status(post, basic("new@demo.example", "new-password")) == expected
    assert post.last.outcome in ("ok", "refused")
    post.world.act("autotask", "read", {"id": "customer"})


def test_two_users_may_have_the_same_password_but_no_two_customers_the_same_code(post: Post) -> None:
    tenants = post.world.installation("autotask").tenants
    tenants.grant("demo", "user", PASSWORD, facts={"user": "new@demo.example"})
    assert status(post, basic("new@demo.example", PASSWORD)) == 200
    assert status(post, basic(USER, PASSWORD)) == 200
    with pytest.raises(ValueError, match="told apart by it alone"):
        tenants.grant("demo", "IntegrationCode", CODE)


# --- tracking identifiers ---------------------------------------------------------------------------------------------

_BAD = (
    "",
    HEADER.replace(CODE, "WRONG"),
    HEADER.replace(CODE, ""),
    OTHER_HEADER,
    HEADER.replace("IntegrationCode", "PartnerID"),
)


@pytest.mark.rule("autotask.tracking.required")
@pytest.mark.parametrize("header", _BAD)
def test_a_call_needs_a_tracking_identifier_of_its_customer(post: Post, header: str) -> None:
    assert errors(post.query("Ticket", header=header)) == ["IntegrationCode is invalid."]
    assert post.last.refusal == "BODY"


@pytest.mark.rule("autotask.tracking.required")
def test_old_integrations_ran_without_one() -> None:
    post = Post({"tracking_id": "optional"}, data="demo:5")
    assert len(ids(post.query("Ticket", header=""))) == 5
    assert post.notes == {"tracking.required"}
    assert errors(post.query("Ticket", header=HEADER.replace(CODE, "WRONG"))) == ["IntegrationCode is invalid."]


@pytest.mark.rule("autotask.tracking.required")
def test_an_identifier_can_be_revoked(post: Post) -> None:
    tenants = post.world.installation("autotask").tenants
    known = next(each for each in tenants.credentials if each.kind == "IntegrationCode" and each.tenant == "demo")
    known.revoked = post.world.clock.now()
    assert errors(post.query("Ticket")) == ["IntegrationCode is invalid."]


def test_no_secret_is_kept(post: Post) -> None:
    right, wrong = basic(), basic(USER, "a-guess")
    post.query("Ticket")
    post.call("GetWsdlVersion", login=wrong, header=HEADER.replace(CODE, "GUESSED-CODE"))
    post.http("<broken", login=wrong)
    post.http("", path="/ATServices/1.5/atws.asmx", login=wrong)
    kept = repr([each.exchange for each in post.world.journal])
    for secret in (PASSWORD, CODE, "a-guess", "GUESSED-CODE", right[6:], wrong[6:]):
        assert secret not in kept
    assert USER not in kept or "***" in kept


_TYPED = 'xsi:type="q:string" xmlns:q="http://www.w3.org/2001/XMLSchema"'


@pytest.mark.rule("autotask.wire.flags")
@pytest.mark.parametrize(
    "password",
    [
        "<Password>hush-hush</Password>",
        f"<Password {_TYPED}>hush-hush</Password>",
        "<Password><![CDATA[hush-hush]]></Password>",
        f'<a:Password xmlns:a="{SPACE}">hush-hush</a:Password>',
    ],
)
def test_a_password_that_is_set_is_kept_nowhere(post: Post, password: str) -> None:
    id_ = str(company.OWNER)
    fields = post.world.act("autotask", "read", {"entity": "Resource", "id": id_})["fields"]
    required = "".join(
        f"<{name}>{str(fields[name]).lower() if name == 'Active' else fields[name]}</{name}>"
        for name in (
            "Active",
            "Email",
            "EmailTypeCode",
            "FirstName",
            "LastName",
            "ResourceType",
            "UserName",
            "PayrollType",
            "NumberFormat",
        )
    )
    entity = f'<Entity xsi:type="Resource"><id>{id_}</id>{required}{password}</Entity>'
    assert texts(post.result("update", f"<Entities>{entity}</Entities>"), "Password") == ["******"]
    truth = post.world.act("autotask", "read", {"entity": "Resource", "id": id_})
    assert truth["fields"]["Password"] == "******"
    post.http(f"<broken>{password}")
    assert "hush-hush" not in repr(list(post.world.journal))


def test_an_identifier_in_a_broken_envelope_is_not_kept_either(post: Post) -> None:
    post.http("<broken><IntegrationCode><![CDATA[GUESSED-CODE]]></IntegrationCode><Password/><kept>this</kept>")
    kept = repr(list(post.world.journal))
    assert "GUESSED-CODE" not in kept
    assert "<kept>this</kept>" in kept


# --- levels -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.user.api_only")
def test_the_system_level_reaches_everything(post: Post) -> None:
    assert len(ids(post.query("Ticket"))) == 60
    assert ids(post.query("Invoice")) == [1001, 1002]
    entities = post.result("GetEntityInfo")
    assert len(entities.findall(f"{{{SPACE}}}EntityInfo")) == 167


@pytest.mark.rule("autotask.query.hidden_rows", "autotask.user.restricted")
def test_rows_out_of_reach_are_absent_without_an_error(post: Post) -> None:
    everything, half = ids(post.query("Account")), ids(post.query("Account", login=HALF))
    assert 0 < len(half) < len(everything)
    assert set(half) < set(everything)
    hidden = next(each for each in everything if each not in half)
    result = post.query("Account", where("id", "Equals", hidden), login=HALF)
    assert texts(result, "ReturnCode") == ["1"]
    assert ids(result) == []
    assert ids(post.query("Account", where("id", "Equals", hidden))) == [hidden]


@pytest.mark.rule("autotask.query.hidden_rows")
@pytest.mark.parametrize("entity", ["Ticket", "Contact", "Contract", "Project", "AccountNote"])
def test_what_hangs_on_an_account_out_of_reach_is_absent_too(post: Post, entity: str) -> None:
    half = set(ids(post.query("Account", login=HALF)))
    seen = post.query(entity, login=HALF)
    accounts = {int(each or 0) for each in texts(seen, "AccountID")}
    assert accounts <= half
    assert 0 < len(ids(seen)) < len(ids(post.query(entity)))


@pytest.mark.rule("autotask.query.hidden_rows")
@pytest.mark.parametrize(
    ("login", "entity", "owner"),
    [
        (HALF, "TicketNote", "Ticket"),
        (HALF, "TimeEntry", "Ticket"),
        (HALF, "TicketCost", "Ticket"),
        (HALF, "TicketChecklistItem", "Ticket"),
        (HALF, "AttachmentInfo", "Ticket"),
        (HALF, "Task", "Project"),
        (HALF, "TaskNote", "Task"),
        (HALF, "ProjectNote", "Project"),
        (HALF, "ContractService", "Contract"),
        (HALF, "ServiceCallTicketResource", "ServiceCallTicket"),
        (LINE, "TicketNote", "Ticket"),
        (LINE, "TimeEntry", "Ticket"),
    ],
)
def test_what_hangs_on_something_out_of_reach_is_absent_too(post: Post, login: str, entity: str, owner: str) -> None:
    reached = set(ids(post.query(owner, login=login)))
    named = where(f"{owner}ID", "IsNotNull")  # time may hang on tasks instead
    seen, everything = post.query(entity, named, login=login), post.query(entity, named)
    assert {int(each or 0) for each in texts(seen, f"{owner}ID")} <= reached
    of_reached = [each for each in texts(everything, f"{owner}ID") if int(each or 0) in reached]
    assert len(ids(seen)) == len(of_reached) < len(ids(everything))


@pytest.mark.rule("autotask.query.hidden_rows")
def test_a_reference_that_is_kept_as_text_leads_out_of_reach_as_well(post: Post) -> None:
    contracts = ids(post.query("Contract"))
    reached = ids(post.query("Contract", login=HALF))
    for id_ in contracts:
        post.world.act("autotask", "act", {"entity": "Contract", "id": str(id_), "action": "note", "note": "n"})
    assert {int(each or 0) for each in texts(post.query("ContractNote"), "ContractID")} == set(contracts)
    assert {int(each or 0) for each in texts(post.query("ContractNote", login=HALF), "ContractID")} == set(reached)


@pytest.mark.rule("autotask.update.missing", "autotask.query.hidden_rows")
def test_what_is_out_of_reach_cannot_be_written(post: Post) -> None:
    reached = set(ids(post.query("Account", login=HALF)))
    hidden = next(each for each in ids(post.query("Account")) if each not in reached)
    entity = f'<Entity xsi:type="Account"><id>{hidden}</id><AccountName>X</AccountName></Entity>'
    before = post.world.act("autotask", "read", {"entity": "Account", "id": str(hidden)})
    said = errors(post.result("update", f"<Entities>{entity}</Entities>", login=HALF))
    assert "No matching records found." in (said[0] or "")
    assert post.world.act("autotask", "read", {"entity": "Account", "id": str(hidden)}) == before


@pytest.mark.rule("autotask.user.line_of_business")
def test_an_invoice_of_another_line_of_business_is_not_there(post: Post) -> None:
    by_id = where("id", "Equals", 1002)
    assert ids(post.query("Invoice", by_id)) == [1002]
    assert ids(post.query("Invoice", by_id, login=LINE)) == []
    assert ids(post.query("Invoice", where("id", "Equals", 1001), login=LINE)) == [1001]
    post.world.act(
        "autotask",
        "create",
        {
            "entity": "BusinessDivisionSubdivisionResource",
            "fields": {"BusinessDivisionSubdivisionID": 2, "ResourceID": company.OWNER},
        },
    )
    assert ids(post.query("Invoice", by_id, login=LINE)) == [1002]


@pytest.mark.rule("autotask.user.line_of_business")
def test_tickets_of_no_line_are_everybodys(post: Post) -> None:
    lines = set(texts(post.query("Ticket"), "BusinessDivisionSubdivisionID"))
    assert lines == {"1", "2"}
    seen = post.query("Ticket", login=LINE)
    assert set(texts(seen, "BusinessDivisionSubdivisionID")) == {"1"}
    assert len(ids(seen)) > len(texts(seen, "BusinessDivisionSubdivisionID"))


@pytest.mark.rule("autotask.user.permission", "autotask.user.restricted")
def test_a_denied_entity_is_a_permission_error_and_the_rest_works(post: Post) -> None:
    said = errors(post.query("Contract", login=COPY))
    assert said == ["The logged in Resource does not have the adequate permissions to query this entity type."]
    assert post.world.journal.since(0)[-1].refusal == "BODY"
    entity = '<Entity xsi:type="Account"><AccountName>New</AccountName></Entity>'
    said = errors(post.result("create", f"<Entities>{entity}</Entities>", login=COPY))
    assert said == ["The logged in Resource does not have the adequate permissions to create this entity."]
    assert len(ids(post.query("Ticket", login=COPY))) == 60
    assert ids(post.query("Invoice", login=COPY)) == []
    info = post.result("GetEntityInfo", login=COPY)
    contract = next(each for each in info if each.findtext(f"{{{SPACE}}}Name") == "Contract")
    assert contract.findtext(f"{{{SPACE}}}UserAccessForQuery") == "None"


@pytest.mark.rule("autotask.user.permission", "autotask.user.restricted")
def test_a_denied_entity_is_denied_to_calls_of_its_own_too(post: Post) -> None:
    attachment = ids(post.query("AttachmentInfo"))[0]
    denied = {"AttachmentInfo": ["query", "create", "delete"], "Invoice": ["query"]}
    act(post, "restrict", level="API User (API-only)", denied=denied)
    for element, inner, change in (
        ("GetAttachment", f"<attachmentId>{attachment}</attachmentId>", "query this entity type"),
        ("CreateAttachment", "<attachment><Info /></attachment>", "create this entity"),
        ("GetInvoiceMarkup", "<InvoiceId>1001</InvoiceId><Format>XML</Format>", "query this entity type"),
    ):
        assert f"adequate permissions to {change}" in fault(post.call(element, inner))
        assert post.last.outcome == "refused"
    said = post.result("DeleteAttachment", f"<attachmentId>{attachment}</attachmentId>").text
    assert "adequate permissions to delete" in said
    act(post, "restrict", level="API User (API-only)", denied={})
    assert attachment in ids(post.query("AttachmentInfo"))


@pytest.mark.rule("autotask.user.restricted")
def test_a_hidden_field_is_blank_and_cannot_be_asked_for(post: Post) -> None:
    assert any(texts(post.query("Ticket"), "ExternalID"))
    seen = post.query("Ticket", login=COPY)
    assert not any(texts(seen, "ExternalID"))
    assert not any(texts(seen, "Resolution"))
    assert any(texts(seen, "Title"))
    assert errors(post.query("Ticket", where("ExternalID", "IsNotNull"), login=COPY))
    names = texts(post.result("GetFieldInfo", "<psObjectType>Ticket</psObjectType>", login=COPY), "Name")
    assert "ExternalID" not in names
    assert "Title" in names


@pytest.mark.rule("autotask.update.replaces", "autotask.user.restricted")
def test_an_update_does_not_clear_what_its_author_cannot_see(post: Post) -> None:
    everything = next(
        each for each in post.world.act("autotask", "list", {})["records"] if each["fields"]["ExternalID"] is not None
    )
    fields = everything["fields"]
    entity = (
        f'<Entity xsi:type="Ticket"><id>{everything["id"]}</id><Title>Kept</Title><Status>1</Status>'
        f"<AccountID>{fields['AccountID']}</AccountID><Priority>1</Priority></Entity>"
    )
    result = post.result("update", f"<Entities>{entity}</Entities>", login=COPY)
    assert texts(result, "ReturnCode") == ["1"], texts(result, "Message")
    after = post.world.act("autotask", "read", {"id": everything["id"]})["fields"]
    assert after["Title"] == "Kept"
    assert after["ExternalID"] == fields["ExternalID"]
    assert after["DueDateTime"] is None


@pytest.mark.rule("autotask.user.restricted")
def test_a_level_can_be_cut_down_while_the_service_runs(post: Post) -> None:
    act(post, "restrict", level="API User (API-only)", rows={"Ticket": {"Status": [5]}}, hidden={"Ticket": ["Title"]})
    seen = post.query("Ticket")
    assert set(texts(seen, "Status")) == {"5"}
    assert not any(texts(seen, "Title"))
    act(post, "restrict", level="API User (API-only)", rows={}, hidden={}, absent=["Ticket"])
    assert ids(post.query("Ticket")) == []
    act(post, "restrict", level="Narrow", copy_of="Half of the accounts", denied={"Ticket": ["query"]})
    act(post, "change level", user="half@demo.example", level="Narrow")
    assert errors(post.query("Ticket", login=HALF))


# --- tenants ----------------------------------------------------------------------------------------------------------


def test_customers_do_not_see_each_other(post: Post) -> None:
    mine, theirs = ids(post.query("Ticket")), ids(post.query("Ticket", login=OTHER, header=OTHER_HEADER))
    assert len(mine) == 60
    assert len(theirs) == 25
    titles = texts(post.query("Ticket", where("id", "Equals", theirs[0])), "Title")
    assert titles != texts(
        post.query("Ticket", where("id", "Equals", theirs[0]), login=OTHER, header=OTHER_HEADER), "Title"
    )


@pytest.mark.rule("autotask.currency.module", "autotask.currency.soap")
def test_multi_currency_is_a_module(post: Post) -> None:
    assert set(texts(post.query("Account"), "CurrencyID")) == {"1", "2"}
    assert texts(post.query("Currency"), "Name") == ["USD", "EUR", "SEK"]
    act(post, "switch currency", on=False)
    assert texts(post.query("Account"), "CurrencyID") == []
    assert "adequate permissions to query" in str(errors(post.query("Currency")))
    act(post, "switch currency", on=True)
    assert texts(post.query("Currency"), "Name") == ["USD", "EUR", "SEK"]


# --- impersonation ----------------------------------------------------------------------------------------------------


def as_resource(text: object) -> str:
    return HEADER.replace(
        "</IntegrationCode>", f"</IntegrationCode><ImpersonateAsResourceID>{text}</ImpersonateAsResourceID>"
    )


def note(post: Post, **more: Any) -> Any:
    ticket = post.world.act("autotask", "list", {"most": 1})["records"][0]["id"]
    entity = (
        f'<Entity xsi:type="TicketNote"><TicketID>{ticket}</TicketID><Title>T</Title><Description>D</Description>'
        "<NoteType>1</NoteType><Publish>1</Publish></Entity>"
    )
    return post.result("create", f"<Entities>{entity}</Entities>", **more)


@pytest.mark.rule("autotask.impersonate.creator")
def test_impersonation_names_another_creator_and_who_really_was(post: Post) -> None:
    result = note(post, header=as_resource(company.OTHER_OWNER))
    assert texts(result, "ReturnCode") == ["1"], texts(result, "Message")
    made = post.world.act("autotask", "read", {"entity": "TicketNote", "id": str(ids(result)[0])})["fields"]
    assert made["CreatorResourceID"] == company.OTHER_OWNER
    assert made["ImpersonatorCreatorResourceID"] == company.API_USER
    plain = ids(note(post))[0]
    made = post.world.act("autotask", "read", {"entity": "TicketNote", "id": str(plain)})["fields"]
    assert made["CreatorResourceID"] == company.API_USER
    assert made["ImpersonatorCreatorResourceID"] is None


@pytest.mark.rule("autotask.impersonate.creator", "autotask.user.permission")
def test_impersonation_where_it_is_not_allowed_is_a_permission_error(post: Post) -> None:
    header = as_resource(company.OTHER_OWNER)
    assert "adequate permissions to query" in (errors(post.query("TicketNote", header=header))[0] or "")
    entity = '<Entity xsi:type="Account"><AccountName>New</AccountName></Entity>'
    assert "to create this entity" in (
        errors(post.result("create", f"<Entities>{entity}</Entities>", header=header))[0] or ""
    )
    assert "to create this entity" in (errors(note(post, header=header, login=COPY))[0] or "")


@pytest.mark.rule("autotask.impersonate.creator")
@pytest.mark.parametrize("who", ["99999999", str(company.INACTIVE), "-1"])
def test_only_an_active_resource_can_be_impersonated(post: Post, who: str) -> None:
    done: Exchange = post.call(
        "create",
        '<Entities><Entity xsi:type="TicketNote"><Title>T</Title></Entity></Entities>',
        header=as_resource(who),
    )
    assert done.status == 200
    assert post.last.outcome == "refused"
    notes = post.world.act("autotask", "list", {"entity": "TicketNote", "most": 1000})["records"]
    assert "T" not in [each["fields"]["Title"] for each in notes]


@pytest.mark.parametrize("nobody", ["", "0", " 0 "])
def test_a_resource_that_is_empty_or_zero_is_none(post: Post, nobody: str) -> None:
    assert ids(post.query("Account", header=as_resource(nobody))) == ids(post.query("Account"))


@pytest.mark.rule("autotask.framework.parameter_type")
@pytest.mark.parametrize("text", ["abc", "1.5", "2147483648", "9" * 30, "²"])
def test_a_resource_that_is_no_number_cannot_be_read(post: Post, text: str) -> None:
    assert "Server was unable to read request." in fault(post.call("GetWsdlVersion", header=as_resource(text)))
