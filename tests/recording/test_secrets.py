"""No secret reaches the disk: generated secrets in generated traffic, looked for in every form afterwards."""

from __future__ import annotations

import base64
import json
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mockservers.recording import leaves
from mockservers.recording.adapter import adapter
from mockservers.recording.exchanges import Recorded, to_line
from mockservers.recording.files import Head, Recording, Writer
from mockservers.recording.pseudonyms import Pseudonyms
from mockservers.recording.redaction import Redactor
from mockservers.recording.scan import Leak, finalize
from tests.examples import examples

FORM, JSON, XML = "application/x-www-form-urlencoded", "application/json", "text/xml; charset=utf-8"

EXAMPLES = examples(80)
SECRETS = st.text(
    st.characters(min_codepoint=32, exclude_categories=("Cs", "Cc", "Cn", "Co"), exclude_characters="\ufffe\uffff"),
    min_size=4,
    max_size=24,
).map(lambda text: "Zq" + text.strip() + "x")


def spelt(secret: str) -> dict[str, str]:
    """The forms in which the issue forbids a secret to be found."""
    return {
        "plain": secret,
        "percent": quote(secret, safe=""),
        "form": quote_plus(secret),
        "percent, lower": quote(secret, safe="").lower() if secret.lower() == secret else quote(secret, safe=""),
        "base64": base64.b64encode(secret.encode()).decode(),
        "xml": escape(secret),
        "xml attribute": quoteattr(secret)[1:-1],
        "json": json.dumps(secret)[1:-1],
        "json, unicode": json.dumps(secret, ensure_ascii=False)[1:-1],
        "json in xml": escape(json.dumps(secret)[1:-1], {'"': "&quot;"}),
        "json in json": json.dumps(json.dumps(secret)[1:-1])[1:-1],
    }


def presented(place: str, secret: str) -> Recorded:
    """A request that presents a secret at one of the places where secrets are known to stand."""
    pair = base64.b64encode(f"some.user:{secret}".encode()).decode()
    headers, target, body, media = [], "/api/list", "", ""
    if place == "basic":
        headers = [("Authorization", f"Basic {pair}")]
    elif place == "bearer":
        headers = [
            ("Authorization", f"Bearer {base64.urlsafe_b64encode(secret.encode()).decode()}"),
            ("X-Api-Key", secret),
        ]
    elif place == "cookie":
        headers = [("Cookie", f"session={quote(secret)}; lang=en")]
    elif place == "query":
        target = f"/api/list?tid=*&password={quote_plus(secret)}&x=1"
    elif place == "own field":
        target = f"/api/list?PIN={quote(secret, safe='')}"
    elif place == "form":
        body, media = f"user=me&password={quote_plus(secret)}", FORM
    elif place == "json":
        body, media = json.dumps({"login": {"Password": secret, "name": "me"}}), JSON
    elif place == "json, unicode":
        body, media = json.dumps([{"access_token": secret}], ensure_ascii=False), JSON
    elif place == "xml":
        body, media = f"<a:Login xmlns:a='urn:x'><a:Password>{escape(secret)}</a:Password></a:Login>", XML
    elif place == "attribute":
        body, media = f"<login password={quoteattr(secret)}/>", XML
    elif place == "json in xml":
        inner = json.dumps({"QueryData_V1": {"AuthCode": secret, "Filters": []}})
        body, media = f"<Envelope><Body><QueryData><json>{escape(inner)}</json></QueryData></Body></Envelope>", XML
    elif place == "xml in xml":
        inner = f"<queryxml><IntegrationCode>{escape(secret)}</IntegrationCode></queryxml>"
        body, media = f"<Envelope><sXML>{escape(inner)}</sXML></Envelope>", XML
    elif place == "broken json":
        body, media = json.dumps({"a": 1, "password": secret, "b": [1, 2]})[:-3], JSON
    elif place == "broken xml":
        body, media = f"<Login><Password>{escape(secret)}</Password><Na", XML
    if media:
        headers.append(("Content-Type", media))
    return Recorded(2, 0, "POST", target, headers, body.encode(), 200, [("Content-Type", JSON)], b'{"ok": true}')


PLACES = [
    "basic",
    "bearer",
    "cookie",
    "query",
    "own field",
    "form",
    "json",
    "json, unicode",
    "xml",
    "attribute",
    "json in xml",
    "xml in xml",
    "broken json",
    "broken xml",
]


