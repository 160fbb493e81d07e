"""The contract as tests in a user's suite: what passes, fails and is skipped, and what is said then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mockservers import harness
from mockservers.contract_tests import Checked, ContractTest, asked_for, checked, duties
from mockservers.harness import CheckConfig, Duty

ROOT = Path(__file__).resolve().parent.parent
READER = str(ROOT / "contracts/get_tickets/clients/get_tickets_reader.py:Client")
MUTANT = str(ROOT / "tests/vendors/get_tickets/mutants/decoded_once.py:Client")


class TestReader(ContractTest):
    """As a user writes it."""

    vendor = "get_tickets"
    client = READER
    examples = 1
    save = None
    only = ("good_answers_read", "get_tickets.secret_kept")


def duty(name: str) -> Duty:
    (found,) = duties("get_tickets", [name])
    return found


def judged(of: Checked, name: str, **more: Any) -> str:
    """What a duty's test says where it does not pass."""
    with pytest.raises((pytest.fail.Exception, pytest.skip.Exception)) as caught:
        of.judge(duty(name), **more)
    word = "failed" if isinstance(caught.value, pytest.fail.Exception) else "skipped"
    return f"{word}: {caught.value.msg}"


def test_a_broken_duty_fails_with_scenario_values_and_file(tmp_path: Path) -> None:
    off = {"all_pages": "the desk has few tickets"}
    config = CheckConfig("get_tickets", MUTANT, examples=3, save_to=tmp_path, shrink=False, without=off)
    check = Checked(config)
    said = judged(check, "decoded_once")
    assert said.startswith("failed: BROKEN get_tickets.decoded_once (must)")
    for part in ("What happened", "What was seen:", "What the client asked and was told:", "Saved as", tmp_path.name):
        assert part in said
    assert list(tmp_path.glob("*decoded_once*.yaml"))
    assert judged(check, "all_pages") == "skipped: the desk has few tickets"
    assert "needs" in judged(check, "backs_off").partition("skipped: unproven: ")[2]
    assert judged(check, "backs_off", strict=True).startswith(
        "failed: get_tickets.backs_off was not put to the test; it needs"
    )


def test_a_client_that_cannot_run_is_told_at_each_duty_and_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    play = harness.run_check
    monkeypatch.setattr(harness, "run_check", lambda config: (asked.append(config), play(config)))
    check = Checked(CheckConfig("get_tickets", "nowhere.py:Client", examples=1, save_to=None))
    assert "nowhere.py" in judged(check, "all_pages")
    assert judged(check, "all_pages") == judged(check, "backs_off")
    assert len(asked) == 1


def test_what_the_command_line_says_wins_and_the_projects_file_counts(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "mockservers.toml").write_text(
        '[check]\nexamples = 3\n[check.without]\n"get_tickets.all_pages" = "agreed"\n"trackit.all_pages" = "x"\n'
    )
    monkeypatch.chdir(tmp_path)
    for name, value in {"client": "sync.py:Client", "examples": 7, "dialect": "json", "save": "here"}.items():
        monkeypatch.setattr(pytestconfig.option, f"mockservers_{name}", value)
    config = checked(pytestconfig, TestReader()).config
    assert (config.client, config.examples, config.dialect, config.seed) == (
        harness.ClientSpec("sync.py:Client"),
        7,
        "json",
        1,
    )
    assert (config.save_to, config.agreed) == (Path("here"), {"get_tickets.all_pages": "agreed (mockservers.toml)"})
    assert checked(pytestconfig, TestReader()) is checked(pytestconfig, TestReader())


def test_what_cannot_be_checked_is_said(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request.config.option, "mockservers_check", ["gettickets"])
    monkeypatch.setattr(request.config.option, "mockservers_client", READER)
    with pytest.raises(pytest.UsageError, match=r"--mockservers-check gettickets: .*did you mean get_tickets\?"):
        asked_for(request.session)
    monkeypatch.setattr(request.config.option, "mockservers_check", ["get_tickets"])
    monkeypatch.setattr(request.config.option, "mockservers_client", None)
    with pytest.raises(pytest.UsageError, match="--mockservers-check get_tickets: no client is named; say"):
        asked_for(request.session)
    with pytest.raises(ValueError, match=r"all_page.*did you mean"):
        duties("get_tickets", ["all_page"])
