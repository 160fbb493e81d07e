"""The pages of the site that are made of the code: vendors, command line, APIs, faults, recipes, schemas, cookbook.

Nothing here is written twice: sentences come from rules, switches, duties, faults, options and docstrings.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

import mockservers
from mockservers import registry
from mockservers.cli import main as command_line
from mockservers.cli.examples import commands
from mockservers.harness import coverage, duties, profile
from mockservers.kernel import data, faults
from mockservers.kernel.operations import Emulator
from mockservers.kernel.people import people
from mockservers.kernel.rules import Rule
from tests.site import vendor_pages

NOTICE = "*Made from the code when the site is built.*"


def makers() -> dict[str, Callable[[], str]]:
    """What makes each generated page, by its path."""
    found: dict[str, Callable[[], str]] = {f"vendors/{name}.md": partial(vendor, name) for name in registry.names()}
    return {
        **found,
        "cookbook.md": cookbook,
        "reference/command_line.md": command_line_page,
        "reference/control_api.md": control_api,
        "reference/python.md": python_api,
        "reference/mirrors.md": mirrors,
        "reference/faults.md": fault_kinds,
        "reference/recipes.md": recipes,
        "reference/scenario_files.md": scenario_files,
        "reference/desk_profiles.md": desk_profiles,
    }


def pages() -> dict[str, str]:
    """All generated pages by their path."""
    return {name: make() for name, make in makers().items()}


def schemas() -> dict[str, str]:
    """The JSON Schemas that pages tell of, by the path at which the site has them whole."""
    return {
        "reference/scenario.schema.json": (data.folder("scenarios") / "scenario.schema.json").read_text("utf-8"),
        "reference/desk.schema.json": (data.folder("fixtures") / "desks" / "desk.schema.json").read_text("utf-8"),
    }


# --- pieces ---


def cell(value: Any) -> str:
    """A value as a cell of a table."""
    return " ".join(str(value).replace("|", "\\|").replace("<", "&lt;").split())


def code(value: Any) -> str:
    text = " ".join(str(value).replace("|", "\\|").split())
    return f"`{text}`" if text else ""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table, or a word that there is nothing."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return ["", f"| {' | '.join(head)} |", "|" + " --- |" * len(head), *lines, ""] if lines else ["", "None.", ""]


def shown(text: str, language: str) -> list[str]:
    return ["", f"```{language}", text.rstrip(), "```", ""]


def anchor(rule: str) -> str:
    return rule.replace(".", "-")


# --- a vendor ---


def vendor(name: str) -> str:
    """What follows the handwritten part of a vendor's page."""
    here = registry.emulator(name)
    lines = [*vendor_pages.ready(name), *vendor_pages.words(name)]
    lines += ["## Addresses and credentials", "", *vendor_pages.served(here)]
    lines += table(("what", "value"), _addresses(here))
    lines += ["Who else is in the demo, and what they may do: [Who is in the demo](../administration.md).", ""]
    lines += vendor_pages.options(name)
    lines += ["## What is emulated", "", "Faults, `verify` and the journal name a call by its operation.", ""]
    lines += table(
        ("operation", "request", "what it does"),
        [
            (code(each.name), vendor_pages.request_cell(name, each.name), cell(each.summary))
            for each in here.operations.values()
        ],
    )
    lines += ["What the vendor has and is not here is refused as unsupported, never answered as a success.", ""]
    lines += ["### What other people do", ""]
    lines += table(("action", "what it does"), [(code(name), cell(says)) for name, says in here.actions.items()])
    if here.administrator:
        lines += ["### What an administrator does", ""]
        lines += table(
            ("action", "what it does"), [(code(name), cell(says)) for name, says in here.administrator.items()]
        )
    lines += [
        "## Dialects and switches",
        "",
        "Where public knowledge ends, the emulator chooses, and you can choose otherwise.",
        "",
    ]
    lines += table(
        ("dialect", "what it sets"),
        [
            (
                code(dialect),
                ", ".join(code(f"{key}={value}") for key, value in values.changes().items()) or "the defaults",
            )
            for dialect, values in here.dialects.named.items()
        ],
    )
    lines += table(
        ("switch", "values", "default", "why it is a switch"),
        [
            (code(switch.name), cell(switch.expected), code(here.dialects.default[switch.name]), cell(switch.why))
            for switch in here.dialects.switches.values()
        ],
    )
    lines += [f"Set one with `mockservers world dialect {name} SWITCH=VALUE`.", ""]
    lines += ["## Refusals", "", "A fault `refuse` asks for one of these by name:", ""]
    lines += table(("name", "rule"), [(code(word), _rule_link(make().rule)) for word, make in here.refusals.items()])
    lines += (
        vendor_pages.fields(name) + _limits(here) + _assumed(here) + _duties(name) + _rules(here) + _scenarios(name)
    )
    return "\n".join(lines)


