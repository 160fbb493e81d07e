"""Files with their content, files of assignments and solutions, and solutions themselves."""

from __future__ import annotations

import base64
from typing import Any

import pytest

Desk = Any


@pytest.mark.rule("trackit.attachment.read", "trackit.attachment.content")
def test_a_file_comes_with_its_content(desk: Desk) -> None:
    found = desk.get("/attachment/1001").json["Attachment"]
    assert found["7"] == {"DisplayName": "File Name", "Value": "Serengeti.jpg"}
    assert list(found) == ["1", "5", "6", "7", "14"]
    content = base64.b64decode(found["5"]["Value"])
    assert len(content) == found["6"]["Value"] == 120_743
    assert {0, 255} <= set(content)
    assert desk.get("/attachment/1002").json["Attachment"]["5"]["Value"] == ""
    desk.act("act", id=102, action="attach", name="Grüße 1.txt", text="Größe 𝄞\r\n")
    last = desk.get("/tickets/102/Attachments/0/0").records("TicketAttachments")[-1]
    assert (last["6"], list(last)) == (len("Größe 𝄞\r\n".encode()), ["1", "6", "7"])
    path = f"/attachment/{last['1']}"
    assert base64.b64decode(desk.get(path).json["Attachment"]["5"]["Value"]).decode() == "Größe 𝄞\r\n"
    desk.switch(attachment_answer="file")
    reply = desk.get(path)
    assert (reply.body.decode(), reply.headers["Content-Type"]) == ("Größe 𝄞\r\n", "application/octet-stream")
    assert reply.headers["Content-Disposition"] == "attachment; filename*=UTF-8''Gr%C3%BC%C3%9Fe%201.txt"
    assert desk.get("/attachment/1001").body == content
    desk.switch(attachment_answer="without_content")
    assert list(desk.get(path).json["Attachment"]) == ["1", "6", "7"]
    assert desk.get("/attachment/1").status == 404


def test_too_large_a_file_is_not_made_up(desk: Desk) -> None:
    desk.act("act", id=102, action="attach", size=5_000_000)
    assert desk.get(f"/attachment/{desk.all('attachment')[-1]['1']}").status == 501
    desk.act("act", id=102, action="detach")
    assert desk.get("/tickets/102/Attachments/0/0").json["Count"] == 0


@pytest.mark.rule("trackit.attachment.lists", "trackit.read.attachments_open")
def test_files_of_assignments_and_solutions(desk: Desk) -> None:
    desk.act("act", id=101, action="attach", assignment=1004, name="a.txt", copies=2)
    desk.act("act", id=101, action="attach", solution=2, name="s.txt")
    reply = desk.get("/assignments/1004/Attachments/1/2")
    assert (reply.json["Count"], [each["7"] for each in reply.records("AssignmentAttachments")]) == (2, ["a.txt"])
    (one,) = desk.get("/solutions/2/Attachments/0/0").records("SolutionAttachments")
    assert one["7"] == "s.txt"
    assert desk.get("/tickets/101/Attachments/0/0").json["Count"] == 3
    assert desk.get("/assignments/1005/Attachments/0/0").json == {"Count": 0, "AssignmentAttachments": []}
    assert [desk.get(path).status for path in ("/assignments/9/Attachments/0/0", "/solutions/9/Attachments/0/0")] == [
        404,
        404,
    ]
    desk.admin("segregate", modules=["Assignments"])
    assert desk.get("/assignments/1004/Attachments/0/0", "tech2").json["Count"] == 2


@pytest.mark.rule("trackit.solution.read", "trackit.field.solution")
def test_a_solution_by_the_number_that_tickets_show(desk: Desk) -> None:
    desk.act("change", id=102, fields={"158": 1})
    ticket = desk.truth(102)
    found = desk.get(f"/solutions/{ticket['158']}").json["Solution"]
    assert [each["DisplayName"] for each in found.values()] == [
        "Sequence",
        "Last Modified",
        "Last User",
        "Seq_Group",
        "Solution Summary",
        "Problem",
        "Resolution",
        "Inactive",
    ]
    assert (found["1"]["Value"], found["5"]["Value"], found["8"]["Value"]) == (1, ticket["159"], False)
    assert list(desk.get("/solutions/2").json["Solution"]) == ["1", "2", "3", "4", "5", "8"]
    assert desk.get("/solutions/9").status == 404
    desk.admin("segregate", modules=["Solutions"])
    assert [desk.get(f"/solutions/{number}").status for number in (1, 2)] == [200, 404]
    assert "5001" not in desk.get("/solutions/1", "other").json["Solution"]


@pytest.mark.rule("trackit.solution.read")
def test_a_solution_is_rewritten_and_no_ticket_changes(desk: Desk) -> None:
    ticket = desk.act("change", id=101, fields={"158": 1})["fields"]
    desk.advance(3600)
    desk.act("act", id="customer", action="enter", list="solution", entry=1, facts={"resolution": "Pull the plug"})
    found = {number: field["Value"] for number, field in desk.get("/solutions/1").json["Solution"].items()}
    assert found["7"] == "Pull the plug"
    assert desk.act("read", id=101)["fields"] == ticket
    truth = desk.act("read", id=1, entity="solution")
    assert (truth["exists"], truth["fields"]) == (True, found)
    assert truth["fields"]["2"] > ticket["2"]
    listed = [desk.act("list", entity="solution", **more)["records"] for more in ({}, {"after": "1"}, {"most": 1})]
    assert [[each["id"] for each in records] for records in listed] == [["1", "2"], ["2"], ["1"]]
    assert desk.act("read", id=9, entity="solution") == {"id": "9", "exists": False, "fields": {}}
