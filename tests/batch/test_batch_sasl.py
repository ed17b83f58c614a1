"""The SASL mechanisms on scripted servers: those that real ones lack, and servers that misbehave in the middle."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import ssl
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme
from batch_support import Outcome, Serve, inside, lines
from playbook import Connection, Step
from scramp import ScramException, ScramMechanism

PASSWORD = "geheim-Wort:7"
TOKEN = "ya29.t0ken-of-ana"
CLIENT_NONCE = "0123456789abcdef"


def b64(octets: bytes | str) -> str:
    return base64.b64encode(octets.encode() if isinstance(octets, str) else octets).decode()


@pytest.fixture(params=["imap", "pop3"])
def protocol(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def greeting(protocol: str, mechanisms: str = "") -> str:
    offers = " ".join(f"AUTH={name}" for name in mechanisms.split())
    return f"S: * OK [CAPABILITY IMAP4rev1 {offers}] hi" if protocol == "imap" else "S: +OK hi"


def command(protocol: str, mechanism: str) -> str:
    return f"C: a1 AUTHENTICATE {mechanism}" if protocol == "imap" else f"C: AUTH {mechanism}"


def accepted(protocol: str) -> str:
    return "S: a1 OK in" if protocol == "imap" else "S: +OK in"


def refused(protocol: str) -> str:
    return "S: a1 NO no" if protocol == "imap" else "S: -ERR no"


def end(protocol: str) -> str:
    return "LOGOUT" if protocol == "imap" else "QUIT"


def run(url: str, *arguments: str, secret: str = PASSWORD) -> Outcome:
    """A run with all of the wire shown. Whatever is printed, the secret and the proof of it are not in it."""
    options = ["--no-config", "-d", "5", "--explain", "--password-env", "PW", "--token-env", "PW", "--timeout", "5"]
    outcome = inside(url, *options, *arguments, env={"PW": secret})
    for form in (secret, b64(secret), b64(f"\0ana\0{secret}"), b64(secret)[:-2]):
        assert form not in outcome.everything
    assert re.search(r"p=[A-Za-z0-9+/]{8}|response=[0-9a-f]", outcome.everything) is None
    return outcome


def complaint(outcome: Outcome) -> str:
    """The one message of a run that is no note, no trace and no news."""
    messages = [line for line in outcome.err.splitlines() if re.match(r"mailshell: (?!note:|\* )", line)]
    assert len(messages) == 1, messages
    return messages[0].removeprefix("mailshell: ")


# --- those that real servers lack

BLOB = b64(f"\0ana\0{PASSWORD}")
APOP_DIGEST = hashlib.md5(f"<1@h>{PASSWORD}".encode()).hexdigest()
USER_BLOB = b64(f"user=ana\x01auth=Bearer {TOKEN}\x01\x01")
IDENTITIES = {
    "XOAUTH2": (USER_BLOB, "", '{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}'),
    "OAUTHBEARER": ("", "AQ==", '{"status":"invalid_token","scope":"mail"}'),
    "EXTERNAL": ("", "", ""),
    "ANONYMOUS": (b64("ana"), "", ""),
}


def sent(name: str, port: int) -> str:
    if name == "OAUTHBEARER":
        return b64(f"n,a=ana,\x01host=127.0.0.1\x01port={port}\x01auth=Bearer {TOKEN}\x01\x01")
    return IDENTITIES[name][0]


def dialogue_of(name: str, protocol: str, *, accepts: bool) -> Step:
    """The server's side, in two steps, as Outlook wants XOAUTH2 in POP3."""

    def play(connection: Connection) -> None:
        port = connection._socket.getsockname()[1]
        after, error = IDENTITIES[name][1:]
        rows = [greeting(protocol, name), command(protocol, name), "S: + ", f"C: {sent(name, port)}"]
        if not accepts and error:
            rows += [f"S: + {b64(error)}", f"C: {after}"]
        rows += [accepted(protocol) if accepts else refused(protocol), end(protocol)]
        connection.play(["\n".join(rows)])

    return play


@pytest.mark.parametrize("name", IDENTITIES)
@pytest.mark.parametrize("accepts", [True, False])
def test_without_a_password(serve: Serve, protocol: str, name: str, accepts: bool) -> None:
    server = serve([dialogue_of(name, protocol, accepts=accepts)])
    outcome = run(server.url(protocol, "ana"), "--auth", name, secret=TOKEN)
    assert outcome.status == (0 if accepts else 1)
    if not accepts:
        words = complaint(outcome)
        assert f"refuses the login of ana ({name})" in words
        assert ("of the token: status" in words) == name.endswith(("2", "R"))


