"""A reader of SuperOffice's WebAPI that fetches the files of tickets too, done right.

mockservers check superoffice --client contracts/superoffice/clients/superoffice_files.py:Client
mockservers check superoffice --client 'python contracts/superoffice/clients/superoffice_files.py'
"""

import sys
from hashlib import sha256
from pathlib import Path

import superoffice_reader as reader
from superoffice_reader import Refused, Unusable

RAW = "application/octet-stream"


class Client(reader.Client):
    def hello(self, **_):
        hello = super().hello()
        return {
            **hello,
            "name": "SuperOffice reader with files",
            "mirrors": [*hello["mirrors"], "Attachments"],
            "options": [*hello["options"], "attachments"],
        }

    def reset(self, **rest):
        super().reset(**rest)
        self.files = {}  # digests of what was fetched, by the attachment's number

    def keep(self, ticket):
        files = self.fetch(ticket["TicketId"]) if ticket["HasAttachment"] else []
        super().keep(ticket)
        self.tickets[ticket["TicketId"]]["Attachments"] = files

    def fetch(self, number):
        """The files of a ticket. Their numbers tell them apart: two may have one name."""
        listed = self.call("POST", "Agents/Ticket/GetTicketAttachments", json={"TicketEntityId": number})
        found = []
        for each in listed or []:
            id_ = each["AttachmentId"]
            if id_ not in self.files:
                content = self.content(each)
                if content is None:
                    continue  # taken away meanwhile
                self.files[id_] = sha256(content).hexdigest()
            found.append({"Name": each["Name"], "Size": each["AttSize"], "Sha256": self.files[id_]})
        return found

    def content(self, attachment):
        """The bytes of an attachment, as they are: neither text nor JSON."""
        headers = {"Accept": RAW}
        request = {"json": {"AttachmentId": attachment["AttachmentId"]}, "headers": headers}
        answer = self.send("POST", "Agents/Ticket/GetAttachmentStream", **request)
        if answer.status_code == 401 and self.renew():
            answer = self.send("POST", "Agents/Ticket/GetAttachmentStream", **request)
        if answer.status_code >= 500:
            raise Unusable(f"status {answer.status_code}")
        if answer.status_code != 200:
            raise Refused(f"status {answer.status_code}: {answer.text[:200]}")
        if not answer.headers.get("Content-Type", "").startswith(RAW):  # an error object, or nothing
            if answer.content == b"null":
                return None
            raise Refused(answer.text[:200])
        if len(answer.content) != attachment["AttSize"]:
            raise Unusable("a file that ends early")
        return answer.content


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
