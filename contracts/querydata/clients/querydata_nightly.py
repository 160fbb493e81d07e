"""A correct client of QueryData with a queue that is worked off later, and a look at every ticket it knows each night.

By day a sync fetches what the one before it queued, then asks for windows and queues the ids that they name. Its own clock
counts for nothing: it goes by the `Date` of the vendor's answers. State is in two files of `state_dir`, each replaced as a
whole. SOAP 1.2, read with SAX.

mockservers check querydata --client contracts/querydata/clients/querydata_nightly.py:Client
mockservers check querydata --client 'python contracts/querydata/clients/querydata_nightly.py'
"""

import json
import os
import sys
import xml.sax
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import requests

MIRRORED = ["TicketNumber", "Version", "IsNewestVersion", "TicketType", "Priority", "Status", "Folder", "AssignedTo"]
MIRRORED += [
    "LastAction",
    "LastActionDateTime",
    "CallDateTime",
    "Remarks",
    "LocateInstructions",
    "Excavator",
    "Geometry",
]
MIRRORED += ["WorkType", "DepthInches", "Boring", "Members"]
MINUTE = timedelta(minutes=1)
SOAP = "http://www.w3.org/2003/05/soap-envelope"


class VendorSaysNo(Exception):
    kind = "refused"


class NoAnswer(Exception):
    kind = "transport"


class Texts(xml.sax.ContentHandler):
    """The text inside each kind of element, by its local name; inner elements' texts belong to outer ones too."""

    def __init__(self):
        super().__init__()
        self.open, self.told = [], {}

    def startElement(self, name, attrs):  # noqa: N802 - the names of SAX
        self.open.append(name.rpartition(":")[2])
        self.told.setdefault(self.open[-1], "")

    def endElement(self, name):  # noqa: N802
        self.open.pop()

    def characters(self, content):
        for name in set(self.open):
            self.told[name] += content


