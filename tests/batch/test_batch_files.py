"""``> FILE``: the message or the data goes to a file."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from batch_support import POP3, PREAUTH, Serve, command, inside, lines
from playbook import Script

MESSAGE = b"Subject: x\r\n\r\n.dot\r\n\xff\0end\r\n"
POP3_MESSAGE: Script = [f"S: {POP3}", "C: RETR 1", b"+OK\r\n" + MESSAGE.replace(b"\r\n.", b"\r\n..") + b".\r\n", "QUIT"]
IMAP_MESSAGE: Script = [
    f"S: {PREAUTH}",
    "C: a1 FETCH 1 BODY[]",
    b"* 1 FETCH (UID 5 BODY[] {%d}\r\n%b FLAGS ())\r\na1 OK fetched\r\n" % (len(MESSAGE), MESSAGE),
    "LOGOUT",
]
BOTH = pytest.mark.parametrize(
    ("scheme", "script", "typed"), [("pop3", POP3_MESSAGE, "RETR 1"), ("imap", IMAP_MESSAGE, "FETCH 1 BODY[]")]
)


@BOTH
@pytest.mark.parametrize("name", ["message", "a message"])
def test_a_message_goes_to_a_file(
    serve: Serve, tmp_path: Path, scheme: str, script: Script, typed: str, name: str
) -> None:
    file = tmp_path / name
    redirection = f'> "{file}"' if " " in name else f"> {file}"
    outcome = inside(serve(script).url(scheme), "-c", f"{typed} {redirection}")
    assert outcome.status == 0
    assert file.read_bytes() == MESSAGE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "Subject" not in outcome.out
    assert f"{len(MESSAGE)} octets written to {file}" in outcome.err


@BOTH
def test_without_a_file_the_octets_go_to_standard_output(serve: Serve, scheme: str, script: Script, typed: str) -> None:
    outcome = inside(serve(script).url(scheme), "-c", typed)
    assert MESSAGE in outcome.out.encode("utf-8", "surrogateescape")


@BOTH
def test_a_file_of_before_is_replaced(serve: Serve, tmp_path: Path, scheme: str, script: Script, typed: str) -> None:
    file = tmp_path / "message"
    file.write_bytes(b"x" * 1000)
    inside(serve(script).url(scheme), "-c", f"{typed} > {file}")
    assert file.read_bytes() == MESSAGE


def test_a_refusal_leaves_the_file_of_before_alone(serve: Serve, tmp_path: Path) -> None:
    file, other = tmp_path / "message", tmp_path / "other"
    file.write_bytes(b"precious")
    server = serve(f"S: {POP3}\nC: RETR 1\nS: -ERR none\nC: RETR 2\nS: -ERR none\nQUIT")
    outcome = inside(server.url("pop3"), *lines(f"RETR 1 > {file}", f"RETR 2 > {other}"))
    assert outcome.status == 1
    assert file.read_bytes() == b"precious"
    assert not other.exists()


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_the_lines_of_a_local_command_go_to_a_file_too(serve: Serve, tmp_path: Path, options: tuple[str, ...]) -> None:
    file, other = tmp_path / "found", tmp_path / "a file"
    typed = (f".problems > {file}", f'.help FETCH > "{other}"', ".help > file", ".state > -")
    outcome = inside(serve([f"S: {PREAUTH}", "LOGOUT"]).url(), *options, *lines(*typed))
    assert outcome.status == 0
    assert file.read_text() == "nothing was found in this session\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert other.read_text().startswith("FETCH sequence-set items")
    assert f"34 octets written to {file}" in outcome.err
    assert "nothing was found" not in outcome.out
    # Redirection is a topic, and - is the screen.
    assert "RETR 1 > message.eml" in outcome.out
    assert "state       authenticated" in outcome.out


def test_what_fails_leaves_the_file_of_a_local_command_alone(serve: Serve, tmp_path: Path) -> None:
    file, other = tmp_path / "found", tmp_path / "other"
    file.write_text("precious")
    typed = (f".why nonsense > {file}", f".nonsense > {other}", ".caps > /nonexistent/file")
    outcome = inside(serve([f"S: {PREAUTH}", "LOGOUT"]).url(), *lines(*typed))
    assert outcome.status == 2
    assert file.read_text() == "precious"
    assert not other.exists()
    assert "/nonexistent/file can't be written" in outcome.err


def test_a_text_of_a_local_command_keeps_what_looks_like_a_file(serve: Serve, tmp_path: Path) -> None:
    file = tmp_path / "b"
    typed = (f".alias odd = NOOP > {file}", f".note x > {file}", ".alias")
    outcome = inside(serve([f"S: {PREAUTH}", "LOGOUT"]).url(), *lines(*typed))
    assert not file.exists()
    assert f"NOOP > {file}" in outcome.out


def test_a_file_that_cannot_be_written_sends_nothing(serve: Serve) -> None:
    server = serve(f"S: {POP3}\nQUIT")
    outcome = inside(server.url("pop3"), "-c", "RETR 1 > /nonexistent/file")
    assert outcome.status == 2
    assert "/nonexistent/file can't be written" in outcome.err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no device that is always full")
@BOTH
def test_a_disk_that_is_full(serve: Serve, scheme: str, script: Script, typed: str) -> None:
    outcome = inside(serve(script).url(scheme), "-c", f"{typed} > /dev/full")
    assert outcome.status == 2
    assert "/dev/full: no space left on device" in outcome.err


def test_data_that_is_no_message_goes_to_a_file_too(serve: Serve, tmp_path: Path) -> None:
    server = serve(f'S: {PREAUTH}\nC: a1 LIST "" *\nS: * LIST () "/" INBOX\nS: a1 OK listed\nLOGOUT')
    outcome = inside(server.url(), "-c", f'LIST "" * > {tmp_path}/list')
    assert "INBOX" in (tmp_path / "list").read_text()
    assert "INBOX" not in outcome.out


def test_what_goes_to_no_terminal_is_not_cut_to_a_width(serve: Serve, tmp_path: Path) -> None:
    name = "folder/" * 30
    answer = f'S: * LIST () "/" {name}\nS: $1 OK listed\n'
    server = serve(f"S: {PREAUTH}\nC~ (a1) LIST .*\n{answer}C~ (a2) LIST .*\n{answer}LOGOUT")
    typed = lines('LIST "" *', f'LIST "" * > {tmp_path}/list')
    assert name in inside(server.url(), *typed, env={"COLUMNS": "40"}).out
    assert name in (tmp_path / "list").read_text()


def test_what_goes_to_a_program_is_not_cut_to_a_width(serve: Serve) -> None:
    name = "folder/" * 30
    server = serve(f'S: {PREAUTH}\nC: a1 LIST "" *\nS: * LIST () "/" {name}\nS: a1 OK listed\nLOGOUT')
    assert name in command(server.url(), "-c", 'LIST "" * | cat', env={"COLUMNS": "40"}).out


def test_a_connection_that_is_lost_keeps_what_came(serve: Serve, tmp_path: Path) -> None:
    server = serve([f"S: {PREAUTH}", "C: a1 FETCH 1 BODY[]", b"* 1 FETCH (BODY[] {100}\r\nabc", "CLOSE"])
    outcome = inside(server.url(), "-c", f"FETCH 1 BODY[] > {tmp_path}/message")
    assert outcome.status == 4
    assert (tmp_path / "message").read_bytes() == b"abc"


def test_the_last_answer_is_saved_as_it_came(serve: Serve, tmp_path: Path) -> None:
    server = serve(f"S: {PREAUTH}\nC: a1 NOOP\nS: * 3 EXISTS\nS: a1 OK done\nLOGOUT")
    outcome = inside(server.url(), *lines("NOOP", f'.save "{tmp_path}/the answer"'))
    assert outcome.status == 0
    assert (tmp_path / "the answer").read_bytes() == b"* 3 EXISTS\r\na1 OK done\r\n"
    assert stat.S_IMODE((tmp_path / "the answer").stat().st_mode) == 0o600


def test_a_large_message_is_streamed(serve: Serve, tmp_path: Path) -> None:
    size = 64 << 20
    piece = bytes(range(256)) * 256
    script: Script = [
        f"S: {PREAUTH}",
        "C: a1 FETCH 1 BODY[]",
        b"* 1 FETCH (BODY[] {%d}\r\n" % size,
        lambda connection: connection.flood(piece, size),
        b")\r\na1 OK\r\n",
        "LOGOUT",
    ]
    assert inside(serve(script).url(), "-c", f"FETCH 1 BODY[] > {tmp_path}/message").status == 0
    assert (tmp_path / "message").stat().st_size == size


def several(*fetched: bytes, command: str = "FETCH 1:3 BODY[]") -> Script:
    return [f"S: {PREAUTH}", f"C: a1 {command}", b"".join(fetched) + b"a1 OK fetched\r\n", "LOGOUT"]


def section(number: int, octets: bytes, *, before: bytes = b"", after: bytes = b"") -> bytes:
    return b"* %d FETCH (%bBODY[] {%d}\r\n%b%b)\r\n" % (number, before, len(octets), octets, after)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_file_for_each_message(serve: Serve, tmp_path: Path) -> None:
    script = several(
        section(1, b"one"), section(2, b"two") + b"* 2 FETCH (FLAGS ())\r\n", b'* 3 FETCH (BODY[] "3")\r\n'
    )
    (tmp_path / "msg-1.eml").write_bytes(b"what stood here before")
    outcome = inside(serve(script).url(), "-c", f"FETCH 1:3 BODY[] > {tmp_path}/msg-{{}}.eml")
    assert outcome.status == 0
    assert files(tmp_path) == {"msg-1.eml": b"one", "msg-2.eml": b"two", "msg-3.eml": b"3"}
    assert f"7 octets written to 3 files: {tmp_path}/msg-1.eml to {tmp_path}/msg-3.eml" in outcome.err
    assert stat.S_IMODE((tmp_path / "msg-2.eml").stat().st_mode) == 0o600


@pytest.mark.parametrize("collects", [[], ["--json"]])
def test_in_uid_fetch_the_files_have_the_uids(serve: Serve, tmp_path: Path, collects: list[str]) -> None:
    script = several(
        section(1, b"one", before=b"UID 101 "),
        section(2, b"two", after=b" UID 102"),
        b"* 103 UIDFETCH (BODY[] {5}\r\nthree)\r\n",
        section(4, b"nobody knows"),
        command="UID FETCH 101:* BODY[]",
    )
    outcome = inside(serve(script).url(), *collects, "-c", f"UID FETCH 101:* BODY[] > {tmp_path}/{{}}")
    assert outcome.status == 0
    assert files(tmp_path) == {"101": b"one", "102": b"two", "103": b"three", "message-4": b"nobody knows"}


def test_the_sections_of_a_message_go_to_its_file(serve: Serve, tmp_path: Path) -> None:
    both = b"* %d FETCH (BODY[HEADER] {1}\r\n%b BODY[TEXT] {1}\r\n%b)\r\n"
    script = several(both % (1, b"a", b"b"), both % (2, b"c", b"d"), section(1, b"!"))
    inside(serve(script).url(), "-c", f"FETCH 1:3 BODY[] > {tmp_path}/{{}}")
    assert files(tmp_path) == {"1": b"ab!", "2": b"cd"}


def test_a_pop3_message_goes_to_the_file_of_its_number(serve: Serve, tmp_path: Path) -> None:
    script: Script = [f"S: {POP3}", "C: RETR 7", b"+OK\r\nx\r\n.\r\n", "C: TOP 8 0", b"+OK\r\ny\r\n.\r\n", "QUIT"]
    typed = [f"RETR 7 > {tmp_path}/m{{}}", f"TOP 8 0 > {tmp_path}/m{{}}"]
    outcome = inside(serve(script).url("pop3"), *lines(*typed))
    assert files(tmp_path) == {"m7": b"x\r\n", "m8": b"y\r\n"}
    assert f"3 octets written to 1 file: {tmp_path}/m7" in outcome.err


def test_several_messages_in_one_file_are_told(serve: Serve, tmp_path: Path) -> None:
    script = several(section(1, b"one"), section(2, b"two"))
    outcome = inside(serve(script).url(), "-c", f"FETCH 1:3 BODY[] > {tmp_path}/all.mbox")
    assert files(tmp_path) == {"all.mbox": b"onetwo"}
    note = f"note: 2 messages stand in this file; > {tmp_path}/all-{{}}.mbox makes one file of each"
    assert note in outcome.messages


def test_several_sections_in_one_file_are_told(serve: Serve, tmp_path: Path) -> None:
    script = several(b"* 1 FETCH (BODY[1] {1}\r\na BODY[2] {1}\r\nb)\r\n")
    outcome = inside(serve(script).url(), "-c", f"FETCH 1:3 BODY[] > {tmp_path}/both")
    assert files(tmp_path) == {"both": b"ab"}
    assert "note: 2 sections stand in this file" in outcome.err


def test_one_message_in_a_file_needs_no_note(serve: Serve, tmp_path: Path) -> None:
    outcome = inside(serve(several(section(1, b"one"))).url(), "-c", f"FETCH 1:3 BODY[] > {tmp_path}/x")
    assert "stand in this file" not in outcome.err


def test_without_messages_braces_are_a_name(serve: Serve, tmp_path: Path) -> None:
    server = serve(f"S: {PREAUTH}\nC: a1 SEARCH ALL\nS: * SEARCH 1 2\nS: a1 OK\nLOGOUT")
    inside(server.url(), "-c", f"SEARCH ALL > {tmp_path}/{{}}.txt")
    assert list(files(tmp_path)) == ["{}.txt"]


def test_no_message_makes_no_file(serve: Serve, tmp_path: Path) -> None:
    outcome = inside(serve(several(b"")).url(), "-c", f"FETCH 1:3 BODY[] > {tmp_path}/{{}}")
    assert files(tmp_path) == {}
    assert "no message came, and no file was written" in outcome.err


@pytest.mark.parametrize(("name", "words"), [("none/{}", "no such folder"), ("{}/x", "not in its folder")])
def test_a_folder_that_is_not_there_sends_nothing(serve: Serve, tmp_path: Path, name: str, words: str) -> None:
    outcome = inside(serve(f"S: {PREAUTH}\nLOGOUT").url(), "-c", f"FETCH 1 BODY[] > {tmp_path}/{name}")
    assert outcome.status == 2
    assert words in outcome.err


def test_a_file_of_several_that_cannot_be_written_is_told(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "2").mkdir()
    script = several(section(1, b"one"), section(2, b"two"), section(3, b"three"))
    outcome = inside(serve(script).url(), "-c", f"FETCH 1:3 BODY[] > {tmp_path}/{{}}")
    assert outcome.status == 2
    assert f"{tmp_path}/2 can't be written: is a directory" in outcome.err


@pytest.mark.parametrize("typed", ["> two words", ">> file", ">"])
def test_what_nearly_is_a_redirection_is_sent_with_a_note(serve: Serve, typed: str) -> None:
    server = serve(f"S: {POP3}\nC: RETR 1 {typed}\nS: -ERR what\nQUIT")
    outcome = inside(server.url("pop3"), "-c", f"RETR 1 {typed} ")
    assert outcome.status == 1
    assert f'note: "{typed}" is sent too; ' in outcome.err
