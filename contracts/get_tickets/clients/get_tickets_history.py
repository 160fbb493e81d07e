"""A correct client of get_tickets that copies what hangs on tickets too: their history, and what is told of their files.

get_history has no pages, and its count keeps the oldest entries. So histories are read by ranges of ticket numbers, each
whole. Where dates are those of entries, which an administrator can say, only what is new is asked for after the first time.

mockservers check get_tickets --client contracts/get_tickets/clients/get_tickets_history.py:Client
mockservers check get_tickets --client 'python contracts/get_tickets/clients/get_tickets_history.py'
"""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote_plus
from xml.etree import ElementTree

import get_tickets_reader as reader
from get_tickets_reader import MIRRORED, Refused, Unusable

RANGE = 50
"""Tickets whose histories are read at once."""
LATE = timedelta(minutes=3)
"""How much later than its time an entry may show."""
ENCODED = {"updated_by", "status", "description"}


class Client(reader.Client):
    def hello(self, **_):
        options = ["format", "time_zone", "culture", "history_dates", "attachments_cid"]
        return {
            **super().hello(),
            "name": "get_tickets with history",
            "mirrors": [*MIRRORED, "history", "attachments"],
            "options": options,
        }

    def reset(self, options, **rest):
        super().reset(options=options, **rest)
        self.by_entry = options["history_dates"] == "entry"
        self.everybody = {"cid": "*"} if options["attachments_cid"] == "required" else {}
        self.entries = {}  # by their number
        self.files = {}  # by ticket

    def sync(self):
        tickets = self.walk()
        entries = dict(self.entries) if self.by_entry else {}
        # Of a ticket that is still there an entry is certain to be told again; those of deleted ones are told no more.
        dates = [datetime.fromisoformat(each["entry_date"]) for each in entries.values() if each["tid"] in tickets]
        for entry in self.new_entries(max(dates)) if dates else self.all_entries(sorted(tickets)):
            entries[entry["id"]] = entry
        files = self.all_files(tickets)
        self.tickets, self.files = tickets, files
        # All are kept: a walk may miss a ticket whose place moved meanwhile, and what is not new is not told again.
        self.entries = entries

    def mirror(self):
        histories = {}
        for entry in self.entries.values():
            told = {name: value for name, value in entry.items() if name != "tid"}
            histories.setdefault(entry["tid"], []).append(told)
        records = super().mirror()["records"]
        for record in records:
            record["fields"]["history"] = histories.get(int(record["id"]), [])
            record["fields"]["attachments"] = self.files.get(int(record["id"]), [])
        return {"records": records}

    # --- entries ---

    def all_entries(self, tids):
        """Every entry, some tickets at a time."""
        for start in range(0, len(tids), RANGE):
            part = tids[start : start + RANGE]
            yield from self.history(tid="*", start_tid=part[0], end_tid=part[-1])

    def new_entries(self, newest):
        """What was entered since the newest that is known, and a little before: an entry may show later than its time."""
        local = (newest - LATE).astimezone(self.zone)
        notation = "%d/%m/%Y %H:%M:%S" if "%d/%m" in self.dates else "%m/%d/%Y %H:%M:%S"
        return self.history(tid="*", start_date=local.strftime(notation))

    def history(self, **variables):
        answer = self.get(**{**variables, "action": "get_history"})
        try:
            found = self.records_in("history", answer.content.decode("utf-8"), answer)
        except (ValueError, KeyError, IndexError, TypeError, ElementTree.ParseError) as error:
            raise Unusable(f"status {answer.status_code}, {type(error).__name__}") from None
        if not found and self.format == "delimited":
            # In this format no entries are an empty text, and so is an answer that lost its body. Every ticket has one.
            raise Unusable("an empty answer where there are entries")
        return [self.entry(pairs) for pairs in found]

    # --- files ---

    def all_files(self, tickets):
        """What is told of every file, by ticket: one call tells all there are."""
        answer = self.get(**{"tid": "*", **self.everybody, "action": "get_attachments"})
        try:
            found = self.records_in("attachments", answer.content.decode("utf-8"), answer)
        except (ValueError, KeyError, IndexError, TypeError, ElementTree.ParseError) as error:
            raise Unusable(f"status {answer.status_code}, {type(error).__name__}") from None
        if not found and self.format == "delimited" and tickets.keys() & self.files.keys():
            # In this format no files are an empty text, and so is an answer that lost its body. Files do not go by themselves.
            raise Unusable("an empty answer where there are files")
        files = {}
        for told in map(dict, found):
            local = datetime.strptime(told["file_date"], self.dates).replace(tzinfo=self.zone)
            file = {"file_name": unquote_plus(told["file_name"]), "file_size": told["file_size"]}
            file["file_date"] = local.astimezone(UTC).isoformat()
            files.setdefault(int(told["ticket_id"]), []).append(file)
        return files

    # --- answers ---

    def records_in(self, name, text, answer, first=("id", "ticket_id")):
        """The records below a root, as pairs of names and texts; `first` are the names with which a line may begin."""
        if self.format == "xml":
            root = ElementTree.fromstring(text)
            if root.tag != name:
                raise Refused(unquote_plus("".join(root.itertext())))
            return [[(child.tag, child.text or "") for child in entry] for entry in root]
        if self.format == "json":
            root = json.loads(text)
            if name not in root:
                raise Refused(unquote_plus(str(*root["response"][0].values())))
            return [list(entry.items()) for entry in root[name]]
        if text.startswith("error="):
            raise Refused(unquote_plus(text[6:]))
        if answer.status_code != 200 or (text and not text.startswith(tuple(f"{each}=" for each in first))):
            raise ValueError("neither records nor an error")
        return [[part.split("=", 1) for part in line.split("&")] for line in text.split("\r\n") if line]

    def entry(self, pairs):
        made = {name: unquote_plus(text) if name in ENCODED else text for name, text in pairs}
        local = datetime.strptime(made["entry_date"], self.dates).replace(tzinfo=self.zone)
        made["entry_date"] = local.astimezone(UTC).isoformat()
        return {**made, "id": int(made["id"]), "tid": int(made["tid"])}


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
