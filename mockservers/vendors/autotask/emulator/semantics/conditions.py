"""From the conditions of a query to one WHERE text whose every value is a bound parameter.

Names in the text come from the catalogue alone. Long runs are written as trees that stay within what SQL parsers can
nest: a run of equal operators as a bushy tree, a chain of mixed ones by putting `x AND m OR n` together in pairs. Knows
neither users nor answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NoReturn

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Refusal
from mockservers.kernel.store import fits
from mockservers.vendors.autotask.emulator import model
from mockservers.vendors.autotask.emulator.entities import (
    CATALOGUE,
    FRACTIONS,
    ID,
    Class,
    Definition,
    Element,
    Entity,
    Form,
)
from mockservers.vendors.autotask.emulator.limits import INVENTED
from mockservers.vendors.autotask.emulator.requests import Expression, Group, Test
from mockservers.vendors.autotask.emulator.semantics import values
from mockservers.vendors.autotask.emulator.semantics.clocks import clock
from mockservers.vendors.autotask.emulator.semantics.values import Moment

MOST_ORS = int(CATALOGUE.facts["limits"]["or_conditions"])
OPERATORS: Mapping[str, str] = {name.lower(): name for name in CATALOGUE.facts["query_operators"]}
"""The fifteen operators by their names in lower case (autotask.query.operators)."""
ACCEPTED: Mapping[str, frozenset[Class]] = {
    name: frozenset(classes if classes is not None else ("string",))
    for name, classes in CATALOGUE.facts["query_operator_types"].items()
}
"""Data types of each operator; SoundsLike is for text alone (autotask.query.operator_types)."""

_SQL = {
    "Equals": "=",
    "NotEqual": "<>",
    "GreaterThan": ">",
    "LessThan": "<",
    "GreaterThanOrEquals": ">=",
    "LessThanOrEquals": "<=",
}
_FAN = 16
_MOST_NESTED, _MOST_DEEP, _MOST_VALUES = 60, 800, 30_000
"""Parentheses within each other, depth of an expression and bound values that every database takes."""
LONGEST_TEXT = 8000
_BOUND = re.compile(r":p[0-9]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A condition as text, with how deeply its parentheses and its operators nest."""

    sql: str
    nested: int = 0
    deep: int = 1


def _pair(word: str, pieces: Sequence[Piece]) -> Piece:
    if len(pieces) == 1:
        return pieces[0]
    # The most nested goes first: parsers read to the left without a stack.
    ordered = sorted(pieces, key=lambda each: -each.nested)
    return Piece(
        "(" + f" {word} ".join([each.sql for each in ordered]) + ")",
        1 + max(ordered[0].nested, ordered[1].nested + 2),
        len(pieces) + max(each.deep for each in pieces),
    )


def joined(word: str, pieces: Sequence[Piece]) -> Piece:
    """All of `pieces` with one operator, as a bushy tree."""
    level = list(pieces)
    while len(level) > 1:
        level = [_pair(word, level[start : start + _FAN]) for start in range(0, len(level), _FAN)]
    return level[0]


_Step = tuple[Piece | None, Piece | None]
"""What a part of a chain does to what precedes it: `before AND first OR second`; None leaves that part out."""


def _both(word: str, first: Piece | None, second: Piece | None) -> Piece | None:
    return second if first is None else first if second is None else _pair(word, (first, second))


def _after(one: _Step, other: _Step) -> _Step:
    must = _both("AND", one[0], other[0])
    # (x AND m OR n) AND m' OR n'  is  x AND (m AND m') OR (n AND m' OR n')
    kept = None if one[1] is None else _both("AND", one[1], other[0])
    return must, _both("OR", kept, other[1])