def test_google_s_error_in_both_steps(serve: Serve) -> None:
    server = serve([dialogue_of("XOAUTH2", "imap", accepts=False)])
    words = run(server.url("imap", "ana"), "--auth", "XOAUTH2", secret=TOKEN)
    assert "(of the token: status 400, schemes Bearer, scope https://mail.google.com/)" in complaint(words)
    assert "the token is refused, status 400" in words.err


def test_external_for_somebody_else(serve: Serve) -> None:
    script = f"{greeting('imap')}\nC: a1 AUTHENTICATE EXTERNAL\nS: + \nC: {b64('ben')}\nS: a1 OK in\nLOGOUT"
    assert run(serve(script).url(), "--auth", "EXTERNAL", "--authzid", "ben").status == 0


@pytest.mark.parametrize(
    ("scheme", "choice", "typed"),
    [
        ("imap", "auto", ["S: * OK [CAPABILITY IMAP4rev1 SASL-IR] hi", "C: a1 AUTHENTICATE EXTERNAL ="]),
        ("imap", "never", ["S: * OK [CAPABILITY IMAP4rev1 SASL-IR] hi", "C: a1 AUTHENTICATE EXTERNAL", "S: + ", "C: "]),
        ("imap", "always", ["S: * OK hi", "C: a1 AUTHENTICATE EXTERNAL ="]),
        ("pop3", "auto", ["S: +OK hi", "C: AUTH EXTERNAL", "S: + ", "C: "]),
        ("pop3", "always", ["S: +OK hi", "C: AUTH EXTERNAL ="]),
    ],
)
def test_initial_responses(serve: Serve, scheme: str, choice: str, typed: list[str]) -> None:
    server = serve("\n".join([*typed, accepted(scheme), end(scheme)]))
    assert run(server.url(scheme), "--auth", "EXTERNAL", "--initial-response", choice).status == 0


def test_an_initial_response_that_is_too_long_for_pop3(serve: Serve) -> None:
    """RFC 5034 section 4: the line has at most 255 octets."""
    user = "u" * 200
    server = serve(f"S: +OK\nC: AUTH PLAIN\nS: + \nC: {b64(chr(0) + user + chr(0) + PASSWORD)}\nS: +OK\nQUIT")
    assert run(server.url("pop3", user), "--auth", "PLAIN", "--initial-response", "always").status == 0


# --- SCRAM, played by the library's server


def scram(
    name: str,
    protocol: str,
    *,
    password: str = PASSWORD,
    binding: Callable[[Connection], tuple[str, bytes]] | None = None,
    change: Callable[[str, str], str | None] = lambda step, message: message,
) -> Step:
    """The server's side. ``change`` gets each step (``first``, ``final``) and its message; None: it is left out."""

    def play(connection: Connection) -> None:
        tag = connection.line().decode().split(" ")[0] if protocol == "imap" else connection.line()[:0].decode()
        ok, no = (f"{tag} OK in", f"{tag} NO no") if protocol == "imap" else ("+OK in", "-ERR no")
        mechanism = ScramMechanism(name)
        facts = mechanism.make_auth_info(password, iteration_count=4096)
        scramp = mechanism.make_server(lambda user: facts, binding(connection) if binding is not None else None)

        def ask(message: str) -> str:
            connection.send(f"+ {b64(message)}\r\n".encode())
            return connection.line().decode()

        try:
            scramp.set_client_first(base64.b64decode(ask("")).decode())
            first = change("first", scramp.get_server_first())
            answer = ask(first or "")
            if answer == "*":
                raise ScramException("cancelled")
            scramp.set_client_final(base64.b64decode(answer).decode())
            final = change("final", scramp.get_server_final())
            if final is not None and ask(final) == "*":
                raise ScramException("cancelled")
            connection.send(f"{ok}\r\n".encode())
        except ScramException:
            connection.send(f"{no}\r\n".encode())
        connection.play([end(protocol)])

    return play


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def certificate(authority: trustme.CA) -> trustme.LeafCert:
    return authority.issue_cert("127.0.0.1")


def end_point(certificate: trustme.LeafCert) -> bytes:
    """RFC 5929 section 4: the hash of the certificate, by SHA-256 where its signature uses that."""
    pem = certificate.cert_chain_pems[0].bytes().decode()
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).digest()


