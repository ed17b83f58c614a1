"""``mailshell lint`` and ``mailshell why``: recordings, logs of others, bare octets; forms, levels, exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mailshell.exits import Exit, UsageError
from mailshell.modes import lint, why
from mailshell.protocol.events import Side
from mailshell.recording.file import RecordingFile
from mailshell.recording.header import Header
from mailshell.recording.watch import Watch

BAD = [
    (Side.SERVER, b"* PREAUTH [CAPABILITY IMAP4rev1] ready\r\n"),
    (Side.CLIENT, b"a1 NOOP\r\n"),
    (Side.SERVER, b"* 3 EXISTS\n"),
    (Side.SERVER, b"a1 OK done\r\n"),
]


def recorded(path: Path, steps: list[tuple[Side, bytes]]) -> Path:
    """A recording of an IMAP session."""
    watch = Watch(RecordingFile(path), Header("imap", host="mail.example.org", port=143))
    for side, octets in steps:
        (watch.sent if side is Side.CLIENT else watch.received)(octets)
    watch.closed()
    return path


def test_a_recording(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = recorded(tmp_path / "a.mwire", BAD)
    assert lint.main([str(path)]) is Exit.OK
    out = capsys.readouterr().out
    assert "warning F06 bare-lf" in out
    assert "^^ octet 50, expected: CRLF" in out
    assert "1 warning" in out


def test_levels_and_rules_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(recorded(tmp_path / "a.mwire", BAD))
    for arguments in (["--level", "error"], ["--ignore", "F06"], ["--ignore", "bare-lf"]):
        assert lint.main([path, "--json", *arguments]) is Exit.OK
        assert "bare-lf" not in capsys.readouterr().out


def test_the_exit_status_tells_if_that_was_asked_for(tmp_path: Path) -> None:
    path = str(recorded(tmp_path / "a.mwire", BAD))
    assert lint.main([path, "--fail-on", "warning"]) is Exit.FINDINGS
    assert lint.main([path, "--fail-on", "critical"]) is Exit.OK


def test_json_and_sarif(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(recorded(tmp_path / "a.mwire", BAD))
    lint.main([path, "--json"])
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"F06"} <= {one["rule"] for one in found}
    assert {one["file"] for one in found} == {path}
    lint.main([path, "--sarif"])
    log = json.loads(capsys.readouterr().out)
    assert log["version"] == "2.1.0"
    assert "F06" in {result["ruleId"] for result in log["runs"][0]["results"]}


def test_what_another_program_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "session.txt"
    path.write_text("S: * OK ready\nC: a1 NOOP\nS: * FLAGS (NIL)\nS: a1 OK done\n")
    assert lint.main([str(path), "--json"]) is Exit.OK
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_bare_octets_of_a_server(tmp_path: Path, capsys: pytest.CaptureFixture[str], end: str) -> None:
    path = tmp_path / "octets"
    text = '* OK ready\n* 3 EXISTS\nx1 OK done\n* LIST (\\Noselect) "" Public/\nx2 OK done\n'
    path.write_bytes(text.replace("\n", end).encode())
    assert lint.main([str(path), "--from", "server-octets", "imap", "--json"]) is Exit.OK
    names = {json.loads(line)["name"] for line in capsys.readouterr().out.splitlines()}
    assert "bare-lf" not in names
    assert "unknown-tag" not in names


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_bare_octets_of_a_pop3_server(tmp_path: Path, capsys: pytest.CaptureFixture[str], end: str) -> None:
    path = tmp_path / "octets"
    listing, message = "1 120\n2 80\n.\n", "Subject: x\n\n+OK no reply, but mail\n.\n"
    text = f"+OK ready\n+OK in\n+OK 2 messages\n{listing}+OK 120 octets\n{message}+OK bye\n"
    path.write_bytes(text.replace("\n", end).encode())
    assert lint.main([str(path), "--from", "server-octets", "pop3", "--json", "--level", "warning"]) is Exit.OK
    names = {json.loads(line)["name"] for line in capsys.readouterr().out.splitlines()}
    assert not names & {"bare-lf", "orphan-line", "stray-line"}


def test_what_bare_octets_may_be_else_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    imap, pop3, text = tmp_path / "imap", tmp_path / "pop3", tmp_path / "text"
    imap.write_bytes(b"* OK ready\r\nx1 OK done\r\n")
    pop3.write_bytes(b"+OK ready\r\n-ERR what\r\n")
    text.write_bytes(b"* OK ready\nx1 OK done\n")
    cases = {
        (imap, "imap"): "",
        (pop3, "pop3"): "",
        (imap, "pop3"): f"{imap} begins like an IMAP server: --from server-octets imap",
        (pop3, "imap"): f"{pop3} begins like a POP3 server: --from server-octets pop3",
        (text, "imap"): f"{text}: its lines end with LF, which is taken for the form of the file, not for a fault",
    }
    for (path, protocol), note in cases.items():
        lint.main([str(path), "--from", "server-octets", protocol])
        assert capsys.readouterr().err == (f"mailshell: note: {note}\n" if note else "")


def test_the_summary_as_one_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [str(recorded(tmp_path / name, BAD)) for name in ("a.mwire", "b.mwire")]
    assert lint.main([*paths, "--summary", "--json", "--level", "warning"]) is Exit.OK
    assert json.loads(capsys.readouterr().out) == {
        "files": 2,
        "rules": [{"rule": "F06", "name": "bare-lf", "severity": "warning", "protocol": "imap", "count": 2}],
        "servers": {"mail.example.org:143": {"bare-lf": 2}},
    }


def test_nothing_is_wider_than_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [str(recorded(tmp_path / f"a-rather-long-name-{number}.mwire", BAD)) for number in range(2)]
    lint.main(paths)
    assert max(map(len, capsys.readouterr().out.splitlines())) > 80
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    lint.main(paths)
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    assert out.count("F06 bare-lf") == 2


def test_many_files_are_told_in_their_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [str(recorded(tmp_path / f"{number:02}.mwire", BAD)) for number in range(20)]
    assert lint.main([*paths, "--json", "--jobs", "2"]) is Exit.OK
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["file"] for row in rows if row["name"] == "bare-lf"] == paths


def test_a_file_that_cannot_be_read_is_told_of_and_the_others_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = recorded(tmp_path / "a.mwire", BAD), tmp_path / "nowhere.mwire"
    assert lint.main([str(bad), str(good)]) is Exit.USAGE
    told = capsys.readouterr()
    assert "nowhere.mwire can't be read: no such file or directory" in told.err
    assert "bare-lf" in told.out


@pytest.mark.parametrize(
    "arguments",
    [["x", "--ignore", "Z99"], ["x", "--from", "octets", "imap"], ["x", "--from", "server-octets", "smtp"], []],
)
def test_wrong_arguments(arguments: list[str]) -> None:
    with pytest.raises(UsageError):
        lint.main(arguments)


def test_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert why.main(["f06"]) is Exit.OK
    assert "F06 bare-lf: warning, IMAP" in capsys.readouterr().out
    assert why.main([]) is Exit.OK
    assert "bare-lf" in capsys.readouterr().out
    with pytest.raises(UsageError, match="there is no rule Z99"):
        why.main(["Z99"])


def test_a_folder_stands_for_the_recordings_in_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "within").mkdir()
    recorded(tmp_path / "within" / "a.mwire", BAD)
    (tmp_path / "b.txt").write_text("something else")
    assert lint.main([str(tmp_path)]) is Exit.OK
    assert "warning F06 bare-lf" in capsys.readouterr().out
    (tmp_path / "none").mkdir()
    with pytest.raises(UsageError, match="has no recordings"):
        lint.main([str(tmp_path / "none")])


def test_what_is_not_told_counts_for_the_exit_status_and_not_in_the_summary(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = recorded(tmp_path / "a.mwire", BAD)
    assert lint.main([str(path), "--level", "error", "--fail-on", "warning"]) is Exit.FINDINGS
    assert capsys.readouterr().out == "nothing as bad as error was found\n"
    good = recorded(tmp_path / "good.mwire", [BAD[0], BAD[1], BAD[3]])
    assert lint.main([str(good), "--level", "error"]) is Exit.OK
    assert capsys.readouterr().out == "nothing was found\n"
    assert lint.main([str(path), "--ignore", "F06", "--fail-on", "warning"]) is Exit.OK
    assert "F06" not in capsys.readouterr().out


def test_what_was_left_out_or_could_not_be_read_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bare = tmp_path / "bare"
    bare.write_bytes(b"* OK hi\r\n" + b"*  3 EXISTS\r\n" * 300)
    arguments = [str(bare), "--from", "server-octets", "imap", "--json"]
    assert lint.main(arguments) is Exit.OK
    printed = capsys.readouterr()
    assert printed.out.count('"F09"') == 100
    assert "200 findings more are only counted; of each rule the first 100 are told" in printed.err
    bare.write_bytes(b"")
    lint.main(arguments)
    assert "has no response of imap in it" in capsys.readouterr().err
    torn = recorded(tmp_path / "a.mwire", BAD)
    torn.write_bytes(torn.read_bytes()[:-20])
    lint.main([str(torn)])
    assert "is torn" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--from", "rawlog", "x"], "takes server-octets and a protocol"),
        (["-"], "not standard input"),
        (["--jobs", "0", "x"], "1 or more"),
        (["--summary", "--sarif", "x"], "--summary and --sarif want different forms"),
    ],
)
def test_what_lint_does_not_take(arguments: list[str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        lint.main(arguments)
