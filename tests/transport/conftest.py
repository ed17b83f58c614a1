"""Certificates for the servers of these tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from transport_support import Pki


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(Path(tmp_path_factory.mktemp("pki")))
