"""The control API: what every endpoint does with good input, and that bad input changes nothing."""

from __future__ import annotations

import base64
import json
import re
from typing import Any
from urllib.parse import urljoin

import pytest
from pydantic import BaseModel, ValidationError

from mockservers.kernel.faults import KINDS
from mockservers.kernel.world import World
from mockservers.server import unknown_keys
from mockservers.server.control import application, context, history, models
from mockservers.server.http import Server
from tests.server import toy
from tests.server.conftest import Api
from tests.server.wires import Wire

NOON = "2026-03-01T12:00:00Z"


def descendants(base: type[BaseModel]) -> list[type[BaseModel]]:
    """The models below one, of the server alone."""
    below = [each for each in base.__subclasses__() if each.__module__.startswith("mockservers.server")]
    return [each for one in below for each in (one, *descendants(one))]


def fields(said: dict[str, Any]) -> list[str]:
    return [each["field"] for each in said["details"]]


# --- worlds and clock -------------------------------------------------------------------------------------------------


def test_health_tells_how_many_worlds_there_are(api: Api) -> None:
    assert api.get("/health") == {"status": "ok", "worlds": 1}


def test_vendors_are_described(api: Api, door: Server) -> None:
    (vendor,) = api.get("/vendors")["vendors"]
    assert (vendor["name"], vendor["address"]) == ("toy", f"{door.url}/toy")
    assert vendor["demo_credential"] == {"key": "demo-key-1"}
    assert vendor["dialects"] == ["default", "dotted", "shut"]


def test_a_world_is_made_as_told_and_otherwise_like_default(api: Api) -> None:
    made = api.post(
        "/worlds",
        {
            "name": "mine",
            "seed": 7,
            "clock": {"mode": "scaled", "rate": 60, "now": NOON},
            "data": {"toy": "demo:4"},
            "dialects": {"toy": {"suffix": "dot", "most": 9}},
            "lively": True,
        },
    )
    assert made["lively"]
    assert api.get("/life", world="mine") == {"lively": True, "vendors": {}}
    assert (made["seed"], made["clock"]["mode"], made["clock"]["rate"]) == (7, "scaled", 60.0)
    assert made["clock"]["now"].startswith("2026-03-01T12:0")
    assert made["vendors"]["toy"] == {"opened": False, "data": "demo:4", "dialect": {"suffix": "dot", "most": 9}}
    assert len(api.get("/records", vendor="toy", world="mine")["records"]) == 4
    assert api.toy("/w/mine/toy", word="a").json()["suffix"] == "dot"

    plain = api.post("/worlds", {"name": "plain"})
    assert plain["clock"] == api.get("/clock")
    assert not plain["lively"]
    assert [each["name"] for each in api.get("/worlds")["worlds"]] == ["default", "mine", "plain"]


def test_a_named_dialect_and_a_bare_rate_are_understood(api: Api) -> None:
    made = api.post("/worlds", {"name": "a", "clock": {"rate": 2.5}, "dialects": {"toy": "dotted"}, "data": {"toy": 3}})
    assert (made["clock"]["mode"], made["vendors"]["toy"]["dialect"]) == ("scaled", {"suffix": "dot"})
    assert made["vendors"]["toy"]["data"] == "demo:3"


def test_a_world_is_deleted(api: Api) -> None:
    api.post("/worlds", {"name": "mine"})
    assert api.delete("/worlds/mine") == {"deleted": "mine"}
    assert api.ask("GET", "/worlds/mine")[0] == 404
    status, said = api.ask("DELETE", "/worlds/default")
    assert (status, fields(said)) == (422, ["name"])


def test_checkpoints_bring_data_tenants_switches_and_clock_back(api: Api) -> None:
    first = api.post("/records", {"vendor": "toy", "fields": {"word": "kept"}})
    assert api.post("/worlds/default/checkpoint", {"name": "before"})["checkpoints"] == ["before"]
    api.delete(f"/records/{first['id']}", vendor="toy")
    api.post("/tenants", {"vendor": "toy", "name": "third"})
    api.put("/dialect", {"vendor": "toy", "switches": {"suffix": "dot"}})
    api.post("/clock/advance", {"by": "1h"})
    restored = api.post("/worlds/default/restore", {"name": "before"})
    assert restored["clock"]["now"] == "2026-03-01T10:00:00Z"
    assert restored["vendors"]["toy"]["dialect"] == {}
    assert api.get(f"/records/{first['id']}", vendor="toy")["fields"] == {"word": "kept"}
    assert [each["name"] for each in api.get("/tenants", vendor="toy")["tenants"]] == ["demo", "other"]
    status, said = api.ask("POST", "/worlds/default/restore", {"name": "never"})
    assert (status, "before" in said["error"]) == (404, True)


