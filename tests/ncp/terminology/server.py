"""A terminology server on loopback that answers as the central one does."""

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.loopback import LOOPBACK, serving

ICD_10 = "1.3.6.1.4.1.12559.11.10.1.3.1.44.2"
DISORDERS = "1.3.6.1.4.1.12559.11.10.1.3.1.42.5"
NATIONAL = "1.3.182.99.1"


def concept(code, *names, system=ICD_10, mappings=()):
    return {
        "code": code,
        "codeSystemVersion": {
            "versionId": "2019",
            "codeSystem": {"id": system, "name": "ICD-10"},
            "source": "WHO",
            "copyright": "ask WHO",
        },
        "designations": [
            {"language": language, "name": text, "type": "preferred"}
            for language, text in names
        ],
        "mappings": [{"source": source} for source in mappings],
    }


def entries(count):
    first = concept(
        "J45",
        ("en-GB", "Asthma"),
        ("fr-LU", "Asthme"),
        mappings=[concept("A1", system=NATIONAL)],
    )
    return [first, *(concept(f"X{n}", ("en-GB", f"No {n}")) for n in range(count - 1))]


class Central(ThreadingHTTPServer):
    """What it lists and holds; it may break off, and pack what it sends."""

    def __init__(self, count, listing):
        super().__init__(LOOPBACK, _Handler)
        self.entries = entries(count)
        self.listing = json.dumps(listing).encode() if listing else b""
        self.asked = []
        self.breaks_off = self.is_packing = False


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers["Content-Length"])
        form = parse_qs(self.rfile.read(length).decode())
        is_known = form == {"username": ["ncpeh@lu"], "password": ["secret"]}
        self.send_response(302)
        self.send_header("Location", "/" if is_known else "/login?error")
        if is_known:
            self.send_header("Set-Cookie", "JSESSIONID=abc; Path=/; HttpOnly")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self):
        if "JSESSIONID=abc" not in self.headers.get("Cookie", ""):
            self._answer(302, b"")
            return
        parts = urlsplit(self.path)
        self.server.asked.append(self.path)
        if parts.path.endswith("valuesetcatalog"):
            self._answer(200, self.server.listing)
        elif self.server.breaks_off and "page=1" in parts.query:
            self.close_connection = True
        else:
            query = {key: int(value[0]) for key, value in parse_qs(parts.query).items()}
            begin = query["page"] * query["maxtoreturn"]
            page = self.server.entries[begin : begin + query["maxtoreturn"]]
            self._answer(200, json.dumps(page).encode())

    def _answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if self.server.is_packing:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


LISTING = {
    "name": "MVC",
    "valueSetVersions": [
        {
            "versionId": "8.1.0",
            "valueSet": {"id": DISORDERS, "name": "eHDSIIllnessandDisorder"},
        }
    ],
}


@contextmanager
def central_server(count=6, listing=LISTING):
    with serving(Central(count, listing)) as server:
        yield server, f"http://127.0.0.1:{server.server_port}"
