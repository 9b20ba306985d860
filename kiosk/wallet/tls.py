"""TLS with the certificates that this system trusts."""

import ssl
from functools import lru_cache


def tls_context() -> ssl.SSLContext:
    """What every connection of the wallet is made with; nobody changes it.

    The certificates are read once in a process, which takes a Pi 100 ms, and again only where
    `SSL_CERT_FILE` or `SSL_CERT_DIR` names others.
    """
    return _context(ssl.get_default_verify_paths())


@lru_cache(maxsize=1)
def _context(_: ssl.DefaultVerifyPaths) -> ssl.SSLContext:
    return ssl.create_default_context()
