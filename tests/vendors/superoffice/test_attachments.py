"""Attachments: listed for tickets and messages, fetched as bytes or base64, brought by clients, and part of the truth."""

from __future__ import annotations

import base64
from hashlib import sha256
from typing import Any

import pytest

from mockservers.kernel.rules import Misuse
from tests.vendors.superoffice.conftest import LIMITED

Desk = Any
RAW = {"Accept": "application/octet-stream"}


def listed(desk: Desk, ticket: int, **more: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.call("GetTicketAttachments", {"TicketEntityId": ticket}, **more).json
    return found


def fetched(desk: Desk, id_: int) -> bytes:
    found: bytes = desk.call("GetAttachmentStream", {"AttachmentId": id_}, headers=RAW).body
    return found


def summary(desk: Desk, ticket: int) -> list[dict[str, Any]]:
    """What the calls of a client tell of a ticket's attachments, as records show it."""
    return [
        {
            "Name": each["Name"],
            "Size": each["AttSize"],
            "Sha256": sha256(fetched(desk, each["AttachmentId"])).hexdigest(),
            **({"Inline": True} if each["InlineImage"] else {}),
        }
        for each in listed(desk, ticket)
    ]


@pytest.mark.rule("superoffice.attachment.list", "superoffice.attachment.carrier")
def test_every_ticket_with_attachments_has_some(desk: Desk) -> None:
    tickets = [each for each in desk.all() if each["HasAttachment"] and each["NumMessages"]]
    assert len(tickets) > 40
    names = set()
    for ticket in tickets[:12]:
        found = summary(desk, ticket["TicketId"])
        assert found == ticket["Attachments"] != []
        names |= {each["Name"] for each in found}
        entity = desk.call("GetTicketEntity", b"null", f"ticketEntityId={ticket['TicketId']}").json
        assert sum(each["NumAttachments"] for each in entity["Messages"]) == len(found)
    assert len(names) == 4
    plain = next(each["TicketId"] for each in desk.all() if not each["HasAttachment"])
    assert listed(desk, plain) == listed(desk, 77777) == desk.truth(plain)["Attachments"] == []


@pytest.mark.rule("superoffice.attachment.list", "superoffice.attachment.carrier")
def test_attachments_of_a_message(empty: Desk) -> None:
    ticket = empty.create()
    image = {"name": "logo.png", "content": base64.b64encode(b"\x89PNG").decode(), "inline": True}
    empty.do(ticket, "answer", attachment=image)
    assert empty.do(ticket, "reply", attachment=True)["HasAttachment"]
    messages = [each["messageId"] for each in empty.get(f"Ticket/{ticket}/Messages").json["value"]]
    by_message = [empty.call("GetAttachmentInfo", {"TicketMessageEntityId": each}).json for each in messages]
    assert [len(each) for each in by_message] == [0, 1, 1]
    logo = by_message[1][0]
    assert logo == {
        "AttachmentId": 1,
        "Name": "logo.png",
        "ContentType": "image/png",
        "AttSize": 4,
        "InlineImage": True,
        "ContentId": logo["ContentId"],
        "AuthKey": "",
        "IsSafeFileExtension": True,
        "TableRight": None,
        "FieldProperties": {},
    }
    assert logo["ContentId"]
    outside = empty.call("GetAttachmentInfoNonInline", {"TicketMessageEntityId": messages[1]}).json
    assert outside == empty.get(f"TicketMessage/{messages[1]}/Attachment/Noninline").json == []
    assert empty.get(f"TicketMessage/{messages[1]}/Attachment").json == [logo]
    assert empty.get(f"Ticket/{ticket}/Attachments").json == [*by_message[1], *by_message[2]]
    assert empty.get(f"TicketMessage/{messages[1]}").json["AttachmentsInfo"] == [logo]
    assert empty.get("TicketMessage/999").status == 404
    selected = empty.call("GetAttachmentInfo", {"TicketMessageEntityId": messages[1]}, "$select=name").json
    assert {name for name, value in selected[0].items() if value is not None} == {"Name"}


@pytest.mark.rule("superoffice.attachment.content")
def test_bytes_come_as_they_are_or_as_base64(empty: Desk) -> None:
    held = bytes(range(256))
    ticket = empty.create()
    empty.do(ticket, "answer", attachment={"name": "a.txt", "content": base64.b64encode(held).decode()})
    body = {"AttachmentId": 1}
    raw = empty.call("GetAttachmentStream", body, headers=RAW)
    assert (raw.status, raw.media, raw.body) == (200, "application/octet-stream", held)
    assert base64.b64decode(empty.call("GetAttachmentStream", body).json) == held
    own = empty.get("Attachment/1/Content", headers={"Accept": "text/plain"})
    assert (own.media, own.body) == ("text/plain", held)
    assert base64.b64decode(empty.get("Attachment/1/Content").json) == held
    xml = empty.get("Attachment/1/Content", headers={"Accept": "text/xml"})
    assert xml.text == f"<base64Binary>{base64.b64encode(held).decode()}</base64Binary>"
    entity = empty.get("Attachment/1").json
    assert (entity["AttSize"], entity["_Links"]) == (256, {"Self": "Attachment/1", "Rel": "Attachment/1/Content"})
    assert empty.call("GetAttachmentEntity", b"null", "attachmentEntityId=1").json["Name"] == "a.txt"
    empty.switch(attachment_content="stream")
    assert (empty.get("Attachment/1/Content").media, empty.get("Attachment/1/Content").body) == ("text/plain", held)


@pytest.mark.rule("superoffice.result.null", "superoffice.error.rest", "superoffice.result.no_access")
def test_what_is_not_there_or_not_seen(desk: Desk) -> None:
    for headers in (RAW, {}):
        nothing = desk.call("GetAttachmentStream", {"AttachmentId": 99999}, headers=headers)
        assert (nothing.status, nothing.body) == (200, b"null")
        refused = desk.get("Attachment/99999/Content", headers=headers)
        assert (refused.status, refused.json["ErrorType"]) == (404, "SoNotFoundException")
    assert desk.call("GetAttachmentEntity", b"null", "attachmentEntityId=99999").json is None
    hidden = next(
        each for each in desk.all() if each["HasAttachment"] and each["Category"] == 3 and each["Attachments"]
    )
    id_ = listed(desk, hidden["TicketId"])[0]["AttachmentId"]
    assert desk.get(f"Attachment/{id_}").status == 200
    assert listed(desk, hidden["TicketId"], login=LIMITED) == []
    assert desk.get(f"Attachment/{id_}", login=LIMITED).status == 404
    assert desk.call("GetAttachmentStream", {"AttachmentId": id_}, login=LIMITED).json is None


@pytest.mark.rule("superoffice.attachment.upload", "superoffice.field.last_changed")
def test_a_client_brings_a_file(empty: Desk) -> None:
    ticket = empty.create()
    empty.advance(60)
    blank = empty.call("CreateDefaultAttachmentEntity", b"null").json
    assert (blank["AttachmentId"], blank["AttSize"]) == (0, 0)
    saved = empty.call("SaveAttachmentEntity", {**blank, "Name": "ÄÖÜ.pdf", "ContentType": "application/pdf"}).json
    number = saved["AttachmentId"]
    assert (fetched(empty, number), saved["ContentType"]) == (b"", "application/pdf")
    held = base64.b64encode(b"\0\xff%PDF").decode()
    assert empty.call("UploadAttachment", {"attachmentId": number, "content": held}).status == 204
    assert empty.truth(ticket)["Attachments"] == []
    before = empty.truth(ticket)["LastChanged"]
    connect = {"TicketMessageEntityId": 1, "AttachmentIds": [number]}
    assert empty.call("AddAttachments", connect).status == 204
    truth = empty.truth(ticket)
    assert (truth["HasAttachment"], truth["LastChanged"] > before) == (True, True)
    assert truth["Attachments"] == summary(empty, ticket)
    assert truth["Attachments"][0]["Size"] == 6
    renamed = empty.call("SaveAttachmentEntity", {**saved, "Name": "x.pdf"}).json
    assert (renamed["Name"], renamed["AttSize"], fetched(empty, number)) == ("x.pdf", 6, b"\0\xff%PDF")
    assert empty.call("RemoveMessageAttachments", connect).status == 204
    assert (empty.truth(ticket)["HasAttachment"], listed(empty, ticket)) == (False, [])


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("SaveAttachmentEntity", {"Name": ""}),
        ("SaveAttachmentEntity", {"Name": "x", "ContentType": "text/plain\r\nX-Evil: 1"}),
        ("SaveAttachmentEntity", {"Name": "x", "AttachmentId": 999}),
        ("UploadAttachment", {"AttachmentId": 1, "Content": "***"}),
        ("UploadAttachment", {"AttachmentId": 999, "Content": ""}),
        ("UploadAttachment", {"AttachmentId": 1}),
        ("AddAttachments", {"TicketMessageEntityId": 999, "AttachmentIds": [1]}),
        ("AddAttachments", {"TicketMessageEntityId": 1, "AttachmentIds": [999]}),
        ("GetAttachmentStream", {"AttachmentId": "x"}),
        ("GetTicketAttachments", {}),
    ],
)
def test_what_does_not_fit_is_refused(empty: Desk, method: str, body: dict[str, Any]) -> None:
    ticket = empty.create(HasAttachment=True)
    before = empty.truth(ticket)
    reply = empty.call(method, body)
    assert (reply.status, set(reply.json)) == (400, {"Message", "MessageDetail"})
    assert empty.truth(ticket) == before


