"""The pharmacist's way at the national door: from the prescriptions to the sale.

JSON by POST like all of this door. What is prepared is prepared under the key of the
pharmacy's software (header ``Idempotency-Key``): the same order under the same key is
the same dispensation, another one is refused.

Spec: sheet 09 §5.3 (P6 to P12), §6.3 (Idempotency-Key).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import FastAPI, Header
from pydantic import AwareDatetime, Field

from ncp.country_b.dispensing import (
    DiscardReason,
    DispensationView,
    DispenseWish,
    OpenedPrescription,
    Pharmacy,
    Prepared,
    PrescriptionList,
)
from ncp.country_b.dispensing.checks import LONGEST_REMARK
from ncp.country_b.dispensing.drafting import told_product
from ncp.country_b.dispensing.product_checks import MOST_PACKAGES
from ncp.national.products import ProductSearch
from ncp.web.national_caller import Message, Opaque, Professional
from ncp.web.national_pharmacy_answers import (
    DispensationAnswer,
    DispensationsAnswer,
    FindingsAnswer,
    OpenedAnswer,
    PreparedAnswer,
    PrescriptionListAnswer,
    ProductsAnswer,
)
from ncp.web.national_translating import Language

Short = Annotated[str, Field(max_length=100)]
OrderKey = Annotated[str, Header(alias="Idempotency-Key", min_length=8, max_length=200)]


class PatientRequest(Message):
    """Whose prescriptions."""

    handle: Opaque


class OpenRequest(Message):
    """Which prescription of the list, and in which language it is told beside."""

    handle: Opaque
    document: Opaque
    language: Language | None = None


class ProductsRequest(Message):
    """By what products are looked for; at least one thing has to be told."""

    atc: Short = ""
    form: Short = ""
    strength: Short = ""
    name: Short = ""
    code: Short = ""


class DispenseRequest(Message):
    """What is to be handed over on a prescription of the list."""

    handle: Opaque
    document: Opaque
    product: Annotated[str, Field(min_length=1, max_length=100)]
    packages: Annotated[int, Field(ge=1, le=MOST_PACKAGES)]
    handed_over: AwareDatetime | None = None
    remark: Annotated[str, Field(max_length=LONGEST_REMARK)] = ""

    @property
    def wish(self) -> DispenseWish:
        """The same as the use case knows it."""
        return DispenseWish(
            self.handle,
            self.document,
            self.product,
            self.packages,
            self.handed_over,
            self.remark,
        )


class DispensationRequest(Message):
    """Which dispensation; ``handle`` where the treatment it was prepared in is over."""

    dispensation: Opaque
    handle: Opaque | None = None


class SubmitDispensationRequest(DispensationRequest):
    """With the differences that the pharmacist has confirmed, each by its word."""

    confirmed: tuple[Opaque, ...] = ()


class DiscardRequest(DispensationRequest):
    """Why it is taken back."""

    reason: DiscardReason


class ClarifyRequest(Message):
    """What the other country said, and who said it to whom."""

    dispensation: Opaque
    is_done: bool
    source: Annotated[str, Field(min_length=3, max_length=200)]


def add_pharmacy_routes(app: FastAPI, pharmacy: Callable[[], Pharmacy]) -> None:
    """Add the steps of a pharmacy; they block, so the framework threads them."""
    _add_looking(app, pharmacy)
    _add_preparing(app, pharmacy)
    _add_doing(app, pharmacy)


def _add_looking(app: FastAPI, pharmacy: Callable[[], Pharmacy]) -> None:
    @app.post("/prescriptions/list", response_model=PrescriptionListAnswer)
    def prescriptions(
        professional: Professional, request: PatientRequest
    ) -> PrescriptionList:
        """List the patient's prescriptions, each with how it stands here."""
        return pharmacy().prescriptions(professional, request.handle)

    @app.post("/prescriptions/open", response_model=OpenedAnswer)
    def open_prescription(
        professional: Professional, request: OpenRequest
    ) -> dict[str, Any]:
        """Fetch a coded prescription: what it says, and products that come near."""
        opened = pharmacy().open(
            professional, request.handle, request.document, request.language
        )
        return _told(opened)

    @app.post("/products/search", response_model=ProductsAnswer)
    def products(
        professional: Professional, request: ProductsRequest
    ) -> dict[str, Any]:
        """Search the national catalogue."""
        search = ProductSearch(**request.model_dump())
        found = pharmacy().products(professional, search)
        return {"products": [told_product(each) for each in found]}

    @app.post("/dispensations/state", response_model=DispensationAnswer)
    def state(
        professional: Professional, request: DispensationRequest
    ) -> DispensationView:
        """Say how a dispensation stands, and what that asks for."""
        return pharmacy().state(professional, request.dispensation)

    @app.post("/dispensations/list", response_model=DispensationsAnswer)
    def dispensations(professional: Professional) -> dict[str, Any]:
        """List the pharmacy's dispensations, those of which nobody knows first."""
        return {"dispensations": pharmacy().recent(professional)}


def _add_preparing(app: FastAPI, pharmacy: Callable[[], Pharmacy]) -> None:
    @app.post("/dispensations/check", response_model=FindingsAnswer)
    def check(professional: Professional, request: DispenseRequest) -> dict[str, Any]:
        """Say what there is to say about a wish; nothing is kept or sent."""
        return {"findings": pharmacy().check(professional, request.wish)}

    @app.post("/dispensations/prepare", response_model=PreparedAnswer)
    def prepare(
        professional: Professional, request: DispenseRequest, order_key: OrderKey
    ) -> Prepared:
        """Make the dispensation that is to be sent, and keep it."""
        return pharmacy().prepare(professional, request.wish, order_key)


def _add_doing(app: FastAPI, pharmacy: Callable[[], Pharmacy]) -> None:
    @app.post("/dispensations/submit", response_model=DispensationAnswer)
    def submit(
        professional: Professional, request: SubmitDispensationRequest
    ) -> DispensationView:
        """Send what was prepared; what is known already is only told."""
        return pharmacy().submit(
            professional, request.dispensation, request.confirmed, request.handle
        )

    @app.post("/dispensations/discard", response_model=DispensationAnswer)
    def discard(
        professional: Professional, request: DiscardRequest
    ) -> DispensationView:
        """Take a dispensation back, within its window."""
        return pharmacy().discard(
            professional, request.dispensation, request.reason, request.handle
        )

    @app.post("/dispensations/resume", response_model=DispensationAnswer)
    def resume(
        professional: Professional, request: DispensationRequest
    ) -> DispensationView:
        """Find out what became of a dispensation, by sending the very same again."""
        return pharmacy().resume(professional, request.dispensation, request.handle)

    @app.post("/dispensations/clarify", response_model=DispensationAnswer)
    def clarify(
        professional: Professional, request: ClarifyRequest
    ) -> DispensationView:
        """Settle by hand what no message settles."""
        return pharmacy().clarify(
            professional,
            request.dispensation,
            is_done=request.is_done,
            source=request.source,
        )


def _told(opened: OpenedPrescription) -> dict[str, Any]:
    translation = opened.fetched.translation
    return {
        "document": opened.document,
        "prescription": opened.facts,
        "findings": opened.findings,
        "suggestions": [told_product(each) for each in opened.suggestions],
        "original": b64encode(opened.fetched.content).decode("ascii"),
        "translated": (
            None
            if translation is None
            else b64encode(translation.content).decode("ascii")
        ),
    }
