"""Two operators for one publication: one proposes, another approves.

A proposal holds the very bytes that will be written, so that what is approved is what
was shown. Each operator shows a token, which the settings know by name; who proposed is
proven by a code made with it, and may not approve.

Spec: fact sheet 06 §6.2 (dual control for publication).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from ncp.errors import ConfigurationError
from ncp.peers.publisher import Sealed
from ncp.peers.switches import write_whole
from trust.smp import SmpService
from trust.smp.publication import Change

_NAME: Final = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one operator proposed to write.

    Attributes
    ----------
    digest
        What tells it from any other, over everything that will be written.
    """

    changes: tuple[Sealed, ...]
    operator: str
    at: str

    @property
    def digest(self) -> str:
        """SHA-256 over every change, in order."""
        parts = [self.operator.encode(), self.at.encode()]
        for each in self.changes:
            document = hashlib.sha256(each.document or b"").hexdigest()
            parts.append(f"{each.service}\0{each.change}\0{document}".encode())
        return hashlib.sha256(b"\1".join(parts)).hexdigest()

    @property
    def name(self) -> str:
        """What an operator calls it by."""
        return self.digest[:12]


class Proposals:
    """Proposals that wait for a second operator.

    Parameters
    ----------
    tokens
        The operators' tokens by their names.
    """

    def __init__(self, folder: Path | None, tokens: Mapping[str, str]) -> None:
        if folder is None:
            raise ConfigurationError(
                "There is nowhere to keep a proposal.",
                "Name a folder in `directory.folder`.",
            )
        self._folder = folder / "proposals"
        self._tokens = tokens

    def operator_of(self, token: str) -> str:
        """Return whose token this is; raises ConfigurationError for nobody's."""
        for name, known in self._tokens.items():
            if hmac.compare_digest(known.encode(), token.encode()):
                return name
        raise ConfigurationError(
            "The token is no operator's.", "Operators stand in [[operators]]."
        )

    def propose(
        self, changes: Iterable[Sealed], operator: str, now: datetime
    ) -> Proposal:
        """Keep a proposal until it is approved."""
        at = now.isoformat(timespec="seconds")
        proposal = Proposal(tuple(changes), operator, at)
        content = {
            "operator": operator,
            "at": at,
            "changes": [_written(each) for each in proposal.changes],
            "proof": self._proof(proposal),
        }
        data = json.dumps(content, indent=1).encode()
        write_whole(self._folder / f"{proposal.name}.json", data)
        return proposal

    def approve(self, name: str, operator: str) -> Proposal:
        """Return a proposal that this operator approves.

        Raises
        ------
        ConfigurationError
            There is none of that name, it was changed since, or it is the operator's
            own.
        """
        proposal = self.read(name)
        if proposal.operator == operator:
            raise ConfigurationError(
                "This proposal is your own.", "Another operator has to approve it."
            )
        return proposal

    def done(self, proposal: Proposal) -> None:
        """Forget a proposal that was carried out."""
        (self._folder / f"{proposal.name}.json").unlink(missing_ok=True)

    def read(self, name: str) -> Proposal:
        """Return a proposal as its operator left it; raises ConfigurationError."""
        path = self._folder / f"{name}.json"
        if not _NAME.fullmatch(name) or not path.is_file():
            raise ConfigurationError(
                "There is no proposal of that name.", "`ncp smp publish` makes one."
            )
        try:
            content = json.loads(path.read_bytes())
            changes = tuple(_sealed(each) for each in content["changes"])
            proposal = Proposal(changes, content["operator"], content["at"])
            proof = str(content["proof"])
            is_proven = hmac.compare_digest(self._proof(proposal), proof)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise _changed() from error
        if not is_proven or proposal.name != name:
            raise _changed()
        return proposal

    def _proof(self, proposal: Proposal) -> str:
        token = self._tokens[proposal.operator]
        return hmac.digest(token.encode(), proposal.digest.encode(), "sha256").hex()


def _written(sealed: Sealed) -> dict[str, str | None]:
    document = sealed.document
    encoded = None if document is None else base64.b64encode(document).decode("ascii")
    return {
        "service": sealed.service.value,
        "change": sealed.change.value,
        "document": encoded,
    }


def _sealed(content: Mapping[str, str | None]) -> Sealed:
    document = content["document"]
    return Sealed(
        SmpService(content["service"] or ""),
        Change(content["change"] or ""),
        None if document is None else base64.b64decode(document, validate=True),
    )


def _changed() -> ConfigurationError:
    return ConfigurationError(
        "The proposal is not as its operator left it.",
        "Remove it, and propose anew with `ncp smp publish`.",
    )
