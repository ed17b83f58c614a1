"""How TLS is to be done: the options, and the ``ssl.SSLContext`` that comes of them."""

from __future__ import annotations

import os
import re
import ssl
from dataclasses import dataclass

from mailshell.transport.dial import describe_os_error
from mailshell.transport.errors import TlsFailed

__all__ = ["VERSIONS", "TlsOptions", "make_context"]

#: The name of a file in a folder of certificates, as openssl-rehash(1) gives it.
_HASHED = re.compile(r"[0-9a-f]{8}\.[0-9]+")
VERSIONS = {
    "1.0": ssl.TLSVersion.TLSv1,
    "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}
"""The versions by the names that options give them."""


@dataclass(frozen=True, slots=True)
class TlsOptions:
    """How far the server's certificate is to be trusted, and what the handshake offers."""

    insecure: bool = False
    """Accept any certificate for any name, and TLS versions and ciphers long out of use."""
    cafile: str | None = None
    """A PEM file of certificates to trust *instead of* the system's."""
    capath: str | None = None
    """A folder of certificates under hashed names (see openssl-rehash(1)), likewise."""
    server_name: str | None = None
    """The name to send (SNI) and to look for in the certificate, where it is not the host's."""
    cert: str | None = None
    """A PEM file with this side's certificate (its chain may follow), and its key unless `key` has it."""
    key: str | None = None
    """A PEM file with the key of `cert`, without a passphrase."""
    minimum: str | None = None
    """The lowest version, a key of `VERSIONS`; None: 1.2, or with `insecure` the lowest that there is."""
    maximum: str | None = None
    """The highest version."""
    ciphers: str | None = None
    """The cipher suites up to TLS 1.2, as openssl-ciphers(1) has them."""
    keylog: str | None = None
    """A file to which the secrets of the connection are appended, for Wireshark (format: NSS key log)."""
    alpn: str | None = None
    """The protocol to offer by ALPN (RFC 7301); None offers none, as most clients."""


def make_context(options: TlsOptions) -> ssl.SSLContext:
    """A client's context: certificate and name are checked and TLS is at least 1.2, unless the options say otherwise.

    A certificate which is itself in `options.cafile` is trusted even when its issuer is unknown, so that a
    server's own certificate can be pinned. Raises `TlsFailed` when a file can't be read or an option can't be met.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if options.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        # Servers that need this are those which predate RFC 5746 (2010).
        context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)
    else:
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
        _load_authorities(context, options)
    _limit(context, options)
    if options.cert:
        _load_own(context, options.cert, options.key)
    elif options.key:
        raise TlsFailed(f"a key without a certificate is of no use: give the certificate of {options.key} too")
    if options.keylog:
        _log_keys(context, options.keylog)
    if options.alpn:
        try:
            context.set_alpn_protocols([options.alpn])
        except (ValueError, ssl.SSLError) as exc:
            raise TlsFailed(f"{options.alpn[:40]} is no protocol of ALPN: imap and pop3 are those of mail") from exc
    return context


def _load_authorities(context: ssl.SSLContext, options: TlsOptions) -> None:
    if not options.cafile and not options.capath:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
        return
    if options.capath:
        _look_into(options.capath)
    try:
        context.load_verify_locations(options.cafile, options.capath)
    except ssl.SSLError as exc:
        raise TlsFailed(f"{options.cafile or options.capath}: holds no certificate in PEM form") from exc
    except OSError as exc:
        what = f"{options.cafile or options.capath}: cannot read the CA file"
        raise TlsFailed(f"{what}: {describe_os_error(exc)}") from exc


def _look_into(folder: str) -> None:
    """OpenSSL looks for the file of an issuer when it needs one, and is silent about a folder that has none."""
    try:
        names = os.listdir(folder)
    except OSError as exc:
        raise TlsFailed(f"{folder}: cannot read the CA folder: {describe_os_error(exc)}") from exc
    if not any(_HASHED.fullmatch(name) for name in names):
        raise TlsFailed(f"{folder}: holds no certificate under a hashed name: run openssl rehash {folder}")


def _limit(context: ssl.SSLContext, options: TlsOptions) -> None:
    """Keep to the versions and ciphers that were asked for."""
    low, high = options.minimum, options.maximum
    if low and high and VERSIONS[low] > VERSIONS[high]:
        raise TlsFailed(f"no TLS version is at least {low} and at most {high}: exchange the two")
    # Versions below 1.2 work with weak signatures only, which OpenSSL's default level of security refuses.
    old = any(name in ("1.0", "1.1") for name in (low, high))
    if high:
        if VERSIONS[high] < context.minimum_version:
            context.minimum_version = VERSIONS[high]
        context.maximum_version = VERSIONS[high]
    if low:
        context.minimum_version = VERSIONS[low]
    ciphers = options.ciphers or ("DEFAULT" if old else None)
    if ciphers is None:
        return
    try:
        context.set_ciphers(f"{ciphers}:@SECLEVEL=0" if old or options.insecure else ciphers)
    except (ValueError, ssl.SSLError) as exc:
        known = "openssl ciphers -v lists the names"
        raise TlsFailed(f"no cipher suite of TLS up to 1.2 is called {ciphers}: {known}") from exc


def _load_own(context: ssl.SSLContext, cert: str, key: str | None) -> None:
    """The certificate that this side shows when the server asks for one. Never asks for a passphrase."""
    locked = False

    def no_passphrase() -> str:
        nonlocal locked
        locked = True
        return ""

    try:
        context.load_cert_chain(cert, key, no_passphrase)
    except ssl.SSLError as exc:
        if exc.reason == "KEY_VALUES_MISMATCH":
            raise TlsFailed(f"{key or cert}: this key belongs to another certificate than {cert}") from exc
        if locked:
            what = "the key has a passphrase: store it without one, in a file that only you can read"
            raise TlsFailed(f"{key or cert}: {what}") from exc
        if not _has_certificate(cert):
            raise TlsFailed(f"{cert}: holds no certificate in PEM form") from exc
        if key:
            raise TlsFailed(f"{key}: holds no key in PEM form") from exc
        raise TlsFailed(f"{cert}: holds no key beside the certificate: give it with --key FILE") from exc
    except OSError as exc:
        missing = next((path for path in (cert, key) if path and not os.path.exists(path)), cert)
        raise TlsFailed(f"{missing}: cannot read the client's certificate: {describe_os_error(exc)}") from exc


def _has_certificate(path: str) -> bool:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except (OSError, ssl.SSLError):
        return False
    return True


def _log_keys(context: ssl.SSLContext, path: str) -> None:
    """Append the secrets to a file that only its owner may read."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
        context.keylog_filename = path
    except OSError as exc:
        raise TlsFailed(f"{path}: cannot write the key log: {describe_os_error(exc)}") from exc
