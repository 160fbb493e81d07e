"""A morning of a client that talks to all five vendors, for tests of what is asked of the journal afterwards."""

from __future__ import annotations

import json
from typing import Any
from xml.sax.saxutils import escape

import requests

import mockservers

SOAP = (
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{header}<soap:Body>{body}</soap:Body></soap:Envelope>'
)
ATWS = "http://autotask.net/ATWS/v1_6/"


class Day:
    """Calls by hand, so that each test knows what they hold."""

    def __init__(self, world: mockservers.MockWorld) -> None:
        self.world = world
        self.http = requests.Session()
        self.http.trust_env = False

    def play(self) -> None:
        """The calls, in this order: 2 of QueryData, 2 of get_tickets, 3 of Autotask, 3 of Track-It!, 2 of SuperOffice."""
        with self.http:
            self.query_data("Summary", "LastActionDateTime", "TIME_BETWEEN", "2026/03/02 09:00-2026/03/02 10:00")
            self.query_data("Details", "UtilisphereID", "EQUALS", "12345")
            self.get_tickets()
            self.autotask("query", f"<sXML>{escape(QUERY)}</sXML>")
            self.autotask("update", f"<Entities>{ticket(101, Status=5)}{ticket(102, Status=8)}</Entities>")
            self.world.advance("5m")
            self.autotask("create", f"<Entities>{ticket(0, Title='Printer &amp; toner', Status=1)}</Entities>")
            self.track_it()
            self.super_office()

    def soap(self, url: str, action: str, body: str, header: str = "", **more: Any) -> None:
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{action}"'}
        self.http.post(url, SOAP.format(header=header, body=body).encode(), headers=headers, timeout=30, **more)

    def query_data(self, result: str, field: str, operation: str, value: str) -> None:
        desk = self.world["querydata"]
        asked = {
            "AuthCode": desk.credentials["AuthCode"],
            "ItemType": "Ticket",
            "ResultType": result,
            "ResultFormat": "JSON",
            "UseWarehouse": False,
            "Filters": [{"Field": field, "Operation": operation, "Value": value}],
        }
        payload = escape(json.dumps({"QueryData_V1": asked}))
        space = "http://tempuri.org/"
        self.soap(desk.url, space + "QueryData", f'<QueryData xmlns="{space}"><json>{payload}</json></QueryData>')

    def get_tickets(self) -> None:
        desk = self.world["get_tickets"]
        asked = {**desk.credentials, "action": "get_tickets"}
        self.http.get(desk.url, params={**asked, "tid": "34"}, timeout=30)
        self.http.post(desk.url, {**asked, "status": "Open", "page_size": "50"}, timeout=30)

    def autotask(self, operation: str, body: str) -> None:
        desk = self.world["autotask"]
        known = desk.credentials
        code = f"<IntegrationCode>{known['IntegrationCode']}</IntegrationCode>"
        header = f'<soap:Header><AutotaskIntegrations xmlns="{ATWS}">{code}</AutotaskIntegrations></soap:Header>'
        body = f'<{operation} xmlns="{ATWS}">{body}</{operation}>'
        self.soap(desk.url, ATWS + operation, body, header, auth=(known["user"], known["password"]))

    def track_it(self) -> None:
        desk = self.world["trackit"]
        login = {"grant_type": "password", **desk.credentials}
        token = self.http.post(f"{desk.url}/token", login, timeout=30).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        self.http.get(f"{desk.url}/tickets/7", headers=headers, timeout=30)
        note = {"Note Type": "Work Note", "Activity Code": "Phone", "Note": "called back", "Private": False}
        self.http.post(f"{desk.url}/tickets/7/AddNote", json=note, headers=headers, timeout=30)

    def super_office(self) -> None:
        desk = self.world["superoffice"]
        url = desk.url.removesuffix("/Agents/Ticket/GetTickets")
        known = desk.credentials
        headers = {"Authorization": f"Bearer {known['Bearer']}", "SO-AppToken": known["SO-AppToken"]}
        self.http.post(f"{url}/Agents/Ticket/GetTickets", json={"TicketIds": [1, 2]}, headers=headers, timeout=30)
        changes = [
            {"op": "replace", "path": "/Title", "value": "New title"},
            {"op": "replace", "path": "/Slevel", "value": 2},
        ]
        self.http.patch(f"{url}/Ticket/1", json=changes, headers=headers, timeout=30)


QUERY = (
    "<queryxml><entity>Ticket</entity><query><condition><field>Status<expression op='equals'>1</expression></field>"
    "</condition><condition><field>QueueID<expression op='notequal'>8</expression></field></condition></query></queryxml>"
)


def ticket(number: int, **fields: Any) -> str:
    members = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    return f'<Entity xsi:type="Ticket"><id>{number}</id>{members}</Entity>'
