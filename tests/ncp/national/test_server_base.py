"""What counts as below the base URL of the national FHIR server."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncp.errors import ConfigurationError, NationalError
from ncp.national.server_base import ServerBase

BASE = ServerBase.parse("https://fhir.example:8443/r4/")


@pytest.mark.parametrize(
    ("reference", "url"),
    [
        ("Bundle/1", "https://fhir.example:8443/r4/Bundle/1"),
        ("https://fhir.example:8443/r4/Bundle/1", "https://fhir.example:8443/r4/Bundle/1"),
        ("HTTPS://FHIR.Example:8443/r4/Bundle/1", "https://fhir.example:8443/r4/Bundle/1"),
        ("/r4/Binary/2", "https://fhir.example:8443/r4/Binary/2"),
        ("https://fhir.example:8443/r4?_getpages=x", "https://fhir.example:8443/r4?_getpages=x"),
        ("?_getpages=x", "https://fhir.example:8443/r4/?_getpages=x"),
    ],
)  # fmt: skip
@pytest.mark.spec("FHIR R4 3.1.0.1.2")
def test_what_is_below_the_base_is_given_with_the_configured_origin(reference, url):
    assert BASE.confine(reference) == url


@pytest.mark.parametrize(
    "reference",
    [
        "https://evil.example:8443/r4/Bundle/1",
        "//evil.example:8443/r4/Bundle/1",
        "http://fhir.example:8443/r4/Bundle/1",
        "https://fhir.example/r4/Bundle/1",
        "https://fhir.example:8444/r4/Bundle/1",
        "https://fhir.example:8443/r4evil/Bundle/1",
        "https://fhir.example:8443/other/Bundle/1",
        "/Bundle/1",
        "../admin",
        "Bundle/../../admin",
        "Bundle/./1",
        "Bundle/%2e%2e/%2E%2e/admin",
        "Bundle/..;x/1",
        "Bundle%2f..%2fadmin",
        "Bundle\\..\\admin",
        "Bundle/1 ",
        "Bundle/\r\nHost: evil",
        "Bundle//1",
        "https://fhir.example:8443@evil.example/r4/Bundle/1",
        "https://user@fhir.example:8443/r4/Bundle/1",
        "https://user:secret@fhir.example:8443/r4/Bundle/1",
        "https://fhir.example:8443\\@evil.example/r4/1",
        "https://fhir.example:99999/r4/Bundle/1",
        "file:///etc/passwd",
        "urn:uuid:3f0e1a4e-6a0a-4b0e-8a51-9a4a4b9d2a10",
    ],
)
def test_what_is_elsewhere_is_refused(reference):
    with pytest.raises(NationalError) as refused:
        BASE.confine(reference)
    assert refused.value.remedy
    assert "evil" not in f"{refused.value.public_message} {refused.value.remedy}"


@given(st.text(max_size=80))
def test_whatever_is_accepted_is_below_the_base(reference):
    try:
        url = BASE.confine(reference)
    except NationalError:
        return
    assert url == BASE.url or url.startswith((f"{BASE.url}/", f"{BASE.url}?"))
    assert ".." not in url.partition("?")[0].split("/")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "fhir.example/r4",
        "ftp://fhir.example/r4",
        "https:///r4",
        "https://user@fhir.example/r4",
        "https://fhir.example/r4/../admin",
        "https://fhir.example/r4?x=1",
        "https://fhir.example/r4#x",
        "https://fhir.example:port/r4",
    ],
)
def test_a_base_url_that_cannot_be_right_is_a_configuration_error(url):
    with pytest.raises(ConfigurationError):
        ServerBase.parse(url)


def test_the_default_port_is_the_same_written_or_not():
    base = ServerBase.parse("https://fhir.example/r4")
    assert base.url == "https://fhir.example/r4"
    assert base.confine("https://fhir.example:443/r4/Bundle/1") == (
        "https://fhir.example/r4/Bundle/1"
    )


def test_an_ipv6_host_keeps_its_brackets():
    base = ServerBase.parse("http://[::1]:8080/fhir")
    assert base.confine("Bundle/1") == "http://[::1]:8080/fhir/Bundle/1"
