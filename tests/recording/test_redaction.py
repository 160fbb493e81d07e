"""The recorder's redaction: no spelling of a secret in the file, and no body that takes longer for being odd."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from mockservers.recording.adapter import adapter
from mockservers.recording.exchanges import Recorded
from mockservers.recording.fields import named
from mockservers.recording.fields import secrets as secret_fields
from mockservers.recording.files import Head, Recording, Writer
from mockservers.recording.fragments import Fragments
from mockservers.recording.leaves import leaves
from mockservers.recording.pseudonyms import Pseudonyms
from mockservers.recording.redaction import Redactor
from mockservers.recording.scan import finalize
from mockservers.recording.secret_names import SecretNames
from tests import secret_spellings
from tests.secret_spellings import spelt

JSON, XML, TEXT = "application/json", "text/xml", "text/plain"
SECRETS = secret_spellings.secrets(500)
BATCH = 50


def told(number: int, text: str, secret: str) -> list[Recorded]:
    """What shows a secret somewhere, and after it what presents it."""
    echo = Recorded(
        number, 0, "GET", f"/x?note={text}", [("X-Note", text)], text.encode(), 200,
        [("Content-Type", TEXT), ("Location", f"/y/{text}")], f"so |{text}| be it".encode(),
    )  # fmt: skip
    body = json.dumps({"password": secret}, ensure_ascii=bool(number % 2)).encode()
    return [echo, Recorded(number, 0, "POST", "/login", [("Content-Type", JSON)], body, 200)]


@pytest.mark.parametrize("first", range(0, len(SECRETS), BATCH))
def test_no_spelling_of_a_secret_is_in_a_recording(first: int, tmp_path: Path) -> None:
    path, redactor = tmp_path / "session.yaml", Redactor(adapter("trackit"), keep_identity=True)
    writer, forms = Writer(path, Head("trackit", 0)), []
    for number, secret in enumerate(SECRETS[first : first + BATCH], first):
        written = spelt(secret, number, 6)
        forms += written.items()
        for each in told(number, " ".join(f"|{form}|" for form in written.values()), secret):
            writer.add(redactor.redact(each))
    finalize(writer, redactor)
    shown = [path.read_text("utf-8")]
    for exchange in Recording(path):
        assert not exchange.omitted
        shown += [exchange.target, *(value for pair in (*exchange.headers, *exchange.reply_headers) for value in pair)]
        shown += [(body or b"").decode() for body in (exchange.body, exchange.reply_body)]
    everything = "\n".join(shown)
    for name, form in forms:
        assert form not in everything, name
    assert everything.count("__secret.password.") > 6 * BATCH


def test_pseudonyms_are_written_as_the_names_were() -> None:
    people = Pseudonyms({"who": "name"})
    people.learn(json.dumps({"who": "Zoë O'Neill & Co"}), JSON)
    invented = people.replace("Zoë O'Neill & Co")
    assert invented.isascii()
    assert "Zo" not in invented
    plus, percent = invented.replace(" ", "+"), invented.replace(" ", "%20")
    for name, form in spelt("Zoë O'Neill & Co").items():
        if "base64" not in name and "latin" not in name and "'" not in invented:
            kept = people.replace(f"|{form}|")
            assert kept in (f"|{invented}|", f"|{plus}|", f"|{percent}|", f"|{percent.replace('%', '%25')}|",
                            f"|{percent.replace('%', '%2525')}|", f"|{plus.replace('+', '%2B')}|"), name  # fmt: skip


# --- work -------------------------------------------------------------------------------------------------------------

N = 150_000


def _times(unit: str) -> str:
    return unit * (N // len(unit))


ODD = {
    "names": (_times("password ") + "password=x1234", TEXT),
    "cut JSON": ('"password":"' + _times('a\\"'), JSON),
    "parts": (_times('name="password"\r\n'), "multipart/form-data; boundary=B"),
    "parts on one line": (_times("name=password;"), "multipart/form-data; boundary=B"),
    "a text in JSON": (json.dumps({"token": "<r>" + _times("<a b='1'>x&amp;y</a>") + "</r>"}), JSON),
    "a long value": (json.dumps({"password": _times("<&'\"%\\é ")}), JSON),
    "numbers": ('{"password":"x1234","a":[' + _times("1,") + "1]}", JSON),
    "a deep list": ('{"password":"x1234","a":' + "[" * 400 + _times("1,") + "1" + "]" * 400 + "}", JSON),
    "long paths": ('{"password":"x1234","a":' + ('{"' + "k" * 400 + '":') * 400 + "[" + _times("1,") + "1]" + "}" * 401, JSON),
    "what looks like trees": ('{"password":"x1234","a":[' + _times('"<a>",') + "1]}", JSON),
    "elements": ("<r><password>x1234</password>" + _times("<a/>") + "</r>", XML),
    "deep elements": ("<a>" * 250 + "<password>x1234</password>" + _times("<b>c</b>") + "</a>" * 250, XML),
    "cut elements": (_times("<password "), XML),
    "backslashes": ('"password":"x' + "\\" * N, JSON),
    "escaped members": ('\\"password\\":\\"x' + "\\" * N + '"' + "\\" * N, JSON),
    "addresses": (_times("?token=a"), TEXT),
    "user info": (_times("://a:"), TEXT),
    "many secrets": ("[" + ",".join(f'{{"password":"pw-{n:06}-x"}}' for n in range(N // 25)), JSON),
    "letters": (_times("a") + "@" + _times("b"), TEXT),
    "dots": (_times(".") + "@", TEXT),
    "blanks": (_times("password" + " " * 50), TEXT),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_odd_bodies_are_taken_in_time_by_their_length(name: str, tmp_path: Path) -> None:
    # Most of these once took time by the square of their length: minutes, at this one, in which nobody else was served.
    text, media = ODD[name]
    redactor = Redactor(adapter("trackit"), pseudonyms=Pseudonyms(adapter("trackit").people))
    headers = [("Content-Type", media), ("Cookie", _times("a")), ("X", _times("b "))]
    kept = redactor.redact(Recorded(1, 0, "POST", "/x", headers, text.encode(), 200, headers, b""))
    assert b"x1234" not in (kept.body or b"")
    assert kept.body is not None or kept.omitted == (
        "a body: what could not be searched for secrets in the steps that a text of its length may take"
    )


@pytest.mark.parametrize(
    "unit",
    ["password ", "<password ", 'name="password"\r\n', "name=password;", '"password":', "password>", "\\", "token='"],
)
def test_what_follows_a_name_is_looked_at_once(unit: str) -> None:
    def looked(count: int) -> int:
        reading = Fragments(SecretNames({"password": "password", "token": "token"})).find(unit * count)
        found = list(reading)
        assert all(one.end <= other.start for one, other in pairwise(found))
        return reading.looked

    assert looked(4000) <= 4.1 * looked(1000) + 100


def test_a_path_that_is_far_too_long_is_told_by_its_digest() -> None:
    deep = '{"' + "k" * 300 + '":'
    one, other = (leaves(deep * 9 + f'{{"a": 1, "{name}": 2}}' + "}" * 9) or [] for name in ("b", "c"))
    assert [leaf.name for leaf in one] == ["a", "b"]
    assert one[0] == other[0]
    assert one[0].path != one[1].path
    assert all(len(leaf.path) < 1200 for leaf in one)


def test_values_are_known_by_their_names_and_by_what_is_above_them() -> None:
    text = (
        '{"x": [{"Password": "one", "n": 1}], "PIN": 12, "password": {"a": ["two", {"b": "three"}], "@c": "no"}, '
        '"ns:password": "four", "s": "<r pin=\\"5\\"><Password e=\\"no\\">six<b/>seven</Password><q>no</q></r>", "e": {}}'
    )
    kinds = {"password": "password", "pin": "pin"}
    assert secret_fields(text, SecretNames(kinds)) == [
        ("password", "one", "text"), ("pin", "12", "number"), ("password", "two", "text"), ("password", "three", "text"),
        ("password", "four", "text"), ("pin", "5", "text"), ("password", "six", "text"), ("password", "seven", "text"),
    ]  # fmt: skip
    assert [value for _, value, _ in named("pin=1&a=2&password=x%20y", kinds) or ()] == ["1", "x y"]
    assert named("no tree", kinds) is None
    assert named('{"password": "x"', kinds) is None
    assert named('{"a": 1}', {}) == []


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('{"password": "a\\"b", "x', ['a\\"b']),
        ('"{\\"password\\": \\"a b\\", \\"x', ["a b"]),
        ('"{\\"password\\": \\"a\\\\\\"b\\", \\"x', ['a\\\\\\"b']),
        ('{"password": "cut', ["cut"]),
        ('{"password": 12.5, "x', ["12.5"]),
        ("{&quot;password&quot; : &quot;a b&quot;, ", ["a b"]),
        ("{&quot;password&quot;:&quot;a\\&quot;b&quot;, ", ["a\\&quot;b"]),
        ("<a:Password e='1'>x y</a:Password>\n  <b>", ["x y"]),
        ("<password/> and <b>", []),
        ('name="password"\r\n\r\nx y\r\n--B', ["x y"]),
        ("name=password; a\r\nContent-Type: b\r\n\r\nx\r\n", ["x\r\n"]),
        ("the password\n\nis on the wall", []),
        ("password=x&a", ["x"]),
        ('login password = "x y"', ["x y"]),
        ("my-password=hunter", ["hunter"]),
    ],
)
def test_values_are_found_in_texts_that_no_parser_takes(text: str, values: list[str]) -> None:
    found = list(Fragments(SecretNames({"password": "password"})).find(text))
    assert [text[each.start : each.end] for each in found] == values
    assert {each.kind.name.removeprefix("other-") for each in found} <= {"password"}


def redacted(exchange: Recorded, vendor: str = "trackit") -> Recorded:
    return Redactor(adapter(vendor)).redact(exchange)


@pytest.mark.parametrize("cookie", ["page=1000", "tab=items", "product=trackit", "tz=Europe%2FOslo", "items"])
def test_a_cookie_that_is_a_setting_goes_from_its_header_alone(cookie: str) -> None:
    body = b'{"items":[],"total":1000,"tz":"Europe/Oslo","by":"trackit"}'
    answer = [("Content-Type", JSON), ("Set-Cookie", f"{cookie}; Path=/items")]
    kept = redacted(Recorded(1, 0, "GET", "/items?max=1000", [("Cookie", cookie)], b"", 200, answer, body))
    name, equals, _ = cookie.rpartition("=")
    assert kept.headers == [("Cookie", f"{name}{equals}__secret.cookie__")]
    assert kept.reply_headers[1][1] == f"{name}{equals}__secret.cookie__; Path=/items"
    assert (kept.target, kept.reply_body) == ("/items?max=1000", body)


def test_a_number_that_is_a_secret_is_replaced_where_it_stands_by_itself() -> None:
    body = '{"a":4821,"b":[4821, 14821,-4821],"c":"x4821y","d":"{\\"a\\":4821}","e":48210,"f":"a: 4821, b"}'
    asked = Recorded(1, 0, "GET", "/x?n=4821&m=48212", [("Cookie", "sid=4821")], b"", 200, [("Content-Type", JSON)])
    kept = redacted(replace(asked, reply_body=body.encode()))
    one = "__secret.cookie__"
    assert kept.target == f"/x?n={one}&m=48212"
    assert json.loads(kept.reply_body or b"") == {
        "a": one, "b": [one, 14821, one], "c": f"x{one}y", "d": f'{{"a":"{one}"}}', "e": 48210, "f": f"a: {one}, b"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("Set-Cookie", "sid = hJ7xQ2pLm9Zt; Domain=desk.example", "sid = {}; Domain=desk.example"),
        ("Set-Cookie", "=hJ7xQ2pLm9Zt; Path=/", "={}; Path=/"),
        ("Set-Cookie", "hJ7xQ2pLm9Zt; Path=/", "{}; Path=/"),
        ("Set-Cookie", 'sid="hJ7xQ2pLm9Zt"; Path=/', 'sid="{}"; Path=/'),
        ("Set-Cookie", 'sid="hJ7xQ2pLm9Zt;x"; Path=/', 'sid="{}"; Path=/'),
        ("Set-Cookie", "sid=; Path=/", "sid=; Path=/"),
        ("Cookie", "a = hJ7xQ2pLm9Zt;\tb=q7abcdeZ9; hJ7xQ2pLm9Zt", "a = {};\tb={}; {}"),
        ("Cookie", "a=b=hJ7xQ2pLm9Zt==;", "a={};"),
    ],
)
def test_cookies_are_read_as_browsers_do(name: str, value: str, kept: str) -> None:
    found = redacted(Recorded(1, 0, "GET", "/x", [(name, value)], b"", 200))
    assert found.headers == [(name, kept.replace("{}", "__secret.cookie__"))]


V = "hJ7xQ2pLm9Zt"
FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data; boundary=B"


@pytest.mark.parametrize(
    ("target", "media", "body"),
    [
        ("/x", FORM, f"r=%2Fcb%3Faccess_token%3D{V}"),
        ("/x", FORM, f"u=https%3A%2F%2Fbob%3A{V}%40a.example"),
        (f"/x?u=https%3A%2F%2Fbob%3A{V}%40a.example", "", ""),
        (f"/x?returnUrl=%2Fcb%3Fnext%3D%252Fa%253Faccess_token%253D{V}", "", ""),
        (f"/x?q={base64.b64encode(f'password={V}'.encode()).decode()}", "", ""),
        ("/x", JSON, json.dumps({"q": base64.urlsafe_b64encode(f"password={V}".encode()).decode()})),
        ("/x", JSON, f'{{"href":"/x?a=1\\u0026access_token\\u003d{V}"}}'),
        ("/x", JSON, f'{{"href":"/x?a=1\\u0026access_token\\u003d{V}", "cut'),
        ("/x", JSON, f'{{"r":"/cb?u=%2Fa%3Faccess_token%3D{V}"}}'),
        ("/x", XML, f'<a b="/cb?u=%2Fa%3Faccess_token%3D{V}"/>'),
        ("/x", XML, f"<a>/cb?u=%2Fa%3Faccess_token%3D{V}</a>"),
        ("/x", TEXT, f"%7B%22token%22%3A%22{V}%22%7D"),
        ("/x", PARTS, f'--B\r\nContent-Disposition: form-data; name="user[password]"\r\n\r\n{V}\r\n--B--\r\n'),
    ],
)
def test_values_are_searched_as_their_readers_read_them(target: str, media: str, body: str) -> None:
    headers = [("Content-Type", media)] if media else []
    kept = redacted(Recorded(1, 0, "POST", target, headers, body.encode(), 200))
    shown = f"{kept.target} {(kept.body or b'').decode()}"
    assert not kept.omitted
    assert V not in shown
    assert "__secret." in shown


@pytest.mark.parametrize(
    ("media", "body"),
    [
        (JSON, f'{{"name":"password","values":["{V}"]}}'),
        (JSON, f'{{"name":"password","value":{{"string":"{V}"}}}}'),
        (JSON, f'{{"Name":"password","StringValue":"{V}"}}'),
        (XML, f"<member><name>password</name><value><string>{V}</string></value></member>"),
        (XML, f'<Attribute Name="sessionToken"><AttributeValue>{V}</AttributeValue></Attribute>'),
        (TEXT, f"password := {V}"),
        (TEXT, f"a: 1\npassword: |\n  {V}\nb: 2"),
        (TEXT, f"Password:\n {V}"),
        (TEXT, f"Password:\r\n    {V}\r\nBye"),
        (JSON, json.dumps({"mail": f"Your password:\r\n\t{V}\r\nBye"})),
        (TEXT, f"['user' => 'bob', 'password' => '{V}']"),
        (TEXT, f"h['X-Auth-Token']='{V}'"),
        (TEXT, f'h["X-Auth-Token"] = "{V}"'),
        *(
            (JSON, json.dumps({name: V}))
            for name in ("last_password", "nextPassword", "forgotPasswordToken", "last_token")
        ),
        (FORM, f"user=a&last_password={V}"),
        ("text/html", f'<div data-config="{{&#x22;csrfToken&#X22;:&#x22;{V}&#x22;}}"><br>'),
    ],
)
def test_names_and_values_are_told_apart_however_they_are_paired(media: str, body: str) -> None:
    kept = redacted(Recorded(1, 0, "POST", "/x", [("Content-Type", media)], body.encode(), 200))
    assert not kept.omitted
    assert V not in (kept.body or b"").decode()
    assert b"__secret." in (kept.body or b"")


@pytest.mark.parametrize(
    ("media", "body"),
    [
        (JSON, '{"hasPassword":"always","forgotPassword":"/account/forgot","maxTokens":"4096","isSecret":"no"}'),
        (JSON, '{"name":"sort","values":["q7abcdeZ9"]}'),
        (JSON, '{"mail":"Your password:\\r\\n\\r\\nplease choose one"}'),
        (TEXT, "token:\n  endpoint:\n    of: us"),
        (TEXT, "var f = token => call(1), key=>other"),
        (XML, '<Attribute Name="mail"><AttributeValue>q7abcdeZ9</AttributeValue></Attribute>'),
    ],
)
def test_what_only_looks_like_a_pair_stays(media: str, body: str) -> None:
    kept = redacted(Recorded(1, 0, "POST", "/x", [("Content-Type", media)], body.encode(), 200), "superoffice")
    assert (kept.body or b"").decode() == body