class Client:
    def hello(self, **_):
        fields = {"mirrors": MIRRORED, "options": ["time_zone", "restart", "kill"], "tasks": ["sync", "mirror"]}
        return {"name": "QueryData by night", **fields}

    def reset(self, endpoint, credentials, options, state_dir, **_):
        self.endpoint, self.code, self.options = endpoint, credentials["AuthCode"], options
        self.zone, self.folder = ZoneInfo(options["time_zone"]), Path(state_dir)
        self.http = requests.Session()
        self.http.trust_env = False
        self.tickets = self.kept("tickets", {})
        self.progress = self.kept("progress", {"done": options["since"], "night": "", "queue": []})

    def bye(self):
        if hasattr(self, "http"):
            self.http.close()

    def kept(self, name, default):
        file = self.folder / f"{name}.json"
        return json.loads(file.read_text("utf-8")) if file.exists() else default

    def keep(self, name, value):
        """The old file stays until the new one is whole."""
        fresh = self.folder / f"{name}.new"
        fresh.write_text(json.dumps(value), "utf-8")
        os.replace(fresh, self.folder / f"{name}.json")

    # --- the job ---

    def sync(self):
        now = self.vendor_time()
        queue = self.progress["queue"]
        night = str((now.astimezone(self.zone) - timedelta(hours=2)).date())
        if self.progress["night"] not in ("", night):
            queue += [ticket for ticket in self.tickets if ticket not in queue]
        self.progress["night"] = night
        try:
            self.work_off(queue)
        finally:
            self.keep("tickets", self.tickets)  # before the queue: a ticket that is fetched twice does no harm
            self.keep("progress", self.progress)
        end = datetime.fromisoformat(self.progress["done"])
        # Actions show up late, so each sync begins a while before the place where the last one ended.
        begin = end - timedelta(seconds=self.options["lag_seconds"])
        while begin < now or end < now:
            end = min(begin + timedelta(minutes=4), now)
            window = f"{self.wall(begin)}-{self.wall(end + MINUTE - timedelta.resolution)}"
            told = self.ask_vendor("Summary", "LastActionDateTime", "TIME_BETWEEN", window)
            queue += [f"{each}" for each in told.get("UtilisphereIDs") or [] if f"{each}" not in queue]
            done = max(datetime.fromisoformat(self.progress["done"]), end)
            self.progress["done"] = done.isoformat()
            self.keep("progress", self.progress)
            begin = end

    def work_off(self, queue):
        put_off = []
        while queue:
            try:
                told = self.ask_vendor("Details", "UtilisphereID", "EQUALS", queue[0])
            except VendorSaysNo as no:
                if "AuthCode" in str(no):
                    queue += put_off
                    raise
                put_off.append(queue.pop(0))  # at the next sync, behind the others
                continue
            except NoAnswer:
                queue += put_off
                raise
            self.tickets.pop(queue[0], None)
            for ticket in told.get(self.options["details_root"]) or []:
                self.tickets[str(ticket["UtilisphereID"])] = {name: ticket.get(name) for name in MIRRORED}
            queue.pop(0)
        queue += put_off

    def mirror(self):
        return {"records": [{"id": ticket, "fields": self.shown(told)} for ticket, told in self.tickets.items()]}

    def shown(self, told):
        times = {name: self.instant(told[name]) for name in told if name.endswith("DateTime") and told[name]}
        return {**told, **times}

    # --- times ---

    def vendor_time(self):
        """What the vendor's clock shows, from the page that tells people about the service."""
        try:
            return parsedate_to_datetime(self.http.get(self.endpoint, timeout=60).headers["Date"]).astimezone(UTC)
        except (requests.RequestException, KeyError, ValueError, TypeError) as error:
            raise NoAnswer(type(error).__name__) from None

    def wall(self, moment):
        return f"{moment.astimezone(self.zone):%Y/%m/%d %H:%M}"

    def instant(self, text):
        there = datetime.fromisoformat(text.translate({ord("/"): "-", ord(" "): "T"}))
        return there.replace(tzinfo=self.zone).isoformat()

    # --- questions ---

    def ask_vendor(self, result, field, operation, value):
        question = {
            "AuthCode": self.code,
            "ItemType": "Ticket",
            "ResultType": result,
            "ResultFormat": self.options["result_format"],
            "UseWarehouse": False,
            "Filters": [{"Field": field, "Operation": operation, "Value": value}],
        }
        # A CDATA section ends at ]]> alone, which stands apart in two of them.
        text = json.dumps({"QueryData_V1": question}, ensure_ascii=False).replace("]]>", "]]]]><![CDATA[>")
        space, name = self.options["namespace"], self.options["parameter"]
        body = (
            f'<s:Envelope xmlns:s="{SOAP}" xmlns:q="{space}"><s:Body><q:QueryData><q:{name}><![CDATA[{text}]]></q:{name}>'
            "</q:QueryData></s:Body></s:Envelope>"
        )
        texts = Texts()
        try:
            media = {"Content-Type": "application/soap+xml; charset=utf-8"}
            answer = self.http.post(self.endpoint, body.encode(), headers=media, timeout=60)
            xml.sax.parseString(answer.content, texts)
            told = json.loads(texts.told.get("QueryDataResult") or "null") if "Fault" not in texts.told else None
        except requests.RequestException as error:
            raise NoAnswer(type(error).__name__) from None
        except (xml.sax.SAXException, ValueError):
            raise NoAnswer(f"status {answer.status_code} without an answer that can be read") from None
        if "Fault" in texts.told:
            raise VendorSaysNo(texts.told["Fault"])
        if not texts.told.get("QueryDataResult"):
            raise NoAnswer("an answer without a result")
        if told and "Error" in told:
            raise VendorSaysNo(f"{told['Error'].get('Code')}: {told['Error'].get('Message')}")
        return told or {}


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
