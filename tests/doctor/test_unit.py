import pytest

from runout.doctor.unit import ask_unit, service


def systemd(**told):
    usual = {
        "LoadState": "loaded",
        "ActiveState": "active",
        "UnitFileState": "enabled",
        "StatusText": "side 1, 1:02",
        "Result": "success",
    }
    return lambda _: "\n".join(f"{key}={value}" for key, value in (usual | told).items())


@pytest.mark.parametrize(
    ("told", "verdict", "words"),
    [
        ({}, "ok", "side 1, 1:02"),
        ({"StatusText": "needle up; side 1: VG (a=b)"}, "ok", "side 1: VG (a=b)"),
        ({"UnitFileState": "disabled"}, "look", "won't after a boot"),
        ({"ActiveState": "inactive"}, "look", "doesn't run"),
        ({"ActiveState": "failed", "Result": "exit-code"}, "wrong", "exit-code"),
        ({"ActiveState": "activating", "Result": "watchdog"}, "wrong", "watchdog"),
        ({"LoadState": "not-found"}, "look", "isn't installed"),
    ],
)
def test_the_service_is_told_as_systemd_has_it(told, verdict, words):
    finding = service(ask_unit(systemd(**told)))
    assert finding.verdict == verdict
    assert words in finding.words


def test_without_systemd_there_is_no_service():
    assert ask_unit(lambda _: None) is None
    assert service(None).verdict == "look"