def echoed(secret: str, forms: list[str], where: str) -> Recorded:
    """Other traffic that shows the same secret, where nothing says that it is one."""
    known = spelt(secret)
    text = " and ".join(known[form] for form in forms)
    headers = [("Content-Type", "text/plain")]
    if where == "json":
        return Recorded(
            1, 0, "GET", "/x", [], b"", 200, [("Content-Type", JSON)], json.dumps({"message": text}).encode()
        )
    if where == "xml":
        body = f"<message note={quoteattr(text)}>{escape(text)}</message>".encode()
        return Recorded(1, 0, "GET", "/x", [], b"", 200, [("Content-Type", XML)], body)
    if where == "address":
        safe = quote(text, safe="")
        return Recorded(1, 0, "GET", f"/x/{safe}?q={safe}", [("Referer", f"http://a/?q={safe}")], b"", 200, [], b"")
    if where == "utf-16":
        kind = [("Content-Type", "text/plain; charset=utf-16")]
        return Recorded(1, 0, "GET", "/x", [], b"", 200, kind, f"note {text}".encode("utf-16"))
    if where == "binary":
        return Recorded(1, 0, "GET", "/x", [], b"", 200, [], b"\xff\xfe\xfd\x00" + text.encode() + b"\xff")
    return Recorded(1, 0, "POST", "/x", headers, text.encode(), 500, headers, f"error: {text}".encode())


def texts(path: Path) -> list[str]:
    """Everything that somebody can read in a recording."""
    found = [path.read_text("utf-8")]
    for exchange in Recording(path):
        found += [exchange.target, *(value for pair in (*exchange.headers, *exchange.reply_headers) for value in pair)]
        for body in (exchange.body, exchange.reply_body):
            raw = body or b""
            found += [raw.decode("utf-8", "replace"), raw.decode("utf-16", "replace"), raw.decode("latin-1")]
    return found


def taken(folder: Path, exchanges: list[Recorded], **options: Any) -> Path:
    path = folder / "session.yaml"
    redactor = Redactor(adapter("querydata"), fields=["PIN", "IntegrationCode"], **options)
    writer = Writer(path, Head("querydata", 0))
    try:
        for exchange in exchanges:
            writer.add(redactor.redact(exchange))
        finalize(writer, redactor)
    finally:
        writer.close()
    return path


@given(
    secret=SECRETS,
    place=st.sampled_from(PLACES),
    forms=st.lists(st.sampled_from(sorted(spelt("abcdef"))), min_size=1, max_size=4),
    where=st.sampled_from(["plain", "json", "xml", "address", "utf-16", "binary"]),
    late=st.booleans(),
    keep=st.booleans(),
)
@example('Zq"\\</pw> &%+ü=x', "json in xml", ["json in xml", "base64"], "json", True, True)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_secret_is_in_the_file(
    secret: str, place: str, forms: list[str], where: str, late: bool, keep: bool
) -> None:
    shown, known = echoed(secret, forms, where), presented(place, secret)
    with TemporaryDirectory() as folder:
        try:
            path = taken(Path(folder), [shown, known] if late else [known, shown], keep_identity=keep)
        except Leak:
            assert not list(Path(folder).iterdir())  # then nothing is left
            return
        for text in texts(path):
            for form, spelling in spelt(secret).items():
                assert spelling not in text, form
        text = path.read_text("utf-8")
        assert "__secret." in text
        assert list(Path(folder).iterdir()) == [path]


@given(secret=SECRETS, place=st.sampled_from(PLACES))
@settings(max_examples=examples(60), deadline=None)
def test_what_is_no_secret_stays(secret: str, place: str) -> None:
    exchange = presented(place, secret)
    with TemporaryDirectory() as folder:
        (kept,) = Recording(taken(Path(folder), [exchange]))
    assert [name for name, _ in kept.headers] == [name for name, _ in exchange.headers]
    assert kept.target.partition("?")[0] == "/api/list"
    media = exchange.header("content-type").partition(";")[0]
    before = leaves.leaves((exchange.body or b"").decode(), media)
    if before is not None and "broken" not in place:
        after = leaves.leaves((kept.body or b"").decode(), media)
        assert after is not None
        assert [leaf.path for leaf in after] == [leaf.path for leaf in before]
        assert [leaf.value for leaf in after if "__secret." not in leaf.value] == [
            leaf.value for leaf in before if secret not in leaf.value
        ]


