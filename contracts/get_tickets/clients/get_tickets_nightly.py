"""A correct client of get_tickets that reads what is newest by day, and all there is by night.

By day it asks for the tickets in the order of their latest change, the newest first, until a page holds nothing that it
does not know; the mark it goes by is the newest time that any ticket told, not its own clock. What is deleted, or changed
without a new time, is found by the night's reading of all. What a night found lies in a file, and what is new by day in the lines
of another; both are read again when it starts.

mockservers check get_tickets --client contracts/get_tickets/clients/get_tickets_nightly.py:Client
mockservers check get_tickets --client 'python contracts/get_tickets/clients/get_tickets_nightly.py'
"""

import contextlib
import json
import os
import sys
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote_plus
from zoneinfo import ZoneInfo

import requests
from lxml import etree

PAGE = 12
NIGHT = timedelta(minutes=5)
"""How long after a reading of all the next is due. Where people work it is a day; a check's days are short."""
LATE = timedelta(minutes=3)
"""How much later than its time a change may show."""
UTC = ZoneInfo("UTC")
TIMES = ("date_opened", "date_closed", "due_date", "last_updated")
CODED = ("cid", "company_name", "contact", "status", "priority", "category", "updated_by", "subject", "summary")
RAW = ("opened_by", "assigned_tech", "locked", "locked_by", "merged_to", "parent_ticket", "children_tickets")


class SaidNo(Exception):
    kind = "refused"


class NotHeard(Exception):
    kind = "transport"


