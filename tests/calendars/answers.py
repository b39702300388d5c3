"""Mails as programs send them: answers to invitations, and messages that came back."""

from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import SMTP

OUTLOOK = """\
BEGIN:VCALENDAR
METHOD:REPLY
PRODID:Microsoft Exchange Server 2010
VERSION:2.0
BEGIN:VTIMEZONE
TZID:GMT Standard Time
BEGIN:STANDARD
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T010000
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
ATTENDEE;PARTSTAT={answer};CN=Priya Nair:MAILTO:{address}
COMMENT;LANGUAGE=de-DE:Leider verhindert\\n
UID:{uid}
SUMMARY;LANGUAGE=de-DE:Abgelehnt: Neglect
DTSTART;TZID=GMT Standard Time:20261203T093000
DTEND;TZID=GMT Standard Time:20261203T160000
CLASS:PUBLIC
PRIORITY:5
DTSTAMP:{stamp}
TRANSP:OPAQUE
STATUS:CONFIRMED
SEQUENCE:{sequence}
X-MICROSOFT-CDO-APPT-SEQUENCE:{sequence}
END:VEVENT
END:VCALENDAR
"""

GOOGLE = """\
BEGIN:VCALENDAR
PRODID:-//Google Inc//Google Calendar 70.9054//EN
VERSION:2.0
CALSCALE:GREGORIAN
METHOD:REPLY
BEGIN:VEVENT
DTSTART:20261203T093000Z
DTEND:20261203T160000Z
DTSTAMP:{stamp}
ORGANIZER;CN=Training:mailto:training@partnership.example
UID:{uid}
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={answer};CN={address};X-NUM-GUESTS=0:
 mailto:{address}
CREATED:20261120T090000Z
LAST-MODIFIED:{stamp}
SEQUENCE:{sequence}
STATUS:CONFIRMED
SUMMARY:Neglect
TRANSP:OPAQUE
END:VEVENT
END:VCALENDAR
"""

APPLE = """\
BEGIN:VCALENDAR
CALSCALE:GREGORIAN
METHOD:REPLY
VERSION:2.0
BEGIN:VEVENT
ATTENDEE;CN="Nair, Priya";EMAIL={address};PARTSTAT={answer}:invalid:nomail
DTSTAMP:{stamp}
SEQUENCE:{sequence}
UID:{uid}
END:VEVENT
END:VCALENDAR
"""
PROGRAMS = {"outlook": OUTLOOK, "google": GOOGLE, "apple": APPLE}


def calendar(
    uid: str, address: str, answer: str = "DECLINED", *, sequence: int = 0, stamp: str = "20261203T093000Z",
    program: str = "outlook",
) -> str:  # fmt: skip
    """The calendar part in which `program` answers."""
    text = PROGRAMS[program].format(uid=uid, address=address, answer=answer, sequence=sequence, stamp=stamp)
    return text.replace("\n", "\r\n")


def mail_with(
    content: str, *, subject: str = "Abgelehnt: Neglect", twice: bool = False, charset: str = "utf-8"
) -> bytes:
    """A mail with the calendar part, in one charset or another, and once more as an attachment with `twice`."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = "Priya Nair <priya@people.example>", "training@partnership.example"
    message["Subject"] = subject
    message.set_content("Ich kann leider nicht.\n")
    message.add_alternative(
        content.encode(charset), maintype="text", subtype="calendar", cte="base64",
        params={"charset": charset, "method": "REPLY"},
    )  # fmt: skip
    if twice:
        message.add_attachment(content.encode(), maintype="application", subtype="ics", filename="invite.ics")
    return message.as_bytes()


def answered(uid: str, address: str, answer: str = "DECLINED", **options: object) -> bytes:
    """A mail in which a calendar answers."""
    return mail_with(calendar(uid, address, answer, **options))  # type: ignore[arg-type]


def came_back(
    message_id: str, to: str, *, action: str = "failed", status: str = "5.1.1", headers_only: bool = False
) -> bytes:
    """A report that a message could not be delivered, with all of it or its headers."""
    report = MIMEMultipart("report", report_type="delivery-status")
    report["From"], report["To"] = "MAILER-DAEMON@mail.example", "training@partnership.example"
    report["Subject"] = "Unzustellbar: Your place"
    report.attach(MIMEText("Die Nachricht konnte nicht zugestellt werden.\n"))
    delivery = MIMEBase("message", "delivery-status")
    delivery.set_payload(
        [
            _fields("Reporting-MTA: dns; mail.example"),
            _fields(
                f"Final-Recipient: rfc822; {to}\nAction: {action}\nStatus: {status}\n"
                f"Diagnostic-Code: smtp; 550 {status} User unknown"
            ),
        ]
    )
    report.attach(delivery)
    original = EmailMessage()
    original["Message-ID"], original["To"], original["Subject"] = message_id, f"Priya Nair <{to}>", "Your place"
    original.set_content("Hello Priya\n")
    if headers_only:
        headers = "".join(f"{name}: {value}\n" for name, value in original.items())
        part = MIMEText(headers)
        part.replace_header("Content-Type", "text/rfc822-headers; charset=utf-8")
        report.attach(part)
    else:
        report.attach(MIMEMessage(original))
    return report.as_bytes(policy=SMTP)


def _fields(text: str) -> EmailMessage:
    block = EmailMessage()
    for line in text.splitlines():
        name, _, value = line.partition(": ")
        block[name] = value
    return block
