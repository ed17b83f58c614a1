"""A password that the server writes where names are expected, which reports show in upper case."""

from __future__ import annotations

import base64

import pytest
from check.imap_responder import Responder
from check.listening import serving
from check.test_check_command import PASSWORD, check

ENCODED = base64.b64encode(f"\0ana\0{PASSWORD}".encode()).decode()
HARMFUL = f"IMAP4rev1 LITERAL+ IDLE X{PASSWORD} AUTH={ENCODED} AUTH={base64.b64encode(PASSWORD.encode()).decode()}"


@pytest.mark.parametrize("form", ["terminal", "markdown", "html", "json"])
def test_a_password_among_the_capabilities_is_in_no_report(form: str) -> None:
    with serving(Responder(before_login=HARMFUL, after_login=HARMFUL)) as server:
        url = f"imap://ana@127.0.0.1:{server.port}"
        run = check(
            url, "--password-env", "PW", "--to", form, "--all", "--only", "capabilities,extensions", PW=PASSWORD
        )
    assert run.status == 0, run.err
    shown = run.out.upper()
    # The characters at the ends of a piece of base64 belong to its neighbours too.
    for secret in (PASSWORD, base64.b64encode(PASSWORD.encode()).decode(), ENCODED[8:-4]):
        assert secret.upper() not in shown
    assert "X⟦PASSWORD⟧" in shown.replace("\\U27E6", "⟦").replace("\\U27E7", "⟧")