def test_reset_begins_anew(api: Api) -> None:
    api.post("/records", {"vendor": "toy"})
    api.post("/faults", {"kind": "reset"})
    api.put("/clock", {"now": NOON})
    told = api.post("/worlds/default/reset")
    assert told["clock"]["now"] == "2026-03-01T10:00:00Z"
    assert (told["faults"], told["journal"]["count"], told["checkpoints"]) == (0, 0, [])
    assert api.get("/records", vendor="toy") == {"records": []}


def test_the_clock_is_read_set_advanced_and_changed(api: Api) -> None:
    assert api.get("/clock") == {"now": "2026-03-01T10:00:00Z", "mode": "frozen", "rate": 1.0}
    assert api.put("/clock", {"now": "2026-03-01T13:00:00+01:00"})["now"] == NOON
    assert api.post("/clock/advance", {"by": "1.5h"})["now"] == "2026-03-01T13:30:00Z"
    assert api.post("/clock/advance", {"by": -90})["now"] == "2026-03-01T13:28:30Z"
    assert api.put("/clock", {"rate": 10})["mode"] == "scaled"
    assert api.put("/clock", {"now": NOON})["rate"] == 10.0
    back = api.put("/clock", {"mode": "frozen", "now": "1100-01-01T00:00:00Z"})
    assert back == {"now": "1100-01-01T00:00:00Z", "mode": "frozen", "rate": 1.0}
    status, said = api.ask("POST", "/clock/advance", {"by": "-1s"})
    assert (status, fields(said)) == (422, ["by"])
    assert api.get("/clock") == back


def test_a_world_is_meant_by_query_prefix_header_or_host(api: Api, door: Server, wire: Wire) -> None:
    api.post("/worlds", {"name": "mine", "clock": {"now": NOON}})
    api.post("/worlds", {"name": "other"})
    for target, *headers in (
        ("/_mock/v1/clock?world=mine",),
        ("/w/mine/_mock/v1/clock",),
        ("/_mock/v1/clock", "X-Mock-World: mine"),
        ("/_mock/v1/clock", "Host: mine.localhost"),
        ("/w/other/_mock/v1/clock?world=mine", "Host: other.localhost"),
    ):
        assert json.loads(wire.get(target, *headers).reply().body)["now"] == NOON
    assert wire.get("/_mock/v1/clock?world=none").reply().status == 404
    assert wire.get("/w/none/_mock/v1/clock").reply().status == 404


# --- tenants, credentials, dialects -----------------------------------------------------------------------------------


def test_tenants_are_added_with_a_dialect(api: Api) -> None:
    made = api.post("/tenants", {"vendor": "toy", "name": "third", "dialect": "dotted"})
    assert made == {"name": "third", "first": False, "dialect": {"suffix": "dot"}, "credentials": 0}
    assert api.get("/tenants", vendor="toy")["tenants"][2] == made


def test_a_credential_is_shown_once_if_it_was_made_here(api: Api, world: World) -> None:
    made = api.post("/credentials", {"vendor": "toy", "tenant": "other"})
    assert len(made["secret"]) == 32
    given = api.post("/credentials", {"vendor": "toy", "tenant": "other", "kind": "key", "secret": "given-by-me"})
    assert given["secret"] == "***"
    for secret in (made["secret"], "given-by-me"):
        assert api.toy(key=secret).status_code == 200
    listed = api.get("/credentials", vendor="toy", tenant="other")["credentials"]
    assert [(each["tenant"], each["secret"]) for each in listed] == [("other", "***")] * 3
    text = json.dumps([api.get("/journal"), listed, api.get("/worlds")])
    assert made["secret"] not in text
    assert "given-by-me" not in text


def test_a_revocation_can_be_taken_back(api: Api) -> None:
    assert api.post("/credentials/c1/revoke", {}, vendor="toy")["valid"] is False
    back = api.post("/credentials/c1/revoke", {"at": None}, vendor="toy")
    assert (back["valid"], back["revoked"]) == (True, None)


def test_a_wrong_world_name_is_told_in_words(api: Api) -> None:
    status, said = api.ask("POST", "/worlds", {"name": "My World"})
    assert status == 422
    assert "lower-case letters, digits and inner hyphens" in said["error"]


def test_credentials_are_revoked_and_expire(api: Api) -> None:
    assert api.post("/credentials/c1/revoke", {}, vendor="toy")["valid"] is False
    assert api.toy().status_code == 403
    expiring = api.post("/credentials/c2/expire", {"at": NOON}, vendor="toy")
    assert (expiring["valid"], expiring["expires"]) == (True, NOON)
    assert api.toy(key="other-key-2").status_code == 200
    api.put("/clock", {"now": NOON})
    assert api.toy(key="other-key-2").status_code == 403
    assert api.post("/credentials/c2/expire", {"at": None}, vendor="toy")["expires"] is None
    assert api.toy(key="other-key-2").status_code == 200
    assert api.post("/credentials/c2/expire", vendor="toy")["expires"] == NOON
    assert api.toy(key="other-key-2").status_code == 403
    assert api.ask("POST", "/credentials/c9/revoke", {}, params={"vendor": "toy"})[0] == 404


