"""The FHIR REST interface of the sample country.

===== ============================ ==================================================
POST  ``[type]/_search``           Patient, DocumentReference, DiagnosticReport,
                                   Consent, MedicationRequest, MedicationDispense,
                                   Medication (the products sold here); form body
GET   ``[type]/[id]``              the same types, and what prescriptions refer to
POST  (the base itself)            a transaction of MedicationRequest (replaced) and
                                   MedicationDispense (created, replaced)
GET   ``Binary/[id]``              what is behind an attachment, as a Binary resource
GET   ``Bundle/[id]``              a document, byte for byte as the file holds it
GET   ``Patient/[id]/$summary``    the newest patient summary of a person
GET   ``metadata``                 the capability statement
GET   ``_page/[token]``            the next page of a search
===== ============================ ==================================================

A search by GET is refused: it would put identifiers into URLs. Errors are
OperationOutcomes and repeat nothing of the request.

Spec: HL7 FHIR R4 §3.1.0 (RESTful API), §3.1.0.11 (transaction), §2.28
(OperationOutcome).
"""

from __future__ import annotations

import base64
import secrets
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import parse_qsl

import simplejson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ncp.errors import NationalError
from ncp.national.codes import FHIR_JSON, PATIENT_SUMMARY
from ncp.national.fhir_json import Resource, parse_resource
from ncp.national.sample_country.folder import SampleData, SampleDocument
from ncp.national.sample_country.prescribed import READ, Refused
from ncp.national.sample_country.search import UnknownParameter, find, searchable

BASE_PATH: Final = "/fhir"
_SEARCHED: Final = (
    "Patient",
    "DocumentReference",
    "DiagnosticReport",
    "Consent",
    "MedicationRequest",
    "MedicationDispense",
    "Medication",
    "AuditEvent",
)
_JSON: Final = frozenset({FHIR_JSON, "application/json"})
_MAX_TRANSACTION: Final = 1024 * 1024
_FORM: Final = "application/x-www-form-urlencoded"
_MAX_FORM: Final = 64 * 1024
_MAX_PAGE: Final = 200
_KEPT_PAGES: Final = 256
_ISSUES: Final = {
    400: ("invalid", "The request is not understood."),
    404: ("not-found", "There is no such resource."),
    405: ("not-supported", "Search with POST [type]/_search and a form."),
    409: ("conflict", "Another write was faster."),
    412: ("conflict", "The resource has another version, or is there already."),
    413: ("too-long", "The form is too large."),
    415: ("not-supported", f"A search is a form ({_FORM}), a transaction FHIR JSON."),
    422: ("not-supported", "Resources of this type are not written here."),
}


class SampleCountry:
    """Answers requests from the data of one folder."""

    def __init__(
        self, data: SampleData, *, page_size: int, with_references: bool
    ) -> None:
        self._data = data
        self._page_size = page_size
        self._with_references = with_references
        self._pages: OrderedDict[str, list[Resource]] = OrderedDict()

    async def search(self, request: Request) -> Response:
        resource_type = request.path_params["type"]
        if resource_type not in _SEARCHED:
            raise HTTPException(404)
        parameters = await _form(request)
        count = _count(parameters, self._page_size)
        criteria = [pair for pair in parameters if pair[0] != "_count"]
        try:
            found = find(self._data, resource_type, criteria)
        except UnknownParameter as error:
            raise HTTPException(400) from error
        if resource_type == "DocumentReference" and not self._with_references:
            found = []
        return self._page(request, found, count)

    async def page(self, request: Request) -> Response:
        rest = self._pages.get(request.path_params["token"])
        if rest is None:
            raise HTTPException(404)
        return self._page(request, rest, self._page_size)

    async def read(self, request: Request) -> Response:
        resource_type, wanted = request.path_params["type"], request.path_params["id"]
        if resource_type == "Bundle":
            document = self._data.documents.get(wanted)
            if document is None:
                raise HTTPException(404)
            return Response(document.body, media_type=FHIR_JSON)
        if resource_type == "Binary":
            return self._binary(wanted)
        if resource_type in READ:
            kept = self._data.prescribed.resources.get(f"{resource_type}/{wanted}")
            found = [] if kept is None else [kept]
        elif resource_type in _SEARCHED:
            found = find(self._data, resource_type, [("_id", wanted)])
        else:
            found = []
        if not found:
            raise HTTPException(404)
        return _answer(found[0])

    async def transact(self, request: Request) -> Response:
        try:
            bundle = parse_resource(await _body(request, _JSON, _MAX_TRANSACTION))
            done = self._data.prescribed.transact(
                bundle, lambda kind, wanted: find(self._data, kind, wanted)
            )
        except Refused as error:
            raise HTTPException(error.status) from error
        except (NationalError, UnknownParameter, ValueError) as error:
            raise HTTPException(400) from error
        return _answer(done)

    def _binary(self, wanted: str) -> Response:
        binary = self._data.binaries.get(wanted)
        if binary is None:
            raise HTTPException(404)
        return _answer(
            {
                "resourceType": "Binary",
                "id": wanted,
                "contentType": binary.content_type,
                "data": base64.b64encode(binary.data).decode("ascii"),
            }
        )

    async def summary(self, request: Request) -> Response:
        summaries = [
            document
            for document in self._data.documents.values()
            if document.patient_id == request.path_params["id"]
            and _is_summary(document)
        ]
        if not summaries:
            raise HTTPException(404)
        newest = max(summaries, key=lambda document: document.made)
        return Response(newest.body, media_type=FHIR_JSON)

    async def metadata(self, _request: Request) -> Response:
        resources = [
            {
                "type": resource_type,
                "interaction": [{"code": "read"}, {"code": "search-type"}],
                "searchParam": [
                    {"name": name, "type": "token"}
                    for name in searchable(resource_type)
                ],
            }
            for resource_type in _SEARCHED
        ]
        resources += [
            {"type": each, "interaction": [{"code": "read"}]}
            for each in ("Binary", "Bundle", *READ)
            if each not in _SEARCHED
        ]
        return _answer(_capability_statement(resources))

    async def refuse_get(self, _request: Request) -> Response:
        raise HTTPException(405)

    def _page(self, request: Request, found: list[Resource], count: int) -> Response:
        shown, rest = found[:count], found[count:]
        bundle: Resource = {
            "resourceType": "Bundle",
            "type": "searchset",
            "entry": [
                {
                    "fullUrl": _url(request, f"{item['resourceType']}/{item['id']}"),
                    "resource": item,
                    "search": {"mode": "match"},
                }
                for item in shown
            ],
        }
        if rest:
            token = self._keep(rest)
            bundle["link"] = [
                {"relation": "next", "url": _url(request, f"_page/{token}")}
            ]
        if not shown:
            del bundle["entry"]
        return _answer(bundle)

    def _keep(self, rest: list[Resource]) -> str:
        """Keep what is still to be shown under a name that says nothing."""
        token = secrets.token_urlsafe(16)
        self._pages[token] = rest
        while len(self._pages) > _KEPT_PAGES:
            self._pages.popitem(last=False)
        return token


