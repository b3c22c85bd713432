"""The service: its user, its unit, what it says."""

import grp
import pwd
from dataclasses import dataclass

from runout.doctor.finding import Ask, Finding

USER, GROUP, UNIT = "runout", "audio", "runout.service"
_PROPERTIES = ("LoadState", "ActiveState", "UnitFileState", "StatusText", "Result")


@dataclass(frozen=True, slots=True)
class Unit:
    """What systemd tells of the unit (systemctl(1), show)."""

    loaded: bool
    active: bool
    enabled: bool
    status: str
    result: str


def ask_unit(ask: Ask) -> Unit | None:
    """Ask systemd; None where there is none."""
    answer = ask(["systemctl", "show", UNIT, *(f"--property={name}" for name in _PROPERTIES)])
    if answer is None:
        return None
    told = dict(line.split("=", 1) for line in answer.splitlines() if "=" in line)
    return Unit(
        loaded=told.get("LoadState") == "loaded",
        active=told.get("ActiveState") == "active",
        enabled=told.get("UnitFileState") == "enabled",
        status=told.get("StatusText", ""),
        result=told.get("Result", ""),
    )


def service(unit: Unit | None) -> Finding:
    """Does it run, and will it at the next boot?"""
    if unit is None or not unit.loaded:
        advice = "sudo make install; until then: runout listen, by hand"
        return Finding("service", "look", f"{UNIT} isn't installed", advice)
    if not unit.active:
        failed = unit.result not in ("", "success")
        words = f"{UNIT} doesn't run" + (f" ({unit.result})" if failed else "")
        advice = f"why: journalctl -u {UNIT} -n 20; then: sudo systemctl restart {UNIT}"
        return Finding("service", "wrong" if failed else "look", words, advice)
    if not unit.enabled:
        advice = f"sudo systemctl enable {UNIT}"
        return Finding("service", "look", f"runs, but won't after a boot ({unit.status})", advice)
    return Finding("service", "ok", f"runs: {unit.status}")


def user_number() -> int | None:
    """The number of the service's user, None where there is none."""
    try:
        return pwd.getpwnam(USER).pw_uid
    except KeyError:
        return None


def group() -> Finding:
    """May the service's user open sound cards?"""
    if user_number() is None:
        return Finding("group", "look", f"there is no user {USER}", "sudo make install")
    if USER not in grp.getgrnam(GROUP).gr_mem:
        advice = f"sudo adduser {USER} {GROUP}; sudo systemctl restart {UNIT}"
        return Finding("group", "wrong", f"{USER} isn't in group {GROUP}", advice)
    return Finding("group", "ok", f"{USER} is in group {GROUP}")