def test_dialects_are_set_for_a_tenant_or_all(api: Api) -> None:
    api.put("/dialect", {"vendor": "toy", "tenant": "demo", "switches": {"suffix": "dot"}})
    assert api.toy().json()["suffix"] == "dot"
    assert api.toy(key="other-key-2").json()["suffix"] == "none"
    told = api.put("/dialect", {"vendor": "toy", "named": "default", "switches": {"most": 7}})
    assert told["changes"] == {"most": 7}
    assert api.toy().json()["suffix"] == "none"
    assert api.put("/dialect", {"vendor": "toy", "tenant": "demo", "named": "dotted"})["changes"] == {"suffix": "dot"}
    (switch,) = [
        each for each in api.get("/dialect", vendor="toy", tenant="demo")["switches"] if each["name"] == "suffix"
    ]
    assert (switch["value"], switch["default"], switch["takes"]) == ("dot", "none", "'none' or 'dot'")
    status, said = api.ask("PUT", "/dialect", {"vendor": "toy", "tenant": "demo", "named": "shut"})
    assert (status, "whole installation" in said["error"]) == (422, True)


# --- records, faults --------------------------------------------------------------------------------------------------


def test_other_people_create_act_change_and_delete(api: Api, world: World) -> None:
    made = api.post("/records", {"vendor": "toy", "tenant": "other", "fields": {"word": "abc"}})
    assert made == {"id": "1", "exists": True, "fields": {"word": "abc"}}
    assert api.post("/records/1/act", {"vendor": "toy", "action": "shout"})["fields"] == {"word": "ABC"}
    assert api.patch("/records/1", {"vendor": "toy", "fields": {"word": "x"}})["fields"] == {"word": "x"}
    assert api.get("/records/1", vendor="toy")["fields"] == {"word": "x"}
    api.post("/records", {"vendor": "toy"})
    assert [each["id"] for each in api.get("/records", vendor="toy", after="1", most=5)["records"]] == ["2"]
    assert api.delete("/records/1", vendor="toy") == {"id": "1", "exists": False, "fields": {}}
    actors = {(entry.actor, entry.tenant) for entry in world.journal}
    assert actors == {("other", "demo"), ("other", "other")}
    status, said = api.ask("GET", "/records/1", params={"vendor": "toy"})
    assert (status, said["error"]) == (422, "there is no record 1")


def test_a_delay_is_seconds_to_the_vendor(api: Api, world: World) -> None:
    api.post("/records", {"vendor": "toy", "delay": "1.5m"})
    assert [entry.request for entry in world.journal] == [{"fields": {}, "delay": 90.0}]


def test_a_fault_for_other_people_is_told_as_such(api: Api) -> None:
    api.post("/faults", {"kind": "refuse", "actor": "other", "settings": {"refusal": "BUSY"}})
    status, said = api.ask("POST", "/records", {"vendor": "toy"})
    assert (status, said["refusal"], said["rule"]) == (409, "BUSY", "toy.limit.busy")
    api.post("/faults", {"kind": "rollback", "actor": "other"})
    status, said = api.ask("POST", "/records", {"vendor": "toy"})
    assert (status, "rollback" in said["error"]) == (503, True)
    assert api.get("/records", vendor="toy") == {"records": []}


def test_faults_are_added_listed_and_cleared(api: Api, door: Server) -> None:
    assert [each["name"] for each in api.get("/faults/kinds")["kinds"]] == list(KINDS)
    one = api.post("/faults", {"kind": "refuse", "vendor": "toy", "operation": "Echo", "skip": 1, "until": NOON})
    two = api.post("/faults", {"kind": "latency", "settings": {"seconds": 0}, "times": None})
    assert (one["id"], one["times"], one["until"], two["times"]) == ("f1", 1, NOON, None)
    assert [api.toy().status_code for _ in range(3)] == [200, 403, 200]
    listed = api.get("/faults")["faults"]
    assert [(each["seen"], each["hits"], each["spent"]) for each in listed] == [(2, 1, True), (3, 3, False)]
    assert api.delete("/faults/f1") == {"cleared": 1}
    assert api.ask("DELETE", "/faults/f1")[0] == 404
    assert api.delete("/faults") == {"cleared": 1}
    api.post("/worlds", {"name": "mine"})
    api.post("/faults", {"kind": "reset"}, world="mine")
    assert api.get("/faults")["faults"] == []


# --- what was recorded ------------------------------------------------------------------------------------------------