def _addresses(here: Emulator) -> list[tuple[str, str]]:
    rows = [("URL, below the server's address", code(here.endpoint))]
    rows += [("description", code(here.description))] if here.description else []
    rows += [(word, code(secret)) for word, secret in here.demo_credential.items()]
    return [*rows, ("people in the demo", str(len(people(here, "empty"))))]


def _rule_link(rule: str) -> str:
    return f"[`{rule}`](#{anchor(rule)})"


BOUNDS = re.compile(r"\blimit|\bquota|throttl|\bat most\b|\bmore than \d|\bthreshold", re.IGNORECASE)


def _limits(here: Emulator) -> list[str]:
    rows = [rule for rule in here.rules.values() if BOUNDS.search(f"{rule.id} {rule.says}")]
    lines = ["## Limits", "", "Rules that bound how much, how long or how often."]
    return lines + table(("rule", "what the server does"), [(_rule_link(rule.id), cell(rule.says)) for rule in rows])


def _assumed(here: Emulator) -> list[str]:
    """Where this emulator may differ from a vendor's real server."""
    rows = [rule for rule in here.rules.values() if rule.source.certainty == "assumption"]
    lines = [
        "## What is assumed",
        "",
        "Nobody says these in public. Your vendor may do otherwise; where a correct client could notice, there is a",
    ]
    lines += ["switch. [Report a difference](../fidelity.md#report-a-difference)."]
    return lines + table(
        ("rule", "what is assumed", "switch"),
        [(_rule_link(rule.id), cell(rule.says), code(rule.switch or "")) for rule in rows],
    )


def _duties(name: str) -> list[str]:
    if name not in profile.contracted():
        return []
    mutants = coverage.mutants_of(name)
    lines = [
        "## Duties of a client",
        "",
        "A check judges these. *must*: the vendor's rules leave no choice. *should*: an advice.",
    ]
    lines.append("Mutants are clients with just that bug; the contract catches each.")
    lines += [""]
    for duty in duties.of(name):
        because = ", ".join(_rule_link(rule) for rule in duty.because) or "no rule of the vendor"
        lines += [f"### {duty.slug} {{#{anchor(duty.id)}}}", "", f"`{duty.id}`, {duty.severity}. {cell(duty.says)}", ""]
        lines += [f"- put to the test by: {cell(duty.exercised_by)}", f"- because of: {because}"]
        lines += [f"- mutants: {len(mutants.get(duty.id, ()))}", ""]
    return lines


def _rules(here: Emulator) -> list[str]:
    lines = [
        "## Rules",
        "",
        "What the server does, each with its source and how certain it is. *assumption*: nobody says it in public;",
    ]
    lines += [
        "it was chosen, and may differ at your vendor. `mockservers rules show RULE` prints where one is applied.",
        "",
    ]
    rows = []
    for rule in here.rules.values():
        place = f'<span id="{anchor(rule.id)}"></span>{code(rule.id)}'
        says = cell(rule.says) + vendor_pages.more_of(here.name, rule.id)
        rows.append((place, says, cell(_source(rule)), code(rule.switch) if rule.switch else ""))
    return lines + table(("rule", "what the server does", "source and certainty", "switch"), rows)


def _source(rule: Rule) -> str:
    return str(rule.source)


def _scenarios(name: str) -> list[str]:
    files = sorted(data.of_vendor("scenarios", name).glob("*.yaml"))
    lines = [
        "## Scenarios",
        "",
        "The vendor's library, which a check plays first; [the cookbook](../cookbook.md) explains them.",
    ]
    return lines + table(("file", "what happens"), [(code(path.name), cell(_comment(path))) for path in files])


def _comment(path: Path) -> str:
    found = []
    for line in path.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            break
        found.append(line.lstrip("# "))
    return " ".join(found)


# --- pages over all vendors ---


def cookbook() -> str:
    lines = ["# Cookbook", "", "Every file of the scenario library: what it is about, and its steps. Take one by"]
    lines += [
        "`mockservers scenarios show NAME > mine.yaml` (the name without `.yaml`), change it, and play it with",
        "`mockservers replay mine.yaml --client ...`. [Scenario files](reference/scenario_files.md) has the words.",
        "",
        NOTICE,
    ]
    for name in registry.names():
        lines += ["", f"## {registry.vendor(name).title}"]
        for path in sorted(data.of_vendor("scenarios", name).glob("*.yaml")):
            text = path.read_text("utf-8")
            body = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
            lines += [
                "",
                f"### {path.stem.replace('_', ' ').capitalize()} {{#{name}-{path.stem}}}",
                "",
                cell(_comment(path)),
                "",
            ]
            lines += [f'??? example "{path.name}"']
            lines += ["", *(f"    {line}".rstrip() for line in f"```yaml\n{body.strip()}\n```".splitlines()), ""]
    return "\n".join(lines)


