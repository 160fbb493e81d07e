"""What a vendor's page shows of talking to it: sample answers, ready requests, options, words.

The facts stand in `tests/vendors/<vendor>/page.yaml`; answers come from a real run, examples of options from
the contract's profile. `tests/site/test_vendor_pages.py` runs every request that a page shows.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import requests
import yaml
from lxml import etree

import mockservers
from mockservers import registry
from mockservers.harness import duties, profile
from mockservers.harness.drivers import KILL, LISTENING, RESTART
from mockservers.kernel import catalogue
from mockservers.kernel.operations import Emulator

ROOT = Path(__file__).resolve().parent.parent.parent
SERVED = "http://127.0.0.1:8750"
"""Where `mockservers serve` answers."""
BEGUN = "2026-03-02T10:00:00Z"
"""When the world of a page begins: answers are the same at every build."""
SHORT = 90
"""Letters of an object inside a sample that is kept on one line."""
MARK = "<!-- answers -->"
"""Where a handwritten page wants the sample answers."""
COMMON_OPTIONS = {
    "since": "the instant from which on the client is to know tickets",
    RESTART: "there, and true, only after a restart of the client: it goes on from its `state_dir`",
}
COMMON_WORDS = {
    RESTART: "it is ended now and then between two tasks, and started again on its `state_dir`",
    KILL: "it is also ended in the middle of a `sync`; it names `restart` too",
}
LISTENS = "it asks the vendor to call it; calls get lost, come late, twice or forged ([Listen instead of poll](../webhooks.md))"


@cache
def facts(vendor: str) -> Mapping[str, Any]:
    """The file `page.yaml` of a vendor; empty where there is none."""
    path = ROOT / "tests" / "vendors" / vendor / "page.yaml"
    return yaml.safe_load(path.read_text("utf-8")) if path.is_file() else {}


# --- requests ---


def request_of(vendor: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """A request of a page as method, path, headers, body and login. A SOAP call gets its envelope and action."""
    known = facts(vendor)
    name = asked.get("login", next(iter(known["logins"])))
    login = known["logins"][name]
    headers = {**login.get("headers", {}), **asked.get("headers", {})}
    body = asked.get("body")
    if "soap" in asked:
        soap = known["soap"]
        call = f'<{asked["soap"]} xmlns="{soap["namespace"]}">{body or ""}</{asked["soap"]}>'
        headers |= {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{soap["namespace"]}{asked["soap"]}"'}
        return {
            "method": "POST",
            "path": soap["path"],
            "headers": headers,
            "body": soap["envelope"].strip().replace("{call}", call.strip()),
            "login": login,
        }
    method, path = asked["request"].split(" ", 1)
    if body is not None and not isinstance(body, str):
        body = json.dumps(body)
    if body is not None:
        headers["Content-Type"] = asked.get("type", "application/json")
    return {"method": method, "path": path, "headers": headers, "body": body, "login": login}


def quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def curl(vendor: str, asked: Mapping[str, Any]) -> str:
    """A request as a command of the shell."""
    told = request_of(vendor, asked)
    words = ["curl -s"]
    plain = "POST" if told["body"] is not None else "GET"
    if told["method"] != plain:
        words[0] += f" -X {told['method']}"
    words[0] += f" {quoted(SERVED + told['path'])}"
    demo = registry.emulator(vendor).demo_credential
    if told["login"].get("basic"):
        words.append(_basic(demo))
    if told["login"].get("token"):
        words.append('-H "Authorization: Bearer $TOKEN"')
    words += [f"-H {quoted(f'{name}: {value}')}" for name, value in told["headers"].items()]
    if told["body"] is not None:
        words.append(f"-d {quoted(told['body'])}")
    return " \\\n  ".join(words)


def _basic(demo: Mapping[str, str]) -> str:
    return "-u " + quoted(f"{demo['user']}:{demo['password']}")


def set_up(vendor: str) -> str | None:
    """The command that puts a token into `$TOKEN`, for vendors that want one."""
    for login in facts(vendor)["logins"].values():
        token = login.get("token")
        if token:
            form = " ".join(
                f"\\\n  --data-urlencode {quoted(f'{name}={value}')}" for name, value in token["form"].items()
            )
            read = """sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/'"""
            return f"TOKEN=$(curl -s {SERVED}{token['path']} {form} \\\n  | {read})"
    return None


