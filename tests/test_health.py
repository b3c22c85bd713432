from pathlib import Path

import pytest

from report.examples import HEALTH
from runout.health import ArrivalRate, health_fields, temperature_c, throttled


def test_the_rate_is_what_arrives_and_not_what_is_said() -> None:
    rate = ArrivalRate()
    for block in range(600):  # 60 s of a preamp that says 44.1 kHz and has 32
        late_s = 0.03 * (block % 3)
        rate.arrived(3200, 0.1 * block + late_s)
        if block < 190:
            assert rate.hertz is None  # too soon to say
    assert rate.hertz == pytest.approx(32_000, rel=2e-3)


def test_the_rate_forgets_what_is_a_minute_old() -> None:
    rate = ArrivalRate()
    for second in range(100):
        rate.arrived(48_000, float(second))
    for second in range(100, 161):
        rate.arrived(44_100, float(second))
    assert rate.hertz == pytest.approx(44_100)


@pytest.mark.parametrize(
    ("content", "degrees"), [("48312\n", 48.312), ("-5000\n", -5.0), ("hot\n", None), (None, None)]
)
def test_the_temperature_is_in_thousandths(
    tmp_path: Path, content: str | None, degrees: float | None
) -> None:
    path = tmp_path / "temp"
    if content is not None:
        path.write_text(content)
    assert temperature_c(path) == degrees


@pytest.mark.parametrize(
    ("content", "slow"),
    [("0\n", False), ("50005\n", True), ("50000\n", False), ("0x4\n", True), (None, None)],
)
def test_throttled_is_what_holds_now_and_not_what_ever_was(
    tmp_path: Path, content: str | None, slow: bool | None
) -> None:
    path = tmp_path / "get_throttled"
    if content is not None:
        path.write_text(content)
    assert throttled(path) is slow


def test_what_is_said_of_it() -> None:
    assert health_fields(HEALTH) == {
        "capture_glitches": 2,
        "overruns": 441,
        "overflows": 0,
        "sample_rate_hz": 44_099.6,
        "inference_p95_ms": 0.654,
        "temperature_c": 48.3,
        "throttled": False,
        "device": None,
        "signal": None,
    }
