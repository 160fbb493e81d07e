"""JSON as Json.NET reads it: a table after its source, and every strict value as the standard library reads it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mockservers.wirekit.json_net import DEEPEST, Constructor, JsonNetError, Reader, Whole, loads
from tests.examples import examples

TABLE = yaml.safe_load((Path(__file__).parent / "json_net.yaml").read_text("utf-8"))
QUIET = settings(max_examples=examples(60), deadline=None)


def plain(value: Any) -> Any:
    """A value as the table writes it."""
    if isinstance(value, Constructor):
        return {"constructor": [value.name, *map(plain, value.arguments)]}
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, Whole):
        return int(value)
    return [plain(each) for each in value] if isinstance(value, list) else value


def same(one: Any, other: Any) -> bool:
    """Equal, types and all; NaN is like NaN."""
    if isinstance(one, float) and isinstance(other, float):
        return one == other or (math.isnan(one) and math.isnan(other))
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(same(one[name], other[name]) for name in one)
    return type(one) is type(other) and bool(one == other)


@pytest.mark.parametrize("row", TABLE, ids=[str(n) for n in range(1, len(TABLE) + 1)])
def test_the_table(row: dict[str, Any]) -> None:
    for read in (loads, lambda text: Reader(text).read()):
        if "error" in row:
            with pytest.raises(JsonNetError) as caught:
                read(row["text"])
            assert str(caught.value) == row["error"]
        else:
            assert same(plain(read(row["text"])), row["value"]), row["text"]


def test_the_table_names_a_source_for_every_row_and_says_nothing_twice() -> None:
    assert all(row["source"].strip() and ("value" in row) != ("error" in row) for row in TABLE)
    assert len({row["text"] for row in TABLE}) == len(TABLE) > 100


def nested(depth: int) -> Iterator[str]:
    yield "[" * depth + "]" * depth
    yield '{"a":' * depth + "1" + "}" * depth
    yield "[{a:" * (depth // 2) + ("[]" if depth % 2 else "1") + "}]" * (depth // 2)


def test_nesting_ends_where_web_api_ends_it() -> None:
    for text in nested(DEEPEST):
        assert loads(text) is not None
    for depth in (DEEPEST + 1, 100_001):
        for text in nested(depth):
            with pytest.raises(JsonNetError, match=f"The reader's MaxDepth of {DEEPEST} has been exceeded"):
                loads(text)
    with pytest.raises(JsonNetError) as caught:
        loads("[" * 300)
    assert str(caught.value).endswith("[0]', line 1, position 257.")
    assert caught.value.path == "[0]" * DEEPEST


def test_long_texts_are_read_in_one_pass() -> None:
    many = 5_000
    assert loads("/**/" * many + "1") == 1
    assert loads("[" + "," * many + "]") == [None] * many
    assert loads('"' + "\\ud800" * many + '"') == "\ufffd" * many
    assert loads("{" + "a:1," * many + "}", list) == [("a", 1)] * many
    assert loads(" " * many + "'" + "\\n" * many + "'") == "\n" * many
    with pytest.raises(JsonNetError, match="is too large to parse"):
        loads("9" * many)
    assert loads("9" * 380) == int("9" * 380)


def test_numbers_keep_their_spelling() -> None:
    for literal in ("1.50", "1e5", "0x10", "010", "-0", "-0.0"):
        for read in (loads, lambda text: Reader(text).read()):
            for text in (literal, f"[{literal}]", f"{{'a':{literal}}}"):
                found = read(text)
                found = found["a"] if isinstance(found, dict) else found[0] if isinstance(found, list) else found
                assert found.literal == literal
    assert type(loads("10")) is int


def test_objects_are_made_of_all_their_pairs() -> None:
    for text in ('{"a":1,"b":{"c":2},"a":3}', "{a:1,'b':{c:2,},\"a\":3,}"):
        assert loads(text, list) == [("a", 1), ("b", [("c", 2)]), ("a", 3)]


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@QUIET
@given(VALUES, st.booleans(), st.sampled_from([None, 0, 1, "\t"]))
def test_strict_json_reads_as_the_standard_library_reads_it(value: Any, ascii_: bool, indent: Any) -> None:
    text = json.dumps(value, ensure_ascii=ascii_, indent=indent)
    assert same(Reader(text).read(), json.loads(text))
    assert same(loads(text), json.loads(text))


PIECES = [*"{}[](),:'a-/e ", '"', "\\", "\\u", "//", "/*", "*/", "new", "Date", "true", "null", "undefined", "NaN"]
PIECES += ["Infinity", "0x1", "07", "1.5", "d83d", "\n", "\r\n", "\u00a0", "\u00bd", "\0", "\ud7ff"]


def outcome(read: Callable[[str], Any], text: str) -> Any:
    """The value, or the error as text."""
    try:
        return plain(read(text))
    except JsonNetError as error:
        return f"{error} {error.line} {error.position}"


@QUIET
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join) | st.text(max_size=40))
def test_any_text_has_a_value_or_an_error_and_both_ways_agree(text: str) -> None:
    assert same(outcome(loads, text), outcome(lambda text: Reader(text).read(), text))