def create_app(
    data: SampleData, *, page_size: int = 50, with_references: bool = True
) -> Starlette:
    """Make the application over ``data``.

    Parameters
    ----------
    page_size
        How many resources a page of a search holds unless ``_count`` says otherwise.
    with_references
        False: no DocumentReference is found, as in a country that only knows
        ``$summary``.
    """
    country = SampleCountry(data, page_size=page_size, with_references=with_references)
    return Starlette(
        routes=[
            Route(BASE_PATH, country.transact, methods=["POST"]),
            Route(f"{BASE_PATH}/metadata", country.metadata),
            Route(f"{BASE_PATH}/_page/{{token}}", country.page),
            Route(f"{BASE_PATH}/{{type}}/_search", country.search, methods=["POST"]),
            Route(f"{BASE_PATH}/Patient/{{id}}/$summary", country.summary),
            Route(f"{BASE_PATH}/{{type}}", country.refuse_get),
            Route(f"{BASE_PATH}/{{type}}/{{id}}", country.read),
        ],
        exception_handlers={HTTPException: _error},
    )


async def _form(request: Request) -> list[tuple[str, str]]:
    body = await _body(request, frozenset({_FORM}), _MAX_FORM)
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True)
    except ValueError as error:
        raise HTTPException(400) from error


async def _body(request: Request, media_types: frozenset[str], most: int) -> bytes:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip()
    if media_type.lower() not in media_types:
        raise HTTPException(415)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise HTTPException(413)
    return bytes(body)


def _count(parameters: Sequence[tuple[str, str]], default: int) -> int:
    written = dict(parameters).get("_count", str(default))
    if not written.isdecimal() or not 0 < int(written) <= _MAX_PAGE:
        raise HTTPException(400)
    return int(written)


def _is_summary(document: SampleDocument) -> bool:
    concept = document.reference.get("type")
    codings = concept.get("coding", []) if isinstance(concept, dict) else []
    return any(coding.get("code") == PATIENT_SUMMARY for coding in codings)


def _url(request: Request, below: str) -> str:
    return f"{request.base_url}{BASE_PATH[1:]}/{below}"


def _answer(resource: Resource, status: int = 200) -> Response:
    # simplejson writes a Decimal with the digits it was read with.
    text = simplejson.dumps(resource, use_decimal=True, ensure_ascii=False)
    return Response(text.encode(), status, media_type=FHIR_JSON)


async def _error(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    code, text = _ISSUES.get(status, ("exception", "The request failed."))
    issue = {"severity": "error", "code": code, "details": {"text": text}}
    return _answer({"resourceType": "OperationOutcome", "issue": [issue]}, status)


def _capability_statement(resources: list[dict[str, Any]]) -> Resource:
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2025-01-01",
        "kind": "instance",
        "implementation": {"description": "Sample country of the NCP gateway"},
        "fhirVersion": "4.0.1",
        "format": [FHIR_JSON],
        "rest": [
            {
                "mode": "server",
                "resource": resources,
                "interaction": [{"code": "transaction"}],
            }
        ],
    }
