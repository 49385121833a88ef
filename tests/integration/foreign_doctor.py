"""What a professional of ours does at the national door, with one country abroad."""

from __future__ import annotations

import base64

from conformance.simulators.dialect import MANNERS, Dialect
from tests.integration.foreign import ForeignScene, dispensation


class Doctor:
    """What a professional does at the national door, with one country."""

    def __init__(self, scene: ForeignScene, dialect: Dialect) -> None:
        self.scene = scene
        self.abroad = scene.abroad[dialect]

    def do(self, step: str, name: str):
        return {
            "identify": self.identify,
            "list": self.listed,
            "fetch": self.fetched,
            "submit": self.submitted,
        }[step](name)

    def identify(self, name: str):
        patient = self.abroad.patient(name)
        return self.scene.hospital.identify(self.abroad.code, patient)

    def treating(self, name: str) -> str:
        [person] = self.identify(name).json()["patients"]
        handle = str(person["handle"])
        assert not self.scene.hospital.confirm(handle).is_refusal
        return handle

    def listed(self, name: str, *kinds: str):
        return self.scene.hospital.documents(self.treating(name), *kinds)

    def forms(self, handle: str) -> dict[str, str]:
        documents = self.scene.hospital.documents(handle).json()["documents"]
        return {each["form"]: each["document"] for each in documents}

    def fetched(self, name: str):
        handle = self.treating(name)
        return self.scene.post(
            "documents/fetch",
            {"handle": handle, "document": self.forms(handle)["coded"]},
        )

    def submitted(self, name: str):
        return self.submits(name, self.dispensation(name))

    def dispensation(self, name: str, number: int = 1) -> bytes:
        """Write a dispensation of the patient's first or second prescription."""
        patient = self.abroad.patient(name)
        root = f"{patient.root}{MANNERS[self.abroad.dialect].root_suffix}"
        prescription = f"RX{number}{name.replace('-', '')}"
        order = f"{self.abroad.home}.4^{prescription}"
        return dispensation(root, patient.extension, order)

    def submits(self, name: str, document: bytes, operation: str = "dispense"):
        content = base64.b64encode(document).decode()
        return self.scene.post(
            "documents/submit",
            {
                "handle": self.treating(name),
                "operation": operation,
                "content": content,
            },
        )