def mirrors() -> str:
    lines = [
        "# Fields of a mirror",
        "",
        "What a client may show in `mirror`, by vendor: the field, and its type. Name those that you copy in `hello`",
        "as `mirrors`; what you do not name is not compared. Times are ISO 8601 with a zone (`2026-03-02T10:00:00Z`), whatever",
        "the vendor writes; texts are decoded: as a person reads them, without URL or XML coding.",
        "",
        NOTICE,
        "",
    ]
    for name in profile.contracted():
        tasks = profile.profile(name).tasks
        tasks = (*tasks[:1], "mirror", *tasks[1:])
        lines += [
            f"## {registry.vendor(name).title} {{#{name}}}",
            "",
            f"Tasks: {', '.join(code(task) for task in tasks)}.",
            "",
        ]
        lines += [*vendor_pages.mirrored_parts(name), *vendor_pages.mirrored_fields(name)]
    return "\n".join(lines)


def fault_kinds() -> str:
    lines = [
        "# Faults",
        "",
        "Trouble on purpose: `mockservers world fault KIND SETTING=VALUE --vendor VENDOR`, `world.fault(...)` in Python, or",
    ]
    lines += [
        "`POST /_mock/v1/faults`. A fault hits the next call that matches, as often as `times` says (once without it;",
        "null: until it is cleared). A call matches by",
        "",
        "- `vendor`: whose call it is; any without it;",
        "- `operation`: by the name that the vendor's page lists under *What is emulated*, such as `tickets.get`;",
        "  any without it. Faults of a request that nobody has looked at yet, and of the vendor's own calls, take none;",
        "- `actor`: `client` without it; `other`, `vendor` or `any`;",
        "- `skip`: so many calls that match pass first;",
        "- `until`: the instant of the world's time at which it ends.",
        "",
        NOTICE,
    ]
    points = {
        "arrive": "before the server has looked at the request",
        "admit": "before anything was done",
        "commit": "when everything was done",
        "reply": "when the answer is on its way",
        "deliver": "when the vendor calls a listener",
    }
    rows = []
    for kind in faults.KINDS.values():
        settings = "; ".join(
            f"{code(name)} ({cell(each.says)}, default {each.default!r})" for name, each in kind.settings.items()
        )
        rows.append((code(kind.name), points[kind.point], cell(kind.says), settings))
    return "\n".join([*lines, *table(("fault", "strikes", "what it does", "settings"), rows)])


def recipes() -> str:
    lines = [
        "# Data recipes",
        "",
        "What a world begins with: `mockservers serve --data VENDOR=demo:1000`, or `data` in a scenario file.",
        "",
        NOTICE,
    ]
    rows = [
        (code(name), ", ".join(code(each) for each in registry.emulator(name).recipes)) for name in registry.names()
    ]
    return "\n".join([*lines, *table(("vendor", "recipes"), rows)])


def scenario_files() -> str:
    says = "What `check` saves and `replay` plays; the [cookbook](../cookbook.md) has commented files."
    return schema(
        "Scenario files", f"{says} `mockservers scenarios schema` prints the schema.", "reference/scenario.schema.json"
    )


def desk_profiles() -> str:
    says = "What a rehearsal plays; [Describe your desk](../desks.md) explains it."
    return schema(
        "Desk profiles", f"{says} `mockservers profile schema` prints the schema.", "reference/desk.schema.json"
    )


def schema(title: str, says: str, path: str) -> str:
    found = json.loads(schemas()[path])
    lines = [
        f"# {title}",
        "",
        says,
        "",
        f"[The whole schema]({path.rpartition('/')[2]}), for editors and programs.",
        "",
        NOTICE,
    ]
    for name, part in {"": found, **found.get("$defs", {}), **found.get("definitions", {})}.items():
        rows = [
            (code(field), cell(_kind(what)), cell(what.get("description", "")))
            for field, what in part.get("properties", {}).items()
            if isinstance(what, dict)
        ]
        if rows:
            lines += ["", f"## {name or 'The file'}", "", cell(part.get("description", ""))]
            lines += table(("member", "type", "what it says"), rows)
    return "\n".join([*lines, ""])


def _kind(what: Mapping[str, Any]) -> str:
    if "$ref" in what:
        return str(what["$ref"]).rpartition("/")[2]
    if "enum" in what:
        return " or ".join(json.dumps(each) for each in what["enum"][:8]) + (" ..." if len(what["enum"]) > 8 else "")
    if "anyOf" in what or "oneOf" in what:
        return " or ".join(_kind(each) for each in what.get("anyOf") or what["oneOf"])
    if "const" in what:
        return json.dumps(what["const"])
    return str(what.get("type", "any"))