@pytest.mark.parametrize("version", ["1.2", "1.3"])
@pytest.mark.parametrize("name", ["SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS"])
@pytest.mark.parametrize("right", [True, False])
def test_scram_bound_to_tls(
    serve: Serve,
    protocol: str,
    authority: trustme.CA,
    certificate: trustme.LeafCert,
    version: str,
    name: str,
    right: bool,
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    if version == "1.2":
        context.maximum_version = ssl.TLSVersion.TLSv1_2

    def binding(connection: Connection) -> tuple[str, bytes]:
        if version == "1.2":
            return "tls-unique", connection.tls_unique()
        return "tls-server-end-point", end_point(certificate)

    script = ["TLS", greeting(protocol, name), scram(name, protocol, binding=binding)]
    url = serve(script, tls=context).url(f"{protocol}s", "ana")
    with authority.cert_pem.tempfile() as cafile:
        secret = PASSWORD if right else "not the-Wort:7"
        outcome = run(url, "--cafile", cafile, "--auth", name, secret=secret)
    assert outcome.status == (0 if right else 1), outcome.err
    assert ("this side accepts the server's proof" in outcome.err) == right
    assert ("refuses the login of ana" in outcome.err) != right


def test_somebody_in_between_breaks_the_binding(
    serve: Serve, authority: trustme.CA, certificate: trustme.LeafCert
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    script = scram("SCRAM-SHA-256-PLUS", "imap", binding=lambda _: ("tls-server-end-point", b"of another certificate"))
    url = serve(["TLS", greeting("imap"), script], tls=context).url("imaps", "ana")
    with authority.cert_pem.tempfile() as cafile:
        assert run(url, "--cafile", cafile, "--auth", "SCRAM-SHA-256-PLUS").status == 1


def test_scram_without_tls_to_be_bound_to(serve: Serve, protocol: str) -> None:
    server = serve(f"{greeting(protocol)}\n{end(protocol)}")
    outcome = run(server.url(protocol, "ana"), "--auth", "SCRAM-SHA-256-PLUS")
    assert outcome.status == 2
    assert "nothing to tie it to" in complaint(outcome)


@pytest.mark.parametrize("right", [True, False])
def test_scram(serve: Serve, protocol: str, right: bool) -> None:
    script = [greeting(protocol), scram("SCRAM-SHA-256", protocol)]
    outcome = run(
        serve(script).url(protocol, "ana"), "--auth", "SCRAM-SHA-256", secret=PASSWORD if right else "wr0ng-one"
    )
    assert outcome.status == (0 if right else 1)
    assert "never proved" not in outcome.err


def test_a_server_that_never_proves_itself(serve: Serve, protocol: str) -> None:
    change = lambda step, message: None if step == "final" else message  # noqa: E731
    server = serve([greeting(protocol), scram("SCRAM-SHA-256", protocol, change=change)])
    outcome = run(server.url(protocol, "ana"), "--auth", "SCRAM-SHA-256")
    assert outcome.status == 0
    told = [line for line in outcome.err.splitlines() if "never proved" in line]
    assert told == [
        "mailshell: note: the server never proved that it knows the password: "
        "it accepted SCRAM-SHA-256 without its signature"
    ]
    assert "the server has not proved that it knows the password, as SCRAM-SHA-256 wants it to" in outcome.err


def swap(old: str, new: str, step: str = "first") -> Callable[[str, str], str]:
    return lambda where, message: re.sub(old, new, message) if where == step else message


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (swap(r"i=\d+", "i=1000000000"), "the server asks for 1,000,000,000 rounds of hashing"),
        (swap(r"r=[^,]+", "r=another"), "the server's nonce does not begin with this side's"),
        (swap(r"(r=[0-9a-f]{64})[^,]+", r"\1"), "does not begin with this side's and go on"),
        (swap(r"^.*$", "what"), "the server's first message is not the nonce, the salt and the rounds"),
        (swap(r"v=.*", "v=AAAA", "final"), "the server's signature is wrong"),
        (swap(r".*", "", "final"), "the server's last step holds no signature"),
        (swap(r".*", "e=other-error", "final"), "the server ends it with the error other-error"),
    ],
)  # fmt: skip
def test_a_scram_server_that_misbehaves(
    serve: Serve, protocol: str, change: Callable[[str, str], str], words: str
) -> None:
    server = serve([greeting(protocol), scram("SCRAM-SHA-256", protocol, change=change)])
    begun = time.monotonic()
    outcome = run(server.url(protocol, "ana"), "--auth", "SCRAM-SHA-256")
    assert time.monotonic() - begun < 5
    assert outcome.status == 1
    assert re.search(f"SCRAM-SHA-256, challenge [23]: .*{words}", complaint(outcome))


def test_a_server_that_accepts_after_its_signature_was_refused(serve: Serve) -> None:
    first = re.compile(r"n,,n=ana,r=(.*)")

    def play(connection: Connection) -> None:
        connection.line()
        connection.send(b"+ \r\n")
        match = first.match(base64.b64decode(connection.line()).decode())
        assert match is not None
        connection.send(f"+ {b64(f'r={match[1]}x,s=QSXCR+Q6sek8bf92,i=4096')}\r\n".encode())
        connection.line()
        connection.play([f"S: + {b64('v=AAAA')}\nC: *\nS: a1 OK in\nLOGOUT"])

    outcome = run(serve([greeting("imap"), play]).url("imap", "ana"), "--auth", "SCRAM-SHA-256")
    assert outcome.status == 1
    assert complaint(outcome).endswith("; the server says OK all the same")


