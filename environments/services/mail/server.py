"""Mail as a service of the pod: IMAP, SMTP, seeding, probes."""

from boxes import Boxes, read
from dovecot import Dovecot
from hiyari_control import Control
from submission import Submission


def main():
    """Run both servers until the control stream ends."""
    control = Control()
    mailboxes = Boxes()
    imap = Dovecot(control)
    imap.start()
    smtp = Submission(control, mailboxes)
    smtp.start()

    def seed(message):
        data = message.get("data") or {}
        imap.end_sessions()
        mailboxes.reset(data.get("users", []), data.get("messages", []), message.get("now"))
        smtp.sent.clear()
        imap.set_users(data.get("users", []))

    def probe(message):
        query = message.get("query") or {}
        if "sent" in query:
            return list(smtp.sent)
        if "messages" in query:
            wanted = query["messages"]
            if wanted.get("mailbox") not in mailboxes.users:
                raise LookupError(f"there is no mailbox {wanted.get('mailbox')!r}; known: {', '.join(mailboxes.users)}")
            return read(wanted["mailbox"], wanted.get("folder", "INBOX"))
        raise LookupError('a probe of mail is {"sent": {}} or {"messages": {"mailbox": "<login>", "folder": "INBOX"}}')

    control.op("seed", seed)
    control.op("probe", probe)
    control.op("deliver", lambda message: mailboxes.deliver_from_person(message))
    control.op("health", lambda message: imap.sync())
    control.op("sync", lambda message: imap.sync())
    try:
        control.serve()
    finally:
        imap.stop()


if __name__ == "__main__":
    main()
