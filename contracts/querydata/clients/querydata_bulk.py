"""Another correct client of QueryData: XML answers in SOAP 1.2, a first load from the warehouse, windows of two minutes.

It asks once an hour for the Details of every ticket that it knows to be open, though no Summary named it. Nothing here is
needed for being right; it shows how differently one can be so.

mockservers check querydata --client contracts/querydata/clients/querydata_bulk.py:Client
mockservers check querydata --client 'python contracts/querydata/clients/querydata_bulk.py'
"""

import json
import sys
import xml.etree.ElementTree as ElementTree
from datetime import datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

import requests

sys.path.insert(0, str(Path(__file__).parent))
from querydata_reader import Client as Reader
from querydata_reader import Refused, Unusable

ENVELOPE = (
    '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body>'
    '<q:QueryData xmlns:q="{namespace}"><q:{parameter}>{payload}</q:{parameter}></q:QueryData></e:Body></e:Envelope>'
)
NUMBERS, FLAGS, LISTS = {"UtilisphereID", "Version", "DepthInches"}, {"IsNewestVersion", "Explosives"}, {"Members"}
WINDOW, DAY, HOUR = timedelta(minutes=2), timedelta(days=1), timedelta(hours=1)


class Client(Reader):
    def hello(self, **_):
        return {**super().hello(), "name": "QueryData bulk reader"}

    def reset(self, options, **rest):
        super().reset(options=options, **rest)
        self.format = next(name for name, kind in options["result_formats"].items() if kind == "xml")
        self.loaded, self.looked = False, {}

    def sync(self):
        now = datetime.fromisoformat(self.ask.now())
        if not self.loaded:
            self.load(now)
        # What was not answered is asked again: nothing moves on but by an answer.
        while self.resume < now:
            end = min(self.resume + WINDOW, now)
            for ticket in reversed(self.summary(self.resume - self.lag, end)):
                self.unread[ticket] = True
            self.resume = end
        for ticket, found in list(self.tickets.items()):
            if found["Status"] != "Closed" and now - self.looked.get(ticket, now) > HOUR:
                self.unread[ticket] = True
        self.drain()

    def load(self, now):
        """What the warehouse has of the day before; it is behind, so everything since is read from the live store."""
        self.bulk = True
        try:
            span = f"{self.minute(self.resume - DAY)}-{self.minute(now)}"
            for found in self.call("Details", "CreateDate", "TIME_BETWEEN", span).get(self.options["details_root"], []):
                self.tickets.setdefault(str(found["UtilisphereID"]), found)
        finally:
            self.bulk = False
        self.loaded = True

    def drain(self):
        refused = None
        for ticket in list(self.unread):
            try:
                self.fetch(ticket)
            except Refused as error:
                if "AuthCode" in str(error):
                    raise
                refused = error
            self.looked[ticket] = datetime.fromisoformat(self.ask.now())
        if refused:
            raise refused

    # --- SOAP 1.2, and XML inside XML ---

    def payload(self, *asked):
        return {**super().payload(*asked), "ResultFormat": self.format, "UseWarehouse": getattr(self, "bulk", False)}

    def call(self, *asked):
        namespace = self.options["namespace"]
        text = json.dumps({"QueryData_V1": self.payload(*asked)}, ensure_ascii=False)
        body = ENVELOPE.format(
            namespace=escape(namespace, {'"': "&quot;"}), parameter=self.options["parameter"], payload=escape(text)
        )
        media = f'application/soap+xml; charset=utf-8; action="{namespace.rstrip("/")}/QueryData"'
        try:
            answer = self.http.post(self.endpoint, data=body.encode(), headers={"Content-Type": media}, timeout=60)
            root = ElementTree.fromstring(answer.content)
            fault = root.find(".//{*}Fault")
            if fault is not None:
                raise Refused(" ".join("".join(fault.itertext()).split()))
            result = ElementTree.fromstring(root.findtext(".//{*}QueryDataResult") or "")
        except requests.RequestException as error:
            raise Unusable(type(error).__name__) from None
        except ElementTree.ParseError:
            raise Unusable(f"status {answer.status_code} without a readable body") from None
        if result.find("Error") is not None:
            raise Refused(f"{result.findtext('Error/Code')}: {result.findtext('Error/Message')}")
        ids = [each.text for each in result.findall("UtilisphereIDs/UtilisphereID")]
        return {"UtilisphereIDs": ids, self.options["details_root"]: [members(each) for each in result.iter("Ticket")]}


def members(element):
    """An element's children by name; what is empty is nothing, and lists are told by their names."""
    found = {}
    for child in element:
        name, text = child.tag, child.text or ""
        if name in LISTS or name == "FacilityTypes":
            found[name] = [members(each) if len(each) else each.text or "" for each in child]
        elif len(child):
            found[name] = members(child)
        else:
            found[name] = int(text) if name in NUMBERS else text == "true" if name in FLAGS else text
    return found


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