def test_scram_without_its_library(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scramp", None)
    outcome = run(serve(f"{greeting('imap')}\nLOGOUT").url("imap", "ana"), "--auth", "SCRAM-SHA-256")
    assert (outcome.status, complaint(outcome)) == (2, "SCRAM-SHA-256 needs a library: pip install 'mailshell[scram]'")


def test_nothing_that_proves_a_password_is_recorded(serve: Serve, protocol: str, tmp_path: Path) -> None:
    """Neither the client's proof nor the server's: with the challenge beside it either lets one guess."""
    messages: list[str] = []

    def note(step: str, message: str) -> str:
        messages.append(message)
        return message

    server = serve([greeting(protocol), scram("SCRAM-SHA-256", protocol, change=note)])
    outcome = run(server.url(protocol, "ana"), "--auth", "SCRAM-SHA-256", "--record", str(tmp_path / "in"))
    assert outcome.status == 0
    first, final = messages
    recorded = (tmp_path / "in.mwire").read_text()
    proof = server.lines[2]
    assert b64(first) in recorded
    for secret in (b64(final), final[2:], proof, base64.b64decode(proof).decode().rpartition("p=")[2]):
        assert secret not in recorded + outcome.everything


@pytest.mark.parametrize(
    "typed",
    [
        "authenticate SCRAM-SHA-256",
        "AUTHENTICATE scram-sha-256",
        'M.authenticate("SCRAM-SHA-256", lambda challenge: b"")',
        'M.authenticate("SCRAM-SHA-256", answer)',
    ],
)
def test_scram_typed(serve: Serve, typed: str) -> None:
    server = serve([greeting("imap"), scram("SCRAM-SHA-256", "imap")])
    outcome = run(server.url("imap", "ana"), "--no-login", "-c", typed)
    assert (outcome.status, outcome.out) == (0, "OK in\n")


# --- DIGEST-MD5

DIGEST = 'realm="h",nonce="n",qop="auth",algorithm=md5-sess,charset=utf-8'


def test_a_wrong_rspauth(serve: Serve, protocol: str) -> None:
    script = (
        f"{greeting(protocol)}\n{command(protocol, 'DIGEST-MD5')}\nS: + {b64(DIGEST)}\nC~ .*\n"
        f"S: + {b64('rspauth=' + '0' * 32)}\nC: *\n{refused(protocol)}\n{end(protocol)}"
    )
    outcome = run(serve(script).url(protocol, "ana"), "--auth", "DIGEST-MD5")
    assert outcome.status == 1
    assert "DIGEST-MD5, challenge 2: the server's rspauth is wrong" in complaint(outcome)


def test_what_proves_the_server_is_masked(serve: Serve) -> None:
    """Who has the challenge and the server's proof can guess the password in peace."""

    def play(connection: Connection) -> None:
        connection.play([f"C: a1 AUTHENTICATE DIGEST-MD5\nS: + {b64(DIGEST)}"])
        fields = dict(re.findall(r'([a-z-]+)="?([^",]*)', base64.b64decode(connection.line()).decode()))
        key = hashlib.md5(f"ana:h:{PASSWORD}".encode()).digest() + f":n:{fields['cnonce']}".encode()
        parts = (hashlib.md5(key).hexdigest(), "n", "00000001", fields["cnonce"], "auth")
        target = hashlib.md5(f":{fields['digest-uri']}".encode()).hexdigest()
        proofs.append(hashlib.md5(":".join((*parts, target)).encode()).hexdigest())
        connection.play([f"S: + {b64('rspauth=' + proofs[0])}\nC: \nS: a1 OK {proofs[0]}\nLOGOUT"])

    proofs: list[str] = []
    outcome = run(serve([greeting("imap"), play]).url("imap", "ana"), "--auth", "DIGEST-MD5")
    assert outcome.status == 0, outcome.err
    assert b64("rspauth=" + proofs[0]) not in outcome.everything
    assert proofs[0] not in outcome.everything
    assert "this side accepts the server's proof" in outcome.err


# --- all of them


@pytest.mark.parametrize("mechanism", ["LOGIN", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-256"])
@pytest.mark.parametrize(
    ("script", "status", "words"),
    [
        ("S: + ???\nC: *\n{no}\n{end}", 1, "challenge 1: the server's challenge is not base64"),
        ("CLOSE", 4, "before the first challenge: the server closed the connection"),
        ("RESET", 4, "before the first challenge: the connection was lost"),
        ("{no}\nCLOSE", 1, "refuses the login of ana"),
        ("STALL", 5, "before the first challenge: no answer to {name} for 0.3 s"),
    ],
)
def test_servers_that_stop(serve: Serve, protocol: str, mechanism: str, script: str, status: int, words: str) -> None:
    name = "AUTHENTICATE" if protocol == "imap" else "AUTH"
    if mechanism == "SCRAM-SHA-256":
        # It begins with a response of this side.
        script = script.replace("S: + ???", "S: + \nC~ .*\nS: + ???")
        words = words.replace("challenge 1", "challenge 2")
    rows = script.format(no=refused(protocol), end=end(protocol))
    server = serve(f"{greeting(protocol)}\n{command(protocol, mechanism)}\n{rows}")
    outcome = run(server.url(protocol, "ana"), "--auth", mechanism, "--timeout", "0.3")
    assert outcome.status == status, outcome.err
    # A connection that was closed may be told of once more, when it is to be left in good order.
    told = [message for message in outcome.messages if words.format(name=name) in message]
    assert len(told) == 1, outcome.err
    assert mechanism in told[0]


def test_a_server_that_stops_in_the_middle(serve: Serve, protocol: str) -> None:
    script = f"{greeting(protocol)}\n{command(protocol, 'LOGIN')}\nS: + {b64('User:')}\nC: {b64('ana')}\n"
    for step, status, words in (("CLOSE", 4, "the server closed the connection"), ("STALL", 5, "no answer to AUTH")):
        outcome = run(serve(script + step).url(protocol, "ana"), "--auth", "LOGIN", "--timeout", "0.3")
        assert outcome.status == status
        assert f"LOGIN, after challenge 1: {words}" in complaint(outcome)


@pytest.mark.parametrize("mechanism", ["PLAIN", "EXTERNAL", "CRAM-MD5"])
def test_a_server_that_asks_on(serve: Serve, protocol: str, mechanism: str) -> None:
    asks = "S: + \nC~ .*\n"
    script = (
        f"{greeting(protocol)}\n{command(protocol, mechanism)}\n{asks}S: + \nC: *\n{refused(protocol)}\n{end(protocol)}"
    )
    outcome = run(serve(script).url(protocol, "ana"), "--auth", mechanism)
    assert outcome.status == 1
    assert f"{mechanism}, challenge 2: the server goes on asking after the mechanism's last step" in complaint(outcome)


def test_a_server_that_asks_on_for_ever(serve: Serve, protocol: str) -> None:
    """It is told three times that the dialogue is over; then it is left."""
    asks = "S: + \nC: *\n" * 3
    script = f"{greeting(protocol)}\n{command(protocol, 'PLAIN')}\nS: + \nC~ .*\n{asks}S: + \nEOF"
    outcome = run(serve(script).url(protocol, "ana"), "--auth", "PLAIN")
    assert outcome.status == 1
    assert complaint(outcome).endswith("and it asks on after it was told * to cancel")


def test_a_server_that_answers_a_cancelled_dialogue_with_nothing(serve: Serve) -> None:
    script = f"{greeting('imap')}\nC: a1 AUTHENTICATE LOGIN\nS: + ???\nC: *\nSTALL"
    outcome = run(serve(script).url("imap", "ana"), "--auth", "LOGIN", "--timeout", "0.3")
    assert outcome.status == 5
    assert "LOGIN, after challenge 1" in complaint(outcome)


# --- which is chosen


@pytest.mark.parametrize(
    ("scheme", "user", "auth", "talk"),
    [
        ("imap", "ana", ["--auth", "login-command"], f'C: a1 LOGIN ana "{PASSWORD}"\nS: a1 OK'),
        ("imap", "ana", [], f'C: a1 LOGIN ana "{PASSWORD}"\nS: a1 OK'),
        ("imap", "ana;AUTH=*", [], f'C: a1 LOGIN ana "{PASSWORD}"\nS: a1 OK'),
        ("imap", "ana;AUTH=PLAIN", [], f"C: a1 AUTHENTICATE PLAIN\nS: + \nC: {BLOB}\nS: a1 OK"),
        ("imap", "ana;AUTH=EXTERNAL", ["--auth", "LOGIN-COMMAND"], f'C: a1 LOGIN ana "{PASSWORD}"\nS: a1 OK'),
        ("imap", ";AUTH=ANONYMOUS", [], "C: a1 AUTHENTICATE ANONYMOUS\nS: + \nC: \nS: a1 OK"),
        ("pop3", "ana", ["--auth", "USER"], f"C: USER ana\nS: +OK\nC: PASS {PASSWORD}\nS: +OK"),
        ("pop3", "ana", ["--auth", "apop"], f"C: APOP ana {APOP_DIGEST}\nS: +OK"),
        ("pop3", "ana;AUTH=+APOP", [], f"C: APOP ana {APOP_DIGEST}\nS: +OK"),
        ("pop3", "ana", ["--auth", "CRAM-MD5"], f"C: AUTH CRAM-MD5\nS: + {b64('<2@h>')}\n"
         f"C: {b64('ana ' + hmac.new(PASSWORD.encode(), b'<2@h>', hashlib.md5).hexdigest())}\nS: +OK"),
    ],
)  # fmt: skip
def test_the_way_in(serve: Serve, scheme: str, user: str, auth: list[str], talk: str) -> None:
    hello = "S: * OK [CAPABILITY IMAP4rev1] hi" if scheme == "imap" else "S: +OK <1@h> hi"
    assert run(serve(f"{hello}\n{talk}\n{end(scheme)}").url(scheme, user), *auth).status == 0


@pytest.mark.parametrize(
    ("scheme", "auth", "words"),
    [
        ("imap", "APOP", "APOP is no way to log in to a server of IMAP; LOGIN-COMMAND is one"),
        ("imap", "USER", "USER is no way to log in to a server of IMAP"),
        ("pop3", "LOGIN-COMMAND", "is no way to log in to a server of POP3; USER is one"),
        ("imap", "GSSAPI", "mailshell can't log in with GSSAPI, only with LOGIN-COMMAND, SCRAM-"),
    ],
)
def test_ways_that_there_are_not(serve: Serve, scheme: str, auth: str, words: str) -> None:
    outcome = run(serve(f"{greeting(scheme)}\n{end(scheme)}").url(scheme, "ana"), "--auth", auth)
    assert outcome.status == 2
    assert words in complaint(outcome)


def test_a_mechanism_that_is_not_offered_is_sent_with_a_note(serve: Serve) -> None:
    script = f"{greeting('imap', 'CRAM-MD5')}\nC: a1 AUTHENTICATE EXTERNAL\nS: + \nC: \nS: a1 NO no\nLOGOUT"
    outcome = run(serve(script).url(), "--auth", "EXTERNAL")
    assert outcome.status == 1
    assert "note: the mechanism EXTERNAL needs the capability AUTH=EXTERNAL" in outcome.err


@pytest.mark.parametrize(
    ("scheme", "auth"),
    [("imap", "LOGIN-COMMAND"), ("imap", "PLAIN"), ("imap", "XOAUTH2"), ("pop3", "USER"), ("pop3", "LOGIN")],
)
def test_strict_sends_no_secret_in_the_clear(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, scheme: str, auth: str
) -> None:
    monkeypatch.setattr("mailshell.interpreter.warnings.in_the_clear", lambda session: True)
    server = serve(f"{greeting(scheme)}\n{end(scheme)}")
    outcome = run(server.url(scheme, "ana"), "--auth", auth, "--strict")
    assert outcome.status == 2
    what = "token" if auth == "XOAUTH2" else "password"
    assert f"was not sent, because the {what} goes over the network in the clear, and --strict is on" in outcome.err


@pytest.mark.parametrize(
    "typed", [f"LOGIN ana {PASSWORD}", "AUTHENTICATE PLAIN", f"AUTHENTICATE PLAIN {b64(PASSWORD)}"]
)
def test_strict_holds_for_what_is_typed(serve: Serve, monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    monkeypatch.setattr("mailshell.interpreter.warnings.in_the_clear", lambda session: True)
    outcome = run(serve(f"{greeting('imap')}\nLOGOUT").url(), "--strict", "--user", "ana", "--no-login", "-c", typed)
    assert outcome.status == 2
    assert "--strict is on" in outcome.err


def test_strict_sends_what_reveals_nothing(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailshell.interpreter.warnings.in_the_clear", lambda session: True)
    server = serve([greeting("imap"), scram("SCRAM-SHA-256", "imap")])
    assert run(server.url("imap", "ana"), "--auth", "SCRAM-SHA-256", "--strict").status == 0


@pytest.mark.parametrize("strict", [True, False])
def test_a_disabled_login(serve: Serve, strict: bool) -> None:
    talk = "" if strict else f'\nC: a1 LOGIN ana "{PASSWORD}"\nS: a1 NO disabled'
    server = serve(f"S: * OK [CAPABILITY IMAP4rev1 LOGINDISABLED] hi{talk}\nLOGOUT")
    outcome = run(server.url("imap", "ana"), *(["--strict"] if strict else []))
    assert outcome.status == (2 if strict else 1)
    assert "note: the server announces LOGINDISABLED" in outcome.err


# --- APOP


@pytest.mark.parametrize(
    ("timestamp", "warned"), [("<1896.697@dbc.mtview.ca.us>", False), ("<a b@c>", True), ("<\udcff\udcfe@h>", True)]
)
@pytest.mark.parametrize("how", ["start", "typed"])
def test_a_timestamp_that_is_no_message_id(serve: Serve, timestamp: str, warned: bool, how: str) -> None:
    digest = hashlib.md5(timestamp.encode("utf-8", "surrogateescape") + PASSWORD.encode()).hexdigest()
    server = serve(f"S: +OK {timestamp} ready\nC: APOP ana {digest}\nS: +OK\nQUIT")
    arguments = ["--auth", "APOP"] if how == "start" else ["--no-login", "-c", "APOP ana"]
    outcome = run(server.url("pop3", "ana"), *arguments)
    assert outcome.status == 0
    assert outcome.err.count("CVE-2007-1558") == warned
    assert outcome.err.count("is no message id (RFC 1939 7)") == warned


# --- what is offered


def test_what_is_offered_in_imap(serve: Serve) -> None:
    offers = "AUTH=PLAIN AUTH=GSSAPI AUTH=X-ODD AUTH=PLAIN AUTH=SCRAM-SHA-1-PLUS"
    server = serve(f"S: * OK hi\nC~ (a1) CAPABILITY\nS: * CAPABILITY IMAP4rev1 {offers}\nS: a1 OK done\nLOGOUT")
    outcome = inside(server.url(), "-c", "AUTHENTICATE ?")
    assert (outcome.status, outcome.err) == (0, "")
    *rows, others, chosen = outcome.out.splitlines()
    assert [row.split()[0] for row in rows] == ["PLAIN", "GSSAPI", "X-ODD", "SCRAM-SHA-1-PLUS", "LOGIN-COMMAND"]
    assert rows[0].endswith("sends user and password at once (RFC 4616) (offered twice)")
    assert rows[1].endswith("mailshell does not carry it out (by Kerberos 5); .raw sends anything")
    assert rows[2].endswith("mailshell does not carry it out; .raw sends anything")
    assert rows[3].endswith("needs TLS to be tied to")
    assert others.startswith("not offered: SCRAM-SHA-512-PLUS, ")
    assert chosen == "chosen at the start (--auth chooses another): LOGIN-COMMAND"


def test_nothing_is_asked_for_twice(serve: Serve) -> None:
    server = serve(f"{greeting('imap', 'CRAM-MD5')}\nLOGOUT")
    outcome = inside(server.url(), "--auth", "CRAM-MD5", "--no-login", *lines("AUTHENTICATE ?", "AUTHENTICATE ?"))
    assert outcome.out.count("chosen at the start (--auth): CRAM-MD5\n") == 2


@pytest.mark.parametrize("capa", ["S: +OK\nS: SASL NTLM\nS: .", "S: -ERR what"])
def test_what_is_offered_in_pop3(serve: Serve, capa: str) -> None:
    server = serve(f"S: +OK <1@h>\nC: CAPA\n{capa}\nQUIT")
    outcome = inside(server.url("pop3"), "-c", "AUTH ?")
    assert outcome.status == 0
    names = [row.split()[0] for row in outcome.out.splitlines()[:-2]]
    assert names == (["NTLM", "APOP"] if "NTLM" in capa else ["USER", "APOP"])


def test_a_server_that_offers_nothing_usable(serve: Serve) -> None:
    offers = "IMAP4rev1 LOGINDISABLED AUTH=GSSAPI"
    server = serve(f"S: * OK [CAPABILITY {offers}] hi\nLOGOUT", f"S: * OK [CAPABILITY {offers}] hi\nLOGOUT")
    assert "offers nothing that mailshell can log in with" in inside(server.url(), "-c", "AUTHENTICATE ?").out
    outcome = inside("auth", server.url("imap", "ana"), "--password", "x")
    assert outcome.status == 1
    assert "offers nothing that mailshell can log in with" in outcome.err
    assert "GSSAPI  yes      no      -  mailshell does not carry it out" in outcome.out


# --- mailshell auth


def test_the_table(serve: Serve) -> None:
    hello = "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=PLAIN AUTH=XOAUTH2 AUTH=NTLM AUTH=CRAM-MD5] hi"
    refusal = f"S: a1 NO [AUTHENTICATIONFAILED] never {PASSWORD}"
    server = serve(
        f"{hello}\nC: a1 AUTHENTICATE CRAM-MD5\nS: + ???\nC: *\nS: a1 BAD no\nLOGOUT",
        f"{hello}\nC: a1 AUTHENTICATE PLAIN\nS: + \nC: {BLOB}\n{refusal}\nLOGOUT",
        f'{hello}\nC: a1 LOGIN ana "{PASSWORD}"\nS: a1 OK [CAPABILITY IMAP4rev1] in\nLOGOUT',
    )
    outcome = inside("auth", server.url("imap", "ana"), "--password-env", "PW", env={"PW": PASSWORD})
    assert PASSWORD not in outcome.everything
    assert outcome.status == 0
    assert [line for line in outcome.err.splitlines() if line.startswith("mailshell: ")] == [
        "mailshell: ! warning G31 challenge-not-base64: while AUTHENTICATE waits, a continuation request is plain text "
        "instead of base64 (RFC 9051 7.6)"
    ]
    rows = [re.sub(r" +[\d.]+  ", " TIME  ", row) for row in outcome.out.splitlines()]
    assert [re.sub(" +", " ", row) for row in rows] == [
        "way offered tried ms result",
        "PLAIN twice yes TIME refused: NO [AUTHENTICATIONFAILED] never ⟦password⟧",
        "XOAUTH2 yes no - no token is given",
        "NTLM yes no - mailshell does not carry it out",
        "CRAM-MD5 yes yes TIME failed: CRAM-MD5, challenge 1: the server's challenge is not base64",
        "LOGIN-COMMAND yes yes TIME accepted: OK in",
    ]


@pytest.mark.parametrize(("user", "chosen", "result"), [("ana", [], "not tried"), ("", [], "accepted"),
                                                        ("ana", ["--auth", "ANONYMOUS"], "accepted")])  # fmt: skip
def test_a_guest_is_no_user(serve: Serve, user: str, chosen: list[str], result: str) -> None:
    hello = "S: * OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=ANONYMOUS AUTH=EXTERNAL] hi"
    talk = f"C: a1 AUTHENTICATE ANONYMOUS\nS: + \nC: {b64(user)}\nS: a1 OK in\n" if result == "accepted" else ""
    outcome = inside("auth", serve(f"{hello}\n{talk}LOGOUT").url("imap", user), "--json", *chosen)
    assert outcome.status == (0 if result == "accepted" else 1)
    rows = {row["way"]: row for row in outcome.results}
    assert rows["ANONYMOUS"]["result"] == result
    if not chosen:
        assert rows["EXTERNAL"]["words"].startswith("no certificate is given (--cert)")


def test_a_server_that_refuses_and_closes(serve: Serve) -> None:
    hello = "S: +OK"
    capa = "C: CAPA\nS: +OK\nS: USER\nS: SASL PLAIN\nS: ."
    server = serve(
        f"{hello}\n{capa}\nC: AUTH PLAIN\nS: -ERR go away\nCLOSE",
        f"{hello}\n{capa}\nC: USER ana\nS: -ERR go away\nCLOSE",
    )
    outcome = inside("auth", server.url("pop3", "ana"), "--password-env", "PW", "--json", env={"PW": PASSWORD})
    assert outcome.status == 1
    assert [(row["way"], row["result"], row["words"]) for row in outcome.results] == [
        ("PLAIN", "refused", "-ERR go away"),
        ("USER", "refused", "-ERR go away"),
    ]


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["auth"], 2, "takes one URL"),
        (["auth", "imap://127.0.0.1", "imap://127.0.0.1"], 2, "takes one URL"),
        (["auth", "imap://127.0.0.1:1"], 3, "refused the connection"),
        (["auth", "imap://127.0.0.1", "--max-failures", "0"], 2, "a number from 1 to 999"),
        (["check", "imap://127.0.0.1:1", "--max-failures", "3"], 2, "belongs to mailshell auth"),
    ],
)
def test_auth_that_can_not_be_run(arguments: list[str], status: int, words: str) -> None:
    outcome = inside(*arguments)
    assert (outcome.status, outcome.out) == (status, "")
    assert words in outcome.err
    assert outcome.err.count("\n") == 1


@pytest.mark.parametrize("secret", [["--password-env", "NOT_SET_ANYWHERE"], []])
def test_auth_without_a_password(serve: Serve, secret: list[str]) -> None:
    server = serve(f"{greeting('imap', 'PLAIN')}\nLOGOUT")
    outcome = inside("auth", server.url("imap", "ana"), *secret)
    assert (outcome.status, outcome.out, outcome.err.count("\n")) == (2, "", 1)


def test_auth_has_nothing_to_do_after_preauth(serve: Serve) -> None:
    outcome = inside("auth", serve("S: * PREAUTH hi\nLOGOUT").url())
    assert outcome.status == 0
    assert "PREAUTH" in outcome.err