def test_a_spelling_that_hardly_anybody_writes_is_replaced_too(tmp_path: Path) -> None:
    # Every letter as a number: no writer does so, but every reader would understand it.
    odd = "".join(f"&#{ord(letter)};" for letter in "Zq-secret-x")
    exchange = Recorded(1, 0, "GET", "/x", [], b"", 200, [("Content-Type", XML)], f"<a>{odd}</a>".encode())
    kept, _ = Recording(taken(tmp_path, [exchange, presented("json", "Zq-secret-x")]))
    assert kept.reply_body == b"<a>__secret.password__</a>"


def often_quoted(text: str) -> str:
    """A text in more encodings than are undone while the recording runs."""
    for _ in range(4):
        text = quote(text, safe="")
    return text


def test_a_spelling_that_cannot_be_replaced_is_reason_to_write_nothing(tmp_path: Path) -> None:
    exchange = Recorded(1, 0, "GET", f"/x/{often_quoted('Zq secret&x')}", [], b"", 200)
    with pytest.raises(Leak, match=r"exchange 1 \(GET\), the address") as leak:
        taken(tmp_path, [exchange, presented("json", "Zq secret&x")])
    assert "secret" not in str(leak.value).replace("a secret stands", "")
    assert list(tmp_path.iterdir()) == []


def test_a_body_with_a_spelling_that_cannot_be_replaced_is_left_out(tmp_path: Path) -> None:
    answer = f"<a>{often_quoted('Zq secret&x')}</a>".encode()
    exchange = Recorded(1, 0, "GET", "/x", [], b"", 200, [("Content-Type", XML)], answer)
    odd, after = Recording(taken(tmp_path, [exchange, presented("json", "Zq secret&x")]))
    assert not odd.reply_body
    assert odd.omitted == "a body from which a secret could not be taken"
    assert b"__secret.password__" in (after.body or b"")


@pytest.mark.parametrize("word", ["cache", "accept", "trackit", "recording", "keep_identity"])
def test_words_of_headers_and_of_the_head_are_no_leaks(word: str, tmp_path: Path) -> None:
    headers = [("accept", "*/*"), ("cookie", f"session={word}"), ("Content-Type", FORM)]
    asked = Recorded(1, 0, "POST", "/x", headers, f"password={word}".encode(), 200, [("cache-control", "no-store")])
    path = tmp_path / "session.yaml"
    writer = Writer(path, Head("trackit", 0, "", {"keep_identity": False, "secret_fields": ["accept"]}))
    redactor = Redactor(adapter("trackit"))
    writer.add(redactor.redact(asked))
    finalize(writer, redactor)
    (kept,) = Recording(path)
    assert word.encode() not in (kept.body or b"")


def test_no_secret_is_in_the_head(tmp_path: Path) -> None:
    for n, (head, left) in enumerate(
        [(Head("trackit", 0, "by Zq-one-x"), False), (Head("trackit", 0, "", {"by": "Zq-one-x"}), True)]
    ):
        writer, redactor = Writer(tmp_path / f"{n}.yaml", head), Redactor(adapter("trackit"))
        writer.add(redactor.redact(presented("json", "Zq-one-x")))
        with pytest.raises(Leak, match="the head of the file") if left else nullcontext():
            finalize(writer, redactor)
    assert Recording(tmp_path / "0.yaml").head.note == "by __secret.password__"


def test_identity_is_kept_where_it_is_asked_for(tmp_path: Path) -> None:
    sent = [presented("json", each) for each in ("Zq-one-x", "Zq-two-x", "Zq-one-x")]
    bodies = [
        json.loads(each.body or b"")["login"]["Password"]
        for each in Recording(taken(tmp_path, sent, keep_identity=True))
    ]
    assert bodies == ["__secret.password.1__", "__secret.password.2__", "__secret.password.1__"]
    (tmp_path / "session.yaml").unlink()
    bodies = [json.loads(each.body or b"")["login"]["Password"] for each in Recording(taken(tmp_path, sent))]
    assert set(bodies) == {"__secret.password__"}


@pytest.mark.parametrize("secret", ["pw", "a", "12"])
def test_short_secrets_are_replaced_at_their_place(secret: str, tmp_path: Path) -> None:
    sent = [presented(place, secret) for place in ("json", "xml", "query", "form", "attribute")]
    for exchange in Recording(taken(tmp_path, sent)):
        assert "__secret.password__" in exchange.target + (exchange.body or b"").decode()
        assert leaves.leaves((exchange.body or b"").decode()) is not None or not exchange.body


