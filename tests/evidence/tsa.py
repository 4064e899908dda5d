"""A real time-stamp authority: openssl behind a web server on loopback."""

from __future__ import annotations

import shutil
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

_CONF = """
[req]
distinguished_name = dn
prompt = no
[dn]
CN = {name}
[ca]
basicConstraints = critical,CA:true
[tsa]
extendedKeyUsage = critical,timeStamping
[tsa_section]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
certs = {folder}/ca.pem
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""


def openssl(*words: str, data: bytes | None = None) -> bytes:
    done = subprocess.run(["openssl", *words], input=data, capture_output=True, check=True)
    return done.stdout


@contextmanager
def authority(folder: Path, name: str = "Example TSA") -> Iterator[tuple[str, Path]]:
    """Its address and the file of its root certificate."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder.mkdir(parents=True, exist_ok=True)
    conf = folder / "tsa.cnf"
    conf.write_text(_CONF.format(name=f"{name} root", folder=folder))
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{folder}/ca.key",
            "-out", f"{folder}/ca.pem", "-days", "30", "-config", str(conf),
            "-extensions", "ca")  # fmt: skip
    conf.write_text(_CONF.format(name=name, folder=folder))
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{folder}/tsa.key",
            "-out", f"{folder}/tsa.csr", "-config", str(conf))  # fmt: skip
    openssl("x509", "-req", "-in", f"{folder}/tsa.csr", "-CA", f"{folder}/ca.pem",
            "-CAkey", f"{folder}/ca.key", "-CAcreateserial", "-out", f"{folder}/tsa.pem",
            "-days", "30", "-extfile", str(conf), "-extensions", "tsa")  # fmt: skip
    (folder / "serial").write_text("01\n")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = folder / "query.tsq"
            query.write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            reply = openssl("ts", "-reply", "-config", str(conf), "-section", "tsa_section",
                            "-queryfile", str(query))  # fmt: skip
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", folder / "ca.pem"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def post(url: str, data: bytes) -> bytes:
    made = urllib.request.Request(
        url, data, {"Content-Type": "application/timestamp-query"}, method="POST"
    )
    with urllib.request.urlopen(made, timeout=10) as answer:
        return bytes(answer.read())
