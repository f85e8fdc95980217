"""Mails that came back: finds out of a returned mail which delivery it was, and whether the address is wrong for good."""

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import getaddresses

from querwerk.newsletter import actions
from querwerk.newsletter.models import Delivery

FOR_GOOD = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.7.13")
"""Enhanced status codes (RFC 3463) that speak of the address; a full mailbox or a spam filter (other 5.x) may pass."""


@dataclass(frozen=True, slots=True)
class Return:
    """What a returned mail says."""

    code: str
    status: str
    answer: str

    @property
    def is_permanent(self) -> bool:
        """Tell whether the address will not work tomorrow either."""
        return self.status in FOR_GOOD


def read_return(raw: bytes) -> Return | None:
    """Read a delivery status notification (RFC 3464); nothing where it is another mail, or speaks of a mere delay."""
    mail = message_from_bytes(raw, policy=policy.default)
    code = next(_codes(mail), "")
    for part in mail.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for fields in _groups(part):
            status, action = str(fields.get("Status", "")).split(" ")[0], str(fields.get("Action", "")).lower()
            if action == "failed" and code:
                return Return(code, status, str(fields.get("Diagnostic-Code", status)))
    return None


def _groups(part: Message) -> Iterator[Message]:
    """Yield the groups of fields of a status, one for the mail and one for each address."""
    content = part.get_payload()
    if isinstance(content, list):
        yield from (group for group in content if isinstance(group, Message))


def _codes(mail: EmailMessage) -> Iterator[str]:
    """Yield what stands behind the plus in the addresses to which the mail was returned."""
    names = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
    for _name, address in getaddresses([str(value) for name in names for value in mail.get_all(name, [])]):
        local = address.partition("@")[0]
        if "+" in local:
            yield local.rpartition("+")[2].lower()


def take_return(raw: bytes) -> bool:
    """Note a returned mail; false where it tells nothing about a delivery of ours."""
    found = read_return(raw)
    delivery = Delivery.objects.select_related("subscriber__space").filter(code=found.code).first() if found else None
    if found is None or delivery is None:
        return False
    actions.note_returned(delivery, is_permanent=found.is_permanent, answer=found.answer)
    return True
