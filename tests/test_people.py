"""Who is in the demo and what an administrator can do: told by the emulators, true, and shown where people look."""

from __future__ import annotations

import inspect
import json
import re
from importlib import import_module
from typing import Any

import pytest
import werkzeug.test
from click.testing import CliRunner

import mockservers
from mockservers import registry
from mockservers.cli import main
from mockservers.kernel import data
from mockservers.kernel.people import CUSTOMER, check_facts, people
from mockservers.server.control import context
from mockservers.server.control.administration import page
from mockservers.server.control.application import application
from mockservers.vendors.autotask.emulator.company import OWNER

WITH_ADMINISTRATOR = [name for name in registry.names() if registry.emulator(name).administrator]


def test_the_document_is_that_of_the_emulators() -> None:
    written = (data.folder("fixtures").parent / "docs" / "administration.md").read_text("utf-8")
    assert written == page(registry.emulator(name) for name in registry.names()), "run `make table`"


@pytest.fixture(scope="module")
def server() -> Any:
    with mockservers.start(data="empty") as started:
        yield started


def refusal(server: Any, vendor: str, id_: str) -> str:
    with pytest.raises(mockservers.Misuse) as raised:
        server.default[vendor].act("act", id=id_, action="dance")
    return str(raised.value)


@pytest.mark.parametrize("vendor", registry.names())
def test_every_action_is_told_and_no_other(vendor: str, server: Any) -> None:
    """The emulator names its actions itself when it refuses an unknown one."""
    made = server.default[vendor].act("create", fields={})
    told = refusal(server, vendor, made["id"])
    listed = re.split(r"(?:there are|expected one of:) ", told, maxsplit=1)[1].partition(", and for the id")[0]
    names = [each for each in re.split(r", | and ", listed) if each]
    assert sorted(names) == sorted(registry.emulator(vendor).actions)


@pytest.mark.parametrize("vendor", WITH_ADMINISTRATOR)
def test_every_action_of_the_administrator_says_what_it_takes(vendor: str, server: Any) -> None:
    here = registry.emulator(vendor)
    assert refusal(server, vendor, CUSTOMER).endswith(", ".join(here.administrator))
    module = import_module(f"mockservers.vendors.{vendor}.emulator.customer")
    for name, says in here.administrator.items():
        source = inspect.getsource(module.ACTIONS[name])
        read = set(re.findall(r"arguments\.(?:text|take|number|flag|whole|names)\(\"(\w+)\"", source))
        told = set(re.findall(r"`(\w+)`", says))
        assert read <= told, f"{vendor}, {name}: {sorted(read - told)} is read and not told"
        if "_user(" in source or "_technician(" in source:
            assert "user" in told, (vendor, name)


@pytest.mark.parametrize("vendor", registry.names())
def test_everybody_in_the_demo_is_told(vendor: str) -> None:
    here = registry.emulator(vendor)
    told = people(here)
    assert set(here.demo_credential.values()) & {each.secret for each in told}
    assert all(each.may for each in told)
    assert {fact.kind for fact in here.facts or ()} <= set(here.credential_kinds)


def test_rights_are_told_in_the_vendors_words() -> None:
    may = {each.name: each.may for vendor in WITH_ADMINISTRATOR for each in people(registry.emulator(vendor))}
    assert may["HELP DESK\\READER"] == "role Reader: View Ticket, View Ticket Notes"
    assert may["HELP DESK\\FORMER"].endswith("left, may not log in")
    assert may["half@demo.example"].startswith("level Half of the accounts: finds only Account with OwnerResourceID")
    assert "may not call" in may["limited@demo.example"]


