"""Does not look at what kind of answer it is: an error object under 200 becomes the file."""

from mockservers.harness.clients import reference

RULES = ("superoffice.attachment.content",)


class Client(reference("superoffice", "files")):
    def content(self, attachment):
        request = {
            "json": {"AttachmentId": attachment["AttachmentId"]},
            "headers": {"Accept": "application/octet-stream"},
        }
        answer = self.send("POST", "Agents/Ticket/GetAttachmentStream", **request)
        if answer.status_code == 401 and self.renew():
            answer = self.send("POST", "Agents/Ticket/GetAttachmentStream", **request)
        if answer.status_code >= 300:
            raise Refused(answer.status_code)
        return answer.content


class Refused(Exception):
    kind = "refused"
