"""Autotask through the recorder: basic headers, QueryXML inside SOAP, ids that the vendor gives, field info."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
import requests

from mockservers import registry
from mockservers.kernel import instants
from mockservers.kernel.world import World, WorldConfig
from mockservers.recording.drift import drift
from mockservers.recording.files import Recording
from mockservers.recording.loading import load
from mockservers.server.http import Server
from tests.recording.conftest import START, Authority, misses, recording, stubbed, worlds

NAMESPACE = "http://autotask.net/ATWS/v1_6/"
ENVELOPE = (
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">'
    "<soap:Header><AutotaskIntegrations xmlns='{namespace}'><IntegrationCode>{code}</IntegrationCode>"
    "</AutotaskIntegrations></soap:Header>"
    "<soap:Body><{operation} xmlns='{namespace}'>{body}</{operation}></soap:Body></soap:Envelope>"
)


class Session:
    """Calls of one integration, one after the other."""

    def __init__(self, url: str, zone: str = "") -> None:
        self.address = url + (zone or "/ATServices/1.6/atws.asmx")
        self.http = requests.Session()
        self.http.trust_env = False

    def call(self, operation: str, body: str, password: str = "demo-password") -> str:
        sent = ENVELOPE.format(namespace=NAMESPACE, code="DEMO-INTEGRATION-CODE", operation=operation, body=body)
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{NAMESPACE}{operation}"'}
        answer = self.http.post(
            self.address, sent.encode(), headers=headers, auth=("api@demo.example", password), timeout=60
        )
        return answer.text

    def query(self, entity: str, condition: str) -> str:
        question = f"<queryxml><entity>{entity}</entity><query>{condition}</query></queryxml>"
        return self.call("query", f"<sXML>{escape(question)}</sXML>")

    def work(self) -> list[str]:
        """What an integration does: find the zone, read, make a ticket, change it, read it again; and a wrong password."""
        every = "<field>id<expression op='GreaterThan'>0</expression></field>"
        said = [
            self.call("getZoneInfo", "<UserName>api@demo.example</UserName>"),
            self.call("query", "<sXML>nonsense</sXML>", password="wrong-password"),
            self.call("GetFieldInfo", "<psObjectType>Ticket</psObjectType>"),
            self.query("Account", every),
            self.query("Resource", every),
            self.query("Ticket", every),
        ]
        account = re.findall(r"<id>(\d+)</id>", said[3])[0]
        fields = {
            "AccountID": account,
            "Title": "Made by a client",
            "Status": 1,
            "Priority": 2,
            "DueDateTime": "2026-03-05T09:00:00",
        }
        made = self.call("create", _entity("Ticket", "0", fields))
        id_ = re.findall(r"<id>(\d+)</id>", made)[0]
        one = f"<field>id<expression op='Equals'>{id_}</expression></field>"
        changed = self.call("update", _entity("Ticket", id_, {**fields, "Title": "Changed by a client"}))
        return [*said, made, self.query("Ticket", one), changed, self.query("Ticket", one)]


def _entity(kind: str, id_: str, fields: dict[str, object]) -> str:
    forms = {"AccountID": "int", "Status": "int", "Priority": "int", "DueDateTime": "dateTime"}
    inner = "".join(
        f'<{name} xsi:type="xsd:{forms.get(name, "string")}">{value}</{name}>' for name, value in fields.items()
    )
    return f'<Entities><Entity xsi:type="{kind}"><id>{id_}</id>{inner}</Entity></Entities>'


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> tuple[Path, list[str]]:
    """One session that was recorded over TLS: the file, and what the client was told."""
    path = tmp_path_factory.mktemp("autotask") / "session.yaml"
    vendor_worlds = worlds("autotask", data="demo:30")
    with (
        Server(vendor_worlds, tls=authority.context) as upstream,
        recording("autotask", upstream.url, path, authority.trust(), keep_identity=True) as taken,
    ):
        said = [each.replace(taken.url, "") for each in Session(taken.url).work()]
    vendor_worlds.close()
    return path, said


def test_the_client_is_led_to_the_proxy_and_its_secrets_stay_with_it(session: tuple[Path, list[str]]) -> None:
    path, said = session
    assert "<URL>/ATServices/1.6/atws.asmx</URL>" in said[0]
    text = path.read_text("utf-8")
    for secret in ("demo-password", "wrong-password", "DEMO-INTEGRATION-CODE", "ZGVtby1wYXNzd29yZA"):
        assert secret not in text
    assert "__base__/ATServices/1.6/atws.asmx" in text
    assert "__secret.basic.1__" in text
    assert "__secret.basic.2__" in text


def test_the_recording_answers_alone(session: tuple[Path, list[str]]) -> None:
    path, said = session
    with stubbed(path) as door:
        assert [each.replace(door.url, "") for each in Session(door.url).work()] == said
        assert not misses(door.worlds.default)
        other = Session(door.url).query("Ticket", "<field>id<expression op='Equals'>1</expression></field>")
        assert '"asked": "1"' in other


def test_the_emulator_goes_on_from_what_was_recorded(session: tuple[Path, list[str]]) -> None:
    path, _ = session
    world = World("loaded", WorldConfig(mode="frozen", start=START + instants.HOUR), registry.emulator)
    loaded = load(Recording(path), world)
    assert not loaded.left_out
    assert loaded.records["Ticket"] == 31
    assert loaded.records["picklist"] > 5
    tickets = world.act("autotask", "list", {"most": 1000})["records"]
    assert len(tickets) == 31
    assert [each["fields"]["Title"] for each in tickets if "by a client" in each["fields"]["Title"]] == [
        "Changed by a client"
    ]
    made = world.act("autotask", "create", {})
    assert int(made["id"]) > max(int(each["id"]) for each in tickets)
    world.close()


def test_recording_and_emulator_do_not_differ(session: tuple[Path, list[str]]) -> None:
    found = drift(Recording(session[0]), registry.emulator("autotask").dialects.default)
    assert found.every == []
    assert found.exchanges == 10


@pytest.mark.parametrize(("switch", "value"), [("long_as", "long"), ("time_zone", "utc"), ("create_answer", "stale")])
def test_a_change_of_dialect_upstream_is_named_by_its_rules(
    switch: str, value: str, tmp_path: Path, authority: Authority
) -> None:
    path = tmp_path / "session.yaml"
    vendor_worlds = worlds("autotask", data="demo:30", dialect={switch: value})
    with (
        Server(vendor_worlds, tls=authority.context) as upstream,
        recording("autotask", upstream.url, path, authority.trust()) as taken,
    ):
        Session(taken.url).work()
    vendor_worlds.close()
    emulator = registry.emulator("autotask")
    found = drift(Recording(path), emulator.dialects.default)
    assert [(cause.switch, cause.value) for cause in found.causes] == [(switch, value)]
    assert not found.findings
    assert set(found.rules) <= {rule.id for rule in emulator.rules.values() if rule.switch == switch}


# --- the REST service -------------------------------------------------------------------------------------------------


class RestSession:
    """Calls of one integration of the REST service, one after the other."""

    def __init__(self, url: str) -> None:
        self.address = f"{url}/ATServicesRest/V1.0/"
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.headers.update({"UserName": "api@demo.example", "ApiIntegrationCode": "DEMO-INTEGRATION-CODE"})

    def call(self, verb: str, path: str, body: object = None, secret: str = "demo-password") -> str:
        address = path if path.startswith("http") else self.address + path
        return self.http.request(verb, address, json=body, headers={"Secret": secret}, timeout=60).text

    def work(self) -> list[str]:
        """Find the zone, read by pages, make a ticket, change it, read it again; and a wrong secret."""
        every = {"filter": [{"op": "gt", "field": "id", "value": 0}]}
        said = [
            self.call("GET", "zoneInformation?user=api@demo.example"),
            self.call("GET", "Tickets/1", secret="wrong-password"),
            self.call("GET", "Tickets/entityInformation/fields"),
            self.call("POST", "Companies/query", every),
            self.call("POST", "Resources/query", every),
            self.call("POST", "Tickets/query", {**every, "maxRecords": 20}),
        ]
        said.append(self.call("POST", json.loads(said[-1])["pageDetails"]["nextPageUrl"], every))
        ticket = {"companyID": 174, "title": "Made by a client", "status": 1, "priority": 2}
        said.append(self.call("POST", "Tickets", {**ticket, "dueDateTime": "2026-03-05T09:00:00Z"}))
        id_ = json.loads(said[-1])["itemId"]
        said.append(self.call("GET", f"Tickets/{id_}"))
        said.append(self.call("PATCH", "Tickets", {"id": id_, "title": "Changed by a client"}))
        said.append(self.call("GET", f"Tickets/{id_}"))
        return said


@pytest.fixture(scope="module")
def rest_session(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Path:
    path = tmp_path_factory.mktemp("autotask") / "rest.yaml"
    vendor_worlds = worlds("autotask", data="demo:30")
    with (
        Server(vendor_worlds, tls=authority.context) as upstream,
        recording("autotask", upstream.url, path, authority.trust(), keep_identity=True) as taken,
    ):
        RestSession(taken.url).work()
    vendor_worlds.close()
    return path


def test_a_recording_of_rest_holds_no_secret_and_tells_the_same_records(rest_session: Path) -> None:
    text = rest_session.read_text("utf-8")
    for secret in ("demo-password", "wrong-password", "DEMO-INTEGRATION-CODE"):
        assert secret not in text
    world = World("loaded", WorldConfig(mode="frozen", start=START + instants.HOUR), registry.emulator)
    loaded = load(Recording(rest_session), world)
    assert not loaded.left_out
    assert loaded.records["Ticket"] == 31
    assert loaded.records["picklist"] > 5
    titles = [each["fields"]["Title"] for each in world.act("autotask", "list", {"most": 1000})["records"]]
    assert len(titles) == 31
    assert [each for each in titles if "by a client" in each] == ["Changed by a client"]
    world.close()


def test_a_recording_of_rest_and_the_emulator_do_not_differ(rest_session: Path) -> None:
    found = drift(Recording(rest_session), registry.emulator("autotask").dialects.default)
    assert [(each.place, each.examples) for each in found.every] == []
    assert found.exchanges == 11
