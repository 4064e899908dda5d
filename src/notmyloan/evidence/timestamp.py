"""Time stamps from an outside authority (RFC 3161), asked for, read and checked.

The request carries only a SHA-256 and a random number: the authority learns nothing of the matter.
A stamp proves that what was hashed existed at that time, not that it was true.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import rfc3161_client
from cryptography import x509
from cryptography.x509.oid import NameOID
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
)

from notmyloan.evidence.errors import StampError

_SHA256 = x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1")


@dataclass(frozen=True, slots=True)
class Stamp:
    """A granted stamp. `reply` is the authority's whole answer in DER, which `openssl ts -verify`
    reads; `time` its time; `authority` the name in its certificate, empty where it sent none."""

    reply: bytes
    time: datetime
    authority: str
    policy: str
    serial: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """A request in DER, and the number the answer must repeat."""

    der: bytes
    nonce: int | None


def request(data: bytes) -> Request:
    """A request for a stamp over `data`. Raises ValueError where there is nothing to stamp."""
    made = (
        TimestampRequestBuilder()
        .data(data)
        .hash_algorithm(HashAlgorithm.SHA256)
        .nonce(nonce=True)
        .cert_request(cert_request=True)
        .build()
    )
    return Request(made.as_bytes(), made.nonce)


def read(reply: bytes, data: bytes, nonce: int | None = None) -> Stamp:
    """The stamp in an authority's answer, if it is one over `data`. Raises StampError: no answer of
    this kind, refused (with the authority's words), for other data, or not to this request.

    The signature is not checked here: see `verify`.
    """
    try:
        answer = _decoded(reply)
        status = answer.status
    except (ValueError, TypeError, IndexError) as error:
        raise StampError("evidence.stamp.no_reply") from error
    if status not in (0, 1):
        words = "; ".join(answer.status_string)
        raise StampError("evidence.stamp.refused", status=status, words=words)
    try:
        info = answer.tst_info
        imprint = info.message_imprint
    except (ValueError, TypeError) as error:
        raise StampError("evidence.stamp.no_reply") from error
    if imprint.hash_algorithm != _SHA256 or imprint.message != hashlib.sha256(data).digest():
        raise StampError("evidence.stamp.other_data")
    if nonce is not None and info.nonce != nonce:
        raise StampError("evidence.stamp.other_request")
    return Stamp(
        reply, info.gen_time, _authority(answer), info.policy.dotted_string, info.serial_number,
        imprint.message,
    )  # fmt: skip


def _decoded(reply: bytes) -> rfc3161_client.TimeStampResponse:
    """The answer, its certificates put in DER's order first: authorities send that set as they
    like (openssl's does), the library insists on it, and no signature covers the order."""
    try:
        return rfc3161_client.decode_timestamp_response(reply)
    except ValueError:
        return rfc3161_client.decode_timestamp_response(_in_order(reply))


def _in_order(reply: bytes) -> bytes:
    """`reply` with the certificates of its SignedData (RFC 5652, 5.1) sorted. Raises IndexError or
    ValueError where it has none."""
    token = list(_children(reply, *_content(reply, 0)))[1]
    wrapped = list(_children(reply, *_content(reply, token[0])))[1]
    (signed,) = _children(reply, *_content(reply, wrapped[0]))
    for start, _ in _children(reply, *_content(reply, signed[0])):
        if reply[start] == 0xA0:  # certificates
            first, last = _content(reply, start)
            parts = sorted(reply[a:b] for a, b in _children(reply, first, last))
            return reply[:first] + b"".join(parts) + reply[last:]
    raise ValueError("no certificates")


def _content(data: bytes, at: int) -> tuple[int, int]:
    """Where the content of the DER value at `at` begins and ends."""
    length, begin = data[at + 1], at + 2
    if length & 0x80:
        begin += length & 0x7F
        length = int.from_bytes(data[at + 2 : begin], "big")
    if begin + length > len(data):
        raise ValueError("cut short")
    return begin, begin + length


def _children(data: bytes, at: int, end: int) -> Iterator[tuple[int, int]]:
    """Begin and end of each value between `at` and `end`."""
    while at < end:
        _, after = _content(data, at)
        yield at, after
        at = after


def _certificates(answer: rfc3161_client.TimeStampResponse) -> list[x509.Certificate]:
    return [x509.load_der_x509_certificate(der) for der in answer.signed_data.certificates]


def _authority(answer: rfc3161_client.TimeStampResponse) -> str:
    try:
        signers = list(answer.signed_data.signer_infos)
        for certificate in _certificates(answer):
            if signers and certificate.serial_number == signers[0].serial_number:
                names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
                return str(names[0].value) if names else certificate.subject.rfc4514_string()
    except ValueError:
        return ""
    return ""


def roots_from(pem: bytes) -> list[x509.Certificate]:
    """Certificates of a PEM file. Raises StampError where it holds none."""
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise StampError("evidence.stamp.no_certificates") from error


def verify(reply: bytes, data: bytes, roots: Sequence[x509.Certificate]) -> Stamp:
    """The stamp, its signature and its chain to one of `roots` checked. Raises StampError."""
    stamp = read(reply, data)
    answer = _decoded(reply)
    builder = VerifierBuilder(roots=[r for r in roots if r.issuer == r.subject])
    for certificate in roots:
        if certificate.issuer != certificate.subject:
            builder = builder.add_intermediate_certificate(certificate)
    try:
        builder.build().verify_message(answer, data)
    except (VerificationError, ValueError) as error:
        raise StampError("evidence.stamp.untrusted", authority=stamp.authority or "?") from error
    return stamp


def obtain(data: bytes, url: str, post: Callable[[str, bytes], bytes]) -> tuple[Request, Stamp]:
    """Ask the authority at `url` for a stamp over `data`. `post` sends the bytes there with the
    content type `application/timestamp-query` and returns the answer's. Raises StampError on a bad
    answer; what `post` raises goes through."""
    made = request(data)
    return made, read(post(url, made.der), data, made.nonce)
