"""From a host's name to an open line: DNS, TCP, TLS."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from .finding import Parts

__all__ = ["reach", "speaks_tls"]

_SOON = 14
"""Days left of a certificate that are told."""


async def reach(parts: Parts, url: str, context: ssl.SSLContext | None, patience: float) -> bool:
    """Look the host up, connect, and for https shake hands; whether all that went well."""
    target = urlsplit(url)
    host = target.hostname or ""
    try:
        port = target.port or (443 if target.scheme == "https" else 80)
    except ValueError:
        parts.failed("base URL", f"{url} has a port that is no number.", "Correct it.")
        return False
    if not await _looked_up(parts, host, port, patience):
        return False
    if not await _connected(parts, host, port, patience):
        return False
    if target.scheme != "https":
        return True
    return await _shaken_hands(parts, host, port, context, patience)


async def speaks_tls(url: str, patience: float) -> bool:
    """Whether what is there answers a TLS handshake, whatever its certificate."""
    target = urlsplit(url)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        await _open(target.hostname or "", target.port or 80, patience, ssl=context)
    except (OSError, TimeoutError):
        return False
    return True


async def _looked_up(parts: Parts, host: str, port: int, patience: float) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        return True
    begun = time.monotonic()
    try:
        found = await asyncio.wait_for(asyncio.get_running_loop().getaddrinfo(host, port, proto=6), patience)
    except TimeoutError:
        parts.failed("DNS", f"no answer about {host} within {patience:g} s.", "Check the network.")
    except OSError as error:
        advice = "Check the spelling of the address, the network and any VPN."
        parts.failed("DNS", f"{host} is not known: {error.strerror or error}.", advice)
    else:
        addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
        parts.ok("DNS", f"{host} is {', '.join(addresses[:3])} ({_ms(begun)})")
        return True
    return False


async def _connected(parts: Parts, host: str, port: int, patience: float) -> bool:
    begun = time.monotonic()
    try:
        await _open(host, port, patience)
    except TimeoutError:
        advice = "A firewall may swallow it, or a proxy be needed (HTTPS_PROXY). Check address and port."
        parts.failed("TCP", f"{host}:{port} does not answer within {patience:g} s.", advice)
    except ConnectionRefusedError:
        parts.failed("TCP", f"nothing listens at {host}:{port}.", "Start the server, or correct the port.")
    except OSError as error:
        parts.failed("TCP", f"{host}:{port}: {error.strerror or error}.", "Check address, port and network.")
    else:
        parts.ok("TCP", f"{host}:{port} ({_ms(begun)})")
        return True
    return False


async def _shaken_hands(parts: Parts, host: str, port: int, context: ssl.SSLContext | None, patience: float) -> bool:
    begun = time.monotonic()
    try:
        line = await _open(host, port, patience, ssl=context or ssl.create_default_context())
    except ssl.SSLCertVerificationError as error:
        parts.failed("TLS", f"the certificate is not trusted: {error.verify_message}", _advice(error))
    except (TimeoutError, OSError) as error:
        said = getattr(error, "reason", None) or getattr(error, "strerror", None) or type(error).__name__
        plain = await _speaks_http(host, port, patience)
        advice = "It speaks plain HTTP: write http:// instead of https://." if plain else "Check address and port."
        parts.failed("TLS", f"no handshake with {host}:{port}: {said}.", advice)
    else:
        parts.ok("TLS", f"{line['version']}, certificate {line['until']} ({_ms(begun)})")
        return True
    return False


async def _speaks_http(host: str, port: int, patience: float) -> bool:
    """Whether what is there answers HTTP without TLS."""
    try:
        reader, writer = await asyncio.wait_for(asyncio.open_connection(host, port), patience)
        writer.write(f"HEAD / HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
        try:
            return await asyncio.wait_for(reader.read(5), patience) == b"HTTP/"
        finally:
            writer.transport.abort()
    except (OSError, TimeoutError):
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


async def _open(host: str, port: int, patience: float, **options: Any) -> dict[str, str]:
    """Open a line and close it; what TLS has told."""
    _, writer = await asyncio.wait_for(asyncio.open_connection(host, port, **options), patience)
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


def _ms(begun: float) -> str:
    return f"{(time.monotonic() - begun) * 1000:.0f} ms"
