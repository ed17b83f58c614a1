"""Tells from a server's first octets which other protocol it speaks."""

from __future__ import annotations

_SIGNS: tuple[tuple[bytes, str], ...] = (
    (b"+OK", "a POP3 server"),
    (b"-ERR", "a POP3 server"),
    (b"* OK", "an IMAP server"),
    (b"* PREAUTH", "an IMAP server"),
    (b"* BYE", "an IMAP server"),
    (b"220", "an SMTP or FTP server"),
    (b"HTTP/", "a web server"),
    (b"SSH-", "an SSH server"),
    (b"\x15\x03", "a server that expects TLS"),
    (b"\x16\x03", "a server that expects TLS"),
    (b"<html", "a web server"),
    (b"<!DOCTYPE", "a web server"),
    (b"RFB ", "a VNC server"),
    (b'"IMPLEMENTATION"', "a ManageSieve server"),
)


def recognise(octets: bytes) -> str:
    """What kind of server greets so ("a POP3 server"); empty if it can't be told."""
    for sign, kind in _SIGNS:
        if octets[: len(sign)].lower() == sign.lower():
            return kind
    return ""