def chain(steps: Sequence[tuple[str, Piece]]) -> Piece:
    """Conditions combined from left to right, each by its own operator; the first one's does not count."""
    runs: list[tuple[str, list[Piece]]] = [(steps[1][0] if len(steps) > 1 else "AND", [steps[0][1]])]
    for word, piece in steps[1:]:
        if word == runs[-1][0]:
            runs[-1][1].append(piece)
        else:
            runs.append((word, [piece]))
    whole = joined(*runs[0])
    if len(runs) <= _FAN:
        for word, run in runs[1:]:
            whole = _pair(word, (whole, joined(word, run)))
        return whole
    functions: list[_Step] = [
        (joined(word, run), None) if word == "AND" else (None, joined(word, run)) for word, run in runs[1:]
    ]
    while len(functions) > 1:
        functions = [
            _after(functions[at], functions[at + 1]) if at + 1 < len(functions) else functions[at]
            for at in range(0, len(functions), 2)
        ]
    must, also = functions[0]
    combined = _both("OR", _both("AND", whole, must), also)
    assert combined is not None
    return combined


def by_precedence(steps: Sequence[tuple[str, Piece]]) -> Piece:
    """Conditions combined as SQL would: AND binds before OR."""
    terms: list[list[Piece]] = [[steps[0][1]]]
    for word, piece in steps[1:]:
        if word == "OR":
            terms.append([piece])
        else:
            terms[-1].append(piece)
    return joined("OR", [joined("AND", term) for term in terms])


# --- tests ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a test finds its value: the SQL of columns by their use, and how it is wrapped."""

    name: str
    form: Form
    data_class: Class
    column: str
    folded: str
    protected: bool = False
    wrap: Callable[[str], str] = str
    absent: str = ""
    """The test for no value, where that is not simply null."""