def test_numbers_that_are_secrets_leave_valid_json(tmp_path: Path) -> None:
    body = b'{"PIN": 123456, "count": 3}'
    exchange = Recorded(1, 0, "POST", "/x", [("Content-Type", JSON)], body, 200, [], b"")
    (kept,) = Recording(taken(tmp_path, [exchange]))
    assert json.loads(kept.body or b"") == {"PIN": "__secret.pin__", "count": 3}


def test_people_are_replaced_by_the_same_people(tmp_path: Path) -> None:
    told = {
        "CallerName": "Ida Ideal",
        "CallerPhone": "+1 (518) 555-0199",
        "CallerEmail": "ida@real.example",
        "Remarks": "Ida Ideal (ida@real.example) called",
    }
    again = {"By": "Ida Ideal", "Note": "wrote to IDA@real.example"}
    exchanges = [
        Recorded(
            n, 0, "GET", "/x?who=ida%40real.example", [], b"", 200, [("Content-Type", JSON)], json.dumps(each).encode()
        )
        for n, each in enumerate((told, again), 1)
    ]
    path = taken(tmp_path, exchanges, pseudonyms=Pseudonyms(adapter("querydata").people))
    text = path.read_text()
    for real in ("Ida", "real.example", "555-0199"):
        assert real not in text
    one, other = (json.loads(each.reply_body or b"") for each in Recording(path))
    assert one["CallerName"] == other["By"]
    assert one["CallerName"] in one["Remarks"]
    assert one["CallerEmail"] in one["Remarks"]
    assert one["CallerEmail"] in other["Note"]


def test_stand_ins_are_left_alone(tmp_path: Path) -> None:
    exchanges = [presented("json", "secret"), presented("json", "password-secret"), presented("xml", "Zq-other-x")]
    found = list(Recording(taken(tmp_path, exchanges)))
    assert "____secret" not in "".join(to_line(each) for each in found)


def test_many_secrets_cost_no_more_than_few(tmp_path: Path) -> None:
    tokens = [f"Zq-token-{n:04}/é" for n in range(300)]
    exchanges = [presented("json", each) for each in tokens]
    exchanges.append(echoed(tokens[7], sorted(spelt(tokens[7])), "plain"))
    text = "\n".join(texts(taken(tmp_path, exchanges, keep_identity=True)))
    for spelling in (*spelt(tokens[7]).values(), *tokens):
        assert spelling not in text
    assert "__secret.password.300__" in text


def sealed(exchanges: list[Recorded], path: Path, vendor: str = "autotask") -> str:
    """The file that such exchanges become."""
    redactor, writer = Redactor(adapter(vendor)), Writer(path, Head(vendor, 0))
    for each in exchanges:
        writer.add(redactor.redact(each))
    finalize(writer, redactor)
    return path.read_text("utf-8")


PARTS = (
    b'--B\r\nContent-Disposition: form-data; name="password"\r\n\r\nhunter22\r\n--B\r\nContent-Disposition: form-data; '
    b"name=token\r\nContent-Type: text/plain\r\n\r\nhunter33\r\n--B--\r\n"
)


@pytest.mark.parametrize(
    ("target", "headers", "body", "media"),
    [
        ("/x", [], PARTS, "multipart/form-data; boundary=B"),
        ("/x", [], b'<a xmlns:i="urn:i"><Password i:type="i:string">hunter22</Password></a>', XML),
        ("/x", [], b"<a><Password><value>hunter22</value></Password></a>", XML),
        ("/x", [], b"<a><password>hunter22<b/>hunter33</password></a>", XML),
        ("/x", [], b'{"password": {"value": "hunter22"}}', JSON),
        ("/x", [], b'{"p\\u0061ssword": "hunter22"}', JSON),
        ("/x", [], b"{'password': 'hunter22'}", "text/plain"),
        ("/x", [], b"data=%7B%22password%22%3A%22hunter22%22%7D", FORM),
        ("/x", [], b'{"next": "https://a.example/x?n=1&token=hunter22"}', JSON),
        ("/x?q=%7B%22password%22%3A%22hunter22%22%7D", [], b"", ""),
        ("/x;password=hunter22/y?a=1;token=hunter33", [], b"", ""),
        ("/x", [("Referer", "https://a.example/y?a=1&password=hunter22#token=hunter33")], b"", ""),
        ("/x", [("Referer", "https://me:hunter22@a.example/y")], b"", ""),
        ("/x", [("Cookie", "hunter22; a=b")], b"", ""),
    ],
)
def test_secrets_are_known_at_less_usual_places(
    target: str, headers: list[tuple[str, str]], body: bytes, media: str, tmp_path: Path
) -> None:
    kind = [("Content-Type", media)] if media else []
    answers = [("Set-Cookie", "hunter44; Path=/"), ("Location", "/z#access_token=hunter55&x")]
    asked = Recorded(1, 0, "POST", target, [*headers, *kind], body, 200, answers, b"")
    echoed = Recorded(2, 0, "POST", target, [*headers, *kind], body, 200, kind, body)
    text = sealed([asked, echoed], tmp_path / "session.yaml")
    assert "hunter" not in text
    assert "; Path=/" in text
    assert "omitted" not in text


