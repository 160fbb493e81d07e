"""Check and replay from end to end: correct clients kept, a bug caught, shrunk, saved, FAILED, then FIXED."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from mockservers.harness import scenario_files
from mockservers.harness.check import EXAMPLES, SECONDS, CheckConfig, check
from mockservers.harness.clients import reference, reference_file, reference_name
from mockservers.harness.drivers import DEADLINE, ClientSpec, DriverFailure, WrongClient
from mockservers.harness.drivers.in_process import CallableDriver
from mockservers.harness.duties import of as duties_of
from mockservers.harness.profile import contracted
from mockservers.harness.replay import ReplayInterrupted, exit_code, replay
from mockservers.harness.reports import check_html, check_json, check_junit, check_text, plain, replay_text
from mockservers.harness.reports.deciding import lead
from mockservers.harness.saving import writable
from mockservers.harness.scenarios import FaultStep, ScenarioError
from mockservers.harness.verdicts import CheckInterrupted, Report
from mockservers.kernel.data import folder

MUTANTS = Path(__file__).parent.parent / "vendors"
SOONEST = {"querydata": 3, "superoffice": 3}
"""Seeds whose first examples put every duty to the test, where those of seed 1 take long to."""


class Refused(Exception):
    kind = "refused"


def quick(vendor: str, client: Any, **more: Any) -> Report:
    return check(CheckConfig(vendor, client, **{"examples": 20, "save_to": None, **more}))


@pytest.mark.parametrize("vendor", contracted())
def test_the_reference_client_keeps_every_duty(vendor: str) -> None:
    """Examples are played until every duty was put to the test; `make mutants` plays all of them, on ten seeds."""
    unproven = {duty.id for duty in duties_of(vendor)}
    for first in range(0, 60, 15):
        turns = range(first, first + 15)
        report = quick(vendor, reference_name(vendor), examples=60, turns=turns, seed=SOONEST.get(vendor, 1))
        assert [duty.id for duty in report.broken] == [], check_text(report)
        unproven &= {duty.id for duty in report.unproven}
        if not unproven:
            break
    assert unproven == set()


@pytest.mark.parametrize("vendor", contracted())
def test_the_reference_client_keeps_every_duty_in_every_dialect(vendor: str) -> None:
    report = quick(vendor, reference_name(vendor), examples=1, dialect="all", seed=3)
    assert [duty.id for duty in report.broken] == [], check_text(report)
    assert len(report.dialects) > 3


@pytest.mark.parametrize("vendor", contracted())
def test_the_session_carrier_is_judged_alike(vendor: str) -> None:
    file = reference_file(vendor)
    report = quick(vendor, f"{sys.executable} {file}", examples=3)
    assert [duty.id for duty in report.broken] == [], check_text(report)
    in_process = quick(vendor, reference_name(vendor), examples=3)
    assert counts(report) == counts(in_process)


def counts(report: Report) -> list[tuple[str, str, int, int]]:
    return [(v.duty.id, v.verdict, v.exercised, v.broken_in) for d in report.dialects for v in d.verdicts]


def test_a_report_says_that_every_duty_was_put_to_the_test() -> None:
    report = quick("get_tickets", reference_name("get_tickets"), examples=15, seed=3)
    assert report.exit_code(strict=True) == 0, check_text(report)
    every = "every duty that applies" if report.inapplicable else "every duty"
    assert f"{every} was put to the test, and kept" in check_text(report)


@pytest.mark.parametrize("vendor", contracted())
def test_the_same_seed_gives_the_same_scenarios_and_verdicts(vendor: str) -> None:
    slug = {"get_tickets": "decoded_once"}.get(vendor, "text_survives")
    client = f"{MUTANTS / vendor / 'mutants' / slug}.py:Client"
    shrink = vendor == "get_tickets"  # shrinking is the same for all, and takes longer than all the rest
    only = (slug,) if shrink else ()
    first, second = (quick(vendor, client, examples=2, seed=5, shrink=shrink, only=only) for _ in range(2))
    assert counts(first) == counts(second)
    assert [p.scenario.to_yaml() for p in first.counterexamples] == [
        p.scenario.to_yaml() for p in second.counterexamples
    ]
    assert counts(first) != counts(quick(vendor, client, examples=2, seed=6, shrink=False, only=only))


def test_what_local_modules_are_loaded_changes_nothing(tmp_path: Path) -> None:
    """Hypothesis would mix their constants into what it draws."""
    code = (
        "import sys; sys.path.insert(0, '.')\n{}\n"
        "from mockservers.harness.check import CheckConfig, check\n"
        "from mockservers.harness.clients import reference_name\n"
        "r = check(CheckConfig('querydata', reference_name('querydata'), examples=3, save_to=None))\n"
        "print([(v.duty.id, v.exercised) for v in r.dialects[0].verdicts])\n"
    )
    (tmp_path / "mine.py").write_text("VALUES = [1, 2, 3, 4, 5, 6, 7]")
    runs = [
        subprocess.run(
            [sys.executable, "-c", code.format(extra)], cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout
        for extra in ("", "import mine, fractions")
    ]
    assert runs[0] == runs[1]


def test_a_bug_is_caught_shrunk_saved_and_replayed(tmp_path: Path) -> None:
    mutant = f"{MUTANTS / 'querydata/mutants' / 'failed_window_repeated.py'}:Client"
    both = ("failed_window_repeated", "nothing_missed")  # of the four that it breaks; each takes its time to shrink
    report = quick("querydata", mutant, examples=12, save_to=tmp_path, only=both)
    assert report.exit_code() == 1
    assert report.verdict("failed_window_repeated") == "broken"
    (counterexample,) = [each for each in report.counterexamples if each.duty.slug == "failed_window_repeated"]
    assert counterexample.file is not None
    assert len(counterexample.scenario.steps) <= 5

    assert lead(report) is counterexample  # of both broken duties the one that the bug is about
    (trouble,) = [step.kind for step in counterexample.scenario.steps if isinstance(step, FaultStep)]
    text = check_text(report, plain)
    for said in (
        "BROKEN querydata.failed_window_repeated (must)",
        counterexample.duty.says,
        f"fault    {trouble}",
        "The request that decides, #",
        '"ResultType": "Summary"',
        "client   sync",
        "nobody ever asked again",
        "checked",
        f"mockservers replay {counterexample.file} --client {mutant}",
    ):
        assert said in text
    assert any(f"{rule}:" in text for rule in counterexample.duty.because)
    assert "DEMO-AUTH-CODE" not in text

    saved = counterexample.file.read_text()
    assert saved.startswith("# Found by mockservers check querydata --dialect default --seed 1\n")
    (failed,) = replay([counterexample.file], mutant)
    assert failed.outcome == "FAILED"
    assert failed.broken[0][0].slug == "failed_window_repeated"
    (fixed,) = replay([counterexample.file], reference_name("querydata"))
    assert fixed.outcome == "FIXED"
    assert (exit_code([failed]), exit_code([fixed])) == (1, 0)
    assert "FAILED" in replay_text([failed])
    assert "FIXED" in replay_text([fixed])


def test_roles_reach_the_style_function() -> None:
    report = quick("querydata", f"{MUTANTS / 'querydata/mutants' / 'secret_kept.py'}:Client", examples=6)
    roles = set()

    def style(text: str, role: str) -> str:
        roles.add(role)
        return f"<{role}>{text}</{role}>"

    assert "<bad>BROKEN: 1 duty (secret_kept)</bad>" in check_text(report, style)
    assert roles <= {"good", "bad", "warn", "soft", "strong"}


@pytest.mark.parametrize("vendor", contracted())
def test_the_library_of_scenarios_is_kept(vendor: str) -> None:
    files = sorted((folder("scenarios") / vendor).glob("*.yaml"))
    assert len(files) >= 2
    results = replay(files, reference_name(vendor))
    assert [result.outcome for result in results] == ["KEPT"] * len(files), replay_text(results)


def test_the_library_catches_what_it_is_about() -> None:
    files = sorted((folder("scenarios") / "querydata").glob("*.yaml"))
    for slug in ("failed_window_repeated", "nothing_missed"):
        results = replay(files, f"{MUTANTS / 'querydata/mutants' / slug}.py:Client")
        assert "FAILED" in {result.outcome for result in results}


def test_known_scenarios_are_played_first(tmp_path: Path) -> None:
    (tmp_path / "of-another-vendor.yaml").write_text(
        "mockservers: 1\nvendor: trackit\nstart: 2026-03-02T10:00:00Z\nsteps: []\n"
    )
    (tmp_path / "broken.yaml").write_text("mockservers: 1\nvendor: nobody\n")
    found, left_out = scenario_files.known("get_tickets", tmp_path)
    assert {each.vendor for each in found} == {"get_tickets"}
    assert len(left_out) == 1
    assert "broken.yaml: vendor 'nobody' has no contract" in left_out[0]

    config = CheckConfig(
        "get_tickets",
        "tests/vendors/get_tickets/mutants/all_pages-locked.py:Client",
        save_to=None,
        fail_fast=True,
        first=tuple(found),
    )
    report = check(config)
    assert report.broken
    (dialect,) = report.dialects
    assert dialect.examples <= sum(each.dialect == "default" for each in found)  # no example was drawn


def test_a_client_that_does_nothing_proves_nothing(tmp_path: Path) -> None:
    class Idle:
        def reset(self, **message: Any) -> None: ...

        def hello(self) -> dict[str, Any]:
            return {"name": "idle", "tasks": []}

    with CallableDriver.of(Idle) as driver:
        report = quick("querydata", driver, examples=3)
        assert report.unproven == [duty for duty in duties_of("querydata") if not duty.needs]
        assert (report.exit_code(), report.exit_code(strict=True)) == (3, 3)
        assert "not exercised: needs" in check_text(report)
        assert "NOTHING PROVEN: no duty was put to the test" in check_text(report)
        file = tmp_path / "found.yaml"
        file.write_text(
            "mockservers: 1\nvendor: querydata\nstart: 2026-03-02T10:00:00Z\nsteps: []\n"
            "found: {duty: querydata.nothing_missed}\n"
        )
        (result,) = replay([file], driver)
        assert result.outcome == "UNPROVEN"
        assert (exit_code([result]), exit_code([result], strict=True)) == (0, 3)


def test_a_client_that_declines_is_not_judged(tmp_path: Path) -> None:
    class Picky(reference("querydata")):  # type: ignore[misc]
        def reset(self, options: Any, **rest: Any) -> None:
            if options["time_zone"] != "UTC":
                raise Refused("UTC only")
            super().reset(options=options, **rest)

    with CallableDriver.of(Picky) as driver:
        report = quick("querydata", driver, examples=10)
        assert report.dialects[0].declined
        assert report.broken == []
        assert "do not count" in check_text(report)
        file = tmp_path / "eastern.yaml"
        file.write_text("mockservers: 1\nvendor: querydata\ndialect: eastern\nstart: 2026-03-02T10:00:00Z\nsteps: []\n")
        (result,) = replay([file], driver)
        assert (result.outcome, "UTC only" in result.reason) == ("UNPROVEN", True)


def test_a_client_that_fails_in_reset_is_no_pass() -> None:
    class Crashes(reference("querydata")):  # type: ignore[misc]
        def reset(self, **message: Any) -> None:
            raise KeyError("no such setting")

    with CallableDriver.of(Crashes) as driver, pytest.raises(DriverFailure, match=r"failed in reset: KeyError"):
        quick("querydata", driver, examples=2)


def test_a_client_whose_mirror_always_fails_proves_nothing() -> None:
    class Blind(reference("querydata")):  # type: ignore[misc]
        def mirror(self) -> Any:
            raise KeyError("no copy")

    with CallableDriver.of(Blind) as driver:
        report = quick("querydata", driver, examples=4)
    assert report.verdict("secret_kept") == "kept"
    assert report.exit_code() == 3
    assert "NOTHING PROVEN: the client never showed its mirror" in check_text(report)


def test_a_duty_that_no_installation_can_provoke_is_not_asked_for() -> None:
    class OneFormat(reference("get_tickets")):  # type: ignore[misc]
        def hello(self, **message: Any) -> dict[str, Any]:
            return {**super().hello(**message), "options": []}

    with CallableDriver.of(OneFormat) as driver:
        report = quick("get_tickets", driver, examples=20)
        assert report.verdict("cid_not_overwritten") == "n/a"
        assert report.exit_code(strict=True) == 0, check_text(report)
        text = check_text(report)
        assert "n/a       cid_not_overwritten      not applicable: this dialect, with the options that the" in text
        assert "KEPT: every duty that applies was put to the test, and kept" in text
        # where the dialect can provoke it, it counts
        few = quick("get_tickets", driver, examples=1, dialect="json")
        assert few.verdict("cid_not_overwritten") in ("unproven", "kept")


def test_what_cannot_be_checked_is_said() -> None:
    with pytest.raises(WrongClient):
        quick("querydata", "nowhere.py:Client")
    with pytest.raises(ValueError, match="no dialect 'martian'"):
        quick("querydata", reference_name("querydata"), dialect="martian")
    with pytest.raises(ValueError, match="not an emulated vendor"):
        quick("jira", reference_name("querydata"))
    with pytest.raises(ValueError, match="from 1 up"):
        quick("querydata", reference_name("querydata"), examples=0)
    with pytest.raises(DriverFailure):
        quick("querydata", f"{sys.executable} -c 'import sys; sys.exit(1)'")


def test_an_unknown_duty_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "found.yaml"
    file.write_text(
        "mockservers: 1\nvendor: querydata\nstart: 2026-03-02T10:00:00Z\nsteps: []\nfound: {duty: querydata.wisdom}\n"
    )
    with pytest.raises(ScenarioError, match=r"no duty 'querydata\.wisdom'"):
        replay([file], reference_name("querydata"))


def test_a_file_that_cannot_be_played_is_named_with_its_step_and_the_others_are_played(tmp_path: Path) -> None:
    head = "mockservers: 1\nvendor: querydata\nstart: 2026-03-02T10:00:00Z\nsteps:\n- {client: sync}\n"
    texts = {"a": "", "b": "- {other: create, fields: {Nonsense: 1}}\n", "c": ""}
    files = [tmp_path / f"{name}.yaml" for name in texts]
    for file, more in zip(files, texts.values(), strict=True):
        file.write_text(head + more)
    results = replay(files, reference_name("querydata"))
    assert [result.outcome for result in results] == ["KEPT", "MISTAKEN", "KEPT"]
    assert results[1].reason.startswith(f"{files[1]}: step 2: others cannot create: ")
    assert exit_code(results) == 2
    assert "Nonsense" in replay_text(results)


def test_a_file_that_runs_out_of_calendar_is_mistaken(tmp_path: Path) -> None:
    file = tmp_path / "late.yaml"
    file.write_text("mockservers: 1\nvendor: querydata\nstart: 9899-12-31T23:59:59Z\nsteps: []\n")
    (result,) = replay([file], reference_name("querydata"))
    assert result.outcome == "MISTAKEN"
    assert result.reason.startswith(f"{file}: the clock cannot leave the years 1100 to 9899")
    file.write_text("mockservers: 1\nvendor: querydata\nstart: 9999-12-31T23:59:59Z\nsteps: []\n")
    with pytest.raises(ScenarioError, match=r"start must be an ISO 8601 time .* in the years 1100 to 9899"):
        replay([file], reference_name("querydata"))


def test_time_is_kept_to() -> None:
    report = quick("querydata", reference_name("querydata"), max_seconds=0.0)
    assert report.dialects[0].out_of_time
    assert report.dialects[0].examples < 20
    assert "stopped when the time was up" in check_text(report)
    assert report.exit_code() == (0 if report.dialects[0].examples else 3)


def test_the_command_line_has_the_same_defaults() -> None:
    from mockservers.cli.check import check as command

    defaults = {option.name: option.default for option in command.params}
    assert (defaults["examples"], defaults["deadline"]) == (EXAMPLES, DEADLINE)
    (limit,) = [option for option in command.params if option.name == "max_seconds"]
    assert f"Default: {SECONDS:g} for each dialect" in limit.help  # type: ignore[attr-defined]


def test_the_time_limit_ends_the_example_that_runs() -> None:
    class Waits(reference("querydata")):  # type: ignore[misc]
        def sync(self) -> None:
            threading.Event().wait(600)

    with CallableDriver.of(Waits, deadline=600) as driver:
        report = quick("querydata", driver, max_seconds=0.5, dialect="all")
        assert driver.deadline == 600
    assert {(each.examples, each.out_of_time) for each in report.dialects} == {(0, True)}
    assert "NOTHING PROVEN: no example came to its end in time" in check_text(report)
    assert report.exit_code() == 3


@pytest.mark.parametrize("phase", ["examples", "shrinking"])
def test_an_interrupted_check_tells_what_is_known(phase: str) -> None:
    def stop(done: int, total: int, what: str) -> None:
        if (phase, done, total) == ("examples", 3, 6) or (phase == "shrinking" and what.startswith("shrinking")):
            raise KeyboardInterrupt

    mutant = f"{MUTANTS / 'querydata/mutants' / 'secret_kept.py'}:Client"
    with pytest.raises(CheckInterrupted) as raised:
        quick("querydata", mutant, examples=6, progress=stop)
    report = raised.value.report
    (dialect,) = report.dialects
    assert (dialect.examples, dialect.planned) == (3 if phase == "examples" else 6, 6)
    assert report.exit_code() == report.exit_code(strict=True) == 130
    assert [each.duty.slug for each in report.counterexamples] == ["secret_kept"]
    text = check_text(report)
    assert "BROKEN querydata.secret_kept" in text
    where = "example 4 of 6" if phase == "examples" else "shrinking secret_kept"
    assert f"INTERRUPTED in {where}, dialect default. Known by then: broken secret_kept; kept" in text
    assert 'name="the check was played to its end"' in check_junit(report)
    assert "Somebody interrupted the check" in check_html(report)
    assert json.loads(check_json(report))["stopped"]["interrupted"] is True


def test_an_interrupted_replay_has_all_files() -> None:
    files = sorted((folder("scenarios") / "querydata").glob("*.yaml"))[:3]

    class Interrupts(reference("querydata")):  # type: ignore[misc]
        pass

    with CallableDriver.of(Interrupts) as driver:
        tell = driver.tell

        def once(do: str, message: Any) -> Any:
            if do == "reset" and driver.plays:  # type: ignore[attr-defined]
                raise KeyboardInterrupt
            driver.plays = True  # type: ignore[attr-defined]
            return tell(do, message)

        driver.plays = False  # type: ignore[attr-defined]
        driver.hello()
        driver.tell = once  # type: ignore[method-assign]
        with pytest.raises(ReplayInterrupted) as raised:
            replay(files, driver)
    assert [each.file for each in raised.value.results] == files
    assert [each.outcome for each in raised.value.results][1:] == ["UNPROVEN", "UNPROVEN"]


def test_a_slow_job_is_told_what_would_be_faster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockservers.harness.check.SLOW", 0.0)
    told: list[str] = []
    report = quick(
        "querydata",
        ClientSpec(client_command="true", mirror_file="mirror.json"),
        examples=4,
        progress=lambda done, total, what: told.append(what),
    )
    assert "started anew for each task. A service (--client http://...)" in " ".join(check_text(report).split())
    assert len([what for what in told if what.startswith("slow: ") and "started anew for each task" in what]) == 1


def test_a_folder_that_takes_no_file_is_said_before_the_hunt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match=r"cannot be saved in .*file/below: Not a directory; name another"):
        quick("querydata", reference_name("querydata"), save_to=tmp_path / "file" / "below")
    quick("querydata", reference_name("querydata"), save_to=tmp_path / "new", examples=1)
    assert not (tmp_path / "new").exists()

    def full(*_: Any) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mockservers.harness.check.save", full)
    mutant = f"{MUTANTS / 'querydata/mutants' / 'secret_kept.py'}:Client"
    report = quick("querydata", mutant, examples=1, save_to=tmp_path, shrink=False)
    assert f"not saved in {tmp_path}: No space left on device" in " ".join(check_text(report).split())


def test_checks_at_once_do_not_trip_over_each_others_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mkdir = Path.mkdir

    def busy(self: Path, *words: Any, **more: Any) -> None:
        mkdir(self, *words, **more)
        (self / "of-another-check.yaml").touch()

    monkeypatch.setattr(Path, "mkdir", busy)
    writable(tmp_path / "new")


def test_a_failure_that_cannot_be_written_whole_leaves_the_file_of_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutant = f"{MUTANTS / 'querydata/mutants' / 'secret_kept.py'}:Client"
    quick("querydata", mutant, examples=1, save_to=tmp_path, shrink=False)
    before = {file: file.read_text() for file in tmp_path.iterdir()}

    def half(self: Path, text: str, *_: Any) -> None:
        self.write_bytes(text.encode()[:100])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", half)
    report = quick("querydata", mutant, examples=1, save_to=tmp_path, shrink=False)
    assert all("No space left" in counterexample.unsaved for counterexample in report.counterexamples)
    assert before
    assert {file: file.read_text() for file in tmp_path.iterdir()} == before


@pytest.mark.parametrize("option", ["--deadline", "--max-seconds"])
def test_seconds_are_above_zero(option: str) -> None:
    from click.testing import CliRunner

    from mockservers.cli.check import check as command

    for wrong in ("-1.0", "nan"):
        result = CliRunner().invoke(command, ["querydata", "--client", reference_name("querydata"), option, wrong])
        assert result.exit_code == 2
        assert f"Invalid value for '{option}': {wrong} is not in the range" in result.output


def test_the_documented_example_is_a_whole_client_with_bugs(tmp_path: Path) -> None:
    example = (folder("fixtures").parent / "docs" / "check.md").read_text("utf-8")
    code = next(part for part in example.split("```python\n")[1:] if "class Client" in part).split("```")[0]
    (tmp_path / "example.py").write_text(code)
    report = quick("get_tickets", f"{tmp_path}/example.py:Client", examples=4, shrink=False)
    assert {"decoded_once", "times_understood"} <= {duty.slug for duty in report.broken}


def test_progress_is_told() -> None:
    told: list[tuple[int, int, str]] = []
    quick("querydata", reference_name("querydata"), examples=3, progress=lambda *each: told.append(each))
    assert [each[:2] for each in told] == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_what_ended_the_examples_early_is_told_with_how_many_were_played() -> None:
    told: list[tuple[int, int, str]] = []

    class Blind(reference("querydata")):  # type: ignore[misc]
        def mirror(self) -> Any:
            return []

    with CallableDriver.of(Blind) as driver:
        report = quick(
            "querydata", driver, examples=9, fail_fast=True, shrink=False, progress=lambda *each: told.append(each)
        )
    (dialect,) = report.dialects
    assert report.broken
    assert dialect.examples < 9
    done, total, what = told[-1]
    assert (done, total) == (dialect.examples, 9)
    assert what == "querydata, dialect default, ended at the first failure"


def test_names_in_a_hello_that_mean_nothing_are_told_at_once_and_in_the_report() -> None:
    class Slips(reference("trackit")):  # type: ignore[misc]
        def hello(self, **_: Any) -> dict[str, Any]:
            return {"tasks": ["sync", "mirror", "assignments"], "mirrors": ["2", "note"], "options": ["restrat"]}

    told: list[str] = []
    with CallableDriver.of(Slips) as driver:
        report = check(CheckConfig("trackit", driver, examples=1, save_to=None, warn=told.append))
    said = [
        "hello.tasks names 'assignments', which is no task of trackit, so it has no effect; it is an option: name it in "
        "hello.options",
        "hello.options names 'restrat', which is no option of trackit, so it has no effect; did you mean restart?",
        "hello.mirrors names 'note', which is no field or list of trackit, so it has no effect; did you mean notes?",
    ]
    assert told == said
    assert [text for text in report.dialects[0].complaints if text in said] == said
    text, page = " ".join(check_text(report).split()), check_html(report)
    for words in ("did you mean notes?", "did you mean restart?", "name it in hello.options"):
        assert words in text
        assert words in page
        assert words in check_json(report)


def test_an_honest_error_without_its_kind_is_told_how_to_name_it() -> None:
    class Upset(Exception):
        pass

    class Honest(reference("querydata")):  # type: ignore[misc]
        error: Exception = Upset("status 503")

        def sync(self) -> None:
            raise self.error

    def told(error: Exception) -> str:
        Honest.error = error
        with CallableDriver.of(Honest) as driver:
            return " ".join(check_text(quick("querydata", driver, examples=1, shrink=False)).split())

    assert "sync failed in the client itself: Upset: status 503" in told(Upset("status 503"))
    assert "the exception has an attribute kind = 'transport'" in told(Upset("status 503"))
    assert "names its kind" not in told(TypeError("a slip in the code"))


def test_the_package_is_lazy() -> None:
    code = (
        "import sys, mockservers.harness as h\n"
        "assert not {'hypothesis', 'requests', 'yaml', 'mockservers.server'} & set(sys.modules)\n"
        "assert callable(h.run_check) and callable(h.run_replay) and h.CheckConfig\n"
        "assert 'hypothesis' not in sys.modules and 'requests' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    import mockservers.harness as harness

    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = harness.nonsense  # type: ignore[attr-defined]
    for name in harness.__all__:
        assert getattr(harness, name) is not None


def test_a_client_that_fails_itself_is_told_so() -> None:
    class Clumsy(reference("querydata")):  # type: ignore[misc]
        def sync(self) -> None:
            raise KeyError(f"no luck with {self.code}")

        def mirror(self) -> Any:
            raise Clumsy.Refused("not today")

        class Refused(Exception):
            kind = "refused"

    with CallableDriver.of(Clumsy) as driver:
        report = quick("querydata", driver, examples=3)
    text = check_text(report)
    assert "sync failed in the client itself: KeyError: 'no luck with ***'" in text
    assert "mirror failed in the client itself: Refused: not today" in text
    assert report.verdict("nothing_missed") == "unproven"
    assert report.verdict("secret_kept") == "broken"  # by what it says in its error
    assert "DEMO-AUTH-CODE" not in text


def test_a_driver_failure_shows_no_secret() -> None:
    class Dies(reference("querydata")):  # type: ignore[misc]
        def sync(self) -> None:
            print(f"my code is {self.code}")
            raise SystemExit(self.code)

    with CallableDriver.of(Dies) as driver, pytest.raises(DriverFailure) as raised:
        quick("querydata", driver, examples=3)
    assert "DEMO-AUTH-CODE" not in raised.value.what + raised.value.stderr
    assert "my code is ***" in raised.value.stderr
