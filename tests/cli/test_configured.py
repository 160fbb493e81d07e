"""Options from variables and from a project's files: one precedence, every option, and no slip that goes unseen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from mockservers.cli import main
from mockservers.cli.configured import Configured

COMMANDS = ("serve", "check", "rehearse", "observe", "record")
NEEDED = {"check": ["get_tickets"], "rehearse": ["get_tickets"], "record": ["get_tickets"]}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def command(name: str) -> Configured:
    found = main.get_command(click.Context(main), name)
    assert isinstance(found, Configured)
    return found


def parsed(name: str, *words: str) -> dict[str, Any]:
    """The parameters with which a command would run."""
    return command(name).make_context(name, [*NEEDED.get(name, []), *words]).params


def refused(capsys: pytest.CaptureFixture[str], name: str, *words: str) -> str:
    """What a command says when it does not run."""
    with pytest.raises(SystemExit) as ended:
        parsed(name, *words)
    assert ended.value.code == 2
    return capsys.readouterr().err


def test_one_precedence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert parsed("check")["examples"] == 180
    (folder / "pyproject.toml").write_text("[tool.mockservers.check]\nexamples = 3\nseed = 4\n")
    assert (parsed("check")["examples"], parsed("check")["seed"]) == (3, 4)
    (folder / "mockservers.toml").write_text("[check]\nexamples = 5\n")
    assert (parsed("check")["examples"], parsed("check")["seed"]) == (5, 4)
    monkeypatch.setenv("MOCKSERVERS_CHECK_EXAMPLES", "6")
    assert parsed("check")["examples"] == 6
    assert parsed("check", "--examples", "7")["examples"] == 7
    assert (parsed("check", "--no-config")["examples"], parsed("check", "--no-config")["seed"]) == (6, 1)
    monkeypatch.setenv("MOCKSERVERS_CHECK_NO_CONFIG", "1")
    assert parsed("check")["seed"] == 1


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_has_a_variable_and_a_key(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Flags are switched on, numbers and texts set; what they do is the command's matter."""
    given: dict[str, Any] = {}
    keys = {key: option for key, option in command(name).keys().items() if key not in ("no-config", "without")}
    for key, option in keys.items():
        given[key] = True if option.is_flag else _some(option)
    lines = [
        f"[{name}]",
        *(f"{key} = {str(value).lower() if value is True else repr(value)}" for key, value in given.items()),
    ]
    (folder / "mockservers.toml").write_text("\n".join(lines))
    by_file = parsed(name)
    for key, value in given.items():
        monkeypatch.setenv(f"MOCKSERVERS_{name}_{key}".upper().replace("-", "_"), "1" if value is True else str(value))
    by_variable = parsed(name, "--no-config")
    assert {key: by_variable[key] for key in by_file if key != "no_config"} == {
        key: value for key, value in by_file.items() if key != "no_config"
    }
    for option in keys.values():
        if option.expose_value and option.name is not None:
            default = option.get_default(click.Context(command(name)))
            assert by_file[option.name] != default, option.name


def _some(option: click.Option) -> Any:
    kind = option.type
    if isinstance(kind, click.Choice):
        return kind.choices[-1]
    if isinstance(kind, click.types.IntParamType | click.types.FloatParamType):
        return 7
    if kind.name == "vendor":
        return "autotask"
    if kind.name == "time":
        return "5m"
    return __file__ if isinstance(kind, click.Path) and kind.file_okay is not False else "x"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[serve]\nprot = 1\n", "mockservers.toml: unknown key 'prot' in serve; expected one of: host, port, "),
        ("[serv]\n", "mockservers.toml: unknown key 'serv'; expected one of: check, observe"),
        ("[serve]\nport = 70000\n", "mockservers.toml: serve.port cannot be used: 70000 is not in the range"),
        ("[serve]\nport = true\n", "mockservers.toml: serve.port must be a text or a number, got True"),
        ("[serve]\nport = [1]\n", "mockservers.toml: serve.port must be one value, got [1]"),
        ("[serve]\nstill = 'yes'\n", "mockservers.toml: serve.still must be true or false, got 'yes'"),
        ("[serve]\nmost-body = 1\nmost_body = 2\n", "serve.most_body is there twice, as serve.most-body too; keep one"),
        ("[check]\nexampels = 1\n", "did you mean examples?"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_key(
    text: str, said: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "mockservers.toml").write_text(text)
    told = refused(capsys, "serve")
    assert said in told
    assert told.count("\n") == 1
    parsed("serve", "--no-config")
    assert CliRunner().invoke(main, ["serve", "--help"]).exit_code == 0


def test_a_variable_that_sets_nothing_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MOCKSERVERS_SERVE_PROT", "1")
    told = refused(capsys, "serve")
    assert (
        "the variable MOCKSERVERS_SERVE_PROT sets no option of serve; expected one of: MOCKSERVERS_SERVE_HOST, " in told
    )
    assert "did you mean MOCKSERVERS_SERVE_PORT?" in told
    parsed("observe")  # is not concerned
    monkeypatch.delenv("MOCKSERVERS_SERVE_PROT")
    monkeypatch.setenv("MOCKSERVERS_SERVE_PORT", "x")
    with pytest.raises(click.BadParameter, match="'x' is not a valid integer"):
        parsed("serve")


def test_toml_is_read_as_a_command_line_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "mockservers.toml").write_text(
        '[serve]\nstart = 2026-03-02T10:00:00Z\ndata = ["demo:10", "empty"]\ndialect = "get_tickets=json"\n'
        '[rehearse]\nevery = "5m"\nslo = ["losses=0"]\nmax_seconds = 90\n[check]\nlibrary = false\n'
        '[check.without]\n"get_tickets.all_pages" = "why"\n'
    )
    serve, rehearse = parsed("serve"), parsed("rehearse")
    assert (serve["start"], serve["data"]) == ("2026-03-02T10:00:00+00:00", ("demo:10", "empty"))
    assert serve["dialect"] == ("get_tickets=json",)
    assert (rehearse["every"], rehearse["slo"], rehearse["max_seconds"]) == (300_000_000, ("losses=0",), 90.0)
    monkeypatch.delenv("MOCKSERVERS_LIBRARY", raising=False)
    assert (parsed("check")["library"], parsed("check")["without"]) == (False, ())
    monkeypatch.setenv("MOCKSERVERS_SERVE_DATA", "demo:20 empty")
    assert parsed("serve")["data"] == ("demo:20", "empty")