@pytest.mark.parametrize(
    ("secret", "echo"),
    [
        ("p&w<o>r'd", "p\\u0026w\\u003co\\u003er\\u0027d"),
        ("p&w<o>r'd+", "p\\u0026w\\u003Co\\u003Er\\u0027d\\u002B"),
        ("p\u00e4ssw\u00f6rd'", "p&#228;ssw&#246;rd&#39;"),
        ("\u65e5\u672cpq", "&#26085;&#26412;pq"),
        ("p\u00e4ssw\u00f6rd", "p%E4ssw%F6rd"),
        *(
            (secret, base64.b64encode(b"zq"[:before] + inner + b"t").decode())
            for secret in ("p%40ss&w<o>r'd\"x", "test")
            for before in range(3)
            for inner in (
                json.dumps({"k": secret}).encode(),
                f"<a>{escape(secret)}</a>".encode(),
                f"a={quote_plus(secret)}&b".encode(),
                base64.b64encode(b"q" + secret.encode() + b"t"),
            )
        ),
    ],
)
def test_secrets_are_replaced_in_less_usual_spellings(secret: str, echo: str, tmp_path: Path) -> None:
    asked = Recorded(1, 0, "POST", "/x", [("Content-Type", JSON)], json.dumps({"password": secret}).encode(), 200)
    told = Recorded(2, 0, "GET", "/y", [], b"", 200, [("Content-Type", "text/plain")], f"so {echo} be it".encode())
    text = sealed([asked, told], tmp_path / "session.yaml")
    assert echo not in text
    assert json.dumps(echo)[1:-1] not in text


@pytest.mark.parametrize("coding", ["latin-1", "utf-8"])
def test_a_secret_in_another_charset_is_the_same_one(coding: str, tmp_path: Path) -> None:
    secret = "p\u00e4ssw\u00f6rd"
    basic = base64.b64encode(f"me:{secret}".encode(coding)).decode()
    target = f"/x?password={quote(secret.encode(coding))}"
    body = f"{secret} {quote(secret)} ".encode() + secret.encode("latin-1") + quote(secret.encode("latin-1")).encode()
    for n, (where, headers) in enumerate([("/x", [("Authorization", f"Basic {basic}")]), (target, [])]):
        path = tmp_path / f"{n}.yaml"
        sealed([Recorded(1, 0, "GET", where, headers, b"", 200, [("Content-Type", "text/plain")], body)], path)
        (kept,) = Recording(path)
        assert not (kept.reply_body or b"").replace(b"__secret.password__", b"").strip()
        assert kept.target in ("/x", "/x?password=__secret.password__")


def test_a_word_in_a_letter_tells_of_no_secret(tmp_path: Path) -> None:
    letter = b"Dear all,\nthe password\n\nis on the wall.\n--\nme"
    sealed([Recorded(1, 0, "POST", "/x", [("Content-Type", "text/plain")], letter, 200)], tmp_path / "session.yaml")
    (kept,) = Recording(tmp_path / "session.yaml")
    assert kept.body == letter


def test_what_the_vendor_itself_blotted_out_is_no_secret(tmp_path: Path) -> None:
    told = b'<a xmlns:i="urn:i"><Password i:type="i:string">******</Password><Title>****** urgent</Title></a>'
    sealed([Recorded(1, 0, "GET", "/x", [], b"", 200, [("Content-Type", XML)], told)], tmp_path / "session.yaml")
    (kept,) = Recording(tmp_path / "session.yaml")
    assert kept.reply_body == told
