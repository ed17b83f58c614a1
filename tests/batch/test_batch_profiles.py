"""Profiles in a run: opened by name, won over by the command line, listed and checked; and readonly."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest
from batch_support import POP3, Outcome, Serve, inside, lines
from playbook import PlaybookServer

PASSWORD = "geheim 12"
PREAUTH = "* PREAUTH [CAPABILITY IMAP4rev1] ready"
LOGIN = f'S: * OK [CAPABILITY IMAP4rev1] ready\nC: a1 LOGIN fred "{PASSWORD}"\nS: a1 OK in\nLOGOUT'


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configuration file of the test."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path))
    path = tmp_path / "config" / "mailshell" / "config.toml"
    path.parent.mkdir(parents=True)
    return path


def profile(url: str, *values: str, name: str = "work") -> str:
    return "\n".join([f"[profiles.{name}]", f'url = "{url}"', *values, ""])


def silent(serve: Serve, *steps: str) -> PlaybookServer:
    """A server that greets with PREAUTH."""
    return serve([f"S: {PREAUTH}", *steps, "LOGOUT"])


def test_a_profile_is_opened_by_its_name(serve: Serve, config: Path) -> None:
    config.write_text(profile(serve(LOGIN).url("imap", "fred"), f"password_command = 'echo {PASSWORD}'"))
    outcome = inside("work")
    assert (outcome.status, outcome.everything) == (0, "")


def test_open_takes_it_too(serve: Serve, config: Path) -> None:
    url = serve(LOGIN).url("imap", "fred")
    config.write_text(profile(url, f"password_command = 'echo {PASSWORD}'", name="work-2"))
    outcome = inside(*lines(".open work-2"))
    assert outcome.status == 0
    assert "connected to" in outcome.out


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("wrok", "there is no profile wrok; did you mean work?"),
        ("other", "there is no profile other, and no scheme such as imaps:// stands before the host: write imaps://"),
        ("mail.example.org", "no scheme such as imaps:// stands before the host: write imaps://mail.example.org"),
        ("bad", "line 5: debug is a whole number from 0 to 5, not 9"),
        ("odd", "the url of the profile odd: unknown scheme 'http'"),
    ],
)
def test_what_is_no_profile(config: Path, typed: str, message: str) -> None:
    config.write_text(profile("imap://127.0.0.1:1") + profile("imap://h", "debug = 9", name="bad"))
    with config.open("a") as file:
        file.write(profile("http://h", name="odd"))
    for arguments in ((typed,), lines(f".open {typed}")):
        outcome = inside(*arguments)
        assert outcome.status == 2
        (told,) = outcome.messages
        assert message in told


def test_without_the_file_there_are_no_profiles(config: Path) -> None:
    config.write_text(profile("imap://127.0.0.1:1"))
    outcome = inside("work", "--no-config")
    assert outcome.status == 2
    assert "write imaps://work" in outcome.err


def test_the_profile_wins_over_settings_and_the_command_line_over_both(serve: Serve, config: Path) -> None:
    server = serve(*[[f"S: {PREAUTH}", "C: a1 NOOP", "S: a1 OK done", "LOGOUT"]] * 3)
    config.write_text(f"[settings]\ndebug = 0\ntime = true\n{profile(server.url(), 'debug = 2', 'time = false')}")
    outcome = inside("work", "-c", "NOOP")
    assert "a1 NOOP" in outcome.err
    assert "first octet after" not in outcome.err
    outcome = inside("work", "-c", "NOOP", "-d", "0", "--set", "time=on")
    assert "a1 NOOP" not in outcome.err
    assert "first octet after" in outcome.err
    outcome = inside(server.url(), "-c", "NOOP")
    assert "a1 NOOP" not in outcome.err


def test_its_values_hold_for_its_sessions_alone(serve: Serve, config: Path) -> None:
    first, second = silent(serve), silent(serve)
    config.write_text(profile(first.url(), "debug = 0", "fold = 7", "readonly = true"))
    outcome = inside(
        *lines(
            ".set fold 5",
            ".open work",
            ".set fold",
            ".set debug 0",
            f".open {second.url()}",
            ".set fold",
            ".set readonly",
        )
    )
    told = [line for line in outcome.out.splitlines() if line.startswith(("fold is", "readonly is"))]
    assert told == ["fold is 5 for this run; to keep it, put fold = 5 below [settings] in " + str(config),
                    "fold is 7", "fold is 5", "readonly is off"]  # fmt: skip


def test_what_was_changed_meanwhile_stays(serve: Serve, config: Path) -> None:
    first, second = silent(serve), silent(serve)
    config.write_text(profile(first.url(), "fold = 7"))
    outcome = inside("work", *lines(".set fold 9", f".open {second.url()}", ".set fold"))
    assert "fold is 9\n" in outcome.out


def test_each_of_several_sessions_has_its_own_profile(serve: Serve, config: Path) -> None:
    first = silent(serve)
    second = silent(serve, "C: a1 CREATE x\nS: a1 OK made", "C: a2 CREATE y\nS: a2 OK made too")
    config.write_text(profile(first.url(), "readonly = true"))
    outcome = inside("work", *lines(f".session {second.url()}", "CREATE x", ".all CREATE y", ".switch 1", "CREATE z"))
    assert outcome.status == 2
    assert "OK made" in outcome.out
    assert "CREATE may change what the server keeps, and the session is readonly: only --yes sends it" in outcome.err


def test_its_aliases(serve: Serve, config: Path) -> None:
    first = silent(serve, "C: a1 CHECK\nS: a1 OK checked")
    second = silent(serve, "C: a1 NOOP\nS: a1 OK done")
    config.write_text("[aliases]\nn = 'NOOP'\n" + profile(first.url(), "[profiles.work.aliases]", "N = 'CHECK'"))
    outcome = inside("work", *lines("n", f".open {second.url()}", "n"))
    assert [line for line in outcome.out.splitlines() if line.startswith("OK")] == ["OK checked", "OK done"]


@pytest.mark.parametrize(
    ("values", "arguments"),
    [
        (["password_env = 'WRONG'"], ["--password-env", "P"]),
        (["password_command = 'exit 1'"], ["--password-env", "P"]),
        (["password_env = 'WRONG'"], ["--password-command", f"echo {PASSWORD}"]),
        (["user = 'ana'", "password_env = 'P'"], ["--user", "fred"]),
        (["user = 'fred'", "password_env = 'P'"], []),
        (["auth = 'PLAIN'", "password_env = 'P'"], ["--auth", "LOGIN-COMMAND"]),
    ],
)
def test_the_command_line_wins_at_the_login(
    serve: Serve, config: Path, values: list[str], arguments: list[str]
) -> None:
    user = "" if any("user" in value for value in values) else "fred"
    config.write_text(profile(serve(LOGIN).url("imap", user), *values))
    outcome = inside("work", *arguments, env={"P": PASSWORD, "WRONG": "wrong one"})
    assert (outcome.status, outcome.err) == (0, "")


def test_its_way_to_log_in(serve: Serve, config: Path) -> None:
    script = f"S: {POP3} <1.2@h>\nC~ APOP fred [0-9a-f]{{32}}\nS: +OK in\nQUIT"
    config.write_text(profile(serve(script).url("pop3", "fred"), "auth = 'APOP'", "password_env = 'P'"))
    assert inside("work", env={"P": PASSWORD}).status == 0


def test_its_token_is_renewed_when_it_is_refused(serve: Serve, config: Path, tmp_path: Path) -> None:
    script = (
        "S: * OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2 SASL-IR] ready\n"
        "C~ a1 AUTHENTICATE XOAUTH2 .*\nS: a1 NO [AUTHENTICATIONFAILED] expired\n"
        "C~ a2 AUTHENTICATE XOAUTH2 .*\nS: a2 OK in\nLOGOUT"
    )
    server = serve(script)
    command = f"echo run >> {tmp_path}/runs; echo token-number-`wc -l < {tmp_path}/runs`"
    config.write_text(profile(server.url("imap", "fred"), "auth = 'XOAUTH2'", f"token_command = '{command}'"))
    outcome = inside("work", "-d", "3")
    assert outcome.status == 0, outcome.err
    assert (tmp_path / "runs").read_text() == "run\n" * 2
    sent = [base64.b64decode(line.split()[-1]) for line in server.received.splitlines() if b"XOAUTH2" in line]
    assert [b"token-number-1" in sent[0], b"token-number-2" in sent[1]] == [True, True]
    assert "token-number" not in outcome.everything


def test_a_password_in_its_url_is_no_argument(serve: Serve, config: Path) -> None:
    config.write_text(profile(serve(LOGIN).url("imap", "fred:geheim%2012")))
    assert inside("work").everything == ""


def test_sessions_are_recorded_in_its_folder(serve: Serve, config: Path, tmp_path: Path) -> None:
    script = [f"S: {PREAUTH}", "C: a1 NOOP", "S: a1 OK done", "LOGOUT"]
    server = serve(script, script)
    config.write_text(profile(server.url(), "record = '~/recordings/work'"))
    outcome = inside("work", *lines("NOOP", ".open work", "NOOP"))
    assert outcome.status == 0
    folder = tmp_path / "recordings" / "work"
    files = sorted(folder.iterdir())
    assert [file.suffix for file in files] == [".mwire", ".mwire"]
    assert all("a1 NOOP" in file.read_text() for file in files)
    assert all(file.name.startswith(f"imap-127.0.0.1-{server.port}-20") for file in files)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_that_can_not_be_made(config: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    config.write_text(profile("imap://127.0.0.1:1", f"record = '{tmp_path}/file/below'"))
    outcome = inside("work")
    assert outcome.status == 2
    assert outcome.messages == [f"{tmp_path}/file/below, where sessions are recorded, can't be made: not a directory"]


# --- readonly

SELECTED = "C: a1 SELECT INBOX\nS: a1 OK [READ-WRITE] open"
EXAMINED = "C: a1 EXAMINE INBOX\nS: a1 OK [READ-ONLY] open"


@pytest.mark.parametrize(
    "line",
    ["STORE 1 +FLAGS (x)", "CREATE x", "DELETE x", "APPEND x {}", "SELECT x", "select x", "XWHAT", "CLOSE", "EXPUNGE",
     "FETCH 1 BODY[]", "uid fetch 1 (FLAGS BODY[TEXT])", "FETCH 1 RFC822", "FETCH 1 BINARY[1]", r".raw a NOOP\r\n",
     ".raw", ".raw on", "send(b'a NOOP')", "xatom CREATE x", "MOVE 1 x", "M.create('x')"],
)  # fmt: skip
def test_readonly_lets_nothing_be_changed(serve: Serve, line: str) -> None:
    server = silent(serve, SELECTED)
    outcome = inside(server.url(), *lines("SELECT INBOX", ".set readonly on", line))
    assert outcome.status == 2
    assert "may change what the server keeps" in outcome.err or "What is sent as it is" in outcome.err
    assert "the session is readonly: only --yes sends it" in outcome.err


@pytest.mark.parametrize(
    "line",
    ["NOOP", "EXAMINE x", "STATUS x (MESSAGES)", "FETCH 1 BODY.PEEK[]", "FETCH 1 RFC822.SIZE", "SEARCH ALL", "CLOSE",
     "FETCH 1 (RFC822.HEADER)", "FETCH 1 BODY[]", "UID SEARCH ALL"],
)  # fmt: skip
def test_readonly_lets_everything_be_read(serve: Serve, line: str) -> None:
    server = silent(serve, EXAMINED, f"C: a2 {line}\nS: a2 OK done")
    assert inside(server.url(), *lines(".set readonly on", "EXAMINE INBOX", line)).status == 0


def test_readonly_names_what_does_not_change_anything(serve: Serve) -> None:
    outcome = inside(silent(serve).url(), "--set", "readonly=on", *lines("SELECT INBOX", "FETCH 1 BODY[]"))
    assert "SELECT may change what the server keeps; EXAMINE does not, and the session is readonly" in outcome.err
    assert "FETCH may change what the server keeps; BODY.PEEK does not" in outcome.err


def test_yes_sends_it_all_the_same(serve: Serve, config: Path) -> None:
    config.write_text(profile(silent(serve, "C: a1 CREATE x\nS: a1 OK made").url(), "readonly = true"))
    assert inside("work", "--yes", *lines("CREATE x")).status == 0


def test_the_command_line_takes_it_back(serve: Serve, config: Path) -> None:
    config.write_text(profile(silent(serve, "C: a1 CREATE x\nS: a1 OK made").url(), "readonly = true"))
    assert inside("work", "--set", "readonly=off", *lines("CREATE x")).status == 0


def test_readonly_in_pop3(serve: Serve) -> None:
    login = f"S: {POP3}\nC: USER ana\nS: +OK\nC: PASS {PASSWORD}\nS: +OK"
    server = serve([login, "C: RSET\nS: +OK\nC: RETR 1\nS: +OK\nS: .", "QUIT"])
    outcome = inside(server.url("pop3", "ana"), "--set", "readonly=on", "--password", PASSWORD,
                     *lines("DELE 1", "RSET", "RETR 1", "QUIT"))  # fmt: skip
    assert outcome.status == 2
    assert "DELE may change what the server keeps, and the session is readonly" in outcome.err
    assert "RSET may" not in outcome.err


# --- mailshell profiles


def test_they_are_listed_and_nothing_is_run(config: Path, tmp_path: Path) -> None:
    config.write_text(
        profile("imaps://ana@mail.example.org", f"password_command = 'touch {tmp_path}/ran; echo hush'")
        + profile("pop3://ana:hush@h", name="home")
        + profile("imap://h", "user = 'ben'", "keyring = true", "netrc = true", "token_env = 'T'", name="more")
        + "[profiles.bad]\nurll = 'x'\n"
    )
    outcome = inside("profiles")
    assert outcome.status == 0
    rows = [line.split(maxsplit=3) for line in outcome.out.splitlines()]
    assert rows == [
        ["name", "url", "user", "password"],
        ["work", "imaps://ana@mail.example.org", "ana", "a password command"],
        ["home", "pop3://…@h", "ana", "in the URL"],
        ["more", "imap://h", "ben", "the keyring, ~/.netrc, the environment variable T (token)"],
        ["bad", "asked", "for", "(has mistakes: --check tells)"],
    ]
    assert not (tmp_path / "ran").exists()
    assert "hush" not in outcome.everything
    assert inside("profiles", "--names").out == "work\nhome\nmore\nbad\n"


def test_there_may_be_none(config: Path) -> None:
    outcome = inside("profiles")
    assert (outcome.status, outcome.out) == (
        0,
        f"there are no profiles in {config}; mailshell help profiles tells how to write one\n",
    )


def test_a_broken_file_is_told(config: Path) -> None:
    config.write_text("[profiles.work\n")
    outcome = inside("profiles")
    assert outcome.status == 2
    assert outcome.messages[0].startswith(f"{config}: line 1")


def check(*arguments: str, env: dict[str, str] | None = None) -> Outcome:
    return inside("profiles", "--check", *arguments, env=env)


def test_what_a_check_finds(config: Path, tmp_path: Path) -> None:
    secret, ca = tmp_path / "secret", tmp_path / "ca.pem"
    secret.write_text("hush\n")
    secret.chmod(0o644)
    ca.touch()
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine h login ana password hush\n")
    netrc.chmod(0o640)
    config.write_text(
        profile("imap://h", "keylog = '~/later'", "password_file = '~/secret'")
        + profile("imap://h", "cafile = '~/missing'", "capath = '~/ca.pem'", "record = '~/ca.pem'", name="files")
        + profile("imap://h", "password_env = 'NOT_SET_HERE'", "netrc = true", "insecure = true", name="notes")
        + profile("imap://ana:hush@h", name="url")
        + profile("h", name="scheme")
        + profile("imap://h", "auth = 'APOP'", name="way")
        + profile("imap://h", "cafile = '~/ca.pem'", name="empty")
        + profile("imap://h", "tls_min = '1.3'", "tls_max = '1.2'", name="versions")
    )
    outcome = check()
    assert outcome.status == 2
    assert outcome.out.splitlines() == [
        f"work: note: password_file: {secret} is open to others (mode 0644): chmod 600 {secret}",
        "work: nothing is wrong",
        f"files: cafile: there is no file {tmp_path}/missing",
        f"files: capath: there is no folder {ca}",
        f"files: record: {ca} is no folder that you can write to",
        "notes: note: password_env: the environment variable NOT_SET_HERE is not set here",
        f"notes: note: netrc: {netrc} is open to others (mode 0640): chmod 600 {netrc}; it is not used",
        "notes: note: insecure: any certificate is accepted",
        "notes: nothing is wrong",
        "url: note: url: it holds the password; password_command, password_file or the keyring keep it elsewhere",
        "url: nothing is wrong",
        "scheme: the url of the profile scheme: no scheme such as imaps:// stands before the host: write imaps://h",
        "way: APOP is no way to log in to a server of IMAP; LOGIN-COMMAND is one",
        f"empty: {ca}: holds no certificate in PEM form",
        "versions: no TLS version is at least 1.3 and at most 1.2: exchange the two",
    ]
    assert not (tmp_path / "later").exists()
    assert check("notes").status == 0


def test_a_check_logs_in_if_asked(serve: Serve, config: Path, tmp_path: Path) -> None:
    refusing = f"S: * OK [CAPABILITY IMAP4rev1] ready\nC~ a1 LOGIN .*\nS: a1 NO not {PASSWORD}\nLOGOUT"
    values = ["password_env = 'P'", f"record = '{tmp_path}/recordings'", "debug = 3"]
    config.write_text(
        profile(serve(LOGIN).url("imap", "fred"), *values)
        + profile(serve(refusing).url("imap", "fred"), *values, name="refused")
        + profile(serve("S: * OK [CAPABILITY IMAP4rev1] ready\nLOGOUT").url(), name="nobody")
        + profile("imap://127.0.0.1:1", name="away")
    )
    outcome = check("work", "--login", env={"P": PASSWORD})
    assert (outcome.status, outcome.out) == (0, "work: logged in as fred\n")
    outcome = check("refused", "--login", env={"P": PASSWORD})
    assert (outcome.status, outcome.out) == (1, "refused: the login failed\n")
    assert "refuses the login of fred (LOGIN): NO not ⟦password⟧" in outcome.err
    outcome = check("nobody", "--login")
    assert outcome.out == "nobody: connected; no user is named, so nobody was logged in\n"
    assert check("away", "--login").status == 3
    assert not (tmp_path / "recordings").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--login"], "--login belongs to mailshell profiles --check"),
        (["--check", "wrok"], "there is no profile wrok; did you mean work?"),
        (["--bogus"], "unrecognized arguments: --bogus; mailshell profiles --help lists the options"),
    ],
)
def test_wrong_usage(config: Path, arguments: list[str], message: str) -> None:
    config.write_text(profile("imap://h"))
    outcome = inside("profiles", *arguments)
    assert (outcome.status, outcome.messages) == (2, [message])