def test_the_journal_is_filtered_and_paged(api: Api) -> None:
    for number in range(5):
        api.toy(word=f"w{number}")
    api.toy(key="wrong-key-9")
    api.toy("/toy/add")
    api.post("/records", {"vendor": "toy"})
    api.session.get(f"{api.url}/nowhere", timeout=20)
    page = api.get("/journal", limit=3)
    assert ([each["n"] for each in page["entries"]], page["next"], page["more"]) == ([1, 2, 3], 3, True)
    rest = api.get("/journal", since=page["next"])
    assert ([each["n"] for each in rest["entries"]], rest["more"]) == ([4, 5, 6, 7, 8, 9], False)
    nothing = {"entries": [], "next": 9, "more": False, "matched": 0, "of": 0, "count": 9, "dropped": 0}
    assert api.get("/journal", since=9) == nothing

    def found(**filters: Any) -> list[int]:
        return [each["n"] for each in api.get("/journal", **filters)["entries"]]

    assert found(outcome="refused") == [6]
    assert found(outcome="unmatched") == [9]
    assert found(actor="other") == [8]
    assert found(operation="Add") == [7]
    assert found(rule="toy.access.key") == [6]
    assert found(vendor="toy", last=2) == [7, 8]


def test_the_journal_streams_as_ndjson(api: Api, wire: Wire) -> None:
    for number in range(120):
        api.toy(word=f"w{number}")
    for target, *headers in (
        ("/_mock/v1/journal?format=ndjson",),
        ("/_mock/v1/journal", "Accept: application/x-ndjson"),
    ):
        reply = wire.get(target, *headers).reply()
        assert reply["content-type"] == "application/x-ndjson"
        assert [json.loads(line)["n"] for line in reply.body.splitlines()] == list(range(1, 121))
    few = wire.get("/_mock/v1/journal?format=ndjson&limit=2&exchange=false").reply().body.splitlines()
    assert ["exchange" in json.loads(line) for line in few] == [False, False]


def test_bytes_in_the_journal_are_text_or_base64(api: Api) -> None:
    for body in ("grün".encode(), b"\xff\xfe\x00"):
        api.session.post(f"{api.url}/toy?key=demo-key-1", data=body, timeout=20)
    told = [each["exchange"]["request"] for each in api.get("/journal")["entries"]]
    assert [(each["body"], each["encoding"]) for each in told] == [
        ("grün", "utf-8"),
        (base64.b64encode(b"\xff\xfe\x00").decode(), "base64"),
    ]


def test_secrets_are_masked_in_every_part_of_the_journal(api: Api) -> None:
    api.toy(word="SHOUT")
    api.toy(word="bug")
    api.toy(wire="raise")
    api.toy(key="a-wrong-one", word="x")
    api.session.get(f"{api.url}/nowhere?key=demo-key-1", headers={"X": "other-key-2"}, timeout=20)
    text = json.dumps(api.get("/journal")) + json.dumps(api.get("/findings"))
    for secret in ("demo-key-1", "other-key-2", "a-wrong-one"):
        assert secret not in text
    assert text.count("***") > 5


def test_findings_name_rule_source_and_call(api: Api) -> None:
    api.toy(word="quiet")
    api.toy(word="LOUD")
    (finding,) = api.get("/findings")["findings"]
    assert (finding["call"], finding["rule"], finding["text"]) == (2, "toy.echo.shout", "the word LOUD shouts")
    assert (finding["says"], finding["source"]) == ("A careful client does not shout.", str(toy.SOURCE))
    assert api.get("/findings", rule="toy.echo.same")["findings"] == []
    assert api.get("/findings", since=2)["findings"] == []


def test_rules_are_listed_and_filtered(api: Api) -> None:
    assert [each["id"] for each in api.get("/rules")["rules"]] == [rule.id for rule in toy.RULES.values()]
    assert [each["id"] for each in api.get("/rules", text="SHOUT")["rules"]] == ["toy.echo.shout"]
    assert api.get("/rules", vendor="toy", certainty="assumption")["rules"] == []


