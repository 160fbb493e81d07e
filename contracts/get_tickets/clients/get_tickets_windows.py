"""A correct client of get_tickets that goes by the time of opening: windows of local time, halved while they are too full.

It posts forms instead of calling long addresses, so the key stands in no address at all. It asks for the oldest and the
newest ticket and for all between; an answer that may have been cut by `count` is asked for again in two halves. A window
that is a second wide and still too full is asked for with a larger count.

mockservers check get_tickets --client contracts/get_tickets/clients/get_tickets_windows.py:Client
mockservers check get_tickets --client 'python contracts/get_tickets/clients/get_tickets_windows.py'
"""

import http.client
import json
import re
import sys
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote_plus, urlencode
from xml.dom import minidom
from xml.parsers.expat import ExpatError
from zoneinfo import ZoneInfo

MOST = 60
SECOND = timedelta(seconds=1)
TIMES = ("date_opened", "date_closed", "due_date", "last_updated")
ENCODED = ("cid", "company_name", "contact", "email", "cc_addresses", "status", "priority", "assigned_group_name")
ENCODED += ("escalation_level", "subject", "summary")
AS_IT_IS = ("opened_by", "assigned_tech", "locked", "locked_by", "merged_to", "parent_ticket", "children_tickets")
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Problem(Exception):
    def __init__(self, kind, words):
        super().__init__(words)
        self.kind = kind


class Client:
    def hello(self, **_):
        return {
            "name": "get_tickets by windows of opening",
            "protocol": 1,
            "tasks": ["sync", "mirror"],
            "mirrors": [*ENCODED, *AS_IT_IS, *TIMES, "custom_fields"],
            "options": ["format", "time_zone", "culture"],
        }

    def reset(self, endpoint, credentials, options, **_):
        self.endpoint, self.key, self.format = endpoint, credentials["key"], options["format"]
        self.zone = ZoneInfo(options["time_zone"])
        self.day_first = options["culture"] == "day_first"
        self.tickets = {}

    def sync(self):
        total = self.count()
        ends = [self.list(tid="*", count=1, order="date_opened", order_direction=way) for way in ("ASC", "DESC")]
        if total and not all(ends):
            raise Problem("transport", "no first or no last of the tickets that were counted")
        windows = [tuple(self.wall(each[0]["date_opened"]) for each in ends)] if all(ends) else []
        found = {}
        while windows:
            first, last = windows.pop()
            told = self.window(first, last, MOST)
            if len(told) == MOST and last - first > SECOND:
                middle = first + (last - first) // 2
                middle -= timedelta(microseconds=middle.microsecond)
                windows += [(first, middle), (middle + SECOND, last)]
                continue
            more = MOST
            while len(told) == more:
                more *= 4
                told = self.window(first, last, more)
            found.update((ticket["tid"], ticket) for ticket in told)
        if self.format == "delimited" and len(found) < min(total, self.count()):
            raise Problem("transport", "fewer tickets than were counted before and after")
        self.tickets = {number: self.meant(ticket) for number, ticket in found.items()}

    def mirror(self):
        return [{"id": number, "fields": fields} for number, fields in self.tickets.items()]

    # --- times ---

    def wall(self, text):
        """The server's local time, as its clocks show it."""
        numbers = [int(each) for each in re.split("[/: ]", text.removesuffix(" AM").removesuffix(" PM"))]
        day, month = numbers[:2] if self.day_first else numbers[1::-1]
        year, hour, minute, second = numbers[2:]
        if text.endswith("M"):
            hour = hour % 12 + (12 if text.endswith("PM") else 0)
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - local time of the server

    def shown(self, wall):
        day = f"{wall.day}/{wall.month}" if self.day_first else f"{wall.month}/{wall.day}"
        return f"{day}/{wall.year:04} {wall:%H:%M:%S}"

    # --- calls ---

    def window(self, first, last, most):
        return self.list(start_date=self.shown(first), end_date=self.shown(last), count=most)

    def count(self):
        return int(self.call("count", tid="*", count_only="Y"))

    def list(self, **variables):
        return self.call("tickets", **variables)

    def call(self, wanted, **variables):
        form = urlencode({"key": self.key, "action": "get_tickets", **variables}).encode("ascii")
        try:
            with self.answer(form) as answer:
                body = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise Problem("transport", type(error).__name__) from None
        try:
            told = {"xml": from_xml, "json": from_json, "delimited": from_delimited}[self.format](body)
        except (ExpatError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise Problem("transport", f"an answer that cannot be read: {type(error).__name__}") from None
        if "error" in told:
            raise Problem("refused", unquote_plus(told["error"]))
        if wanted not in told:
            raise Problem("transport", f"an answer without {wanted}")
        return told[wanted]

    def answer(self, form):
        """Whatever the server answers: an error may have a status of its own, or none."""
        try:
            return OPENER.open(self.endpoint, form, timeout=30)
        except urllib.error.HTTPError as error:
            return error

    def meant(self, told):
        made = {name: unquote_plus(told.get(name, "")) for name in ENCODED} | {name: told[name] for name in AS_IT_IS}
        for name in TIMES:
            there = self.wall(told[name]).replace(tzinfo=self.zone) if told[name] else None
            made[name] = there.astimezone(UTC).isoformat() if there else None
        custom = told["custom_fields"]
        return {**made, "custom_fields": {unquote_plus(name): unquote_plus(custom[name]) for name in custom}}


# --- the three formats, each as what it names: tickets, count or error ---


def first(pairs):
    made = {}
    for name, value in pairs:
        made.setdefault(name, value)
    return made


def from_xml(body):
    root = minidom.parseString(body).documentElement
    if root.tagName != "tickets":
        return {each.tagName: inside(each) for each in elements(root)}
    return {"tickets": [first((each.tagName, value(each)) for each in elements(ticket)) for ticket in elements(root)]}


def elements(node):
    return [each for each in node.childNodes if each.nodeType == each.ELEMENT_NODE]


def inside(node):
    return "".join(each.data for each in node.childNodes if each.nodeType in (each.TEXT_NODE, each.CDATA_SECTION_NODE))


def value(node):
    return {e.tagName: inside(e) for e in elements(node)} if node.tagName == "custom_fields" else inside(node)


def from_json(body):
    root = json.loads(body, object_pairs_hook=first)
    if "tickets" not in root:
        return root["response"][0]
    return {"tickets": [{**each, "custom_fields": each["custom_fields"][0]} for each in root["tickets"]]}


def from_delimited(body):
    lines = [first(part.split("=", 1) for part in line.split("&")) for line in body.decode().split("\r\n") if line]
    if lines and "tid" not in lines[0]:
        return lines[0]
    for line in lines:
        line["custom_fields"] = {name: line[name] for name in line["custom_fields"].split(",") if name}
    return {"tickets": lines}


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