def send(vendor: str, url: str, asked: Mapping[str, Any]) -> requests.Response:
    """Send a request of a page to a served world."""
    told = request_of(vendor, asked)
    headers, login = dict(told["headers"]), told["login"]
    demo = registry.emulator(vendor).demo_credential
    if login.get("basic"):
        pair = base64.b64encode(f"{demo['user']}:{demo['password']}".encode()).decode()
        headers["Authorization"] = f"Basic {pair}"
    with requests.Session() as session:
        session.trust_env = False
        if login.get("token"):
            told_token = session.post(url + login["token"]["path"], data=login["token"]["form"], timeout=300)
            headers["Authorization"] = f"Bearer {told_token.json()['access_token']}"
        body = None if told["body"] is None else told["body"].encode()
        return session.request(told["method"], url + told["path"], headers=headers, data=body, timeout=300)


# --- answers ---


class _Members(list[tuple[str, Any]]):
    """The members of a JSON object, with those that stand in it twice."""


def indented(text: str) -> str:
    """JSON or XML with line breaks and indents, and nothing else changed; other text as it is."""
    if text.lstrip().startswith("<"):
        tree = etree.fromstring(text.encode())
        for empty in tree.iter() if "/>" not in text else ():
            empty.text = empty.text or ""  # else it would be written in the short form
        etree.indent(tree)
        declared = re.match(r"\s*<\?xml.*?\?>", text)
        return (declared[0].strip() + "\n" if declared else "") + etree.tostring(tree, encoding="unicode")
    try:
        return "\n".join(_dumped(json.loads(text, object_pairs_hook=_Members)))
    except ValueError:
        return text


def _flat(value: Any) -> str:
    """JSON on one line."""
    if isinstance(value, _Members):
        return "{" + ", ".join(f"{json.dumps(name)}: {_flat(each)}" for name, each in value) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flat, value))}]"
    return json.dumps(value, ensure_ascii=False)


def _dumped(value: Any, short: int = 0) -> list[str]:
    """JSON as lines; inner objects and lists of at most `short` letters are one line."""
    flat = _flat(value)
    if not isinstance(value, list) or not value or len(flat) <= short:
        return [flat]
    named = isinstance(value, _Members)
    inner = [
        [f"{json.dumps(each[0])}: {lines[0]}", *lines[1:]] if named else lines
        for each in value
        for lines in [_dumped(each[1] if named else each, SHORT)]
    ]
    listed = [[f"  {line}" for line in lines] for lines in inner]
    for lines in listed[:-1]:
        lines[-1] += ","
    return ["{" if named else "[", *(line for lines in listed for line in lines), "}" if named else "]"]


def cut(text: str, most: int, wide: int = 150) -> str:
    """The first lines of a text, each with its first letters."""
    lines = text.splitlines()
    kept = [line if len(line) <= wide else line[:wide] + " ..." for line in lines[:most]]
    return "\n".join([*kept, *(["..."] if len(lines) > most else [])])


def answers(vendor: str) -> str:
    """Sample answers, from a real run."""
    lines: list[str] = []
    with mockservers.start(vendor, start=BEGUN) as server:
        for asked in facts(vendor).get("answers", ()):
            got = send(vendor, server.url, asked)
            text = got.content.decode("utf-8").replace(server.url, SERVED)
            for pattern in asked.get("inside", ()):  # what stands as text inside an answer
                text = re.search(pattern, text, re.DOTALL)[1]  # type: ignore[index]
            language = "xml" if text.lstrip().startswith("<") else "json" if text.lstrip()[:1] in ("{", "[") else "text"
            lines += [f"{asked['says']}:", "", f"```{language}", cut(indented(text), asked.get("most", 24)), "```", ""]
    if not lines:
        return ""
    head = [
        "## What an answer looks like",
        "",
        "From a run against the demo; line breaks and indents are added here.",
        "",
    ]
    return "\n".join([*head, *lines]).rstrip()