def test_the_openapi_document_describes_every_endpoint(api: Api) -> None:
    document = api.get("/openapi.json")
    operations = {(path, verb) for path, verbs in document["paths"].items() for verb in verbs}
    assert ("/_mock/v1/worlds/{name}/restore", "post") in operations
    served = {
        (re.sub(r"<(?:string|path):(\w+)>", r"{\1}", rule.rule), verb.lower())
        for rule in application.application().url_map.iter_rules()
        for verb in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    pages = ("/_mock/", "/_mock/v1/openapi.json", "/_mock/v1/docs", "/_mock/v1/docs/{name}")
    assert operations == served - {(page, "get") for page in pages}
    rate = document["components"]["schemas"]["ClockChange"]["properties"]["rate"]
    assert rate["anyOf"][0]["exclusiveMinimum"] == 0
    schemas = document["components"]["schemas"]
    for verbs in document["paths"].values():
        for operation in verbs.values():
            assert operation["summary"]
            assert operation["responses"]["422"]["content"]["application/json"]["schema"]["$ref"].endswith("/Error")
            (good,) = [each for status, each in operation["responses"].items() if status.startswith("2")]
            for media, told in good["content"].items():
                assert media == "application/json" or told["schema"]["type"] == "string"
                assert media != "application/json" or told["schema"]["$ref"].rpartition("/")[2] in schemas
    assert {each["operationId"] for verbs in document["paths"].values() for each in verbs.values()} == OPERATIONS


OPERATIONS = {
    *(
        "getHealth",
        "listVendors",
        "listWorlds",
        "createWorld",
        "getWorld",
        "deleteWorld",
        "resetWorld",
        "checkpointWorld",
    ),
    *(
        "restoreWorld",
        "getClock",
        "setClock",
        "advanceClock",
        "listFaultKinds",
        "listFaults",
        "addFault",
        "clearFaults",
    ),
    *(
        "clearFault",
        "listTenants",
        "addTenant",
        "listCredentials",
        "addCredential",
        "revokeCredential",
        "expireCredential",
    ),
    *(
        "getDialect",
        "setDialect",
        "listRecords",
        "createRecord",
        "getRecord",
        "actOnRecord",
        "changeRecord",
        "deleteRecord",
    ),
    *("getJournal", "getLife", "getObservation", "listFindings", "listRules", "getMetrics", "verify", "listOverrides"),
    *("addOverride", "clearOverrides", "clearOverride"),
    *("streamCalls", "getUsage", "exportCalls", "listReports", "getReport"),
}
"""Clients are generated from these names, so none of them changes."""


# --- bad input --------------------------------------------------------------------------------------------------------

BAD: list[tuple[str, str, Any, str]] = [
    ("POST", "/verify", {"count": -1}, "count"),
    ("POST", "/verify?words=x", {}, "words"),
    ("GET", "/stream?since=-1", None, "since"),
    ("GET", "/usage", None, "vendor"),
    ("POST", "/export", {"calls": [], "format": "har"}, "calls"),
    ("POST", "/export", {"calls": [0], "format": "har"}, "calls.0"),
    ("POST", "/export", {"calls": [1], "format": "pdf"}, "format"),
    ("POST", "/export?odd=1", {"calls": [1], "format": "har"}, "odd"),
    ("GET", "/reports?odd=1", None, "odd"),
    ("POST", "/worlds", {}, "name"),
    ("POST", "/worlds", {"name": "Not A Label"}, "name"),
    ("POST", "/worlds", {"name": "a\n"}, "name"),
    ("POST", "/worlds", {"name": "default"}, "name"),
    ("POST", "/worlds", {"name": "a", "seed": "1"}, "seed"),
    ("POST", "/worlds", {"name": "a", "seed": 10**30}, "seed"),
    ("POST", "/worlds", {"name": "a", "seeds": 1}, "seeds"),
    ("POST", "/worlds", {"name": "a", "clock": {"rate": 0}}, "clock.rate"),
    ("POST", "/worlds", {"name": "a", "clock": {"mode": "fast"}}, "clock.mode"),
    ("POST", "/worlds", {"name": "a", "clock": {"now": "yesterday"}}, "clock.now"),
    ("POST", "/worlds", {"name": "a", "clock": {"mode": "frozen", "rate": 2}}, "clock"),
    ("POST", "/worlds", {"name": "a", "data": {"nobody": "demo"}}, "data.nobody"),
    ("POST", "/worlds", {"name": "a", "data": {"toy": "huge"}}, "data.toy"),
    ("POST", "/worlds", {"name": "a", "data": {"toy": "demo:99999999"}}, "data.toy"),
    ("POST", "/worlds", {"name": "a", "data": {"toy": None}}, "data.toy"),
    ("POST", "/worlds", {"name": "a", "dialects": {"toy": "klingon"}}, "dialects.toy"),
    ("POST", "/worlds", {"name": "a", "dialects": {"toy": {"suffix": 3}}}, "dialects.toy"),
    ("POST", "/worlds", {"name": "a", "dialects": {"toy": 5}}, "dialects.toy"),
    ("POST", "/worlds/default/checkpoint", {}, "name"),
    ("POST", "/worlds/default/checkpoint", {"name": ""}, "name"),
    ("POST", "/worlds/default/reset", {"really": True}, "really"),
    ("GET", "/worlds/default?world=default", None, "world"),
    ("GET", "/vendors?x=1", None, "x"),
    ("GET", "/faults/kinds?x=1", None, "x"),
    ("PUT", "/clock", {}, "(body)"),
    ("PUT", "/clock", {"rate": -1}, "rate"),
    ("PUT", "/clock", {"now": "2026-03-01T10:00:00"}, "now"),
    ("PUT", "/clock", {"now": "9999-12-31T23:59:59-14:00"}, "now"),
    ("PUT", "/clock", {"mode": "frozen", "now": 5}, "now"),
    ("POST", "/clock/advance", {"by": "soon"}, "by"),
    ("POST", "/clock/advance", {"by": 10**400}, "by"),
    ("POST", "/clock/advance", {"by": "99999999999d"}, "by"),
    ("POST", "/clock/advance", {"by": True}, "by"),
    ("GET", "/clock?wold=default", None, "wold"),
    ("GET", "/tenants", None, "vendor"),
    ("POST", "/tenants", {"vendor": "toy", "name": "demo"}, "name"),
    ("POST", "/tenants", {"vendor": "toy", "name": "../x"}, "name"),
    ("POST", "/tenants", {"vendor": "toy", "name": "x", "dialect": {"gate": "shut"}}, "dialect"),
    ("POST", "/credentials", {"vendor": "toy", "tenant": "nobody"}, "tenant"),
    ("POST", "/credentials", {"vendor": "toy", "tenant": "demo", "kind": "password"}, "kind"),
    ("POST", "/credentials", {"vendor": "toy", "tenant": "demo", "secret": "other-key-2"}, "secret"),
    ("POST", "/credentials", {"vendor": "toy", "tenant": "demo", "secret": ""}, "secret"),
    ("POST", "/credentials", {"vendor": "toy", "tenant": "demo", "expires": "never"}, "expires"),
    ("POST", "/credentials/c1/expire?vendor=toy", {"at": "0000-01-01T00:00:00Z"}, "at"),
    ("PUT", "/dialect", {"vendor": "toy"}, "(body)"),
    ("PUT", "/dialect", {"vendor": "toy", "switches": {"suffix": "comma"}}, "switches.suffix"),
    ("PUT", "/dialect", {"vendor": "toy", "switches": {"suffix": "dot", "prefix": "x"}}, "switches.prefix"),
    ("PUT", "/dialect", {"vendor": "toy", "switches": {"most": [1]}}, "switches.most"),
    ("PUT", "/dialect", {"vendor": "toy", "named": "klingon"}, "named"),
    ("PUT", "/dialect", {"vendor": "toy", "tenant": "demo", "switches": {"gate": "shut"}}, "switches.gate"),
    ("PUT", "/dialect", {"vendor": "toy", "tenant": "nobody", "named": "dotted"}, "tenant"),
    ("POST", "/records", {"vendor": "toy", "fields": {"word": 5}}, ""),
    ("POST", "/records", {"vendor": "toy", "fields": {"word": 2**63}}, "fields"),
    ("POST", "/records", {"vendor": "toy", "delay": -1}, "delay"),
    ("POST", "/records", {"vendor": "toy", "colour": "red"}, "colour"),
    ("POST", "/records/1/act", {"vendor": "toy"}, "action"),
    ("POST", "/records/1/act", {"vendor": "toy", "action": "shout", "id": "2"}, "(body)"),
    ("PATCH", "/records/1", {"vendor": "toy", "fields": {}}, "fields"),
    ("GET", "/records?vendor=toy&most=0", None, "most"),
    ("POST", "/faults", {"kind": "earthquake"}, "kind"),
    ("POST", "/faults", {"kind": "latency", "settings": {"second": 1}}, "settings.second"),
    ("POST", "/faults", {"kind": "latency", "settings": {"seconds": 61}}, "settings"),
    ("POST", "/faults", {"kind": "latency", "settings": {"seconds": "1"}}, "settings"),
    ("POST", "/faults", {"kind": "reset", "operation": "Echo"}, "operation"),
    ("POST", "/faults", {"kind": "reset", "operation": "Nothing"}, "operation"),
    ("POST", "/faults", {"kind": "delivery_lost", "operation": "Nothing"}, "kind"),
    ("POST", "/faults", {"kind": "fail", "operation": "Nothing"}, "operation"),
    ("POST", "/faults", {"kind": "refuse", "settings": {"refusal": "MAYBE"}}, "settings.refusal"),
    ("POST", "/faults", {"kind": "latency", "actor": "other"}, "actor"),
    ("POST", "/faults", {"kind": "reset", "times": 0}, "times"),
    ("POST", "/faults", {"kind": "reset", "skip": -1}, "skip"),
    ("POST", "/faults", {"kind": "reset", "actor": "me"}, "actor"),
    ("GET", "/journal?limit=0", None, "limit"),
    ("GET", "/journal?since=-1", None, "since"),
    ("GET", "/journal?outcome=fine", None, "outcome"),
    ("GET", "/journal?format=xml", None, "format"),
    ("GET", "/journal?rule=toy.no.such", None, "rule"),
    ("GET", "/rules?certainty=maybe", None, "certainty"),
]


def state(world: World, door: Server) -> Any:
    there = world.installation("toy")
    return (
        sorted(door.worlds),
        world.clock.state,
        there.store.dump(),
        there.tenants.dump(),
        dict(there.dialect),
        there.ids.counters,
        [str(fault) for fault in world.faults.faults],
        world.checkpoints,
    )


@pytest.mark.parametrize(("method", "path", "body", "field"), BAD, ids=lambda value: str(value)[:60])
def test_bad_input_names_the_field_and_changes_nothing(
    api: Api, door: Server, world: World, method: str, path: str, body: Any, field: str
) -> None:
    before = state(world, door)
    status, said = api.ask(method, path, body)
    assert (status, bool(said["error"])) == (422, True), said
    if field:
        assert field in fields(said)
    assert state(world, door) == before


def test_an_unknown_key_is_told_with_those_that_there_are(api: Api) -> None:
    status, said = api.ask("POST", "/faults", {"kind": "cut", "match": {}, "operatoin": "x"})
    assert status == 422
    told = {each["field"]: each["message"] for each in said["details"]}
    known = ", ".join(models.FaultAdd.model_fields)
    assert told["match"] == f"there is no such key; expected one of: {known}"
    assert told["operatoin"] == f"there is no such key; expected one of: {known}; did you mean operation?"
    assert said["error"].startswith("match: there is no such key; expected one of: ")
    status, said = api.ask("GET", "/journal?vendors=toy")
    assert (status, "did you mean vendor?" in said["error"]) == (422, True)
    status, said = api.ask("POST", "/worlds", {"name": "x", "clock": {"mod": "frozen"}})
    (inner,) = [each for each in said["details"] if each["field"] == "clock.mod"]
    assert "expected one of: " in inner["message"]
    assert "did you mean mode?" in inner["message"]


@pytest.mark.parametrize("model", [each for base in (models.Body, models.Query) for each in descendants(base)])
def test_every_body_and_query_of_the_control_api_tells_its_keys(model: type[BaseModel]) -> None:
    keys = [field.alias or name for name, field in model.model_fields.items()]
    assert unknown_keys.keys_at(model, ()) == keys
    if model.model_config.get("extra") == "forbid":
        with pytest.raises(ValidationError) as raised:
            model.model_validate({"no_such_key_at_all": 1})
        (place,) = [each["loc"] for each in raised.value.errors() if each["type"] == unknown_keys.FORBIDDEN]
        told = unknown_keys.told(raised.value, place)
        assert all(key in told for key in keys) if keys else told.endswith("nothing is expected here")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/worlds/none", None),
        ("POST", "/worlds/none/reset", {}),
        ("GET", "/clock?world=none", None),
        ("GET", "/tenants?vendor=none", None),
        ("POST", "/records", {"vendor": "none"}),
        ("POST", "/faults", {"kind": "reset", "vendor": "none"}),
        ("GET", "/journal?vendor=none", None),
        ("POST", "/worlds/default/restore", {"name": "none"}),
        ("GET", "/no/such/thing", None),
    ],
)
def test_what_is_not_there_is_a_404_that_teaches(api: Api, method: str, path: str, body: Any) -> None:
    status, said = api.ask(method, path, body)
    assert status == 404
    assert len(said["error"]) > 15


