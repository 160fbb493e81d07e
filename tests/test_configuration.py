"""What a project says of itself in `mockservers.toml` and `pyproject.toml`: where it is found, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockservers import configuration

REASON = "agreed with the desk until March"


def load(folder: Path | None = None) -> configuration.Configuration:
    """What the files say where the commands have no options."""
    return configuration.load(folder, dict)


def reasons(folder: Path) -> dict[str, str]:
    return {duty: said.value for duty, said in load(folder).without.items()}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a folder in it, which is the current one."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "inner" / "deep").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "inner")
    return tmp_path


def own(folder: Path, text: str) -> None:
    (folder / "mockservers.toml").write_text(text, "utf-8")


def shared(folder: Path, text: str) -> None:
    (folder / "pyproject.toml").write_text(text, "utf-8")


def test_no_file_says_nothing(project: Path) -> None:
    assert load() == configuration.Configuration()
    shared(project, "[project]\nname = 'x'\n")
    assert reasons(project) == {}


@pytest.mark.parametrize(
    "text",
    [
        f'[check.without]\n"acme.told" = "{REASON}"\n',
        f'[check.without]\nacme.told = "{REASON}"\n',  # to TOML a table in a table
        '[check.without.acme]\ntold = "  agreed with\\n the desk until March "\n',
        f'\ufeff[check]\nwithout = {{"acme.told" = "{REASON}"}}\n',
    ],
)
def test_a_reason_is_read_however_toml_writes_it(project: Path, text: str) -> None:
    own(project / "inner", text)
    assert reasons(project / "inner") == {"acme.told": REASON}
    (said,) = load().without.values()
    assert (said.file, said.key) == ("mockservers.toml", 'check.without."acme.told"')


def test_the_nearest_folder_counts_up_to_the_root_of_the_repository(project: Path) -> None:
    own(project, '[check.without]\n"acme.told" = "root"\n')
    assert reasons(project / "inner" / "deep") == {"acme.told": "root"}
    assert next(iter(load().without.values())).file == str(Path("..") / "mockservers.toml")
    shared(project / "inner", '[tool.mockservers.check.without]\n"acme.other" = "near"\n')
    assert reasons(project / "inner" / "deep") == {"acme.other": "near"}
    (project / "inner" / "deep" / ".git").write_text("gitdir: elsewhere")  # as a submodule has it
    assert reasons(project / "inner" / "deep") == {}


def test_outside_a_repository_the_current_folder_alone_counts(project: Path) -> None:
    (project / ".git").rmdir()
    own(project, '[check.without]\n"acme.told" = "root"\n')
    assert reasons(project) == {"acme.told": "root"}
    assert reasons(project / "inner") == {}


def test_of_two_files_in_a_folder_the_own_one_wins(project: Path) -> None:
    own(project, '[check.without]\n"acme.told" = "own"\n')
    shared(project, '[tool.mockservers.check.without]\n"acme.told" = "shared"\n"acme.other" = "shared"\n')
    assert reasons(project) == {"acme.told": "own", "acme.other": "shared"}


def test_a_pyproject_that_never_names_us_may_be_broken(project: Path) -> None:
    shared(project / "inner", "this is not = = TOML")
    own(project, '[check.without]\n"acme.told" = "root"\n')
    assert reasons(project / "inner") == {"acme.told": "root"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[check", "mockservers.toml is not TOML: "),
        ("[chek.without]\n", "mockservers.toml: unknown key 'chek'; expected one of: check; did you mean check?"),
        ("[check]\nwithou = 1\n", "mockservers.toml: unknown key 'withou' in check; expected one of: without; did you"),
        ("check = 3\n", "mockservers.toml: check must be a table, got 3"),
        ("[check]\nwithout = ['x']\n", "mockservers.toml: check.without must be a table of reasons by duty, such as"),
        ('[check.without]\n"a.b" = ""\n', 'mockservers.toml: check.without."a.b" has no reason; say in its text why'),
        ('[check.without]\n"a.b" = " \\t\\u200b\\u00a0"\n', 'mockservers.toml: check.without."a.b" has no reason'),
        (
            '[check.without]\n"a.b" = true\n',
            'check.without."a.b" must be a text that says why the duty is switched off',
        ),
        ('[check.without]\n"a.b" = "x"\na.b = "y"\n', 'check.without."a.b" is there twice; keep one of the reasons'),
    ],
)
def test_what_is_wrong_is_said_with_file_and_key(project: Path, text: str, told: str) -> None:
    own(project / "inner", text)
    with pytest.raises(ValueError, match=r"mockservers\.toml") as caught:
        load()
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_key_in_pyproject_is_its_whole_path(project: Path) -> None:
    shared(project / "inner", '[tool.mockservers.check.without]\n"a.b" = ""\n')
    with pytest.raises(ValueError, match=r'^pyproject.toml: tool.mockservers.check.without."a.b" has no reason'):
        load()
    shared(project / "inner", "[tool]\nmockservers = 1\n")
    with pytest.raises(ValueError, match=r"^pyproject.toml: tool.mockservers must be a table, got 1"):
        load()


def test_a_file_of_other_bytes_is_said(project: Path) -> None:
    (project / "inner" / "mockservers.toml").write_bytes(b"x = '\xff'")
    with pytest.raises(ValueError, match=r"^mockservers.toml must be UTF-8, got other bytes at place 5"):
        load()


def test_who_does_not_know_the_commands_is_told_of_the_duties_alone(project: Path) -> None:
    own(project / "inner", '[serve]\nport = 1\n[check]\nexamples = 3\nwithout = {"acme.told" = "why"}\n')
    assert {duty: said.value for duty, said in configuration.load().without.items()} == {"acme.told": "why"}
    own(project / "inner", '[check.without]\n"acme.told" = ""\n')
    with pytest.raises(ValueError, match="has no reason"):
        configuration.load()


def test_options_are_read_by_command_and_the_own_file_wins(project: Path) -> None:
    shared(project / "inner", "[tool.mockservers.serve]\nport = 1\nhost = 'a'\n")
    own(project / "inner", "[serve]\nport = 2\n")
    told = configuration.load(options=lambda: {"serve": ["port", "host"]}).options["serve"]
    assert {key: (said.value, said.file) for key, said in told.items()} == {
        "port": (2, "mockservers.toml"),
        "host": ("a", "pyproject.toml"),
    }