class Client:
    def __init__(self, ask):
        self.ask = ask

    def hello(self, **_):
        mirrors = [*CODED, *RAW, *TIMES, "custom_fields"]
        options = ["format", "time_zone", "culture", "restart", "kill"]
        tasks = ["sync", "mirror"]
        return {"name": "get_tickets by night", "protocol": 1, "tasks": tasks, "mirrors": mirrors, "options": options}

    def reset(self, endpoint, credentials, options, state_dir, **_):
        self.endpoint, self.key, self.format = endpoint, credentials["key"], options["format"]
        self.zone = ZoneInfo(options["time_zone"])
        self.notation = "%d/%m/%Y %H:%M:%S" if options["culture"] == "day_first" else "%m/%d/%Y %I:%M:%S %p"
        self.file = Path(state_dir) / "tickets.json"
        self.lines = self.file.with_suffix(".lines")
        fresh = {"night": None, "tickets": {}}
        self.state = json.loads(self.file.read_text("utf-8")) if self.file.exists() else fresh
        for line in self.lines.read_text("utf-8").splitlines() if self.lines.exists() else ():
            with contextlib.suppress(ValueError):  # a line that was never finished: its sync begins anew
                night, found = json.loads(line)
                if night == self.state["night"]:
                    self.state["tickets"].update(found)

    def mirror(self):
        return {"records": [{"id": number, "fields": fields} for number, fields in self.state["tickets"].items()]}

    def sync(self):
        now = datetime.fromisoformat(self.ask.now())
        night = self.state["night"]
        with self.session() as self.http:
            if night is None or now - datetime.fromisoformat(night) >= NIGHT:
                self.keep({"night": now.isoformat(), "tickets": self.everything()})
            else:
                self.add(self.newest())

    def session(self):
        """Who speaks HTTP for one run."""
        http = requests.Session()
        http.trust_env = False
        return http

    def add(self, found):
        """A line for what is new, with the night that it follows; to write down all there is would take ever longer."""
        known = self.state["tickets"]
        new = {tid: ticket for tid, ticket in found.items() if known.get(tid) != ticket}
        if new:
            with self.lines.open("a", encoding="utf-8") as lines:
                lines.write(
                    f"\n{json.dumps([self.state['night'], new])}\n"
                )  # an unfinished line ends here at the latest
            known.update(new)

    def keep(self, state):
        """The file is replaced whole, or not at all; the lines beside it are of the night before."""
        beside = self.file.with_suffix(".new")
        beside.write_text(json.dumps(state), "utf-8")
        os.replace(beside, self.file)
        self.lines.unlink(missing_ok=True)
        self.state = state

    # --- by night ---

    def everything(self):
        found, number = {}, 0
        while True:
            number += 1
            page = self.page(number, "tid")
            found.update(page)
            if len(page) < PAGE:
                break
        if not found and self.format == "delimited":
            self.sure_of_nothing()
        return found

    # --- by day ---

    def newest(self):
        known = self.state["tickets"]
        mark = max((ticket["last_updated"] for ticket in known.values()), default=None)
        since = None if mark is None else (datetime.fromisoformat(mark) - LATE).isoformat()
        found, number = {}, 0
        while True:
            number += 1
            page = self.page(number, "last_updated DESC")
            old = [ticket["last_updated"] < since for ticket in page.values()] if since else []
            new = [tid for tid, ticket in page.items() if known.get(tid) != ticket]
            found.update(page)
            if len(page) < PAGE or (any(old) and not new):
                return found

    # --- a page ---

    def page(self, number, order):
        told = self.call(tid="*", count=PAGE, page=number, order=order)
        if not told and self.format == "delimited" and number > 1:
            self.sure_of_nothing((number - 1) * PAGE)
        return {ticket["tid"]: self.meant(ticket) for ticket in told}

    def sure_of_nothing(self, most=0):
        """An answer that lost its body looks like the end of the list in delimited text."""
        count = self.call(tid="*", count_only="Y")
        if count == [] or int(count) > most:
            raise NotHeard("an empty answer where there are tickets")

    def call(self, **variables):
        query = {"key": self.key, "action": "get_tickets", **variables}
        try:
            answer = self.http.get(self.endpoint, params=query, timeout=30)
            name, told = getattr(self, self.format)(answer.content)
        except requests.RequestException as error:
            raise NotHeard(type(error).__name__) from None
        except (ValueError, LookupError, TypeError, AttributeError, etree.XMLSyntaxError) as error:
            raise NotHeard(f"status {answer.status_code}: {type(error).__name__}") from None
        if name == "error":
            raise SaidNo(unquote_plus(told))
        if name not in ("tickets", "count"):
            raise NotHeard(f"status {answer.status_code}, and no tickets")
        return told

    def xml(self, body):
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
        if root.tag != "tickets":
            return root[0].tag, root[0].text or ""
        # Backwards, for the first of a name is meant.
        nothing = dict.fromkeys(("tid", *CODED, *RAW, *TIMES), "")
        found = [nothing | {field.tag: field.text or "" for field in reversed(ticket)} for ticket in root]
        for told, ticket in zip(found, root, strict=True):
            told["custom_fields"] = [(field.tag, field.text or "") for field in ticket.find("custom_fields")]
        return "tickets", found

    def json(self, body):
        root = dict(json.loads(body, object_pairs_hook=list))
        if "tickets" not in root:
            return root["response"][0][0]
        found = [dict(reversed(pairs)) for pairs in root["tickets"]]
        return "tickets", [{**told, "custom_fields": told["custom_fields"][0]} for told in found]

    def delimited(self, body):
        lines = [[part.split("=", 1) for part in line.split("&")] for line in body.decode().split("\r\n") if line]
        if lines and lines[0][0][0] != "tid":
            return lines[0][0]
        found = []
        for pairs in lines:
            told = dict(reversed(pairs))
            told["custom_fields"] = [(name, told[name]) for name in told["custom_fields"].split(",") if name]
            found.append(told)
        return "tickets", found

    def meant(self, told):
        made = {name: said(told[name]) for name in CODED}
        made |= {name: told[name] or None for name in RAW}
        for name in TIMES:
            made[name] = instant(told[name], self.notation, self.zone) if told[name] else None
        custom = {said(name): said(text) for name, text in told["custom_fields"]}
        return {**made, "custom_fields": custom}


said = lru_cache(maxsize=16384)(unquote_plus)  # the newest tickets are told again and again


@lru_cache(maxsize=65536)
def instant(text, notation, zone):
    """A time of the vendor's in UTC."""
    return datetime.strptime(text, notation).replace(tzinfo=zone).astimezone(UTC).isoformat()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
