"""get_attachments: names, sizes and dates of files, in the shapes that its page prints."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote_plus

import pytest

Desk = Any
rule = pytest.mark.rule


@pytest.fixture
def filed(empty: Desk) -> Desk:
    """Two tickets with files."""
    for cid, names in (("kim", ("test & file.txt", "b.ico")), ("Jack", ("c.png",))):
        tid = str(empty.create(cid=cid))
        for name in names:
            empty.act("act", id=tid, action="attach", file=name, size=32_983)
    return empty


def names(reply: Any) -> list[str]:
    return [unquote_plus(each["file_name"]) for each in reply.records("attachments")]


@rule("get_tickets.attachments.outputs", "get_tickets.attachments.size", "get_tickets.attachments.cid")
def test_the_shapes_of_the_page(filed: Desk) -> None:
    told = "<ticket_id>2</ticket_id><file_name>c.png</file_name><file_size>32.21 kb</file_size>"
    dated = "3/2/2026 10:00:00 AM"
    assert filed.ask("key=demo-key&action=get_attachments&tid=2").text == (
        f'<?xml version="1.0"?><attachments><file>{told}<file_date>{dated}</file_date></file></attachments>'
    )
    found = {"ticket_id": "2", "file_name": "c.png", "file_size": "32.21 kb", "file_date": dated}
    assert json.loads(filed.do("get_attachments", tid=2, output="json").text) == {"attachments": [found]}
    line = f"ticket_id=2&file_name=c.png&file_size=32.21 kb&file_date={dated}"
    assert filed.do("get_attachments", tid=2, output="delimited").text == line
    assert filed.do("get_attachments", tid=1).records("attachments")[0]["file_name"] == "test+%26+file.txt"


@rule("get_tickets.attachments.inputs", "get_tickets.attachments.cid")
def test_which_files(filed: Desk) -> None:
    assert names(filed.do("get_attachments", tid="*")) == ["test & file.txt", "b.ico", "c.png"]
    assert names(filed.do("get_attachments", cid="*")) == ["test & file.txt", "b.ico", "c.png"]
    assert names(filed.do("get_attachments", tid="*", cid="jack")) == ["c.png"]
    assert names(filed.do("get_attachments", tid="1", cid="*")) == ["test & file.txt", "b.ico"]
    assert names(filed.do("get_attachments", start_tid=2)) == ["c.png"]
    assert names(filed.do("get_attachments", end_tid=1, count=1)) == ["test & file.txt"]
    assert names(filed.do("get_attachments", tid=99)) == []
    assert filed.do("get_attachments").error == "Invalid tid"
    assert filed.do("get_attachments", tid="1,2").error == "Invalid tid"
    filed.switch(attachments_cid="required")
    reply = filed.do("get_attachments", tid="*")
    assert (reply.error, reply.entry.refused_by) == ("Invalid cid", "get_tickets.attachments.cid")
    assert len(names(filed.do("get_attachments", tid="*", cid="*"))) == 3


@rule("get_tickets.attachments.json")
@pytest.mark.parametrize("layout", ["line", "sample"])
def test_json_as_the_page_prints_it(make_desk: Any, layout: str) -> None:
    desk = make_desk("demo:20", output_format="json", attachments_json="as_printed", layout=layout)
    text = desk.do("get_attachments", tid="*").text
    with pytest.raises(ValueError, match=r"property name|trailing comma"):
        json.loads(text)
    desk.switch(attachments_json="valid")
    assert desk.do("get_attachments", tid="*").records("attachments")[0]["ticket_id"] == "10"


@rule("get_tickets.attachments.deleted", "get_tickets.attachments.outputs")
def test_files_show_with_their_change_and_go_with_their_ticket(empty: Desk) -> None:
    tid = empty.create()
    empty.act("act", id=str(tid), action="attach", file="late.txt", delay=30)
    assert len(empty.act("list", entity="attachment")["records"]) == 1
    assert names(empty.do("get_attachments", tid=tid)) == []
    empty.advance(30)
    assert names(empty.do("get_attachments", tid=tid)) == ["late.txt"]
    assert unquote_plus(empty.do("get_history", tid=tid).records("history")[-1]["description"]) == "Attached late.txt"
    empty.act("delete", id=str(tid), delay=30)
    assert empty.act("list", entity="attachment")["records"] == []
    assert names(empty.do("get_attachments", tid=tid)) == ["late.txt"]
    empty.advance(30)
    empty.act("create", fields={"tid": tid})
    assert names(empty.do("get_attachments", tid=tid)) == []
