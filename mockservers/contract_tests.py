"""A vendor's contract in your own pytest suite: a test for each duty, over one check.

    from mockservers.contract_tests import ContractTest

    class TestSync(ContractTest):
        vendor = VENDOR
        client = "acme/sync.py:Client"

A duty that is kept passes; a broken one fails with the scenario, what was seen, the bytes that decide and the file that plays it
again; one that was not put to the test is skipped with what it would need. `pytest --mockservers-check VENDOR
--mockservers-client CLIENT` does the same without a file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

if TYPE_CHECKING:
    from mockservers.harness import CheckConfig, Duty, Report

_CHECKS: pytest.StashKey[dict[str, Checked]] = pytest.StashKey()


@dataclass(slots=True)
class Checked:
    """A check that is played at the first duty that asks for it; `failure` is why it could not be."""

    config: CheckConfig
    report: Report | None = None
    failure: str = ""

    def judge(self, duty: Duty, *, strict: bool = False) -> None:
        """Pass, fail or skip by the verdict on a duty. When `strict`, what was not put to the test fails."""
        __tracebackhide__ = True
        from mockservers.harness.reports import counterexample_lines, inapplicable

        report = self._played()
        said = report.verdict(duty.id)
        if said == "broken":
            found = next(each for each in report.counterexamples if each.duty.id == duty.id)
            pytest.fail("\n".join(counterexample_lines(found, report.given)), pytrace=False)
        if said == "unproven" and strict:
            pytest.fail(f"{duty.id} was not put to the test; it needs {duty.exercised_by}", pytrace=False)
        if said == "switched off":
            pytest.skip(next(each.why for each in report.switched_off if each.duty.id == duty.id))
        if said != "kept":
            verdicts = (each for dialect in report.dialects for each in dialect.verdicts if each.duty.id == duty.id)
            why = next((each.why for each in verdicts if each.verdict == said), "")
            pytest.skip(f"unproven: needs {duty.exercised_by}" if said == "unproven" else inapplicable(duty, why))

    def _played(self) -> Report:
        __tracebackhide__ = True
        from mockservers.harness import DriverFailure, WrongClient, run_check

        if self.report is None and not self.failure:
            try:
                self.report = run_check(self.config)
            except (WrongClient, DriverFailure) as error:  # for every duty alike, so nothing is played again
                printed = getattr(error, "stderr", "").strip()[-4000:]
                self.failure = f"mockservers: {error}" + (f"\nwhat it printed last:\n{printed}" if printed else "")
        if self.report is None:
            pytest.fail(self.failure, pytrace=False)
        return self.report


class ContractTest:
    """The contract as a test class: derive from it, and say which vendor's and of which client.

    What the command line of pytest says (`--mockservers-client`, `--mockservers-examples` ...) wins over what stands here.
    """

    vendor: ClassVar[str]
    client: ClassVar[str | None] = None
    """As `mockservers check --client` takes it."""
    client_command: ClassVar[str | None] = None
    mirror_command: ClassVar[str | None] = None
    mirror_file: ClassVar[str | None] = None
    dialect: ClassVar[str] = "default"
    examples: ClassVar[int] = 180
    seed: ClassVar[int] = 1
    deadline: ClassVar[float] = 30.0
    max_seconds: ClassVar[float | None] = None
    jobs: ClassVar[int] = 1
    save: ClassVar[str | None] = "scenarios-found"
    only: ClassVar[Collection[str]] = ()
    """Duties that judge, by name or full id; all without one."""
    without: ClassVar[Mapping[str, str]] = {}
    """Duties that do not, with the reason. The table [check.without] of mockservers.toml counts too."""
    strict: ClassVar[bool] = False
    """Whether a duty that was not put to the test fails."""

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "duty" in metafunc.fixturenames:
            metafunc.parametrize("duty", duties(self.vendor, self.only), ids=lambda duty: duty.slug)

    def test_duty(self, duty: Duty, request: pytest.FixtureRequest) -> None:
        __tracebackhide__ = True
        checked(request.config, self).judge(duty, strict=self.strict)


class DutyItem(pytest.Item):
    """A duty that the command line asked for, without a file."""

    def __init__(self, *, contract: ContractTest, duty: Duty, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.contract, self.duty = contract, duty

    def runtest(self) -> None:
        checked(self.config, self.contract).judge(self.duty, strict=self.contract.strict)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.config.rootpath, None, self.nodeid


class DutyCollector(pytest.Collector):
    """The duties of a vendor."""

    contract: ContractTest

    def collect(self) -> Iterable[DutyItem]:
        for duty in duties(self.contract.vendor, self.contract.only):
            yield DutyItem.from_parent(self, name=duty.slug, contract=self.contract, duty=duty)


def asked_for(session: pytest.Session) -> list[DutyItem]:
    """A test for each duty of the vendors that `--mockservers-check` names; raises UsageError for what is wrong."""
    found: list[DutyItem] = []
    for vendor in session.config.getoption("mockservers_check"):
        contract = type("AskedFor", (ContractTest,), {"vendor": vendor})()
        node = DutyCollector.from_parent(session, name=f"mockservers {vendor}", nodeid=f"mockservers::{vendor}")
        node.contract = contract
        try:
            duties(vendor)
            checked(session.config, contract)
            report = node.ihook.pytest_make_collect_report(
                collector=node
            )  # as any other collector's, so that they are counted
            node.ihook.pytest_collectreport(report=report)
            found += report.result
        except ValueError as error:
            raise pytest.UsageError(f"--mockservers-check {vendor}: {error}") from error
    return found


def duties(vendor: str, only: Collection[str] = ()) -> list[Duty]:
    """The duties of a vendor, all or those that are named. Raises ValueError for a name that is unknown."""
    from mockservers import registry
    from mockservers.harness import duties_of
    from mockservers.harness.duties.selection import named

    if registry.vendor(vendor).contract is None:
        raise ValueError(f"{vendor!r} has no contract, so it has no duties")
    known = duties_of(vendor)
    return [duty for each in only for duty in named(known, each)] if only else list(known)


def checked(config: pytest.Config, contract: ContractTest) -> Checked:
    """The check of a contract, one for all its duties. Raises ValueError where no client is named."""
    checks = config.stash.setdefault(_CHECKS, {})
    wanted = _config(config, contract)
    return checks.setdefault(repr(replace(wanted, progress=print)), Checked(wanted))


def _config(config: pytest.Config, contract: ContractTest) -> CheckConfig:
    from mockservers import configuration
    from mockservers.harness import CheckConfig, ClientSpec

    def said(name: str) -> Any:
        given = config.getoption(f"mockservers_{name}", None)
        return getattr(contract, name) if given is None else given

    names = ("client", "client_command", "mirror_command", "mirror_file")
    spec = ClientSpec(**{name: said(name) for name in names})
    if spec == ClientSpec():
        raise ValueError("no client is named; say `client` in the class, or --mockservers-client package.module:Class")
    save = said("save")
    agreed = configuration.load().without.items()
    return CheckConfig(
        contract.vendor,
        spec,
        dialect=said("dialect"),
        seed=said("seed"),
        examples=said("examples"),
        max_seconds=contract.max_seconds,
        deadline=contract.deadline,
        save_to=None if save is None else Path(save),
        jobs=contract.jobs,
        only=tuple(contract.only),
        without=dict(contract.without),
        agreed={duty: f"{each.value} ({each.file})" for duty, each in agreed if duty.startswith(f"{contract.vendor}.")},
    )