GOOD = [
    ("trackit", "technician", {"user": "HELP DESK\\NEW", "role": "Reader", "granted": ["Edit Ticket"]}),
    ("trackit", "technician", {"user": "help desk\\NEW", "technician": 1001}),
    ("autotask", "user", {"user": "new@demo.example", "resource": OWNER}),
    ("superoffice", "user", {"user": "new", "rights": {"denied": ["ticket.delete"]}}),
    ("superoffice", "user", {"user": "new", "rights": {"table": None, "fields": {"Title": {"Mask": "Read"}}}}),
    ("superoffice", "user", {"user": "new", "rights": {}, "ejuser": 10, "associate": 10}),
    ("querydata", "AuthCode", {}),
]
WRONG = [
    ("trackit", "technician", {"user": "HELP DESK\\NEW", "zzz": 1}, r"no fact 'zzz'; there are: user \(.*role"),
    ("trackit", "technician", {"user": "HELP DESK\\NEW", "rolle": "x"}, "did you mean role"),
    ("trackit", "technician", {"role": "Reader"}, "lets nobody in without the fact 'user'"),
    ("trackit", "technician", {}, "lets nobody in without the fact 'user'"),
    ("trackit", "technician", {"user": "NEW"}, "'user' must be a group, a backslash and a login"),
    ("trackit", "technician", {"user": "HELP DESK\\NEW", "role": "King"}, "one of Administrator"),
    ("trackit", "technician", {"user": "HELP DESK\\NEW", "granted": ["zzz"]}, "list of permissions: View Ticket"),
    ("trackit", "technician", {"user": "HELP DESK\\NEW", "active": "yes"}, "must be true or false"),
    ("trackit", "technician", {"user": "NO DESK\\DEMO2"}, "a group of the customer, one of .*HELP DESK"),
    ("trackit", "technician", {"user": "HELP DESK\\NEW", "technician": 999999}, "a technician of the customer, one of"),
    ("autotask", "user", {"user": "x", "resource": 999999}, "a resource of the customer, one of"),
    ("superoffice", "user", {"user": "x", "ejuser": 999999}, "a user of the customer, one of"),
    ("superoffice", "user", {"user": "x", "associate": 999999}, "an associate of the customer, one of"),
    *(
        ("superoffice", "user", {"user": "x", "rights": given}, says)
        for given, says in (
            ({"denied": "x"}, "'denied' must be a list of operations"),
            ({"denied": ["nope"]}, "'denied' must be a list of operations"),
            ({"denied": [[]]}, "'denied' must be a list"),
            ({"fields": []}, "'fields' must be an object of properties"),
            ({"fields": {"Nope": {"Mask": "Read"}}}, "'fields' must be an object of properties"),
            ({"hidden": ""}, "'hidden' must be an object of properties"),
            ({"hidden": {"Nope": [1]}}, "'hidden' must be an object of properties"),
            ({"table": []}, "must be an object of table"),
        )
    ),
    ("autotask", "user", {}, "lets nobody in"),
    ("autotask", "user", {"user": "x", "level": "King"}, "must be a security level of the customer, one of API User"),
    ("autotask", "user", {"user": "x", "resource": "1"}, "must be a whole number"),
    ("autotask", "IntegrationCode", {"user": "x"}, "there are: none"),
    ("superoffice", "user", {"name": "Somebody"}, "lets nobody in"),
    ("superoffice", "user", {"user": "x", "rights": {"table": 5}}, "must be an object of table"),
    ("superoffice", "user", {"user": " "}, "must be text"),
    ("querydata", "AuthCode", {"zzz": 1}, "there are: none"),
    ("get_tickets", "key", {"zzz": 1}, "there are: none"),
]


@pytest.mark.parametrize(("vendor", "kind", "facts"), GOOD)
def test_possible_facts_are_taken(vendor: str, kind: str, facts: dict[str, Any], server: Any) -> None:
    there = server.default._world.installation(vendor)
    check_facts(there, there.tenants.first, kind, facts)


@pytest.mark.parametrize(("vendor", "kind", "facts", "says"), WRONG)
def test_other_facts_are_refused_and_the_known_listed(
    vendor: str, kind: str, facts: dict[str, Any], says: str, server: Any
) -> None:
    there = server.default._world.installation(vendor)
    with pytest.raises(ValueError, match=says):
        check_facts(there, there.tenants.first, kind, facts)


def test_page_and_description_show_them(server: Any) -> None:
    client = werkzeug.test.Client(application())
    site = context.Site(server._server.worlds, server.vendors, "default", server.url)

    def ask(path: str, method: str = "GET", **more: Any) -> werkzeug.test.TestResponse:
        return client.open(path, method=method, environ_overrides={context.SITE: site}, **more)

    html = ask("/_mock/").text
    assert "READER" in html
    assert "reader-password" in html
    assert "add technician" in html
    document = ask("/_mock/v1/openapi.json").json
    described = document["paths"]["/_mock/v1/records/{id}/act"]["post"]["description"]
    assert "- `add technician`: Add a technician: `user`" in described
    assert "customer" in described
    assert "kind `technician`: `role`" in document["paths"]["/_mock/v1/credentials"]["post"]["description"]
    refused = ask(
        "/_mock/v1/credentials", "POST", json={"vendor": "trackit", "tenant": "demo", "facts": {"permissions": ["zzz"]}}
    )
    assert refused.status_code == 422
    assert refused.json["details"][0]["field"] == "facts"
    server.world("other")
    assert "shows the world <strong>other</strong>" in ask("/_mock/?world=other").text
    assert ask("/_mock/?world=nope").status_code == 404


def test_the_shell_shows_them() -> None:
    shown = CliRunner().invoke(main, ["vendor", "show", "trackit"]).output
    assert "technician HELP DESK\\READER, secret reader-password" in shown
    assert "rename label" in shown
    helped = CliRunner().invoke(main, ["world", "records", "--help"]).output
    assert "trackit, with the id customer: rename label" in " ".join(helped.split())
    assert json.loads(json.dumps(registry.emulator("trackit").administrator))["rename label"].startswith(
        "Give a ticket field"
    )
