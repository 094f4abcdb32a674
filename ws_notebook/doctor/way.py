"""From a host's name to an open line: DNS, TCP, TLS."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
import time
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from .finding import Parts

__all__ = ["reach", "speaks_tls"]

_SOON = 14
"""Days left of a certificate that are told."""


async def reach(parts: Parts, url: str, context: ssl.SSLContext | None, patience: float) -> bool:
    """Look the host up, connect, and for https shake hands; whether all that went well."""
    target = urlsplit(url)
    try:
        port = target.port or (443 if target.scheme == "https" else 80)
    except ValueError:
        parts.failed("base URL", f"{url} has a port that is no number.", "Correct it.")
        return False
    way = _Way(target.hostname or "", port, context, patience)
    steps = [] if _is_number(way.host) else [("DNS", way.look_up)]
    steps += [("TCP", way.connect)]
    steps += [("TLS", way.shake_hands)] if target.scheme == "https" else []
    for subject, step in steps:
        begun = time.monotonic()
        try:
            said = await asyncio.wait_for(step(), patience)
        except OSError as error:
            parts.failed(subject, *await way.explained(subject, error))
            return False
        parts.ok(subject, f"{said} ({(time.monotonic() - begun) * 1000:.0f} ms)")
    return True


async def speaks_tls(url: str, patience: float) -> bool:
    """Whether what is there answers a TLS handshake, whatever its certificate."""
    target = urlsplit(url)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        await asyncio.wait_for(_open(target.hostname or "", target.port or 80, ssl=context), patience)
    except OSError:
        return False
    return True


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


class _Way(NamedTuple):
    """The steps to one host. Each gives what is to be told of it, or raises OSError."""

    host: str
    port: int
    context: ssl.SSLContext | None
    patience: float

    async def look_up(self) -> str:
        found = await asyncio.get_running_loop().getaddrinfo(self.host, self.port, proto=6)
        addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
        return f"{self.host} is {', '.join(addresses[:3])}"

    async def connect(self) -> str:
        await _open(self.host, self.port)
        return f"{self.host}:{self.port}"

    async def shake_hands(self) -> str:
        line = await _open(self.host, self.port, ssl=self.context or ssl.create_default_context())
        return f"{line['version']}, certificate {line['until']}"

    async def explained(self, subject: str, error: OSError) -> tuple[str, str]:
        """What went wrong, and what to do."""
        host, place, why = self.host, f"{self.host}:{self.port}", error.strerror or error
        match subject, error:
            case "DNS", TimeoutError():
                return f"no answer about {host} within {self.patience:g} s.", "Check the network."
            case "DNS", _:
                return f"{host} is not known: {why}.", "Check the spelling of the address, the network and any VPN."
            case "TCP", TimeoutError():
                advice = "A firewall may swallow it, or a proxy be needed (HTTPS_PROXY). Check address and port."
                return f"{place} does not answer within {self.patience:g} s.", advice
            case "TCP", ConnectionRefusedError():
                return f"nothing listens at {place}.", "Start the server, or correct the port."
            case "TCP", _:
                return f"{place}: {why}.", "Check address, port and network."
            case _, ssl.SSLCertVerificationError() as refused:
                return f"the certificate is not trusted: {refused.verify_message}", _advice(refused)
        said = getattr(error, "reason", None) or error.strerror or type(error).__name__
        plain = await _speaks_http(host, self.port, self.patience)
        advice = "It speaks plain HTTP: write http:// instead of https://." if plain else "Check address and port."
        return f"no handshake with {place}: {said}.", advice


async def _speaks_http(host: str, port: int, patience: float) -> bool:
    """Whether what is there answers HTTP without TLS."""
    try:
        reader, writer = await asyncio.wait_for(asyncio.open_connection(host, port), patience)
        writer.write(f"HEAD / HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
        try:
            return await asyncio.wait_for(reader.read(5), patience) == b"HTTP/"
        finally:
            writer.transport.abort()
    except OSError:
        return False


def _advice(error: ssl.SSLCertVerificationError) -> str:
    said = error.verify_message.lower()
    if "expired" in said or "not yet valid" in said:
        return "Have the certificate renewed, and check this machine's clock."
    if "hostname" in said or "ip address" in said:
        return "Use the name that the certificate was made for."
    return (
        "For a private certificate authority, name its file: --ca FILE here, ssl=ssl.create_default_context(cafile=…) "
        "in the Session. Otherwise somebody stands between, such as a company's proxy: ask for its certificate."
    )


async def _open(host: str, port: int, **options: Any) -> dict[str, str]:
    """Open a line and close it; what TLS has told."""
    _, writer = await asyncio.open_connection(host, port, **options)
    try:
        secured = writer.get_extra_info("ssl_object")
        return {} if secured is None else {"version": str(secured.version()), "until": _until(secured.getpeercert())}
    finally:
        writer.transport.abort()


def _until(certificate: Any) -> str:
    text = certificate.get("notAfter") if certificate else None
    if not text:
        return "not looked at"
    end = datetime.fromtimestamp(ssl.cert_time_to_seconds(text), UTC)
    left = (end - datetime.now(UTC)).days
    return f"valid until {end:%Y-%m-%d}" + (f", {left} days" if left < _SOON else "")
