"""A certificate of the server's own, for TLS on a machine that has none; made by trustme when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

__all__ = ["own_certificate"]


@contextmanager
def own_certificate(host: str) -> Iterator[tuple[Path, Path, Path]]:
    """Files in PEM form, in a folder of this user's that goes at the end: the certificate, its key, and its authority.

    The last is what clients are to trust. OSError, in words, where trustme is not installed.
    """
    try:
        import trustme
    except ModuleNotFoundError:
        raise OSError(
            "--tls self needs the package trustme: pip install trustme (it comes with ws-notebook[lab]). "
            "Or name a certificate of your own with --certfile."
        ) from None
    authority = trustme.CA(organization_name="ws-notebook")
    made = authority.issue_cert(*dict.fromkeys(("localhost", "127.0.0.1", "::1", host)))
    with TemporaryDirectory(prefix="ws-notebook-tls-") as folder:
        certificate, key, trusted = (Path(folder, name) for name in ("certificate.pem", "key.pem", "authority.pem"))
        certificate.write_bytes(b"".join(each.bytes() for each in made.cert_chain_pems))
        key.touch(mode=0o600)
        key.write_bytes(made.private_key_pem.bytes())
        trusted.write_bytes(authority.cert_pem.bytes())
        yield certificate, key, trusted
