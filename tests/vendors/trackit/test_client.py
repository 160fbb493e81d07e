"""A client of everyday make over a real socket: every endpoint from login to delete, expiry and refresh on the way."""

from __future__ import annotations

from typing import Any

import pytest
import requests

MockWorld = Any


class Client:
    """What an integrator writes in an afternoon: renews the token when it is refused."""

    def __init__(self, base: str, username: str, password: str) -> None:
        self.base, self.http = base, requests.Session()
        self.renewed = 0
        self.keep(self.token(grant_type="password", username=username, password=password))

    def token(self, **form: str) -> dict[str, Any]:
        answer = self.http.post(f"{self.base}/token", data={**form, "scope": ""}, timeout=20)
        answer.raise_for_status()
        return dict(answer.json())

    def keep(self, tokens: dict[str, Any]) -> None:
        self.refresh = tokens["refresh_token"]
        self.http.headers["Authorization"] = f"Bearer {tokens['access_token']}"

    def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.http.request(method, self.base + path, json=body, timeout=20)
        if answer.status_code == 401:
            self.renewed += 1
            self.keep(self.token(grant_type="refresh_token", refresh_token=self.refresh))
            answer = self.http.request(method, self.base + path, json=body, timeout=20)
        answer.raise_for_status()
        assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
        return answer.json()


def value(record: dict[str, Any], number: int) -> Any:
    return record[str(number)]["Value"]


@pytest.mark.mock_world(data={"trackit": "demo:20"}, start="2026-03-02T10:00:00Z")
def test_a_whole_day_with_the_api(mock_world: MockWorld) -> None:
    client = Client(mock_world["trackit"].url, **mock_world["trackit"].credentials)
    labels = client.call("GET", "/module/24/fields")
    assert labels["22"] == {"DisplayName": "Ticket Summary"}
    assert value(client.call("GET", "/tickets/Templates")["TicketTemplates"][0], 3) == "New Hire"
    groups = client.call("POST", "/groups", {"UserName": "HELP DESK\\DEMO", "password": "demo-password"})["Groups"]
    assert [each["Code"] for each in groups] == ["SYSTEM ADMINISTRATION", "HELP DESK", "FIELD SERVICE"]

    made = client.call("POST", "/tickets", {"Properties": {"Ticket Summary": "Größe 𝄞", "Category": "Network"}})[
        "Tickets"
    ]
    id_ = value(made, 1)
    assert client.call("GET", f"/tickets/{id_}")["Tickets"] == made

    mock_world.clock.advance(minutes=31)
    changed = client.call("POST", f"/tickets/{id_}", {"Properties": {"39": "404-555-0101", "83": 5}})["Tickets"]
    assert client.renewed == 1
    assert (value(changed, 149), value(changed, 83), value(changed, 22)) == ("Anna Smith", 5, "Größe 𝄞")

    note = {"Note Type": "Technician Note", "Activity Code": "Research", "Note": "<b>Hello</b>"}
    added = client.call("POST", f"/tickets/{id_}/AddNote", {**note, "Duration": "00:01:00"})["TicketNote"]
    moved = client.call("POST", f"/tickets/{id_}/ChangeStatus", {"StatusName": "Paused", "Note": note})
    assert value(moved["Ticket"], 96) == "Paused"
    listed = client.call("GET", f"/tickets/{id_}/Notes/1/2?maxContentLength=3&SystemNote=true")
    assert (listed["Count"], value(listed["TicketNotes"][0], 5)) == (2, "Hel")
    assert client.call("GET", f"/tickets/Note/{value(added, 1)}")["Note"] == [added]

    mock_world["trackit"].act("act", id=id_, action="attach", name="log.txt")
    mock_world["trackit"].act("act", id=id_, action="add_assignment")
    assert value(client.call("GET", f"/tickets/{id_}/Attachments/10/1")["TicketAttachments"][0], 7) == "log.txt"
    assert client.call("GET", f"/tickets/{id_}/Assignments/10/1")["Count"] == 1

    mock_world["trackit"].switch(priority_hierarchy="assumed")
    assert value(client.call("POST", "/searches", {"Term": "größe"})["Results"][0], 1) == id_
    assert value(client.call("POST", "/priorityheirarchy", {"CategoryId": 3})["Priority"], 106) == 2

    mock_world["trackit"].act("act", id="customer", action="end sessions", keep_refresh=True)
    closed = client.call("POST", f"/tickets/{id_}/Close", {"Note": note})
    assert client.renewed == 2
    assert (value(closed["Ticket"], 96), value(closed["Note"], 10)) == ("Closed", 0)
    assert client.call("POST", f"/tickets/{id_}/Delete") == {"success": True}
    gone = client.http.get(f"{client.base}/tickets/{id_}", timeout=20)
    assert gone.status_code == 404

    assert client.call("GET", "/technicians/logout") == {"success": True}
    assert client.http.get(f"{client.base}/tickets/101", timeout=20).status_code == 401
    with pytest.raises(requests.HTTPError):
        client.token(grant_type="refresh_token", refresh_token=client.refresh)
    assert not mock_world.findings


@pytest.mark.mock_world(data={"trackit": "demo:20"})
def test_faults_reach_the_client(mock_world: MockWorld) -> None:
    client = Client(mock_world["trackit"].url, **mock_world["trackit"].credentials)
    for refusal, status in (("permission", 403), ("unknown", 404), ("malformed", 400)):
        mock_world.fault("refuse", refusal=refusal, vendor="trackit")
        assert client.http.get(f"{client.base}/tickets/101", timeout=20).status_code == status
    before = client.call("GET", "/tickets/101")
    for fault in ("fail", "rollback"):
        mock_world.fault(fault, vendor="trackit")
        answer = client.http.post(f"{client.base}/tickets/101", json={"Properties": {"22": fault}}, timeout=20)
        assert (answer.status_code, answer.json()) == (500, {"Message": "An error has occurred."})
        assert client.call("GET", "/tickets/101") == before
    mock_world.fault("refuse", refusal="unauthorized", vendor="trackit")
    assert value(client.call("GET", "/tickets/101")["Tickets"], 1) == 101
    assert client.renewed == 1


def test_the_address_before_the_world_is_part_of_the_url(mock_world: MockWorld) -> None:
    base = mock_world["trackit"].url
    answer = requests.get(f"{base}/nothing?x=1", timeout=20)
    assert answer.json() == {
        "Message": f"No HTTP resource was found that matches the request URI '{base}/nothing?x=1'."
    }
    document = requests.get(mock_world["trackit"].description, timeout=20).json()
    assert base.endswith(document["basePath"])
