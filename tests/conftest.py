"""What all tests share."""

import os

import pytest

NO_SKIPS = "RUNOUT_NO_SKIPS" in os.environ
"""Set where everything that the tests need must be there, as in CI"""


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in which a test was skipped, where none may be."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter is not None else []
    if NO_SKIPS and skipped:
        reporter.write_line(f"\n{len(skipped)} tests were skipped, and none may be", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
