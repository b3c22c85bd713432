from pathlib import Path

import pytest

from runout.report.mqtt import outage


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A client that tries again within a second, and keeps its outbox in `tmp_path`."""
    monkeypatch.setattr(outage, "LONGEST_WAIT_S", 1)
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