# --- sections ---


def cell(value: Any) -> str:
    """A value as a cell of a table."""
    return " ".join(str(value).replace("|", "\\|").replace("<", "&lt;").split())


def code(value: Any) -> str:
    return f"`{cell(value).replace('&lt;', '<')}`"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return ["", f"| {' | '.join(head)} |", "|" + " --- |" * len(head), *lines, ""]


def ready(vendor: str) -> list[str]:
    """A request for each write, as commands that work as they stand."""
    known = facts(vendor)
    if not known.get("ready"):
        return []
    lines = [
        "## Ready requests that write",
        "",
        "Each works as it stands against the demo of a fresh `mockservers serve`, in this order.",
        "",
    ]
    begin = set_up(vendor)
    if begin:
        lines += ["First a token:", "", "```sh", begin, "```", ""]
    for asked in known["ready"]:
        lines += [
            f"{asked['does']} (operation {code(asked['operation'])}):",
            "",
            "```sh",
            curl(vendor, asked),
            "```",
            "",
        ]
    return [*lines, *(text for says in known.get("unready", {}).values() for text in (says, ""))]


def words(vendor: str) -> list[str]:
    """The words and numbers of the demo that a write needs."""
    listed = facts(vendor).get("words", ())
    if not listed:
        return []
    rows = [
        (cell(each["what"]), ", ".join(_word(value) for value in each["values"]), cell(each.get("says", "")))
        for each in listed
    ]
    says = "Your vendor's installation has its own; these are the demo's."
    return ["## Words that a write may say", "", says, *table(("what", "demo", ""), rows)]


def _word(value: Any) -> str:
    """A value; `5 Complete` is a number with its label."""
    if isinstance(value, list):
        return f"{code(value[0])} {cell(value[1])}"
    return code(value)


def fields(vendor: str) -> list[str]:
    """All fields of an entity, with what the catalogue says of each beside its type."""
    lines: list[str] = []
    for told in facts(vendor).get("fields", ()):
        columns = told["columns"]
        rows = [
            (
                code(field.name),
                field.type,
                *("yes" if field.more.get(name) else "no" for name in columns),
                cell(field.meaning),
            )
            for field in catalogue.load(vendor)[told["entity"]].fields
        ]
        lines += [f"## {told['title']} {{#{told['anchor']}}}", "", told["says"]]
        lines += table(("name", "type", *columns.values(), "meaning"), rows)
    return lines


def more_of(vendor: str, rule: str) -> str:
    """What a rule's row links to beside its sentence."""
    told = facts(vendor).get("see", {}).get(rule)
    return f" [{told[0]}](#{told[1]})" if told else ""


def request_cell(vendor: str, operation: str) -> str:
    """The requests that ask for an operation, as a cell."""
    found = facts(vendor).get("requests", {}).get(operation, ())
    return "; ".join(code(each) for each in ([found] if isinstance(found, str) else found))


def reset_options(vendor: str) -> dict[str, Any]:
    """What `reset` tells a client of the default dialect and the demo, by name."""
    here = profile.profile(vendor)
    dialect = registry.emulator(vendor).dialects.default
    return {"since": BEGUN, **here.options(dialect), **here.known("demo"), RESTART: True}


def hello_words(vendor: str) -> dict[str, str]:
    """What a client may name among the options of its hello, and what it then is played with."""
    here, told = profile.profile(vendor), facts(vendor).get("hello", {})
    listens = {LISTENING: LISTENS} if registry.emulator(vendor).webhooks is not None else {}
    found = {**COMMON_WORDS, **listens, **told}
    for option, (switch, values) in here.varied.items():
        varied = (
            f"the check varies it: {', '.join(code(value) for value in dict.fromkeys(values))} (switch {code(switch)})"
        )
        found[option] = f"{found[option]}; {varied}" if option in found else varied
    return found


def needed_words(vendor: str) -> set[str]:
    """What duties, parts and switches of a contract look for among a client's options."""
    here = profile.profile(vendor)
    asked = {word for duty in duties.of(vendor) for word in duty.needs} - {*here.tasks}
    return asked | {*here.varied, *here.optional_parts, RESTART, KILL}


