"""The three families of programs a gateway meets, and how each of them writes.

Only what was seen of them stands here; where nothing is known, all write alike.

Seen: OpenNCP 7 and 9 (client stubs, ``services.xml``), Denmark's test tool,
gematik NCPeH-Simulation-API (canned messages).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Dialect(StrEnum):
    """Whose program a simulator plays."""

    OPENNCP_OLD = "openncp-old"  # up to 7: numeric codes
    OPENNCP_NEW = "openncp-new"  # 8 and 9: symbolic codes
    GEMATIK = "gematik"


class ActionPlace(StrEnum):
    """Where the HTTP head tells the action of a request."""

    MEDIA_TYPE = "media-type"  # the action parameter, as SOAP 1.2 says
    SOAP_ACTION = "soap-action"  # a field of SOAP 1.1


class Quotation(StrEnum):
    """How several class codes are quoted in one query."""

    EACH = "each"  # ('a^^s','b^^s'), as ebXML says
    MERGED = "merged"  # ('a^^s,b^^s')


@dataclass(frozen=True, slots=True)
class Manner:
    """How one family writes.

    Attributes
    ----------
    templates
        The folder of its own templates; the common ones stand behind it.
    is_chunked
        Whether bodies travel in chunks, their length untold.
    has_doubled_headers
        Whether ITI-39 repeats the addressing headers in the namespace of the anonymous
        address.
    typed_values
        Whether values of assertions carry ``xsi:type``, which the signature's
        ``PrefixList`` then has to cover.
    root_suffix
        What the identifier that ITI-55 returns has behind the root it was asked by.
    """

    templates: str
    user_agent: str
    is_chunked: bool
    action_place: ActionPlace
    quotation: Quotation
    has_doubled_headers: bool
    addresses_replies: bool
    message_id_prefix: str
    typed_values: bool
    root_suffix: str = ""


MANNERS: Final = {
    # Requests of the old family are those of Denmark's test tool: SOAPAction alone,
    # neither To nor ReplyTo, a MessageID that begins `uuid:`.
    Dialect.OPENNCP_OLD: Manner(
        templates="openncp",
        user_agent="OpenNCP http client",
        is_chunked=True,
        action_place=ActionPlace.SOAP_ACTION,
        quotation=Quotation.MERGED,
        has_doubled_headers=False,
        addresses_replies=False,
        message_id_prefix="uuid:",
        typed_values=True,
    ),
    # Its mock of a national infrastructure answers with another root than it was asked.
    Dialect.OPENNCP_NEW: Manner(
        templates="openncp",
        user_agent="OpenNCP http client",
        is_chunked=True,
        action_place=ActionPlace.MEDIA_TYPE,
        quotation=Quotation.MERGED,
        has_doubled_headers=True,
        addresses_replies=True,
        message_id_prefix="urn:uuid:",
        typed_values=True,
        root_suffix=".1000",
    ),
    Dialect.GEMATIK: Manner(
        templates="gematik",
        user_agent="Apache-CXF",
        is_chunked=False,
        action_place=ActionPlace.MEDIA_TYPE,
        quotation=Quotation.EACH,
        has_doubled_headers=False,
        addresses_replies=True,
        message_id_prefix="urn:uuid:",
        typed_values=False,
    ),
}