@pytest.mark.rule("superoffice.call.save_rights")
def test_files_of_tickets_that_a_caller_may_not_change(empty: Desk) -> None:
    empty.create(HasAttachment=True, Category=1)
    empty.administer("change rights", user="limited@demo.example", table={"Mask": "Select", "Reason": ""})
    for method, body in (
        ("UploadAttachment", {"AttachmentId": 1, "Content": ""}),
        ("SaveAttachmentEntity", {"AttachmentId": 1, "Name": "x"}),
        ("AddAttachments", {"TicketMessageEntityId": 1, "AttachmentIds": [1]}),
    ):
        assert empty.call(method, body, login=LIMITED).status == 403


@pytest.mark.rule("superoffice.result.merged", "superoffice.call.purge")
def test_files_go_with_their_messages(empty: Desk) -> None:
    first, second = empty.create(HasAttachment=True), empty.create()
    files = empty.truth(first)["Attachments"]
    empty.do(first, "merge", into=second)
    assert (empty.truth(first)["Attachments"], empty.truth(second)["Attachments"]) == ([], files)
    assert empty.truth(second)["HasAttachment"]
    assert empty.call("DeleteTicketEntity", {"TicketEntityId": second}).status == 204
    assert empty.get("Attachment/1").status == 404
    assert empty.act("create", fields={"HasAttachment": True})["fields"]["Attachments"]
    assert empty.get("Attachment/1").status == 404, "numbers are not given again"


@pytest.mark.parametrize(
    "wrong",
    [
        5,
        {"content": "x"},
        {"name": "", "content": ""},
        {"name": "x", "content": "***"},
        {"name": "x", "size": 1},
        {"name": "x", "inline": 1},
    ],
)
def test_a_file_that_others_cannot_bring(empty: Desk, wrong: Any) -> None:
    with pytest.raises(Misuse, match=r"attachment|file"):
        empty.do(empty.create(), "reply", attachment=wrong)
