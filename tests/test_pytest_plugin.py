"""The pytest plugin, by running pytest on small test files."""

from __future__ import annotations

import pytest

from mockservers import pytest_plugin
from mockservers.harness.duties import of
from mockservers.kernel.rules import Note
from mockservers.kernel.world import WorldConfig
from tests import secret_spellings
from tests.secret_spellings import spelt
from tests.server import toy

pytest_plugins = ["pytester"]

GOOD = """
import pytest

def ask(client, **variables):
    return client.get("/API/default.aspx", params={"key": "demo-key", "action": "get_tickets", "output": "json", **variables})

def test_a_world(mock_world, mock_client):
    made = mock_world["get_tickets"].act("create", fields={"subject": "C++ 100%25"})
    found = ask(mock_client, tid=made["id"]).json()["tickets"]
    assert found[0]["subject"] == "C%2b%2b+100%2525"
    assert mock_world["get_tickets"].credentials == {"key": "demo-key"}
    assert mock_world["querydata"].url.startswith(mock_world.url)
    assert mock_world["querydata"].description.endswith("?WSDL")
    assert (mock_world.advance("5m").minute, mock_world.advance(minutes=5).minute) == (5, 10)

@pytest.mark.parametrize("turn", range(4))
def test_worlds_are_fresh(turn, mock_world, mock_client):
    before = len(ask(mock_client, tid="*").json()["tickets"])
    mock_world["get_tickets"].act("create")
    assert len(ask(mock_client, tid="*").json()["tickets"]) == before + 1
    assert before == 300

@pytest.mark.mock_world(data={"get_tickets": "demo:20"}, start="2030-01-01T00:00:00Z", dialects={"get_tickets": "clean"})
def test_the_marker(mock_world, mock_client):
    answer = ask(mock_client, tid="*")
    assert len(answer.json()["tickets"]) == 20
    assert answer.headers["Date"] == "Tue, 01 Jan 2030 00:00:00 GMT"
    assert "cc_addresses" in answer.text

def test_faults_and_findings(mock_world, mock_client):
    mock_world.fault("refuse", vendor="get_tickets")
    assert "error" in ask(mock_client, tid="*").text
    ask(mock_client, tid="9", status_text="x")
    assert [rule for rule, _ in mock_world.findings] == ["get_tickets.wire.format_choice", "get_tickets.variable.unknown"]
"""

BAD = """
import pytest

def ask(client, **variables):
    return client.get("/API/default.aspx", params={"key": "demo-key", **variables})

def test_fails(mock_world, mock_client):
    ask(mock_client, action="get_tickets", tid="9")
    assert False

def test_unsupported(mock_world, mock_client):
    ask(mock_client, action="get_schedules", id="1")

def test_unmatched(mock_world, mock_client):
    mock_client.get("/API/nothing")

def test_trouble_before_a_reset(mock_world, mock_client):
    ask(mock_client, action="get_schedules", id="1")
    mock_world.reset()
    mock_world.reset()

@pytest.mark.mock_world(allow_unsupported=True, lively=True)
def test_unsupported_on_purpose(mock_world, mock_client):
    ask(mock_client, action="get_schedules", id="1")
"""


ASTRAY = """
import pytest, requests

def ask(base, action="get_tickets"):
    return requests.get(base + "/API/default.aspx", params={"key": "demo-key", "action": action, "tid": "*"})

def test_without_prefix(mock_world):
    assert ask(mock_world.url.partition("/w/")[0]).status_code == 200

def test_a_world_that_never_was(mock_world):
    assert ask(mock_world.url + "9").status_code == 404

def test_after_both_all_is_well(mock_world):
    assert ask(mock_world.url).status_code == 200

@pytest.fixture
def untidy(mock_world):
    yield mock_world.url
    ask(mock_world.url, "get_schedules")

def test_at_the_end(untidy):
    assert ask(untidy).status_code == 200

@pytest.fixture
def late():
    addresses = []
    yield addresses
    ask(addresses[0])

def test_after_the_end(late, mock_world):
    late.append(mock_world.url)

@pytest.mark.xfail(raises=AssertionError, strict=True)
def test_told_once(mock_world):
    assert ask(mock_world.url + "9").status_code == 200
"""