def test_a_wrong_verb_is_a_405_with_allow(api: Api) -> None:
    answer = api.session.put(f"{api.url}/_mock/v1/worlds", timeout=20)
    assert answer.status_code == 405
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


@pytest.mark.parametrize(
    "body", [b"{", b"\xff\xfe", b'{"a": NaN}', b'{"by": "\\ud800"}', b"[" * 100_000, b'{"by": 1' + b"0" * 5000 + b"}"]
)
def test_a_body_that_is_not_json_is_a_400(api: Api, body: bytes) -> None:
    answer = api.session.post(
        f"{api.url}/_mock/v1/clock/advance",
        data=body[:99_000],
        headers={"Content-Type": "application/json"},
        timeout=20,
    )
    assert (answer.status_code, "not JSON" in answer.json()["error"]) == (400, True)


@pytest.mark.parametrize("body", ["[]", '"text"', "5", "null"])
def test_a_body_that_is_no_object_is_a_422(api: Api, body: str) -> None:
    answer = api.session.post(
        f"{api.url}/_mock/v1/clock/advance", data=body, headers={"Content-Type": "application/json"}, timeout=20
    )
    assert answer.status_code == 422


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_of_another_type_is_refused(api: Api, door: Server, kind: str) -> None:
    answer = api.session.post(
        f"{api.url}/_mock/v1/worlds/default/reset", data="{}", headers={"Content-Type": kind}, timeout=20
    )
    assert answer.status_code == 415


