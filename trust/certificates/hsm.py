"""Keys that stay in hardware, through PKCS#11.

A key in a token takes part like any other private key of the same kind: whoever signs
does not see the difference. Nothing of it can be read, copied or written. The library
is an extra (``hsm``) and is loaded where a token is opened.

Spec: PKCS #11 v2.40 §2.1.7, §2.3.6 (signing with RSA and ECDSA).
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Final, NoReturn, TypeAlias

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from trust.certificates.keys import KeyPair, PrivateKey, SigningKeyError

_Asymmetric: TypeAlias = utils.Prehashed | hashes.HashAlgorithm
_RSA_MECHANISMS: Final = {
    "sha256": "SHA256_RSA_PKCS",
    "sha384": "SHA384_RSA_PKCS",
    "sha512": "SHA512_RSA_PKCS",
}


@dataclass(frozen=True, slots=True)
class TokenKey:
    """Where a key is: the driver, the token, the key in it, and the token's PIN."""

    module: Path
    token: str
    label: str
    pin: str = field(repr=False)


def open_token_key(place: TokenKey, chain: tuple[x509.Certificate, ...]) -> KeyPair:
    """Open a key in a token; ``chain`` begins with its certificate.

    Raises
    ------
    SigningKeyError
        The driver or the library is missing, the token or key is not there, the PIN is
        wrong, or the key does not belong to the certificate.
    """
    leaf, *above = chain
    handle = _Handle(place)
    key = _key_of(handle, leaf)
    _prove(key)
    return KeyPair(key, leaf, tuple(above))


def _library() -> ModuleType:
    try:
        import pkcs11  # noqa: PLC0415 - an extra
    except ImportError:
        raise SigningKeyError(
            "keys in hardware need the extra `hsm` (python-pkcs11)"
        ) from None
    return pkcs11


class _Sessions:
    """The open tokens of this process: PKCS #11 knows one login per token and process.

    A key that is loaded anew uses the session that is open. Its PIN cannot be tried a
    second time, so it is compared with the one that opened the session.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[tuple[Path, str], tuple[bytes, Any, threading.Lock]] = {}

    def session(
        self, place: TokenKey, library: ModuleType
    ) -> tuple[Any, threading.Lock]:
        """Return the token's session and the lock to use it under."""
        pin = hashlib.sha256(place.pin.encode()).digest()
        with self._lock:
            known = self._open.get((place.module, place.token))
            if known is None:
                token = library.lib(str(place.module)).get_token(
                    token_label=place.token
                )
                known = (pin, token.open(user_pin=place.pin), threading.Lock())
                self._open[place.module, place.token] = known
        if not hmac.compare_digest(known[0], pin):
            raise SigningKeyError(
                f"the token {place.token!r} cannot be opened: it is open with another "
                "PIN; a change of PIN takes a restart"
            )
        return known[1], known[2]


_SESSIONS: Final = _Sessions()


class _Handle:
    """A key in a token; one signature at a time."""

    def __init__(self, place: TokenKey) -> None:
        self._pkcs11 = library = _library()
        try:
            session, self._lock = _SESSIONS.session(place, library)
            with self._lock:
                self._key = session.get_key(
                    object_class=library.ObjectClass.PRIVATE_KEY, label=place.label
                )
        except (library.exceptions.PKCS11Error, RuntimeError) as error:
            # Some drivers raise RuntimeError where the module cannot be loaded.
            raise SigningKeyError(
                f"the key {place.label!r} of the token {place.token!r} cannot be "
                f"opened ({type(error).__name__})"
            ) from None

    def sign(self, data: bytes, mechanism: str) -> bytes:
        """Sign in the token."""
        chosen = getattr(self._pkcs11.Mechanism, mechanism)
        try:
            with self._lock:
                return bytes(self._key.sign(data, mechanism=chosen))
        except self._pkcs11.exceptions.PKCS11Error as error:
            raise SigningKeyError(
                f"the token did not sign ({type(error).__name__})"
            ) from None