# --- command line, control API, Python ---


def command_line_page() -> str:
    lines = [
        "# Command line",
        "",
        "Every command with its options, as `--help` prints them. Exit codes of `check`: 0 kept, 1 broken, 2 usage,",
    ]
    lines += [
        "3 nothing proven (with `--strict`: a duty unproven), 4 the client failed as a program, 130 interrupted.",
        "",
        NOTICE,
    ]
    for path, command in commands(command_line):
        context = click.Context(
            command, info_name=f"mockservers {path}".strip(), terminal_width=96, help_option_names=["-h", "--help"]
        )
        depth = "#" * (2 + max(0, len(path.split()) - 1))
        lines += ["", f"{depth} mockservers {path}".rstrip() + f" {{#{path.replace(' ', '-') or 'mockservers'}}}"]
        lines += shown(click.unstyle(command.get_help(context)), "text")
    return "\n".join(lines)


def control_api() -> str:
    with mockservers.start(data="empty") as server:
        import requests

        document = requests.get(f"{server.url}/_mock/v1/openapi.json", timeout=30).json()
    lines = [
        "# Control API",
        "",
        "What a test in any language does beside its client: worlds, clocks, faults, records, the journal. A running server",
    ]
    lines += ["describes it at `/_mock/v1/openapi.json`, from which this page is made.", "", NOTICE]
    for path, methods in document["paths"].items():
        for method, what in methods.items():
            lines += ["", f"## {method.upper()} {path}", "", cell(what.get("summary", ""))]
            if what.get("description"):
                lines += ["", what["description"].replace("<", "&lt;")]
            given = what.get("parameters", [])
            if given:
                lines += table(
                    ("parameter", "in", "type", "what it says"),
                    [
                        (
                            code(each["name"]),
                            each["in"],
                            cell(_kind(each.get("schema", {}))),
                            cell(each.get("description", "")),
                        )
                        for each in given
                    ],
                )
            for media in what.get("requestBody", {}).get("content", {}).values():
                lines += _body("Body", media.get("schema", {}), document)
            for status, answer in what.get("responses", {}).items():
                for media in answer.get("content", {}).values() if status.startswith("2") else ():
                    lines += _body(f"Answer {status}", media.get("schema", {}), document)
    return "\n".join(lines)


def _body(title: str, given: Mapping[str, Any], document: Mapping[str, Any]) -> list[str]:
    found = given
    if "$ref" in given:
        found = document["components"]["schemas"][given["$ref"].rpartition("/")[2]]
    rows = [
        (code(name), cell(_kind(what)), cell(what.get("description", "")))
        for name, what in found.get("properties", {}).items()
    ]
    return ["", f"{title}:", *table(("member", "type", "what it says"), rows)] if rows else []


def python_api() -> str:
    """Public names, their signatures and docstrings."""
    from mockservers import harness, rehearsal

    lines = [
        "# Python, in detail",
        "",
        "Names that are stable within a minor version, with their docstrings. [Python API](../python_api.md) explains them.",
        "",
        NOTICE,
    ]
    modules = (("mockservers", mockservers, ()), ("mockservers.harness", harness, harness.__all__))
    modules = (*modules, ("mockservers.rehearsal", rehearsal, getattr(rehearsal, "__all__", ())))
    for title, module, names in modules:
        lines += ["", f"## {title}"]
        for name in names or sorted(each for each in dir(module) if not each.startswith("_")):
            value = getattr(module, name)
            ours = getattr(value, "__module__", "").startswith("mockservers")
            if ours and (inspect.isclass(value) or inspect.isfunction(value)):
                lines += _documented(f"{title}.{name}", value)
    return "\n".join(lines)


def _documented(name: str, value: Any) -> list[str]:
    lines = [
        "",
        f"### {name.rpartition('.')[2]} {{#{name.replace('.', '-')}}}",
        *shown(_signature(name, value), "text"),
    ]
    lines += [_plain(value)]
    for inner, method in inspect.getmembers(value) if inspect.isclass(value) else ():
        function = method.fget if isinstance(method, property) else method
        ours = inspect.isfunction(function) and function.__module__.startswith("mockservers")
        if ours and not inner.startswith("_") and inspect.getdoc(method):
            shape = inner if isinstance(method, property) else _signature(inner, function)
            lines += ["", f"`{shape}`: {_plain(method)}"]
    return lines


def _plain(value: Any) -> str:
    return " ".join((inspect.getdoc(value) or "").replace("<", "&lt;").split())


def _signature(name: str, value: Any) -> str:
    try:
        return " ".join(f"{name}{inspect.signature(value)}".split())
    except (ValueError, TypeError):
        return name
