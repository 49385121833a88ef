"""Judges a certificate from the beginning: its pin, its profile, its path, revocation.

A leaf that is pinned needs no path: whoever issued it does not matter. Its issuer,
where it is known, tells whether the leaf is revoked. A leaf that is believed through
its authority needs a valid path to that very authority, the permitted subject, and no
revoked certificate on the way.

Spec: RFC 5280 §6 / eHDSI X.509 profile / fact sheet 02 §6.2, §8.1.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeAlias

from cryptography import x509

from trust.certificates.anchors import AnchorStore
from trust.certificates.judgement import Judgement
from trust.certificates.path import PathValidator, RevocationData
from trust.certificates.pins import (
    AuthorityPin,
    CertificatePin,
    PinStore,
    fingerprint_of,
)
from trust.certificates.profile import check_profile, check_validity, read_certificate
from trust.certificates.purposes import Purpose
from trust.certificates.revocation import RevocationFinding, RevocationPolicy
from trust.certificates.subjects import countries_of
from trust.certificates.terms import RevocationAlarm, RevocationTerms
from trust.certificates.voucher import Vouched
from trust.decision import Reason, TrustRefused
from trust.identifiers import CountryCode

_Pin: TypeAlias = CertificatePin | AuthorityPin


class Hearing:
    """Judges one certificate from the beginning; keeps nothing."""

    def __init__(
        self,
        pins: PinStore,
        anchors: AnchorStore,
        paths: PathValidator,
        revocation: RevocationTerms,
    ) -> None:
        self._pins = pins
        self._anchors = anchors
        self._paths = paths
        self._revocation = revocation

    def hear(self, der: bytes, purpose: Purpose, now: datetime) -> Judgement:
        """Return what is to be thought of a certificate for this purpose."""
        certificate: x509.Certificate | None = None
        try:
            certificate = read_certificate(der)
            pin = self._pins.find(certificate, purpose)
            if pin is not None:
                return self._hear_leaf(certificate, pin, now)
            return self._hear_issued(certificate, purpose, now)
        except TrustRefused as refused:
            # Not kept: whoever shows many certificates must not fill the memory.
            return _refused(refused, certificate, now, now)

    def _hear_leaf(
        self, leaf: x509.Certificate, pin: CertificatePin, now: datetime
    ) -> Judgement:
        check_profile(leaf, pin.purpose, now)
        _check_country(leaf, pin)
        evidence = [f"leaf {pin.fingerprint} matches the pin {pin.label}"]
        policy = self._revocation.policy(pin.purpose)
        if policy is RevocationPolicy.OFF:
            evidence.append("revocation is not checked for this purpose")
            return _believed(leaf, pin, evidence, (leaf,), None, now)
        issuers = self._anchors.issuers_of(leaf)
        if not issuers:
            unknown = TrustRefused(
                Reason.REVOCATION_UNKNOWN,
                "whether the certificate is revoked is not known: no certificate of "
                "the authority that issued it is configured",
            )
            return self._without_knowing(leaf, pin, evidence, unknown, now)
        # The pin ends the path; the issuer is needed for its revocation list alone.
        return self._with_revocation(leaf, pin, evidence, issuers, (leaf,), now)

    def _hear_issued(
        self, leaf: x509.Certificate, purpose: Purpose, now: datetime
    ) -> Judgement:
        pins = self._pins.authorities(purpose)
        permitted = [pin for pin in pins if pin.subject.permits(leaf)]
        if not permitted:
            raise self._unpinned(leaf, purpose, pins)
        check_profile(leaf, purpose, now)
        if self._anchors.holds(leaf):
            raise TrustRefused(
                Reason.CERTIFICATE_WRONG_PURPOSE,
                f"the certificate may not be used as {purpose}: it is configured as an "
                "authority",
            )
        return self._hear_permitted(leaf, permitted, now)

    def _hear_permitted(
        self, leaf: x509.Certificate, pins: list[AuthorityPin], now: datetime
    ) -> Judgement:
        """Take the first pin whose authority a path leads to."""
        refusals: list[TrustRefused] = []
        for pin in pins:
            try:
                return self._hear_by_authority(leaf, pin, now)
            except TrustRefused as refused:
                refusals.append(refused)
        raise refusals[0]

    def _hear_by_authority(
        self, leaf: x509.Certificate, pin: AuthorityPin, now: datetime
    ) -> Judgement:
        if pin.voucher is None:
            return self._hear_by_anchor(leaf, pin, now)
        vouched = pin.voucher.vouch(now)
        return _bounded(self._hear_by_anchor(leaf, pin, now), vouched)

    def _hear_by_anchor(
        self, leaf: x509.Certificate, pin: AuthorityPin, now: datetime
    ) -> Judgement:
        anchor = self._anchors.find(pin.anchor)
        if anchor is None:
            raise TrustRefused(
                Reason.PATH_INVALID, f"the authority of {pin.label} is not configured"
            )
        _check_anchor(anchor, now)
        path = self._paths.validate(
            leaf, (anchor,), self._anchors.intermediates, now, None
        )
        _check_country(leaf, pin)
        evidence = [f"the subject has {pin.subject}, as {pin.label} demands"]
        if self._revocation.policy(pin.purpose) is RevocationPolicy.OFF:
            evidence += [_described(path), "revocation is not checked for this purpose"]
            return _believed(leaf, pin, evidence, path, None, now)
        return self._with_revocation(leaf, pin, evidence, (anchor,), path[:-1], now)

    def _with_revocation(
        self,
        leaf: x509.Certificate,
        pin: _Pin,
        evidence: list[str],
        anchors: tuple[x509.Certificate, ...],
        checked: tuple[x509.Certificate, ...],
        now: datetime,
    ) -> Judgement:
        """Establish that none of ``checked``, the leaf first, is revoked."""
        found = self._gather(checked, anchors, now)
        evidence += found.notes
        try:
            path = self._paths.validate(
                leaf, anchors, self._anchors.intermediates, now, found.data
            )
        except TrustRefused as refused:
            if refused.reason is Reason.REVOCATION_UNKNOWN:
                return self._without_knowing(leaf, pin, evidence, refused, now)
            until = now + self._revocation.retry
            return _refused(refused, leaf, now, until, tuple(evidence))
        evidence += [_described(path), "no certificate of the path is revoked"]
        return _believed(leaf, pin, evidence, path[:-1], found, now)

    def _gather(
        self,
        checked: tuple[x509.Certificate, ...],
        anchors: tuple[x509.Certificate, ...],
        now: datetime,
    ) -> RevocationFinding:
        found = RevocationFinding()
        last = len(checked) - 1
        for place, certificate in enumerate(checked):
            issuers = anchors if place == last else (checked[place + 1],)
            for issuer in issuers:
                found += self._revocation.source.find(certificate, issuer, now)
        if not found.notes:
            note = "nothing is published or configured about its revocation"
            found += RevocationFinding(RevocationData(), (note,))
        return found

    def _without_knowing(
        self,
        leaf: x509.Certificate,
        pin: _Pin,
        evidence: list[str],
        unknown: TrustRefused,
        now: datetime,
    ) -> Judgement:
        """Do what the policy says where revocation cannot be established."""
        until = now + self._revocation.retry
        policy = self._revocation.policy(pin.purpose)
        if policy is not RevocationPolicy.ACCEPT_AND_ALARM:
            return _refused(unknown, leaf, now, until, tuple(evidence))
        evidence.append(f"ALARM, accepted by policy: {unknown.sentence}")
        if self._revocation.on_alarm is not None:
            alarm = RevocationAlarm(pin.country, pin.purpose, unknown.sentence)
            self._revocation.on_alarm(alarm)
        finding = RevocationFinding(renew_at=until, good_until=until)
        return _believed(
            leaf, pin, evidence, (leaf,), finding, now, alarm=unknown.sentence
        )

    def _unpinned(
        self,
        leaf: x509.Certificate,
        purpose: Purpose,
        pins: tuple[AuthorityPin, ...],
    ) -> TrustRefused:
        others = sorted(self._pins.purposes_of(leaf))
        if others:
            return TrustRefused(
                Reason.CERTIFICATE_WRONG_PURPOSE,
                f"the certificate is pinned as {', '.join(others)}, not as {purpose}",
            )
        if pins and self._anchors.has_named(leaf.issuer):
            return TrustRefused(
                Reason.SUBJECT_NOT_PERMITTED,
                f"an authority that is known issued the certificate, but to no subject "
                f"that is permitted for any country as {purpose}",
            )
        return unpinned(purpose)


def unpinned(purpose: Purpose) -> TrustRefused:
    """Build the refusal of a certificate that nothing is known about."""
    is_signer = purpose in {Purpose.SEAL, Purpose.SMP_SIGNER}
    reason = Reason.SIGNER_NOT_PINNED if is_signer else Reason.PEER_NOT_PINNED
    return TrustRefused(
        reason,
        f"the certificate is not pinned for any country as {purpose}; "
        "whoever issued it does not matter",
    )


def _check_country(leaf: x509.Certificate, pin: _Pin) -> None:
    stated = countries_of(leaf)
    if pin.check_country and stated and stated != (pin.country,):
        raise TrustRefused(
            Reason.SUBJECT_NOT_PERMITTED,
            f"the subject names {', '.join(stated)}, and {pin.label} is a pin of "
            f"{pin.country}",
        )


def _check_anchor(anchor: x509.Certificate, now: datetime) -> None:
    # RFC 5280 leaves the anchor's own period open; an authority that is over is over.
    try:
        check_validity(anchor, now)
    except TrustRefused as refused:
        raise TrustRefused(
            Reason.PATH_INVALID,
            f"the authority it is pinned to is out of its time: {refused.sentence}",
        ) from refused


def _refused(
    refused: TrustRefused,
    certificate: x509.Certificate | None,
    now: datetime,
    until: datetime,
    evidence: tuple[str, ...] = (),
) -> Judgement:
    return Judgement(
        refused.reason, refused.sentence, evidence, certificate, None, now, until, until
    )


def _believed(
    leaf: x509.Certificate,
    pin: _Pin,
    evidence: list[str],
    path: tuple[x509.Certificate, ...],
    found: RevocationFinding | None,
    now: datetime,
    *,
    alarm: str | None = None,
) -> Judgement:
    # Both ends of the validity are in (RFC 5280 §4.1.2.5), an interval's end is not.
    ends = [each.not_valid_after_utc + timedelta(microseconds=1) for each in path]
    renewals = list(ends)
    if found is not None:
        ends += [found.good_until] if found.good_until else []
        renewals += [found.renew_at] if found.renew_at else []
    return Judgement(
        reason=Reason.ACCEPTED,
        sentence=(
            f"the certificate is pinned for {pin.country} as {pin.purpose} "
            f"({pin.label})"
        ),
        evidence=(
            *evidence,
            f"valid until {leaf.not_valid_after_utc}",
            _stated_country(leaf, pin.country),
        ),
        certificate=leaf,
        country=pin.country,
        made_at=now,
        renew_at=min(*renewals, *ends),
        good_until=min(ends),
        alarm=alarm,
    )


def _bounded(judgement: Judgement, vouched: Vouched) -> Judgement:
    """Let a judgement hold no longer than its authority is vouched for."""
    return replace(
        judgement,
        evidence=(*judgement.evidence, vouched.sentence),
        renew_at=min(judgement.renew_at, vouched.until),
        good_until=min(judgement.good_until, vouched.until),
    )


def _described(path: tuple[x509.Certificate, ...]) -> str:
    names = " < ".join(each.subject.rfc4514_string() for each in path)
    return f"path: {names} (anchor {fingerprint_of(path[-1])[:16]})"


def _stated_country(certificate: x509.Certificate, country: CountryCode) -> str:
    names = countries_of(certificate)
    if not names:
        return "its subject names no country"
    agrees = "the pin's" if names == (country,) else f"the pin says {country}"
    return f"its subject names {', '.join(names)} ({agrees})"