def test_calls_past_the_world_fail_the_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(ASTRAY)
    result = pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider")
    result.assert_outcomes(failed=2, passed=3, errors=2, xfailed=1)
    result.stdout.fnmatch_lines(["*1 call went past the world of this test*"] * 2)
    shown = result.stdout.str()
    for name in ("test_at_the_end", "test_after_the_end"):
        assert f"ERROR at teardown of {name}" in shown
    assert "unsupported" in shown


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_fixtures(pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    pytester.makepyfile(GOOD)
    pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider", *workers).assert_outcomes(passed=7)


def test_trouble_fails_by_itself_and_shows_the_journal(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(BAD)
    result = pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider")
    result.assert_outcomes(failed=4, passed=1)
    result.stdout.fnmatch_lines(["*mockservers journal*", "*#1  get_tickets  client  tickets.get  ok*"])
    result.stdout.fnmatch_lines(["*could not answer as the vendor would*"])


def test_an_unknown_option_is_named(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("import pytest\n@pytest.mark.mock_world(colour=1)\ndef test_it(mock_world): pass")
    result = pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider")
    assert "no option 'colour'; see pytest --markers" in result.stdout.str()
    assert "def mock_world" not in result.stdout.str()


WRONG_OPTIONS = {
    "'empty'": "takes its options by name, got 'empty' without one; write *(data='empty')*",
    "dialect={}": "has no option 'dialect'; did you mean dialects? see pytest --markers",
    "data={'querydta': 'demo'}": "'querydta' is not an emulated vendor",
    "data={'querydata': 'demi'}": "querydata has no data recipe 'demi'",
    "data='a b'": "'a b' is not a recipe",
    "dialects={'get_ticket': 'clean'}": "'get_ticket' is not an emulated vendor",
    "dialects={'get_tickets': 'klingon'}": "get_tickets has no dialect 'klingon'",
    "dialects={'querydata': {'errrors': 'fault'}}": "querydata has no switch 'errrors'",
}


def test_a_wrong_option_fails_before_the_test(pytester: pytest.Pytester) -> None:
    tests = (
        f"@pytest.mark.mock_world({options})\ndef test_{number}(mock_world): pass\n"
        for number, options in enumerate(WRONG_OPTIONS)
    )
    pytester.makepyfile("import pytest\n" + "".join(tests))
    result = pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider")
    result.assert_outcomes(errors=len(WRONG_OPTIONS))
    for words in WRONG_OPTIONS.values():
        result.stdout.fnmatch_lines([f"*mock_world*{words}*"])


def test_a_failed_setup_shows_the_journal(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
import pytest

@pytest.fixture
def prepared(mock_world, mock_client):
    mock_client.get("/nowhere")
    raise RuntimeError

def test_it(prepared): pass
""")
    result = pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider")
    result.stdout.fnmatch_lines(["*mockservers journal*", "*#1  (no vendor)  client  /w/*/nowhere  unmatched*"])


def test_the_journal_of_a_failed_test_shows_no_secret() -> None:
    worlds = toy.worlds(WorldConfig(mode="frozen", start=0))
    world = worlds.default
    tenants = world.installation("toy").tenants
    for number, secret in enumerate(secret_spellings.secrets(500)):
        if number % 50 == 0:
            world.reset()
            tenants = world.installation("toy").tenants
        tenants.grant("demo", "key", secret)
        forms = spelt(secret, number, 6)
        one, two, *more = (f"so |{form}| be it" for form in forms.values())
        entry = world.journal.open(0, 0, "toy", f"create {one}", "other")
        entry.error = f"Traceback\n  at {one}\n{two} {more[-1]}"
        entry.notes.append(Note("toy.echo.shout", more[0], {}))
        shown = pytest_plugin._shown([entry], world.redaction())
        assert shown.count("***") > 3
        for name, form in forms.items():
            assert form not in shown, (secret, name)
    worlds.close()


def test_the_command_line_adds_a_test_for_each_duty_without_a_file(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_of_the_project(): pass")
    asked = ("-q", "-p", "no:cacheprovider", "--collect-only", "--mockservers-check", "get_tickets")
    result = pytester.runpytest_subprocess(
        *asked, "--mockservers-client", "sync.py:Client", "-k", "all_pages or project"
    )
    count = len(of("get_tickets")) + 1
    said = f"2/{count} tests collected ({count - 2} deselected) *"
    result.stdout.fnmatch_lines(["*::test_of_the_project", "*mockservers::get_tickets::all_pages", said])
