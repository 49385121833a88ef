"""What an operator can do about each reason: one sentence or two, no code to read.

Most remedies lie with the other country; then the sentence says what to ask them for.
"""

from __future__ import annotations

from typing import Final

from trust.decision import Reason

_PIN: Final = (
    "Ask the other country, over a way you already trust, for the fingerprint of its "
    "certificate. Where it is this one, add the certificate to the peer's section of "
    "the settings for this purpose; where it is not, somebody else speaks in its name."
)
_NEW_CERTIFICATE: Final = (
    "Ask the other country for its new certificate and add it to the peer's section of "
    "the settings; the old one may stay beside it until it is no longer used."
)
_FOREIGN: Final = (
    "Treat it as an attack until the other country shows otherwise: keep the message "
    "and tell its contact point. No setting makes such a message believable."
)
_ALTERED: Final = (
    "Something between the signer and this file changed it. A proxy that indents or "
    "rewrites XML does so, and so does an attacker. Ask the sender for the bytes as "
    "they left, and compare."
)
_ISSUER: Final = (
    "The other country's software has to issue it as the profile says; send its "
    "contact point the sentence above."
)
_CLOCK: Final = (
    "Compare the clocks of both gateways with a time server. How far they may differ "
    "is the setting assertions.skew_s."
)
_BINDING: Final = (
    "The assertions of one message must come from one session of one professional: the "
    "other country's software mixed two, or somebody else did."
)

_REPUBLISH: Final = (
    "The country has to publish its entry again, of the form and for the time that is "
    "needed; send its contact point the sentence above."
)
_LIST: Final = (
    "The last good entry serves meanwhile. Compare what the country says, over a way "
    "you already trust, with what the directory answers."
)

# Reasons of lists: no file that is explained ends with one.
_ELSEWHERE: Final = (
    "The sentence above says what was found; nothing more is known here."
)

