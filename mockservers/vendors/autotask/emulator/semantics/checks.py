"""What a sent record must look like: types, required fields, lengths, picklists, references, user-defined fields.

Fields are looked at in the order of the wire and the first thing wrong fails the record, named by its number in the
call. Texts are the known ones; where none is public, ours end in a mark. Writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Refusal
from mockservers.kernel.store import fits
from mockservers.vendors.autotask.emulator import access, model, picklists
from mockservers.vendors.autotask.emulator.entities import LATEST_FLAGS, Definition, Element, Entity
from mockservers.vendors.autotask.emulator.limits import INVENTED
from mockservers.vendors.autotask.emulator.model import Row
from mockservers.vendors.autotask.emulator.renderings import double
from mockservers.vendors.autotask.emulator.requests import Input, Value
from mockservers.vendors.autotask.emulator.semantics import values
from mockservers.vendors.autotask.emulator.semantics.clocks import clock

LONGEST_UDF = 8000
_MOST_LOST = 20
"""Names in one note of elements that were passed over."""
_NEVER_CLEARED = frozenset({("Ticket", "TicketNumber")})
"""What the system gave and an update that does not send it cannot take away: a ticket without a number is none."""


@dataclass(slots=True)
class Call:
    """What the checks of one call share. References that were found need not be looked for again."""

    ctx: Context
    found: set[tuple[str, int]] = field(default_factory=set)
    definitions: dict[str, Mapping[str, Definition]] = field(default_factory=dict)

    @property
    def tenant(self) -> str:
        assert self.ctx.tenant is not None
        return self.ctx.tenant.name

    def udfs(self, entity: str) -> Mapping[str, Definition]:
        """The user-defined fields of an entity by name without letter case."""
        if entity not in self.definitions:
            known = model.definitions(self.ctx.db, self.tenant, entity)
            self.definitions[entity] = {each.name.casefold(): each for each in known}
        return self.definitions[entity]

    def exists(self, entity: str, id_: int) -> bool:
        """Whether a record is there and in reach."""
        if (entity, id_) not in self.found:
            if not model.exists(self.ctx.db, self.tenant, entity, id_, access.visible(self.ctx, entity)):
                return False
            self.found.add((entity, id_))
        return True


@dataclass(slots=True)
class Record:
    """One sent entity, number `n` of its call. `before` is the row that an update is about.

    `partial`: an update that leaves what it does not send as it is.
    """

    call: Call
    entity: Entity
    sent: Input
    n: int
    before: Row | None = None
    udf_before: Mapping[str, str] = field(default_factory=dict)
    partial: bool = False

    # --- saying no --------------------------------------------------------------------------------------------------

    def fail(self, rule: str, *messages: str) -> NoReturn:
        """Refuse the whole call because of this record."""
        self.call.ctx.cite("autotask.write.all_or_nothing")
        raise Refusal(rule, "BODY", entity=self.entity.name.lower(), messages=messages)

    def fail_in_line(self, rule: str, text: str, invented: bool = False) -> NoReturn:
        """Refuse with a text that names the record itself."""
        self.fail(rule, f"{text} ; on record number [{self.n}].{INVENTED if invented else ''}")

    def fail_in_pair(self, rule: str, text: str) -> NoReturn:
        """Refuse with a reason, followed by the line that names the record."""
        self.fail(rule, text, f"Error updating entity for record number [{self.n}].")

    # --- fields -----------------------------------------------------------------------------------------------------

    @property
    def creating(self) -> bool:
        return self.before is None

    def settable(self, element: Element) -> bool:
        """Whether a sent value counts. What is required and read-only is given once, when a record is created."""
        if not element.described:
            return False
        flags = self.call.ctx.dialect["field_flags"]
        return not element.read_only(flags) or (self.creating and element.required(flags))

    def values(self) -> Row:
        """The kept values of all fields that the record sets; those it leaves out are cleared. Raises the refusal."""
        ctx = self.call.ctx
        hidden = access.hidden_fields(ctx, self.entity.name)
        sent = self._sent()
        if ctx.dialect["field_flags"] != LATEST_FLAGS:
            ctx.cite("autotask.info.field_flags")
        made: Row = {}
        for element in self.entity.elements:
            value = sent.get(element.name)
            if not self.settable(element) or element.name in hidden:
                if value is not None and value.text is not None:
                    ctx.cite("autotask.write.read_only")
                continue
            if value is None and self.partial:
                ctx.cite("autotask.rest.patch")
                continue
            if value is None and (self.entity.name, element.name) in _NEVER_CLEARED and not self.creating:
                continue
            if value is None and self.before is not None and self.before[element.name] is not None:
                ctx.cite("autotask.update.replaces")
            made[element.name] = self._value(element, value)
        whole = made if not self.partial or self.before is None else {**self.before, **made}
        for element in self.entity.elements:
            if whole.get(element.name) is not None:
                self._look_up(element, whole)
        return made

    def _sent(self) -> Mapping[str, Value]:
        """The sent fields by name. What is spelled otherwise is passed over, as the framework does."""
        sent = self.sent.fields
        known = {element.name for element in self.entity.elements}
        if not sent.keys() <= known:
            lost = [name for name in sent if name not in known][:_MOST_LOST]
            self.call.ctx.note(
                "autotask.operation.spelling",
                f"{self.entity.name} has no elements {', '.join(lost)}: they were ignored. Names are spelled as in the service "
                "description, in its letter case.",
                fields=lost,
            )
        return sent

    def _value(self, element: Element, value: Value | None) -> Any:
        made = None if value is None or value.nil else self._converted(element, value)
        if made is None:
            if element.required(self.call.ctx.dialect["field_flags"]):
                self.fail_in_line(
                    "autotask.create.required", f"Value does not exist for the required field {element.name}."
                )
            return None
        if element.name == "Password":
            self.call.ctx.secret(made)
        if element.form == "text" and len(made) > (element.field.length or len(made)):
            self.fail_in_pair("autotask.write.length", f"String value exceeds maximum length (field:{element.name}). ")
        if element.name.startswith("External") and (self.before is None or self.before[element.name] != made):
            self.call.ctx.note(
                "autotask.external.reserved",
                f"{self.entity.name}.{element.name} was set: External fields are meant for the vendor's own integrations. "
                "Keep data of your own in a user-defined field.",
                field=element.name,
            )
        return made

    def _converted(self, element: Element, value: Value) -> Any:
        if element.form == "text":
            # Without a type the framework makes an empty element an object, which is no text.
            if value.structured or (value.text is None and value.xsi_type is None):
                self.fail_in_pair(
                    "autotask.write.structured", "Conversion from type 'Object' to type 'String' is not valid."
                )
            return None if value.text is None else value.text.replace("\x00", "") or None
        if not value.text and not value.structured:
            return None
        try:
            text = value.text or "a structure"
            if element.form in ("time", "date"):
                return self._moment(element, text)
            if element.form == "bool":
                return values.flag(text)
            if element.name in ("Active", "Complete"):  # numbers that stand for flags
                text = {"true": "1", "false": "0"}.get(text.strip().lower(), text)
            return values.number(element.form, text)
        except values.Unconvertible as error:
            self.fail_in_line(
                "autotask.write.convert",
                f"Can not convert data to {error.what} in field: {element.name}.",
                invented=error.what != "numeric",
            )

    def _moment(self, element: Element, text: str) -> int:
        ctx = self.call.ctx
        try:
            moment = values.moment(text, clock(ctx))
        except values.InGap:
            self.fail_in_line("autotask.time.gap", f"The time in field: {element.name} does not exist.", invented=True)
        if not moment.xsd:
            ctx.cite("autotask.request.datetime")
            if ctx.dialect["datetime_input"] == "strict":
                raise values.Unconvertible("datetime")
        if element.form == "date":
            ctx.cite("autotask.time.date_only")
            return values.naive(moment.wall.replace(hour=0, minute=0, second=0, microsecond=0))
        if moment.marked:
            ctx.cite("autotask.time.marked")
        return moment.earliest

    # --- other places -----------------------------------------------------------------------------------------------

    def _moved(self, made: Row, name: str) -> bool:
        return self.before is None or self.before[name] != made.get(name)

    def _look_up(self, element: Element, made: Row) -> None:
        """Picklists and references; what a record had already may stay, though it is inactive or gone by now."""
        if element.field.picklist and element.form != "bool":
            self._choice(element, made)
        if element.field.reference is not None and self._moved(made, element.name):
            self._reference(element, made[element.name])

    def _choice(self, element: Element, made: Row) -> None:
        ctx, value, parent = self.call.ctx, str(made[element.name]), element.parent
        moved = self._moved(made, element.name) or (parent is not None and self._moved(made, parent))
        if not moved:
            return
        found = picklists.find(ctx, self.entity.name, element.name, value)
        possible = found is not None and (found.active or not self._moved(made, element.name))
        if possible and found is not None and parent is not None and found.parent:
            possible = found.parent == str(made.get(parent))
        if not possible:
            self.fail_in_line(
                "autotask.picklist.value", f"Picklist value [{value[:100]}] does not exist for {element.name}."
            )

    def _reference(self, element: Element, value: Any) -> None:
        kind = element.field.reference
        assert kind is not None
        id_ = _whole(value)
        if id_ is None or not self.call.exists(kind, id_):
            self.fail_in_line(
                "autotask.write.reference",
                f"Reference value on field: {element.name} of type: {kind[0].lower()}{kind[1:]} does not exist or is "
                "invalid.",
            )

    # --- user-defined fields ----------------------------------------------------------------------------------------

    def udf(self) -> dict[str, str]:
        """The user-defined values after the write: those sent, and those that were there and were not sent."""
        made = dict(self.udf_before)
        ctx = self.call.ctx
        unsent = set(made)
        for name, text in self.sent.udfs:
            found = self.call.udfs(self.entity.name).get(name.casefold())
            if found is None:
                self.fail_in_line(
                    "autotask.udf.capable" if not self.entity.udf_capable else "autotask.udf.definitions",
                    f"The user-defined field {name[:100]} does not exist for {self.entity.name}.",
                    invented=True,
                )
            key = str(found.id)
            unsent.discard(key)
            if text is None or text == "":
                if found.required and key in made:
                    self.fail_in_line(
                        "autotask.update.udf_kept", f"Value does not exist for the required field {found.name}."
                    )
                made.pop(key, None)
            else:
                made[key] = self._udf_value(found, text, made.get(key))
                ctx.cite("autotask.udf.definitions")
        if unsent:
            ctx.cite("autotask.update.udf_kept")
        return made

    def _udf_value(self, definition: Definition, text: str, before: str | None) -> str:
        name = definition.name
        try:
            if definition.form == "number":
                return double(float(values.number("double", text)))
            if definition.form == "date":
                moment = values.moment(text, clock(self.call.ctx))
                return f"{moment.wall:%Y-%m-%d}T00:00:00"
        except values.Unconvertible as error:
            self.fail_in_line(
                "autotask.write.convert",
                f"Can not convert data to {error.what} in field: {name}.",
                invented=error.what != "numeric",
            )
        except values.InGap:
            self.fail_in_line("autotask.time.gap", f"The time in field: {name} does not exist.", invented=True)
        if definition.form == "list":
            return self._item(definition, text, before)
        if len(text) > LONGEST_UDF:
            self.fail_in_pair("autotask.write.length", f"String value exceeds maximum length (field:{name}). ")
        return text.replace("\x00", "")

    def _item(self, definition: Definition, text: str, before: str | None) -> str:
        display = self.call.ctx.dialect["udf_list_value"] == "display"
        self.call.ctx.cite("autotask.udf.list_value")
        possible = (
            item.export
            for item in definition.items
            if text == (item.display if display else item.export) and (item.active or item.export == before)
        )
        found = next(possible, None)
        if found is None:
            self.fail_in_line(
                "autotask.picklist.value", f"Picklist value [{text[:100]}] does not exist for {definition.name}."
            )
        return found


def _whole(value: Any) -> int | None:
    """The id that a reference holds; some are kept as text."""
    if isinstance(value, int):
        return value
    text = str(value).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 and fits(int(text)) else None