def _key_of(handle: _Handle, certificate: x509.Certificate) -> PrivateKey:
    public = certificate.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        return TokenRsaKey(handle, public)
    if isinstance(public, ec.EllipticCurvePublicKey):
        return TokenEcKey(handle, public)
    raise SigningKeyError("the certificate's key is neither RSA nor elliptic curve")


def _prove(key: PrivateKey) -> None:
    """Sign something and verify it: the token tells no public key we could compare."""
    data = b"does this key belong to this certificate?"
    algorithm = hashes.SHA256()
    try:
        if isinstance(key, rsa.RSAPrivateKey):
            signature = key.sign(data, padding.PKCS1v15(), algorithm)
            key.public_key().verify(signature, data, padding.PKCS1v15(), algorithm)
        else:
            signature = key.sign(data, ec.ECDSA(algorithm))
            key.public_key().verify(signature, data, ec.ECDSA(algorithm))
    except SigningKeyError:
        raise
    except (InvalidSignature, ValueError) as error:
        raise SigningKeyError(
            "the key in the token does not belong to the certificate"
        ) from error


def _stays() -> NoReturn:
    raise UnsupportedAlgorithm("the key stays in its token and signs there only")


class TokenRsaKey(rsa.RSAPrivateKey):
    """An RSA key in a token."""

    def __init__(self, handle: _Handle, public: rsa.RSAPublicKey) -> None:
        self._handle = handle
        self._public = public

    @property
    def key_size(self) -> int:
        return self._public.key_size

    def public_key(self) -> rsa.RSAPublicKey:
        return self._public

    def sign(self, data: Any, padding: Any, algorithm: _Asymmetric | Any) -> bytes:
        name = getattr(algorithm, "name", "")
        mechanism = _RSA_MECHANISMS.get(name)
        if mechanism is None or padding.name != "EMSA-PKCS1-v1_5":
            raise UnsupportedAlgorithm("the token signs RSA PKCS #1 v1.5 with SHA-2")
        return self._handle.sign(bytes(data), mechanism)

    def decrypt(self, ciphertext: bytes, padding: Any) -> bytes:  # noqa: ARG002
        _stays()

    def private_numbers(self) -> rsa.RSAPrivateNumbers:
        _stays()

    def private_bytes(self, *_form: Any, **_named: Any) -> bytes:
        _stays()

    def __copy__(self) -> TokenRsaKey:
        return self

    def __deepcopy__(self, memo: dict[Any, Any]) -> TokenRsaKey:
        return self


class TokenEcKey(ec.EllipticCurvePrivateKey):
    """An elliptic curve key in a token."""

    def __init__(self, handle: _Handle, public: ec.EllipticCurvePublicKey) -> None:
        self._handle = handle
        self._public = public

    @property
    def curve(self) -> ec.EllipticCurve:
        return self._public.curve

    @property
    def key_size(self) -> int:
        return self._public.key_size

    def public_key(self) -> ec.EllipticCurvePublicKey:
        return self._public

    def sign(self, data: Any, signature_algorithm: Any) -> bytes:
        algorithm = signature_algorithm.algorithm
        if not isinstance(algorithm, hashes.HashAlgorithm):
            raise UnsupportedAlgorithm("the token signs data, not digests")
        digest = hashes.Hash(algorithm)
        digest.update(bytes(data))
        # The bare mechanism takes a digest, and gives r and s side by side.
        raw = self._handle.sign(digest.finalize(), "ECDSA")
        half = len(raw) // 2
        return utils.encode_dss_signature(
            int.from_bytes(raw[:half]), int.from_bytes(raw[half:])
        )

    def exchange(self, algorithm: Any, peer_public_key: Any) -> bytes:  # noqa: ARG002
        _stays()

    def private_numbers(self) -> ec.EllipticCurvePrivateNumbers:
        _stays()

    def private_bytes(self, *_form: Any, **_named: Any) -> bytes:
        _stays()

    def __copy__(self) -> TokenEcKey:
        return self

    def __deepcopy__(self, memo: dict[Any, Any]) -> TokenEcKey:
        return self