class Where:
    """The WHERE text of one query, its parameters, and the rules that shaped it.

    Making one raises the vendor's refusal for the first thing that is wrong.
    """

    def __init__(self, ctx: Context, entity: Entity, nodes: Sequence[Test | Group], hidden: frozenset[str]) -> None:
        assert ctx.tenant is not None
        self.ctx = ctx
        self.entity = entity
        self.hidden = hidden
        self.zone = clock(ctx)
        self.parameters: dict[str, Any] = {"tenant": ctx.tenant.name}
        self._table = f'"at_{entity.name}"'
        self._bound: dict[Any, str] = {}
        self._ors = 0
        self._udfs: set[int] = set()
        self.only_ids = True
        """Whether nothing but ids is asked about."""
        self._tracked = False
        self._join = chain if ctx.dialect["condition_order"] == "left_to_right" else by_precedence
        piece = self._nodes(nodes)
        self.sql = None if piece is None else self._planned(piece.sql)
        if piece is not None and (
            piece.nested > _MOST_NESTED
            or piece.deep > _MOST_DEEP
            or len(self.parameters) > _MOST_VALUES
            or len(_BOUND.findall(piece.sql)) > _MOST_VALUES
        ):
            self._refuse("autotask.query.size", f"Invalid query syntax. The query is too complex.{INVENTED}")

    def _planned(self, sql: str) -> str:
        """`sql` such that a window of changes is found by its index, however many ids come after the last page's."""
        if self._tracked and not self._ors:
            return sql.replace(f"{self._table}.id ", f"+{self._table}.id ")
        return sql

    @cached_property
    def definitions(self) -> Mapping[str, Definition]:
        """The user-defined fields of the entity by name without letter case."""
        known = model.definitions(self.ctx.db, self.parameters["tenant"], self.entity.name)
        return {each.name.casefold(): each for each in known}

    def _refuse(self, rule: str, *messages: str) -> NoReturn:
        raise Refusal(rule, "BODY", entity=self.entity.name.lower(), messages=messages)

    def _bind(self, value: Any) -> str:
        key = (type(value), value)
        name = self._bound.get(key)
        if name is None:
            name = self._bound[key] = f"p{len(self._bound)}"
            self.parameters[name] = value
        return f":{name}"

    # --- the tree ---------------------------------------------------------------------------------------------------

    def _nodes(self, nodes: Sequence[Test | Group]) -> Piece | None:
        steps: list[tuple[str, Piece]] = []
        for node in nodes:
            if isinstance(node, Test):
                steps += [("AND", piece) for piece in self._test(node)]
                continue
            word = self._word(node)
            piece = self._nodes(node.nodes)
            if piece is not None:
                steps.append((word, piece))
        if not steps:
            return None
        if len({word for word, _ in steps[1:]}) > 1:
            self.ctx.cite("autotask.query.left_to_right")
        return self._join(steps)

    def _word(self, group: Group) -> str:
        word = (group.operator or "AND").strip().upper()
        if word not in ("AND", "OR"):
            if self.ctx.dialect["unknown_operator"] == "error":
                self._refuse(
                    "autotask.query.unknown_operator",
                    f"Invalid query syntax. A condition has the operator {word[:40]}; AND and OR are known.{INVENTED}",
                )
            word = "AND"
        if word == "OR":
            self._ors += 1
            if self._ors > MOST_ORS:
                self._refuse(
                    "autotask.query.or_limit",
                    f"Invalid query syntax. Queries are limited to {MOST_ORS} or fewer 'OR' conditions.",
                )
        return word

    def _test(self, test: Test) -> list[Piece]:
        place = self._udf(test.name) if test.udf else self._field(test.name)
        if not test.expressions:
            self._refuse(
                "autotask.query.needs_expression",
                f"Invalid query syntax. The field {place.name} has no expression.{INVENTED}",
            )
        if len(test.expressions) > 1:
            self.ctx.cite("autotask.query.several_expressions")
        pieces = []
        for expression in test.expressions:
            operator = self._operator(place, expression)
            if operator is not None:
                pieces.append(Piece(self._compared(place, operator, expression.value), 4, 12))
        if len(pieces) > 1 and self.ctx.dialect["several_expressions"] == "any":
            pieces = [self._join([("OR", piece) for piece in pieces])]
        return pieces

    def _operator(self, place: _Place, expression: Expression) -> str | None:
        if expression.op is None or not expression.op.strip():
            self._refuse(
                "autotask.query.needs_expression",
                f"Invalid query syntax. An expression of the field {place.name} has no operator.{INVENTED}",
            )
        operator = OPERATORS.get(expression.op.strip().lower())
        if operator is None:
            self.ctx.cite("autotask.query.unknown_operator")
            if self.ctx.dialect["unknown_operator"] == "drop":
                return None
            self._refuse(
                "autotask.query.unknown_operator",
                f"Invalid query syntax. The operator {expression.op.strip()[:40]} is not known.{INVENTED}",
            )
        if operator != expression.op:
            self.ctx.cite("autotask.query.any_case")
        if place.data_class not in ACCEPTED[operator]:
            self._refuse(
                "autotask.query.operator_types",
                f"Invalid query syntax. The operator {operator} cannot be used with the field {place.name} of type "
                f"{place.data_class}.{INVENTED}",
            )
        return operator

    # --- fields -----------------------------------------------------------------------------------------------------

    def _unknown(self, name: str) -> NoReturn:
        self._refuse("autotask.query.not_queryable", f"Unable to find {name[:100]} in the {self.entity.name} Entity")

    def _field(self, name: str) -> _Place:
        element: Element | None = ID if name.lower() == "id" else self.entity.get(name)
        if element is None or element.name in self.hidden:
            self._unknown(name)
        if not element.field.queryable:
            self._refuse(
                "autotask.query.not_queryable",
                f"Invalid query syntax. The field {element.name} of {self.entity.name} cannot be queried.{INVENTED}",
            )
        if element.name != name:
            self.ctx.cite("autotask.query.any_case")
        if element is ID:
            return _Place("id", "long", "numeric", f"{self._table}.id", "")
        self.only_ids = False
        if element.name in self.entity.tracked:
            self._tracked = True
            self.ctx.cite("autotask.activity.fields")
        if (self.entity.name, element.name) == ("AttachmentInfo", "TicketID"):
            # What hangs on a ticket's note or time entry bears the ticket's number too.
            self.ctx.cite("autotask.query.attachments")
        column = f'{self._table}."{element.name}"'
        return _Place(element.name, element.form, element.data_class, column, f'{self._table}."{element.folded}"')

    def _udf(self, name: str) -> _Place:
        found = self.definitions.get(name.casefold())
        if found is None:
            self._unknown(name)
        self.only_ids = False
        self._udfs.add(found.id)
        limit = self.ctx.dialect["udf_query_limit"]
        if limit is not None and len(self._udfs) > limit:
            self._refuse(
                "autotask.query.udf_limit",
                f"Invalid query syntax. A query may name so many user-defined fields: {limit}.{INVENTED}",
            )
        owner = (
            f"SELECT 1 FROM at_udf u WHERE u.tenant = :tenant AND u.entity = '{self.entity.name}' "  # noqa: S608
            f"AND u.id = {self._table}.id AND u.field = {self._bind(found.id)}"
        )
        column, folded = {"number": "u.number", "date": "u.at"}.get(found.form, "u.text"), "u.ci"
        if found.form == "list" and self.ctx.dialect["udf_list_value"] == "display":
            column, folded = self._displayed(found, str), self._displayed(found, str.casefold)
        form: Form = "double" if found.form == "number" else "date" if found.form == "date" else "text"
        return _Place(
            found.name,
            form,
            found.data_class,
            column,
            folded,
            protected=found.protected,
            wrap=lambda sql: f"EXISTS ({owner} AND {sql})",
            absent=f"EXISTS ({owner})",
        )

    def _displayed(self, definition: Definition, form: Callable[[str], str]) -> str:
        """What people see of a list's value, which is kept by its value for export (autotask.udf.list_value)."""
        self.ctx.cite("autotask.udf.list_value")
        as_kept = "u.text" if form is str else "u.ci"
        cases = [f"WHEN {self._bind(each.export)} THEN {self._bind(form(each.display))}" for each in definition.items]
        return f"CASE u.text {' '.join(cases)} ELSE {as_kept} END" if cases else as_kept

    # --- operators --------------------------------------------------------------------------------------------------

    def _compared(self, place: _Place, operator: str, text: str) -> str:
        if operator in ("IsNull", "IsNotNull"):
            self.ctx.cite("autotask.query.null_tests")
            if place.absent:
                return place.absent if operator == "IsNotNull" else f"NOT {place.absent}"
            return f"{place.column} IS {'NOT ' if operator == 'IsNotNull' else ''}NULL"
        if place.data_class == "string":
            return place.wrap(self._text(place, operator, text))
        if place.data_class == "datetime":
            return place.wrap(self._time(place, operator, text))
        try:
            return place.wrap(self._number(place, operator, text))
        except values.Unconvertible as error:
            self._unconvertible(place, error.what)

    def _number(self, place: _Place, operator: str, text: str) -> str:
        column = place.column
        if place.form == "bool":
            return f"{column} {_SQL[operator]} {self._bind(values.flag(text))}"
        if place.form in FRACTIONS:
            return f"{column} {_SQL[operator]} {self._bind(values.compared_double(text))}"
        floor, whole = values.compared_whole(place.form, text)
        if whole:
            return f"{column} {_SQL[operator]} {self._bind(floor)}"
        # Between two whole numbers: nothing is equal to it, and above it is what is above the lower one.
        if operator in ("Equals", "NotEqual"):
            return "1 = 0" if operator == "Equals" else f"{column} IS NOT NULL"
        sign = ">" if operator in ("GreaterThan", "GreaterThanOrEquals") else "<="
        if not fits(floor):
            return f"{column} IS NOT NULL" if sign == ">" else "1 = 0"
        return f"{column} {sign} {self._bind(floor)}"

    def _unconvertible(self, place: _Place, what: str) -> NoReturn:
        self._refuse("autotask.query.value", f"Can not convert data to {what} in field: {place.name}.{INVENTED}")

    def _text(self, place: _Place, operator: str, text: str) -> str:
        if len(text) > LONGEST_TEXT or "\x00" in text:
            self._refuse(
                "autotask.query.value", f"Invalid query syntax. A value of {place.name} is too long.{INVENTED}"
            )
        # Without letter case, except in protected user-defined fields (autotask.query.text_compare).
        column, value = (place.column, text) if place.protected else (place.folded, text.casefold())
        if operator in _SQL:
            return f"{column} {_SQL[operator]} {self._bind(value)}"
        if operator == "SoundsLike":
            return f"soundex({column}) = soundex({self._bind(value)})"
        if operator in ("Like", "NotLike"):
            if "%" in value or "_" in value:
                self.ctx.cite("autotask.query.like")
            # The sign that would take wildcards their meaning is one that XML cannot carry: none of the client's.
            pattern, escape = self._bind(value.replace("\x01", "")), self._bind("\x01")
            return f"{column} {'NOT ' if operator == 'NotLike' else ''}LIKE {pattern} ESCAPE {escape}"
        if not value:  # everything begins, ends with and contains nothing
            return f"{column} IS NOT NULL"
        bound, size = self._bind(value), self._bind(len(value))
        if operator == "BeginsWith":
            return f"substr({column}, 1, {size}) = {bound}"
        if operator == "EndsWith":
            return f"(length({column}) >= {size} AND substr({column}, length({column}) - {size} + 1) = {bound})"
        return f"replace({column}, {bound}, '') <> {column}"  # a text that loses something held it, on every database

    def _moment(self, place: _Place, text: str) -> Moment:
        if self.ctx.dialect["query_dates"] == "us":
            american = values.american(text)
            if american != text:
                self.ctx.cite("autotask.query.us_dates")
            text = american
        try:
            moment = values.moment(text, self.zone)
        except values.Unconvertible as error:
            if values.american(text) != text:
                self.ctx.cite("autotask.query.us_dates")
            self._unconvertible(place, error.what)
        except values.InGap:
            self._refuse(
                "autotask.time.gap", f"The time {text.strip()[:40]} in field: {place.name} does not exist.{INVENTED}"
            )
        if not moment.xsd and not moment.query:
            self.ctx.cite("autotask.request.datetime")
            if self.ctx.dialect["datetime_input"] == "strict":
                self._unconvertible(place, "datetime")
        if moment.marked:
            self.ctx.cite("autotask.time.marked")
        return moment

    def _time(self, place: _Place, operator: str, text: str) -> str:
        moment, column = self._moment(place, text), place.column
        if place.form == "date":
            self.ctx.cite("autotask.time.date_only")
        if operator == "IsThisDay":
            self.ctx.cite("autotask.query.this_day")
            start, after = values.day(moment.wall, "UTC" if place.form == "date" else self.zone)
            return f"({column} >= {self._bind(start)} AND {column} < {self._bind(after)})"
        if place.form == "date":
            return f"{column} {_SQL[operator]} {self._bind(values.naive(moment.wall))}"
        earliest, latest = self._bind(moment.earliest), self._bind(moment.latest)
        if earliest == latest or operator in ("GreaterThan", "GreaterThanOrEquals"):
            return f"{column} {_SQL[operator]} {earliest}"
        if operator in ("LessThan", "LessThanOrEquals"):
            return f"{column} {_SQL[operator]} {latest}"
        # An hour that clocks repeat: both readings are meant.
        word = "OR" if operator == "Equals" else "AND"
        return f"({column} {_SQL[operator]} {earliest} {word} {column} {_SQL[operator]} {latest})"
