"""What a toolkit is asked to do at each vendor, and how it is judged: by the emulator's truth, not by the client's word."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import mockservers

TEXT = "Müller & Söhne <Straße>"
"""What is read and written: letters beyond ASCII, and what XML must escape."""
WRITTEN = "Grüße & <Küsse>"
"""What replaces it where a text is changed."""
MISSING = 987654
"""A number that no record has."""

READS = {"wsdl": ("querydata", "autotask"), "openapi": ("trackit", "superoffice")}
STEPS = {
    "querydata": ("description", "login", "read", "fault"),  # nothing can be written there
    "autotask": ("description", "login", "read", "write", "fault"),
    "trackit": ("description", "login", "read", "write", "around", "fault"),
    "superoffice": ("description", "login", "read", "write", "fault"),
}


def emulators() -> mockservers.MockServer:
    """A server whose worlds suit the tasks: QueryData tells of refusals by faults, so that toolkits meet one."""
    return mockservers.start(*STEPS, dialects={"querydata": {"errors": "fault"}})


class Task:
    """One vendor's task in a world: `facts` for the client's environment, `judge` for what it says it got."""

    def __init__(self, vendor: str, world: mockservers.MockWorld) -> None:
        self.vendor = vendor
        self.desk = world[vendor]
        self.description = self.desk.description or ""
        self._judges: dict[str, Callable[[str], Any]] = {"description": bool}
        found = getattr(self, f"_{vendor}")()
        self.facts = {f"{vendor.upper()}_{name}": str(value) for name, value in found.items()}

    def judge(self, step: str, said: str) -> str | None:
        """What is wrong with what a client got in a step; None when nothing is."""
        try:
            right = self._judges[step](said)
        except (ValueError, LookupError, TypeError, mockservers.Misuse) as error:
            return f"{type(error).__name__}: {error}; got {said[:200]!r}"
        return None if right else f"it got {said[:200]!r}"

    def _querydata(self) -> dict[str, Any]:
        id_ = int(self.desk.act("list")["records"][0]["id"])
        self.desk.act("change", id=id_, fields={"Remarks": TEXT})
        window = {
            "Field": "LastActionDateTime",
            "Operation": "TIME_BETWEEN",
            "Value": "2026/03/02 09:56-2026/03/02 10:01",
        }
        by_id = {"Field": "UtilisphereID", "Operation": "EQUALS", "Value": str(id_)}

        def payload(result: str, condition: dict[str, str], code: str = self.desk.credentials["AuthCode"]) -> str:
            members = {"AuthCode": code, "ItemType": "Ticket", "ResultType": result, "ResultFormat": "JSON"}
            members |= {"UseWarehouse": False, "Filters": [condition]}
            return json.dumps({"QueryData_V1": members})

        self._judges |= {
            "login": lambda said: id_ in json.loads(said)["UtilisphereIDs"],
            "read": lambda said: json.loads(said)["Tickets"][0]["Remarks"] == TEXT,
            "fault": lambda said: "AuthCode is not authorized" in said,
        }
        return {
            "WSDL": self.description,
            "SUMMARY": payload("Summary", window),
            "DETAILS": payload("Details", by_id),
            "REFUSED": payload("Details", by_id, TEXT),
        }

    def _autotask(self) -> dict[str, Any]:
        account = self.desk.act("list")["records"][0]["fields"]["AccountID"]
        fields = {
            "AccountID": account,
            "Title": TEXT,
            "Status": 1,
            "Priority": 1,
            "DueDateTime": "2026-03-05T17:30:00Z",
        }
        id_ = self.desk.act("create", fields=fields)["id"]

        def written(said: str) -> bool:
            ticket = self.desk.act("read", id=said)["fields"]
            return bool({**ticket, **fields, "Status": 5} == ticket)

        self._judges |= {
            "login": lambda said: said.startswith("ThresholdOfExternalRequest"),
            "read": lambda said: said == TEXT,
            "write": written,
            "fault": lambda said: "'Nothing' does not exist" in said,
        }
        condition = f'<field>id<expression op="equals">{id_}</expression></field>'
        return {
            "WSDL": self.description,
            "USER": self.desk.credentials["user"],
            "PASSWORD": self.desk.credentials["password"],
            "CODE": self.desk.credentials["IntegrationCode"],
            "QUERY": f"<queryxml><entity>Ticket</entity><query>{condition}</query></queryxml>",
            "ACCOUNT": account,
            "TITLE": TEXT,
        }

    def _trackit(self) -> dict[str, Any]:
        id_ = self.desk.act("list")["records"][0]["id"]
        self.desk.act("change", id=id_, fields={"22": TEXT})
        self.desk.act("act", id=id_, action="add_assignment", fields={"22": TEXT})
        self.desk.act("act", id=id_, action="attach", name="log.txt", text=TEXT)
        around = [int(id_), TEXT, base64.b64encode(TEXT.encode()).decode()]
        self._judges |= {
            "around": lambda said: json.loads(said) == around,
            "login": lambda said: said == "bearer",
            "read": lambda said: said == TEXT,
            "write": lambda said: said == id_ and self.desk.act("read", id=id_)["fields"]["7"] == WRITTEN,
            "fault": lambda said: said.startswith("404"),
        }
        return {**self._over_http(id_, "username"), "TERM": TEXT}

    def _superoffice(self) -> dict[str, Any]:
        id_ = self.desk.act("list")["records"][0]["id"]
        self.desk.act("change", id=id_, fields={"Title": TEXT})
        self._judges |= {
            "login": lambda said: self.desk.credentials["user"] in said,
            "read": lambda said: said == TEXT,
            "write": lambda said: said == id_ and self.desk.act("read", id=id_)["fields"]["Title"] == WRITTEN,
            "fault": lambda said: said.startswith("404"),
        }
        return self._over_http(id_, "user")

    def _over_http(self, id_: str, user: str) -> dict[str, Any]:
        return {
            "DESCRIPTION": self.description,
            "USER": self.desk.credentials[user],
            "PASSWORD": self.desk.credentials["password"],
            "TICKET": id_,
            "MISSING": MISSING,
            "WRITTEN": WRITTEN,
        }
