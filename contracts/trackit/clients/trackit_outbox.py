"""A correct writer of Track-It! with a queue: what it is told is written down first, in `state_dir`, and sent in order.

What could not be sent stays in the queue and goes first the next time, whatever the client is told then, also by another
process. Before something is sent again that had no answer, it is looked for.

mockservers check trackit --client contracts/trackit/clients/trackit_outbox.py:Client
mockservers check trackit --client 'python contracts/trackit/clients/trackit_outbox.py'
"""

import html
import json
import re
import sys
from datetime import datetime
from pathlib import Path

import requests

COPIED = ["7", "8", "18", "22", "39", "81", "83", "85", "95", "96", "100", "106", "163"]
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


class Refusal(Exception):
    kind = "refused"

    def __init__(self, words, status=0):
        super().__init__(words)
        self.status = status


class Waiting(Exception):
    """It stands in the queue, and perhaps at the vendor too."""

    kind = "transport"


class Client:
    def hello(self, **_):
        return {
            "name": "Track-It! outbox",
            "tasks": ["sync", "mirror", "create", "update", "note", "close"],
            "mirrors": [*COPIED, "notes"],
            "options": ["restart", "kill"],
        }

    def reset(self, endpoint, credentials, options, state_dir, **_):
        self.endpoint, self.login, self.options = endpoint, credentials, options
        self.http = requests.Session()
        self.http.trust_env = False
        self.bearer = None
        self.file = Path(state_dir) / "outbox.json"
        kept = json.loads(self.file.read_text("utf-8")) if self.file.exists() else {}
        self.queue, self.made, self.refused = kept.get("queue", []), kept.get("made", {}), kept.get("refused", {})
        self.copy = {int(number): ticket for number, ticket in kept.get("copy", {}).items()}

    def bye(self):
        if hasattr(self, "http"):
            self.http.close()

    # --- the copy ---

    def sync(self):
        self.send_queue()
        try:
            self.look_at_all()
        finally:
            self.save()

    def look_at_all(self):
        number = self.options["first_id"]
        last = max([0, *self.copy, *map(int, self.made.values())])
        while number <= last + self.options["longest_gap"] + 1:
            ticket = self.look(number)
            last = max(last, number if ticket else 0)
            number += 1

    def look(self, number):
        """A ticket as it is now; None where there is none, or none for us."""
        try:
            ticket = self.read(number)
            notes = ticket and self.notes(number)
        except Refusal as refusal:
            if refusal.status == 403:
                return None
            if refusal.status != self.options["unknown_status"]:
                raise
            ticket = None
        if ticket is None:
            self.copy.pop(number, None)
            return None
        self.copy[number] = {**{name: ticket.get(name) for name in COPIED}, "notes": notes}
        return ticket

    def mirror(self):
        return [{"id": number, "fields": fields} for number, fields in self.copy.items()]

    # --- tasks go through the queue ---

    def create(self, key, fields):
        self.submit({"do": "create", "key": key, "fields": fields})
        return {"id": self.made[key]}

    def update(self, record, fields):
        self.enqueue({"do": "update", "record": record, "fields": fields})

    def note(self, record, key, text, minutes=None):
        self.submit({"do": "note", "record": record, "key": key, "text": text, "minutes": minutes})

    def close(self, record):
        self.enqueue({"do": "close", "record": record})

    def submit(self, job):
        """Enqueue what has a key, unless it was sent since it was told first."""
        if job["key"] in self.refused:
            raise Refusal(self.refused[job["key"]])
        if job["key"] not in self.made:
            self.enqueue(job)

    def enqueue(self, job):
        """Write it down if it does not wait already, and try to send all that waits."""
        if not any({**waiting, "tried": None} == {**job, "tried": None} for waiting in self.queue):
            self.queue.append({**job, "tried": None})
            self.save()
        self.send_queue(mine=job)

    def send_queue(self, mine=None):
        """Send what waits, oldest first. What is refused leaves the queue; only the job at hand says so."""
        while self.queue:
            job = self.queue[0]
            at_hand = mine is not None and {**job, "tried": None} == {**mine, "tried": None}
            try:
                self.token()
            except Refusal as refusal:
                raise Waiting(f"in the queue: {refusal}") from None
            try:
                getattr(self, f"do_{job['do']}")(job)
            except Refusal as refusal:
                if refusal.status == 401:
                    raise Waiting(f"in the queue: {refusal}") from None
                self.queue.pop(0)
                if "key" in job:
                    self.refused[job["key"]] = str(refusal)
                self.save()
                if at_hand:
                    raise
                continue
            self.queue.pop(0)
            self.save()

    def save(self):
        kept = {"queue": self.queue, "made": self.made, "refused": self.refused, "copy": self.copy}
        text = json.dumps(kept)
        half = self.file.with_suffix(".new")
        half.write_text(text, "utf-8")
        half.replace(self.file)

    # --- jobs ---

    def do_create(self, job):
        reference = self.options["reference_field"]
        ticket = self.by_reference(job) if job["tried"] is not None else None
        if ticket is None:
            job["tried"] = self.highest() if job["tried"] is None else job["tried"]
            self.save()
            ticket = self.post("tickets", {"Properties": {**job["fields"], reference: job["key"]}})
        self.made[job["key"]] = str(ticket["1"])
        taken(ticket, job["fields"])

    def highest(self):
        return max([self.options["first_id"] - 1, *self.copy, *map(int, self.made.values())])

    def by_reference(self, job):
        """The ticket that was made when no answer came."""
        number, last = job["tried"] + 1, self.highest()
        while number <= last + self.options["longest_gap"] + 1:
            ticket = self.unless_gone(number)
            if ticket and ticket.get(self.options["reference_field"]) == job["key"]:
                return ticket
            last = max(last, number if ticket else 0)
            number += 1
        return None

    def unless_gone(self, number):
        try:
            return self.read(number)
        except Refusal as refusal:
            if refusal.status in (403, self.options["unknown_status"]):
                return None
            raise

    def do_update(self, job):
        fields = dict(job["fields"])
        ticket = self.unless_gone(job["record"]) if job["tried"] else None
        if ticket and all(alike(ticket.get(name), value) for name, value in fields.items()):
            return  # it was done, and only its answer was lost
        job["tried"] = True
        self.save()
        status = fields.pop("96", None)
        if fields:
            taken(self.post(f"tickets/{job['record']}", {"Properties": fields}), fields)
        if status is not None:
            body = {"StatusName": status, "Note": self.words("Status changed by the integration")}
            self.post(f"tickets/{job['record']}/changestatus", body)

    def do_note(self, job):
        mark = f" (ref {job['key']})"
        if job["tried"] and any((note["5"] or "").endswith(mark.strip()) for note in self.notes(job["record"])):
            self.made[job["key"]] = job["record"]
            return
        job["tried"] = True
        self.save()
        note = self.words(job["text"] + mark)
        if job["minutes"]:
            hours, minutes = divmod(job["minutes"], 60)
            note["Duration"] = f"{hours:02d}:{minutes:02d}:00"
        self.post(f"tickets/{job['record']}/addnote", note)
        self.made[job["key"]] = job["record"]

    def do_close(self, job):
        ticket = self.unless_gone(job["record"]) if job["tried"] else None
        if ticket and ticket.get("18"):
            return
        job["tried"] = True
        self.save()
        self.post(f"tickets/{job['record']}/close", {"Note": self.words("Closed by the integration")})

    def words(self, text):
        text = html.escape(text, False) if self.options["note_text"] == "plain" else text
        return {
            "Note Type": self.options["note_types"][0],
            "Activity Code": self.options["activities"][0],
            "Note": text,
        }

    # --- calls ---

    def read(self, number):
        return self.ticket(self.call("GET", f"tickets/{number}"))

    def notes(self, number):
        answer = self.call("GET", f"tickets/{number}/Notes/0/0")
        if not isinstance(answer.get("TicketNotes"), list):
            raise Waiting("an answer without notes")
        return [{name: values(note).get(name) for name in ("1", "5", "10", "27")} for note in answer["TicketNotes"]]

    def post(self, path, body):
        return self.ticket(self.call("POST", path, body))

    def ticket(self, answer):
        found = next((answer[name] for name in ("Tickets", "Ticket") if name in answer), None)
        if found is None:
            raise Waiting("an answer without a ticket")
        return values(found)

    def call(self, method, path, body=None):
        answer = self.send(method, path, body)
        if answer.status_code == 401:
            self.bearer = None
            answer = self.send(method, path, body)
        if answer.status_code == 401:
            self.bearer = None
        return self.object(answer)

    def send(self, method, path, body):
        head = {"Authorization": f"Bearer {self.token()}"}
        return self.wire(method, path, json=body, headers=head)

    def token(self):
        if self.bearer is None:
            try:
                granted = self.object(self.wire("POST", "token", data={"grant_type": "password", **self.login}))
            except Refusal as refusal:
                raise Refusal(f"no token: {refusal}", 401) from None
            self.bearer = granted.get("access_token")
        return self.bearer

    def wire(self, method, path, **more):
        try:
            return self.http.request(method, f"{self.endpoint}/{path}", timeout=30, **more)
        except requests.RequestException as error:
            raise Waiting(type(error).__name__) from None

    def object(self, answer):
        try:
            told = answer.json()
        except ValueError:
            raise Waiting(f"status {answer.status_code}, and nothing to read") from None
        if answer.status_code >= 500 or not isinstance(told, dict):
            raise Waiting(f"status {answer.status_code}")
        if answer.status_code >= 400:
            raise Refusal(f"status {answer.status_code}: {told.get('Message', '')}", answer.status_code)
        return told


def values(record):
    return {number: field["Value"] for number, field in record.items()}


def taken(ticket, fields):
    """Servers pass over what cannot be written, and say 200."""
    lost = [name for name, value in fields.items() if not alike(ticket.get(name), value)]
    if lost:
        raise Refusal(f"not taken: {', '.join(lost)}")


def alike(found, wanted):
    if all(isinstance(each, str) and INSTANT.fullmatch(each) for each in (found, wanted)):
        seconds = [datetime.fromisoformat(each).timestamp() for each in (found, wanted)]
        return abs(seconds[0] - seconds[1]) < 0.005  # the vendor keeps steps of 1/300 s
    return found == wanted or (found in (None, "") and wanted in (None, ""))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
