"""What a vendor's page shows of talking to it is true: requests lead where they say, writes are done, words are taken."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

import mockservers
from mockservers import registry
from mockservers.harness import profile
from mockservers.kernel import catalogue
from tests.site import build, generated, vendor_pages

VENDORS = registry.names()
LATER = "2027-06-01T09:00:00Z"
"""Another day than that of the samples: what a page shows must work whenever a reader serves the demo."""


@pytest.fixture(scope="module")
def server() -> Iterator[mockservers.MockServer]:
    with mockservers.start(start=LATER) as started:
        yield started


def requests_of(vendor: str) -> dict[str, list[str]]:
    told = vendor_pages.facts(vendor)["requests"]
    return {name: [found] if isinstance(found, str) else list(found) for name, found in told.items()}


def asked(vendor: str, text: str) -> Mapping[str, Any]:
    """A request of the column `request`, with numbers in the places that a client fills."""
    if text.startswith("SOAP "):
        return {"soap": text.removeprefix("SOAP ")}
    login = next(
        (
            name
            for name, found in vendor_pages.facts(vendor)["logins"].items()
            if found.get("path") and found["path"] in text
        ),
        None,
    )
    filled = re.sub(r"\{\w+\}", "1", text)
    given = {"request": filled} | ({"login": login} if login else {})
    return given | ({"body": {}} if filled.split()[0] in ("POST", "PUT", "PATCH") else {})


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_operation_has_a_request_that_leads_to_it(vendor: str, server: mockservers.MockServer) -> None:
    told = requests_of(vendor)
    assert told.keys() == registry.emulator(vendor).operations.keys()
    wrong = []
    with server.world(seed=3) as world:
        for operation, listed in told.items():
            for text in listed:
                before = len(world.journal)
                vendor_pages.send(vendor, world.url, asked(vendor, text))
                heard = [entry.operation for entry in world.journal[before:] if entry.actor == "client"]
                wrong += [] if heard[-1:] == [operation] else [f"{text} leads to {heard}, and should to {operation}"]
    assert not wrong, "\n".join(wrong)


def done_well(vendor: str, world: Any, asked: Mapping[str, Any], said: str) -> None:
    entry = world.journal[-1]
    assert (entry.operation, entry.outcome) == (asked["operation"], "ok"), (
        f"{asked['does']}: {entry.outcome} {said[:500]}"
    )
    assert entry.exchange.status < 300, f"{asked['does']}: {said[:500]}"
    if "soap" in asked:
        assert asked.get("good", vendor_pages.facts(vendor)["good"]) in said, f"{asked['does']}: {said[:900]}"


WRITES = re.compile(
    r"create(?!default)|update|save|add(?!ress)|delete|merge|upload|remove|close|change|post|put|patch|set[A-Z]", re.I
)


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_write_has_a_ready_request(vendor: str) -> None:
    """By the names of operations; those of which a page says why it has none begin with a word of `unready`."""
    told = vendor_pages.facts(vendor)
    shown = {each["operation"] for each in told.get("ready", ())}
    excused = tuple(told.get("unready", ()))
    writes = {name for name in registry.emulator(vendor).operations if WRITES.search(name)}
    assert {name for name in writes - shown if not name.lower().startswith(excused or ("\n",))} == set()


WRITING = [vendor for vendor in VENDORS if vendor_pages.facts(vendor).get("ready")]


@pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("sed") and shutil.which("sh")), reason="there is no curl, sed or sh here"
)
@pytest.mark.parametrize("vendor", WRITING)
def test_ready_requests_are_done_as_they_stand(vendor: str, server: mockservers.MockServer) -> None:
    begin = vendor_pages.set_up(vendor)
    with server.world(seed=1) as world:  # which `mockservers serve` has

        def run(command: str) -> str:
            command = command.replace("curl -s", "curl -s --noproxy '*'").replace(vendor_pages.SERVED, world.url)
            return subprocess.run(["sh", "-c", command], check=True, capture_output=True, timeout=300, text=True).stdout

        token = "" if begin is None else "TOKEN=" + run(f'{begin}; printf %s "$TOKEN"') + "; "
        for each in vendor_pages.facts(vendor)["ready"]:
            done_well(vendor, world, each, run(token + vendor_pages.curl(vendor, each)))


@pytest.mark.parametrize("vendor", [vendor for vendor in VENDORS if vendor_pages.facts(vendor).get("words")])
def test_every_word_of_the_demo_is_taken(vendor: str, server: mockservers.MockServer) -> None:
    with server.world(seed=5) as world:
        for each, word, answer in vendor_pages.tried(vendor, world.url):
            entry = world.journal[-1]
            assert entry.outcome == "ok", f"{each['what']} {word}: {answer.text[:500]}"
            assert vendor_pages.facts(vendor).get("good", "") in answer.text or "login" in each, (
                f"{each['what']} {word}: {answer.text[:900]}"
            )


@pytest.mark.parametrize("vendor", profile.contracted())
def test_every_option_and_every_word_of_hello_is_explained(vendor: str) -> None:
    told = vendor_pages.facts(vendor)
    there = set(vendor_pages.reset_options(vendor))
    assert there == {*told["options"], *vendor_pages.COMMON_OPTIONS}
    assert vendor_pages.needed_words(vendor) <= set(vendor_pages.hello_words(vendor))
    page = "\n".join(vendor_pages.options(vendor))
    assert all(f"| `{name}` |" in page for name in there | vendor_pages.needed_words(vendor))


@pytest.mark.parametrize("vendor", profile.contracted())
def test_examples_of_parts_have_fields_that_there_are(vendor: str) -> None:
    here = profile.profile(vendor)
    known = {*here.parts, *(part for parts in here.optional_parts.values() for part in parts)}
    optional = {part for parts in here.optional_parts.values() for part in parts}
    parts = vendor_pages.facts(vendor).get("parts", {})
    explained = {*parts, *(kind for told in parts.values() for kind in told.get("kinds", ()))}
    assert optional <= explained, "the page would say that no mirror shows them"
    for part, told in parts.items():
        if "kinds" in told:  # one object tells something of each of these kinds
            assert set(told["kinds"]) <= known
            assert f"`{told['member']}`" in generated.mirrors()
            continue
        assert part in known
        fields = catalogue.load(vendor)[part].fields
        names = {str(field.more.get("sequence", field.name)) for field in fields}
        assert set(told["example"]) <= names, (part, set(told["example"]) - names)
        assert f"`{told['member']}`" in generated.mirrors()


def test_numbered_fields_stand_in_one_table_with_their_labels() -> None:
    page = generated.mirrors()
    for vendor in profile.contracted():
        listed = catalogue.load(vendor)[profile.profile(vendor).entity].fields
        for field in listed if all("sequence" in field.more for field in listed) else ():
            assert f"| `{field.more['sequence']}` | {field.name} | {field.type} |" in page


def test_an_indented_answer_has_what_the_answer_has() -> None:
    text = '{"a":[{"cid":"1","cid":"2"},[],{}],"b":null,"c":"\\u00e9","d":{"e":"' + "x" * 100 + '"}}'
    shown = vendor_pages.indented(text)
    assert json.loads(shown) == json.loads(text)
    assert shown.count('"cid"') == 2
    assert '  "b": null,' in shown.splitlines()
    short = vendor_pages.indented('<?xml version="1.0"?><a><b>x</b><c></c></a>')
    assert short.splitlines() == ['<?xml version="1.0"?>', "<a>", "  <b>x</b>", "  <c></c>", "</a>"]
    assert "<c/>" in vendor_pages.indented("<a><c/></a>")


@pytest.mark.parametrize("vendor", VENDORS)
def test_sample_answers_stand_where_the_page_wants_them(vendor: str) -> None:
    own = (build.DOCS / "vendors" / f"{vendor}.md").read_text("utf-8")
    assert own.count(vendor_pages.MARK) == 1
    assert own.index(vendor_pages.MARK) < own.index("## Ready requests")


def test_a_rule_leads_to_the_table_of_what_it_counts() -> None:
    page = generated.vendor("get_tickets")
    row = next(
        line for line in page.splitlines() if "`get_tickets.wire.encoded_everywhere`" in line and "18 outputs" in line
    )
    assert "(#outputs)" in row
    assert "{#outputs}" in page
    rows = re.findall(r"^\| `\w+` \| \w+ \| (yes|no) \|", page, re.MULTILINE)
    assert (rows.count("yes"), rows.count("no")) == (18, 20)