def options(vendor: str) -> list[str]:
    """What `reset` tells a client, and what `hello` may name."""
    if vendor not in profile.contracted():
        return []
    meaning = {**COMMON_OPTIONS, **facts(vendor).get("options", {})}
    rows = [
        (code(name), code(json.dumps(value, ensure_ascii=False)), cell(meaning[name]))
        for name, value in reset_options(vendor).items()
    ]
    lines = ["## What `reset` tells a client {#reset}", ""]
    lines += [
        "In a check, the member `options` of [`reset`](../driver_protocol.md#messages); the demo's values are examples."
    ]
    lines += table(("name", "example", "meaning"), rows)
    lines += ["`options` of `hello` may name these:"]
    lines += table(
        ("word", "what the client is then played with"),
        [(code(word), says) for word, says in hello_words(vendor).items()],
    )
    return lines


def _as_an_object(shown: Mapping[str, Any], option: str) -> str:
    """What is said of several kinds of records that one object of a mirrored ticket tells the names of."""
    example = json.dumps({shown["member"]: shown["example"]}, ensure_ascii=False)
    return (
        f"{shown['called']} stand in the member {code(shown['member'])}, one object: {code(example)}. "
        f"Name {code(option)} among the `options` of `hello` too."
    )


def mirrored_parts(vendor: str) -> list[str]:
    """How a mirror shows the kinds of records that hang on tickets: the member of each, with an example."""
    here, told = profile.profile(vendor), facts(vendor).get("parts", {})
    optional = {part: option for option, parts in here.optional_parts.items() for part in parts}
    lines = []
    several = {kind: each for each in told.values() for kind in each.get("kinds", ())}
    for part in (*here.parts, *optional):
        shown = told.get(part)
        if part in several:
            if part == several[part]["kinds"][0]:
                lines.append(_as_an_object(several[part], optional[part]))
            continue
        if shown is None:
            lines.append(
                f"Records of the kind {code(part)} stand in no mirror: the check looks at them at the vendor itself."
            )
            continue
        when = f" Name {code(optional[part])} among the `options` of `hello` too." if part in optional else ""
        example = json.dumps({shown["member"]: [shown["example"]]}, ensure_ascii=False)
        lines.append(
            f"Its {shown['called']} stand in the member {code(shown['member'])}, a list of objects: {code(example)}.{when}"
        )
    return [text for line in lines for text in (line, "")]


def mirrored_fields(vendor: str) -> list[str]:
    """The fields that a mirror may show: by number and label where the vendor numbers them."""
    here = profile.profile(vendor)
    listed = catalogue.load(vendor)[here.entity].fields
    if all("sequence" in field.more for field in listed):
        rows = sorted((field.more["sequence"], field.name, field.type) for field in listed)
        lines = ['A mirror names fields by their numbers, as text: `"2"`.']
        return lines + table(("number", "label", "type"), [(code(n), cell(label), kind) for n, label, kind in rows])
    return table(("field", "type"), [(code(name), cell(kind)) for name, kind in here.types.items()])


def served(here: Emulator) -> list[str]:
    """Where a client is pointed, as the first thing below the addresses."""
    return [
        f"After `mockservers serve`, point your client at `{SERVED}{here.endpoint}`. Another port is printed when it starts."
    ]


def tried(vendor: str, url: str) -> Iterable[tuple[Mapping[str, Any], Any, requests.Response]]:
    """Each word of each list, sent in the ready request that has another one in its place: the list, the word, the answer.

    `instead_of` is the word, or a member of JSON with it (`"status": 1`) where the word alone would not be found.
    """
    for each in facts(vendor).get("words", ()):
        told = (json.dumps(asked, ensure_ascii=False) for asked in facts(vendor)["ready"])
        text = next(found for found in told if f'"{each["operation"]}"' in found and each["instead_of"] in found)
        member, colon, _ = each["instead_of"].partition(": ")
        for value in each["values"]:
            word = value[0] if isinstance(value, list) else value
            new = member + colon + json.dumps(word) if colon else str(word)
            yield each, word, send(vendor, url, json.loads(text.replace(each["instead_of"], new)))
