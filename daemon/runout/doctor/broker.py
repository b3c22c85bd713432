"""The broker: can it be reached, and does it let us in?"""

import os
import select
import time
from dataclasses import replace
from pathlib import Path

from paho.mqtt.client import Client, ConnectFlags
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from runout.config import MqttSettings
from runout.doctor.finding import Finding
from runout.errors import RunoutError
from runout.report.mqtt.connection import new_client

PASSWORD_FILE = Path("/etc/credstore/runout.mqtt-password")
"""Where the service has its password from (LoadCredential= in runout.service)"""
_ANSWER_S = 5.0


def broker(settings: MqttSettings, password_file: Path = PASSWORD_FILE) -> Finding:
    """Connect as the service would, under another name, and part at once."""
    if not settings.host:
        advice = "set [mqtt] host in /etc/runout/runout.toml, else nobody is told what is heard"
        return Finding("broker", "look", "none is set", advice)
    where = f"{settings.host}:{settings.port}"
    if settings.username and not settings.password_file:
        if os.access(password_file, os.R_OK):
            settings = replace(settings, password_file=str(password_file))
        elif os.geteuid() != 0:
            advice = "run it as root: sudo runout doctor"
            return Finding("broker", "look", f"{where}: only root can read the password", advice)
    try:
        refusal = _refusal(settings)
    except (OSError, ValueError, RunoutError) as error:  # ValueError: no such name
        reason = getattr(error, "strerror", None) or error
        advice = (
            "is it running, are [mqtt] host, port and tls right, does a firewall stand between?"
        )
        return Finding("broker", "wrong", f"{where}: {reason}", advice)
    if refusal is not None:
        advice = f"see [mqtt] username, and the password in {password_file} (one line, for root)"
        return Finding("broker", "wrong", f"{where} refuses us: {refusal}", advice)
    login = f", as {settings.username}" if settings.username else ""
    return Finding("broker", "ok", f"{where} takes us{login}{', by TLS' if settings.tls else ''}")


def _refusal(settings: MqttSettings) -> str | None:
    """Why the broker doesn't take us; None where it does. Raises OSError where it's away."""
    client = new_client(settings, f"runout-doctor-{os.getpid()}")
    client.connect_timeout = _ANSWER_S
    answers: list[ReasonCode] = []

    def connected(
        _client: Client,
        _data: object,
        _flags: ConnectFlags,
        reason: ReasonCode,
        _: Properties | None,
    ) -> None:
        answers.append(reason)

    client.on_connect = connected
    client.connect(settings.host, settings.port)
    until_s = time.monotonic() + _ANSWER_S
    while not answers and time.monotonic() < until_s:
        connection = client.socket()
        if connection is None:
            raise ConnectionError("hangs up; is it an MQTT broker?")
        writing = [connection] if client.want_write() else []
        readable, writable, _ = select.select([connection], writing, [], 0.2)
        if readable:
            client.loop_read()
        if writable and client.socket() is connection:
            client.loop_write()
    if not answers:
        raise TimeoutError("accepts, but doesn't answer as an MQTT broker")
    client.disconnect()
    return str(answers[0]) if answers[0].is_failure else None
