"""What all tests share."""

import os
from pathlib import Path

import pytest

NO_SKIPS = "RUNOUT_NO_SKIPS" in os.environ
"""Set where everything that the tests need must be there, as in CI"""


@pytest.fixture(autouse=True)
def _own_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing is kept from one test for another, nor for whoever runs them."""
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))
    # The runtime folder lies in the state folder then.
    for name in ("RUNTIME_DIRECTORY", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in which a test was skipped, where none may be."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter is not None else []
    if NO_SKIPS and skipped:
        reporter.write_line(f"\n{len(skipped)} tests were skipped, and none may be", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
