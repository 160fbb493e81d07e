"""Redaction: no secret is kept or shown, however it is written, and no text takes longer for being odd."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mockservers import registry
from mockservers.kernel import instants
from mockservers.kernel.journal import Exchange
from mockservers.kernel.operations import Call, Context, Operation
from mockservers.kernel.places import Element
from mockservers.kernel.redaction import LEFT_OUT, MASK, SHORTEST, Redaction, mask, shows
from mockservers.kernel.rules import Note
from mockservers.kernel.search import Budget, Search, TooOdd
from mockservers.kernel.world import World, WorldConfig
from tests import secret_spellings
from tests.secret_spellings import SPELLINGS, spelt
from tests.server import toy

SECRETS = secret_spellings.secrets(500)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
secrets = st.text(st.characters(min_codepoint=33, exclude_categories=["Cs"]), min_size=SHORTEST, max_size=12)
FORMS: list[Callable[[str], str]] = [
    str,
    lambda s: quote(s, safe=""),
    quote_plus,
    escape,
    lambda s: escape(s, {'"': "&quot;"}),
    lambda s: json.dumps(s)[1:-1],
    lambda s: json.dumps(s, ensure_ascii=False)[1:-1],
    lambda s: json.dumps(escape(s))[1:-1],
    lambda s: base64.b64encode(s.encode()).decode(),
]


@given(secrets, st.sampled_from(FORMS), texts, texts)
def test_a_secret_is_never_visible_in_any_form(
    secret: str, form: Callable[[str], str], before: str, after: str
) -> None:
    shown = form(secret)
    assume(len(shown) >= SHORTEST and shown not in MASK)
    assume(all(form(secret) not in part for form in FORMS for part in (before, after)))
    assert shown not in mask(before + shown + after, [secret]).replace(MASK, "")


@given(
    st.text(st.characters(exclude_categories=[]), max_size=12),
    st.text(st.characters(exclude_categories=[]), max_size=30),
)
def test_masking_takes_any_text_even_what_is_none(secret: str, text: str) -> None:
    assert isinstance(mask(text, [secret]), str)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Authorization", "Basic ***"),
        ("proxy-authorization", "Basic ***"),
        ("Cookie", "Basic ***"),
        ("Set-Cookie", "Basic ***"),
        ("X-Api-Key", "Basic ***"),
        ("Accept", "Basic abcdef"),
        ("X-Auth-Token", "Basic ***"),
        ("x-csrf-token", "Basic ***"),
        ("X-Author", "Basic abcdef"),
    ],
)
def test_headers_that_hold_secrets_by_their_name(name: str, kept: str) -> None:
    headers = [("Host", "x"), (name, "Basic abcdef")]
    assert Redaction([]).headers(headers) == [("Host", "x"), (name, kept)]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Authorization Bearer abcdef", "Authorization Bearer ***"),
        ("Authorization\tabcdef", "Authorization\t***"),
        ("authorization=Basic abcdef", "authorization=Basic ***"),
        ("X-Auth-Token abcdef", "X-Auth-Token ***"),
        ("GET Cookie abcdef; b=c", "GET Cookie ***"),
        ("Bearer abcdef", "Bearer ***"),
        ("X-Author abcdef", "X-Author abcdef"),
        ("X-Author secret-1", "X-Author ***"),
        ("secret-1", "***"),
        ("Authorization ", "Authorization "),
    ],
)
def test_a_name_of_a_header_without_a_colon_shows_no_secret(name: str, kept: str) -> None:
    (found,) = Redaction(["secret-1"]).headers([(name, "")])
    assert found[0] == kept


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "utf-7", "utf-8"])
def test_a_body_is_read_in_its_own_coding(coding: str) -> None:
    secret = "schlüssel-1"
    headers = [("content-type", f'text/xml; charset="{coding}"')]
    for sent in ([], headers):
        if coding in ("latin-1", "utf-7") and not sent:
            continue  # nothing tells
        kept = Redaction([secret]).body(f"<a>{secret}</a>".encode(coding), sent)
        assert kept.decode(coding) == "<a>***</a>"


@pytest.mark.parametrize("named", ["none-such", "base64", "punycode", "utf-16"])
def test_a_wrong_charset_hides_nothing(named: str) -> None:
    headers = [("Content-Type", f"text/xml; charset={named}")]
    assert Redaction(["secret-1"]).body(b"<a>secret-1</a>", headers) == b"<a>***</a>"
    assert Redaction([]).body(b"<a>\xff\x00</a>", headers) == b"<a>\xff\x00</a>"


def test_bytes_that_are_no_text_are_masked_too() -> None:
    secret = b"caf\xe9\xff".decode("utf-8", "surrogateescape")
    assert mask(f"k={secret}&l=caf%E9%FF&m=caf%e9%ff", [secret]) == f"k={MASK}&l={MASK}&m={MASK}"


def test_patterns_mask_short_and_unknown_secrets() -> None:
    pattern = re.compile(r"key=([^&]*)|code:(\w+)")
    assert mask("a?key=x&b=1 code:y", [], [pattern]) == f"a?key={MASK}&b=1 code:{MASK}"
    assert mask("abc", ["a"]) == "abc"


# --- every spelling of many secrets -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_secret_is_masked_in_every_spelling(name: str) -> None:
    known = 0
    for secret in SECRETS:
        try:
            written = SPELLINGS[name](secret)
        except UnicodeEncodeError:
            continue
        known += 1
        masked = mask(f"so |{written}| be it", [secret])
        assert written not in masked, secret
        assert not shows(masked, [secret]), secret
        if "base64" not in name:
            assert masked == f"so |{MASK}| be it", secret
    assert known > 100


@pytest.fixture
def world() -> Iterator[World]:
    config = WorldConfig(mode="frozen", start=instants.from_iso("2026-03-01T10:00:00Z"))
    made = World("w", config, toy.emulator)
    yield made
    made.close()


CHARSETS = ("utf-8", "utf-16", "utf-16-be", "latin-1", "utf-32", "utf-8")


def _encoded(text: str, number: int) -> tuple[bytes, str]:
    """A text in one of some charsets, and which."""
    charset = CHARSETS[number % len(CHARSETS)]
    try:
        return text.encode(charset), charset
    except UnicodeEncodeError:
        return text.encode(), "utf-8"


def test_no_part_of_a_journal_entry_shows_a_secret(world: World) -> None:
    for number, secret in enumerate(SECRETS):
        forms = spelt(secret, number, 8)
        texts = [f"at {written} end" for written in forms.values()]
        body, charset = _encoded(f"<a>{texts[0]}</a> {texts[1]}", number)
        reply, reply_charset = _encoded("\n".join(texts), number + 1)
        exchange = Exchange(
            "GET",
            f"/toy?word={texts[2]}",
            [("X-Note", texts[3]), ("Content-Type", f"text/plain; charset={charset}")],
            body,
            status=200,
            reply_headers=[("Location", texts[-1]), ("Content-Type", f"text/plain; charset={reply_charset}")],
            reply_body=reply,
            secrets=[secret],
        )
        entry = exchange.entry = world.journal.open(0, 0, "toy", "Echo", "client")
        entry.notes.append(Note("toy.echo.shout", texts[4], {"word": texts[5], "more": [texts[-2]]}))
        world.finish("toy", exchange, f"Traceback: {texts[0]}\nKeyError: {secret!r}")
        kept = entry.exchange
        assert kept is not None
        shown = [
            kept.target,
            repr([kept.headers, kept.reply_headers]),
            kept.body.decode(charset),
            kept.reply_body.decode(reply_charset),
            entry.error or "",
            repr(entry.notes),
        ]
        assert not kept.left_out
        for text in shown:
            assert MASK in text
            assert not shows(text, [secret])
            for name, written in forms.items():
                assert written not in text, (secret, name)


def test_what_other_people_asked_and_got_shows_no_secret(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def create(ctx: Context, request: dict[str, object]) -> dict[str, object]:
        ctx.secret(str(request["password"]))
        return {"id": "1", "said": [request["note"]], request["note"]: 1}

    monkeypatch.setitem(toy.emulator("toy").admin_operations, "create", Operation("create", create))
    for number, secret in enumerate(SECRETS):
        for name, written in spelt(secret, number, 5).items():
            world.perform(Call("toy", "create", {"password": secret, "note": f"so {written}"}, actor="other"))
            entry = list(world.journal)[-1]
            assert entry.request == {"password": MASK, "note": entry.request["note"]}
            for text in (entry.request["note"], *entry.result["said"], *entry.result):
                assert written not in text, (secret, name)
                assert not shows(text, [secret])
    world.act("toy", "create", {"password": "x", "note": "the key is demo-key-1"})
    assert list(world.journal)[-1].request["note"] == f"the key is {MASK}"


def test_what_is_no_secret_is_left_alone() -> None:
    text = json.dumps({"a": "R&D <b> 100% \\ \u00e4\u65e5", "b": base64.b64encode(b"nothing to see" * 9).decode()})
    for secret in SECRETS:
        assert mask(text, [secret]) == text
    body = text.encode()
    assert Redaction(SECRETS).body(body, ()) is body


# --- work -------------------------------------------------------------------------------------------------------------

ODD = {
    "escapes of escapes": "%26amp;amp;%2525\\u0025\\\\u0026&#x5c;u0025",
    "all sorts": "&amp;%25\\u0026\\\\%26quot;&#37;26",
    "backslashes": "\\\\",
    "references": "&eacute;&#233;&#x0000e9;",
    "percent": "%41%42",
    "plain": "pa'ss&word%1",
    "nearly": "a&amp;b&lt;c ",
    "quotes": "pa''ss\"\"",
    "words": "demo-key-2 ss%27 wo&amp;rd ",
    "base64": base64.b64encode(b"demo-key-1,").decode(),
    "nearly in base64": base64.b64encode(b"pa'ss&w0rd demo-key-x ").decode(),
    "base64 of base64": base64.b64encode(base64.b64encode(b"pa'ss&word%1 demo-key-1")).decode(),
    "zeros": "&#0000000000000000",
    "ampersands": "&amp;amp;amp;",
    "names": "password ",
}
KNOWN = ["demo-key-1", "pa'ss&word%1", "a&b<c", "&<'\"%"]


def steps(text: str) -> int:
    """What it takes to search a text, in steps; as much as it may take where that is not enough."""
    work = Budget(len(text))
    try:
        Search(KNOWN).spans(text, work)
    except TooOdd:
        return work.most
    return work.spent


@pytest.mark.parametrize("name", ODD)
def test_a_text_twice_as_long_takes_twice_the_steps(name: str) -> None:
    head = "pa%27ss demo-key-1 &quot;"
    few, many, lots = (steps(head + ODD[name] * (count // len(ODD[name]))) for count in (5_000, 10_000, 40_000))
    assert many <= 2.2 * few + 100
    assert lots <= 4.4 * many + 100


def test_a_text_that_takes_too_many_steps_is_left_out(world: World) -> None:
    text = "pa%27ss" + ODD["all sorts"] * 9_000
    with pytest.raises(TooOdd, match=r"more than [0-9]+ steps"):
        Search(KNOWN).spans(text)
    assert mask(text, KNOWN) == LEFT_OUT
    assert not shows(text, KNOWN)
    redaction = Redaction(KNOWN)
    assert redaction.body(text.encode(), ()) == LEFT_OUT.encode()
    assert redaction.left_out
    monkey = Exchange("POST", "/toy", [("X", "y")], text.encode(), status=200, reply_body=b"fine", secrets=KNOWN)
    world.journal.most_body = len(text)
    world.finish("toy", monkey)
    kept = list(world.journal)[-1].exchange
    assert kept is not None
    assert (kept.body, kept.reply_body, kept.headers, kept.left_out) == (LEFT_OUT.encode(), b"fine", [("X", "y")], True)


PLACES = [
    "Password ",
    "<Password ",
    "<Password>",
    "<Password><![CDATA[",
    "Basic " + " " * 90,
    "IntegrationCode",
    "uthCode",
    'uthCode="\\\\',
    "uthCode={",
    'uthCode"',
    "uthCode':'",
    "uthCode" + " " * 90,
    'assword" : "\\',
    'assword"' + " " * 90,
    "8A:" + "a" * 70,
    "7T:",
    "?key=&%6bey=",
    "_token=",
]


@pytest.mark.parametrize("vendor", registry.names())
def test_places_of_secrets_are_found_in_one_look(vendor: str) -> None:
    # Each of these once took time by the square of its length: hours, at this one.
    patterns = registry.emulator(vendor).secret_patterns
    for unit in PLACES:
        assert len(mask(unit * (200_000 // len(unit)), [], patterns)) > 0
    assert len(mask('{AuthCode: "' + "\\" * 200_000, [], patterns)) > 0


def test_many_secrets_are_found_as_few_are() -> None:
    many = [f"a-token-{number:05}/x&y" for number in range(3000)]
    text = "; ".join(f"{quote(each, safe='')} {each}" for each in many[:200])
    assert mask(text, many) == "; ".join([f"{MASK} {MASK}"] * 200)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("<Code>s</Code><b>t</b>", ["s"]),
        ("<a><n:Code x='1'>s</n:Code>\n</a>", ["s"]),
        ("<Code>s</Code>not in it", ["s"]),
        ("<b></b>Code>s<", ["s"]),
        ("<Code/></b>Code</Code>x", []),
        ("</a><Code>s", ["s"]),
        ("</b c:Code>s<", ["s"]),
        ("</b Code='1'>s<", ["s"]),
    ],
)
def test_an_element_ends_where_its_end_stands(text: str, hidden: list[str]) -> None:
    assert [text[start:end] for start, end in Element("Code").spans(text)] == hidden