def test_there_is_an_end_to_worlds_checkpoints_and_faults(api: Api, door: Server, world: World) -> None:
    for _ in range(1000):
        world.faults.add("fail", skip=1)
    assert api.ask("POST", "/faults", {"kind": "fail"})[0] == 422
    for number in range(100):
        world.checkpoint(f"c{number}")
    assert api.ask("POST", "/worlds/default/checkpoint", {"name": "one-more"})[0] == 422
    assert api.ask("POST", "/worlds/default/checkpoint", {"name": "c5"})[0] == 201


def test_nothing_that_is_told_breaks_json() -> None:
    odd = {"a\udcff": [float("nan"), b"\xff", {1, 2}, ("x", object)], "n": 10**40}
    assert json.loads(json.dumps(context.plain(odd)))["a\\xed\\xb3\\xbf"][0] == "nan"


# --- long answers -----------------------------------------------------------------------------------------------------


def test_a_long_journal_is_sent_in_parts_with_the_same_bytes(
    api: Api, door: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(12):
        api.toy(word=f"w{number}")
    url = f"{door.url}/_mock/v1/journal?limit=11"
    parts = api.session.get(url, timeout=20)
    assert "Content-Length" not in parts.headers
    monkeypatch.setattr(history, "FEW", 100)
    whole = api.session.get(url, timeout=20)
    assert int(whole.headers["Content-Length"]) == len(whole.content)
    assert parts.content == whole.content
    monkeypatch.setattr(history, "SMALL", 0)
    assert api.session.get(url, timeout=20).content == whole.content
    assert api.session.get(f"{url}&vendor=toy&outcome=fault", timeout=20).json()["entries"] == []


def test_findings_keep_their_limit_and_pages_end_with_a_call(api: Api, world: World) -> None:
    for count in (3, 2, 9, 1):
        entry = world.journal.open(0, 0, "toy", "Echo", "client")
        for number in range(count):
            entry.note("toy.echo.shout", f"shout {number}")
    pages, since = [], 0
    while True:
        page = api.get("/findings", limit=5, since=since)
        pages.append((len(page["findings"]), page.get("omitted"), page["more"]))
        since = page["next"]
        if not page["more"]:
            break
    assert pages == [(5, None, True), (5, 4, True), (1, None, False)]


def test_the_start_page_stays_short_however_much_was_found(api: Api, world: World, door: Server) -> None:
    for _ in range(30):
        entry = world.journal.open(0, 0, "toy", "Echo", "client")
        for number in range(51):
            entry.note("toy.echo.shout", f"{number} " + "shout" * 1000)
    shown = api.session.get(f"{door.url}/_mock/", timeout=20).text
    assert len(shown) < 150_000
    assert "and 46 more in the journal" in shown


def test_a_store_without_room_is_neither_the_callers_fault_nor_a_bug(api: Api, world: World) -> None:
    raw = world.installation("toy").store._raw
    raw.execute(f"PRAGMA max_page_count={raw.execute('PRAGMA page_count').fetchone()[0]}")
    status, said = api.ask("POST", "/records", {"vendor": "toy", "fields": {"word": "x" * 50_000}})
    assert (status, "nothing of this call was kept" in said["error"]) == (507, True)


def test_a_vendor_that_cannot_be_opened_for_want_of_memory_says_so(api: Api, door: Server) -> None:
    door.worlds.room.most = 0
    reply = api.toy(word="a")
    assert (reply.status_code, "Delete or reset worlds" in reply.text) == (503, True)
    status, said = api.ask("POST", "/worlds", {"name": "mine"})
    assert (status, "--most-memory" in said["error"]) == (422, True)


def test_requests_have_ids_that_vendors_answers_do_not_show(api: Api) -> None:
    def asked(path: str, sent: str | None) -> str | None:
        headers = {} if sent is None else {"X-Request-Id": sent}
        return api.session.get(api.url + path, headers=headers, timeout=20).headers.get("X-Request-Id")

    assert asked("/toy?key=demo-key-1", "trace-7") is None
    assert asked("/toy?key=demo-key-1", "<script>") is None
    assert asked("/toy?key=demo-key-1", None) is None
    assert [entry["request_id"] for entry in api.get("/journal")["entries"]] == ["trace-7", "default-2", "default-3"]
    assert [entry["n"] for entry in api.get("/journal", header="X-Request-Id:trace-7")["entries"]] == [1]
    assert asked("/_mock/v1/clock", "trace-8") == asked("/_mock/v1/health", "trace-8") == "trace-8"
    assert (asked("/_mock/v1/journal", "a b") or "").startswith("control-")
    assert asked("/_mock/v1/nothing", None) != asked("/_mock/v1/nothing", None) is not None


def test_swagger_ui_is_served_with_all_that_it_loads(api: Api, door: Server) -> None:
    """Everything that the page names is on this server, and its policy lets nothing else in."""
    for base in (door.url, f"{door.url}/w/default"):
        page = api.session.get(f"{base}/_mock/v1/docs", timeout=20)
        assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        policy = page.headers["Content-Security-Policy"].split("; ")
        assert {"default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"} <= set(policy)
        loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        kinds = [api.session.get(urljoin(page.url, each), timeout=20).headers["Content-Type"] for each in loaded]
        assert [kind.partition(";")[0] for kind in kinds] == ["text/css", "text/javascript", "text/javascript"]
    assert "validatorUrl: null" in api.session.get(f"{door.url}/_mock/v1/docs/start.js", timeout=20).text
    for name in ("other.js", "..%2f..%2f__init__.py", "css%2fswagger-ui.css"):
        assert api.session.get(f"{door.url}/_mock/v1/docs/{name}", timeout=20).status_code == 404