REMEDIES: Final = {
    Reason.DIRECTORY_ENTRY_ABSENT: (
        "Ask the country whether it has published this service, and in which zone."
    ),
    Reason.DIRECTORY_UNREACHABLE: (
        "Check `resolvers` and `zone` in [directory], the network and the firewalls. "
        "The last good entry serves meanwhile."
    ),
    Reason.DIRECTORY_ANSWER_UNUSABLE: _LIST,
    Reason.DIRECTORY_RECORD_REFUSED: (
        "Ask whoever keeps the zone: the record has to be of the usual form."
    ),
    Reason.DIRECTORY_ADDRESS_REFUSED: (
        "Where the address is right, allow it in [directory]: `ports`, `hosts`, "
        "`endpoint_hosts` or `networks`. Where it is not, somebody leads us astray."
    ),
    Reason.DIRECTORY_REDIRECT_REFUSED: _LIST,
    Reason.DIRECTORY_ENTRY_INVALID: _REPUBLISH,
    Reason.DIRECTORY_ENTRY_OF_ANOTHER: _LIST,
    Reason.DIRECTORY_ENTRY_NOT_YET_ACTIVE: (
        "Wait for the day that the entry names, or compare the clocks."
    ),
    Reason.DIRECTORY_ENTRY_EXPIRED: _REPUBLISH,
    Reason.DIRECTORY_ENTRY_OLDER: (
        "Somebody may bring an old entry back. Where the country confirms that it "
        "published this one, restart the gateway without what it kept of the country "
        "in `directory.folder`."
    ),
    Reason.DIRECTORY_MASK_INVALID: _REPUBLISH,
    Reason.DIRECTORY_PATTERN_REFUSED: _REPUBLISH,
    Reason.ACCEPTED: "Nothing needs to be done.",
    Reason.PEER_CERTIFICATE_ABSENT: (
        "The caller has to present its TLS client certificate. Behind a proxy, the "
        "proxy has to hand it on."
    ),
    Reason.PEER_NOT_PINNED: _PIN,
    Reason.SIGNER_NOT_PINNED: _PIN,
    Reason.SUBJECT_NOT_PERMITTED: _PIN,
    Reason.CERTIFICATE_EXPIRED: _NEW_CERTIFICATE,
    Reason.CERTIFICATE_NOT_YET_VALID: (
        "Wait for the day, or compare the clocks: the certificate is not valid yet."
    ),
    Reason.CERTIFICATE_WRONG_PURPOSE: (
        "The certificate is known, but for another use. Ask the other country which "
        "certificate serves this one."
    ),
    Reason.CERTIFICATE_UNREADABLE: (
        "The certificate is damaged or in a form nobody can check. Ask for it again."
    ),
    Reason.CERTIFICATE_WEAK: (
        "The other country needs a certificate with a key of 2048 bits of RSA or more, "
        "or P-256 or more, signed over SHA-256 or longer."
    ),
    Reason.CERTIFICATE_REVOKED: (
        "Its authority has withdrawn the certificate. Remove it from the settings and "
        "ask the other country what happened and which one replaces it."
    ),
    Reason.REVOCATION_UNKNOWN: (
        "Nobody could say whether the certificate was withdrawn. See whether the "
        "authority's responder and lists can be reached from here; what holds "
        "meanwhile is a setting for each purpose."
    ),
    Reason.PATH_INVALID: (
        "No path leads from the certificate to an authority in the settings. An "
        "intermediate certificate may be missing there."
    ),
    Reason.SIGNER_OF_ANOTHER_COUNTRY: _FOREIGN,
    Reason.ISSUER_OF_ANOTHER_COUNTRY: _FOREIGN,
    Reason.HOME_COMMUNITY_OF_ANOTHER_COUNTRY: (
        "Compare the home community id in the peer's section of the settings with the "
        "one the other country publishes."
    ),
    Reason.SECURITY_HEADER_ABSENT: (
        "The message has nothing to be believed by. The other country's software has "
        "to send a wsse:Security header with its assertions."
    ),
    Reason.SECURITY_HEADER_REPEATED: _FOREIGN,
    Reason.SECURITY_HEADER_FOREIGN_CONTENT: _FOREIGN,
    Reason.ID_NOT_UNIQUE: _FOREIGN,
    Reason.HCP_REPEATED: _FOREIGN,
    Reason.TRC_REPEATED: _FOREIGN,
    Reason.NOK_REPEATED: _FOREIGN,
    Reason.ASSERTION_KIND_UNKNOWN: (
        "Assertions of before XUA revision 19 state no kind: where the other country "
        "still sends those, assertions.accept_old_forms has them read. Otherwise its "
        "software has to state the kind in the Issuer's NameQualifier."
    ),
    Reason.HCP_ABSENT: _ISSUER,
    Reason.TRC_ABSENT: (
        "The professional abroad has to confirm the treatment before documents are "
        "asked for; the other country's software then adds the TRC assertion."
    ),
    Reason.NOK_UNSUPPORTED: (
        "Where this country searches patients by their next of kin, "
        "assertions.accept_next_of_kin allows it at ITI-55. Elsewhere the other "
        "country's software has to leave the assertion out."
    ),
    Reason.NOK_OF_ANOTHER_HCP: _BINDING,
    Reason.NOK_OUTSIDE_HCP_WINDOW: _BINDING,
    Reason.SIGNATURE_ABSENT: (
        "An assertion without a signature is anybody's. The other country's software "
        "has to sign it."
    ),
    Reason.SIGNATURE_FORM_REFUSED: (
        "The signature is put together in a way that can hide what was signed. An "
        "honest sender can be asked to sign the assertion itself, once, right after "
        "its Issuer; otherwise treat it as an attack."
    ),
    Reason.SIGNATURE_ALGORITHM_REFUSED: (
        "The other country's software has to sign with RSA or ECDSA over SHA-256 or "
        "longer; weaker or unknown methods are not read."
    ),
    Reason.DIGEST_MISMATCH: _ALTERED,
    Reason.SIGNATURE_VALUE_INVALID: _ALTERED,
    Reason.ASSERTION_FIELD_MISSING: _ISSUER,
    Reason.ASSERTION_FIELD_INVALID: _ISSUER,
    Reason.ASSERTION_NOT_YET_VALID: _CLOCK,
    Reason.ASSERTION_EXPIRED: (
        "An old message is explained for its own time with --at. A new one that is "
        "refused for this has been kept too long by the other country, or the clocks "
        "differ: compare both with a time server."
    ),
    Reason.ASSERTION_LIVES_TOO_LONG: _ISSUER,
    Reason.AUDIENCE_WRONG: _ISSUER,
    Reason.AUDIENCE_ABSENT: (
        "Ask the other country to name the audience, or accept its absence with "
        "assertions.accept_absent_audience."
    ),
    Reason.AUTHENTICATION_WEAK: (
        "The professional has to log in with two factors. Which classes count as "
        "strong is the setting assertions.accepted_authentication."
    ),
    Reason.CONFIRMATION_METHOD_WRONG: _ISSUER,
    Reason.ROLE_UNKNOWN: (
        "The role has to be one of the ISCO groups of the profile, code and name "
        "agreeing. Roles as text are read with assertions.accept_old_forms."
    ),
    Reason.PURPOSE_OF_USE_UNKNOWN: _ISSUER,
    Reason.PERMISSION_MISSING: (
        "The other country decides what its professional may do; it has to add the "
        "permissions named above, if the person has them."
    ),
    Reason.TRC_OF_ANOTHER_HCP: _BINDING,
    Reason.TRC_OF_ANOTHER_PROFESSIONAL: _BINDING,
    Reason.TRC_OUTSIDE_HCP_WINDOW: (
        "Ask the other country to end the TRC assertion with its HCP assertion, or "
        "allow it with assertions.require_trc_within_hcp = false."
    ),
    Reason.TRC_OF_ANOTHER_PATIENT: _BINDING,
    Reason.ASSERTION_OF_ANOTHER_PEER: _FOREIGN,
    Reason.TRUST_LIST_UNREADABLE: (
        "Fetch the list again from where its operator publishes it; a page that says "
        "sorry is no list."
    ),
    Reason.SIGNING_CERTIFICATE_MISMATCH: _FOREIGN,
    Reason.TRUST_LIST_OF_ANOTHER_SCHEME: (
        "The address holds the list of somebody else. Compare it with what the list "
        "of lists says today."
    ),
    Reason.TRUST_LIST_NOT_YET_ISSUED: (
        "Compare the clock of this machine with a time server: the list is from the "
        "future."
    ),
    Reason.TRUST_LIST_EXPIRED: (
        "Fetch the list again. Where its operator has issued no newer one, nothing of "
        "it can be relied on; an old list is judged for its own time with --at."
    ),
    Reason.TRUST_LIST_LIVES_TOO_LONG: (
        "The operator promises no newer list within the half year that the standard "
        "allows; such a list is not relied on."
    ),
    Reason.TRUST_LIST_CLOSED: (
        "The scheme has ended. Its list still says what was; look for the scheme that "
        "took its place."
    ),
    Reason.TRUST_LIST_ROLLED_BACK: (
        "An older list than the known one was served: by a cache on the way, or by "
        "somebody who wants withdrawn services back. The known one stays in force."
    ),
    Reason.TRUST_LIST_UNAVAILABLE: (
        "See whether its address can be reached from here. The last good copy stays in "
        "force until its own next update."
    ),
    Reason.TRUST_LIST_OUT_OF_BOUNDS: (
        "Lists point further than is followed. Where that is meant, judge the rest by "
        "themselves."
    ),
    Reason.SERVICE_NOT_LISTED: (
        "No list that is believed knows the service. Ask who runs it in which list, "
        "and since when, it stands."
    ),
    Reason.SERVICE_NOT_GRANTED: (
        "The supervisor has taken the service's status away, or had not given it yet "
        "at that moment."
    ),
    Reason.SERVICE_AMBIGUOUS: (
        "Entries contradict each other; tell the operators of the lists named above."
    ),
}


def remedy_for(reason: Reason) -> str:
    """Return what an operator can do about a reason."""
    return REMEDIES.get(reason, _ELSEWHERE)
