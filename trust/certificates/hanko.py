"""Certification paths and revocation by pyhanko-certvalidator, behind our port.

Its types end here. It never fetches: what it may look at is handed to it. Three habits
of it are answered. Without a list of anchors it would trust the machine's own, so an
empty list is refused here. Where OCSP says good it does not look at revocation lists,
so these are asked once more alone. And it knows the lists of an anchor only where that
is self-issued, so an anchor is shown to it as what it is: a name and a key.

Spec: RFC 5280 §6.1, §6.3 / RFC 6960 §3.2 / RFC 5937 (constraints of an anchor).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Final

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.authority import (
    AuthorityWithCert,
    TrustAnchor,
    TrustQualifiers,
    derive_quals_from_cert,
)
from pyhanko_certvalidator.errors import (
    InsufficientRevinfoError,
    PathError,
    RevokedError,
    ValidationError,
)
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import (
    NO_REVOCATION,
    REQUIRE_REVINFO,
    CertRevTrustPolicy,
)

from trust.certificates.path import RevocationData
from trust.decision import Reason, TrustRefused

_ANY_POLICY: Final = frozenset({"any_policy"})


class HankoPathValidator:
    """A :class:`~trust.certificates.path.PathValidator`; safe to share by threads."""

    def validate(
        self,
        leaf: x509.Certificate,
        anchors: Sequence[x509.Certificate],
        intermediates: Sequence[x509.Certificate],
        moment: datetime,
        revocation: RevocationData | None,
    ) -> tuple[x509.Certificate, ...]:
        """Return a valid path; see the port."""
        if not anchors:
            raise _invalid("no authority is known that could have issued it")
        path = _find(leaf, anchors, intermediates, moment, revocation)
        if revocation is not None and revocation.crls and revocation.ocsp_responses:
            _refuse_listed(leaf, anchors, intermediates, moment, revocation)
        return path


def _refuse_listed(
    leaf: x509.Certificate,
    anchors: Sequence[x509.Certificate],
    intermediates: Sequence[x509.Certificate],
    moment: datetime,
    revocation: RevocationData,
) -> None:
    """Refuse what a revocation list names, whatever OCSP says of it."""
    lists_alone = RevocationData(crls=revocation.crls)
    try:
        _find(leaf, anchors, intermediates, moment, lists_alone)
    except TrustRefused as refused:
        if refused.reason is Reason.CERTIFICATE_REVOKED:
            raise


def _find(
    leaf: x509.Certificate,
    anchors: Sequence[x509.Certificate],
    intermediates: Sequence[x509.Certificate],
    moment: datetime,
    revocation: RevocationData | None,
) -> tuple[x509.Certificate, ...]:
    try:
        context = _context(anchors, intermediates, moment, revocation)
        found = _run(CertificateValidator(_foreign(leaf), validation_context=context))
    except RevokedError as error:
        raise TrustRefused(Reason.CERTIFICATE_REVOKED, _revoked(error)) from error
    except InsufficientRevinfoError as error:
        raise TrustRefused(
            Reason.REVOCATION_UNKNOWN,
            f"whether the certificate is revoked is not known: {_text(error)}",
        ) from error
    except (PathError, ValidationError) as error:
        raise _invalid(_text(error)) from error
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        # asn1crypto reads lazily: a fault in an extension or in a list shows up here.
        raise _unreadable(revocation) from error
    _, *below = found.iter_certs(include_root=True)
    if not below:
        raise _invalid("it is itself an authority")
    issued = tuple(_ours(each) for each in reversed(below))
    return (*issued, _anchor_of(issued[-1], anchors))


def _context(
    anchors: Sequence[x509.Certificate],
    intermediates: Sequence[x509.Certificate],
    moment: datetime,
    revocation: RevocationData | None,
) -> ValidationContext:
    data = revocation or RevocationData()
    rule = NO_REVOCATION if revocation is None else REQUIRE_REVINFO
    return ValidationContext(
        trust_roots=[_anchor(each) for each in anchors],
        other_certs=[_foreign(each) for each in intermediates],
        moment=moment,
        crls=list(data.crls),
        ocsps=list(data.ocsp_responses),
        revinfo_policy=CertRevTrustPolicy(rule),
        allow_fetching=False,
    )


def _anchor(authority: x509.Certificate) -> TrustAnchor:
    """Hold an anchor to its own path length and names, not to its policies."""
    certificate = _as_root(_foreign(authority))
    derived = derive_quals_from_cert(certificate)
    parameters = derived.standard_parameters
    if parameters is not None:
        parameters = replace(
            parameters,
            user_initial_policy_set=_ANY_POLICY,
            initial_explicit_policy=False,
        )
    # The library counts attribute authorities down as well, and not from None.
    length = derived.max_path_length
    return TrustAnchor(
        AuthorityWithCert(certificate),
        TrustQualifiers(
            standard_parameters=parameters,
            max_path_length=length,
            max_aa_path_length=length,
        ),
    )


def _as_root(authority: asn1.Certificate) -> asn1.Certificate:
    """Return the anchor with itself as its issuer (RFC 5280 §6.1.1 (d)).

    Nobody verifies the signature of an anchor, so that it does not matter.
    """
    if authority.issuer == authority.subject:
        return authority
    tbs = asn1.TbsCertificate.load(authority["tbs_certificate"].dump())
    tbs["issuer"] = tbs["subject"]
    if tbs["extensions"].native is not None:
        tbs["extensions"] = [
            each
            for each in tbs["extensions"]
            if each["extn_id"].native != "authority_key_identifier"
        ]
    return asn1.Certificate(
        {
            "tbs_certificate": tbs,
            "signature_algorithm": authority["signature_algorithm"],
            "signature_value": authority["signature_value"],
        }
    )


def _anchor_of(
    issued: x509.Certificate, anchors: Sequence[x509.Certificate]
) -> x509.Certificate:
    """Return which of the anchors, as it was given, signed the last of the path."""
    for anchor in anchors:
        with suppress(ValueError, TypeError, InvalidSignature):
            issued.verify_directly_issued_by(anchor)
            return anchor
    raise _invalid("it does not end at a configured authority")


def _run(validator: CertificateValidator) -> ValidationPath:
    """Wait for the library, which speaks asyncio although it fetches nothing."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(validator.async_validate_path())
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, validator.async_validate_path()).result()


def _foreign(certificate: x509.Certificate) -> asn1.Certificate:
    return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))


def _ours(certificate: asn1.Certificate) -> x509.Certificate:
    return x509.load_der_x509_certificate(certificate.dump())


def _revoked(error: RevokedError) -> str:
    whose = "the certificate" if error.is_ee_cert else "an authority above it"
    return (
        f"{whose} was revoked at {error.revocation_dt:%Y-%m-%d %H:%M}Z "
        f"({error.reason.human_friendly})"
    )


def _text(error: Exception) -> str:
    """Return what the library says, without its stock beginning."""
    text = str(error.args[0]) if error.args else type(error).__name__
    text = text.removeprefix("The path could not be validated because ")
    return text.rstrip(".")


def _unreadable(revocation: RevocationData | None) -> TrustRefused:
    if revocation is None:
        return _invalid("a certificate on it cannot be read")
    return TrustRefused(
        Reason.REVOCATION_UNKNOWN,
        "whether the certificate is revoked is not known: a revocation list or an OCSP "
        "response cannot be read",
    )


def _invalid(why: str) -> TrustRefused:
    return TrustRefused(
        Reason.PATH_INVALID,
        f"the certificate has no valid path to a configured authority: {why}",
    )
