"""What each of the `runout` commands does; `cli.py` says how they are called.

What a command needs is imported by it alone: a daemon has no memory to waste.
"""

import argparse
import contextlib
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from runout import config
from runout.errors import RunoutError, UsageError, setting_up

if TYPE_CHECKING:
    from runout.report.page.outputs import Outputs
    from runout.side.side import SideEnded

MOST_RADIUS_MM = 200.0
"""Transcription discs of 16 inches are the largest"""


def _settings(arguments: argparse.Namespace) -> config.Settings:
    settings = config.load(arguments.config)
    broker: str | None = getattr(arguments, "broker", None)
    if broker is None:
        return settings
    host, colon, port = broker.rpartition(":")
    if not colon or not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise UsageError(f"--broker {broker}: expected HOST:PORT, such as 192.168.1.2:1883")
    return replace(settings, mqtt=replace(settings.mqtt, host=host, port=int(port)))


def listen_command(arguments: argparse.Namespace) -> int:
    """Listen to the preamp, or to a file, until it ends or a signal comes."""
    from runout.alone import only_ear
    from runout.keenness import Keenness, keenness_path
    from runout.listen import listen
    from runout.places import runtime_folder, state_folder
    from runout.report.mqtt.broker import EmbeddedBroker
    from runout.report.mqtt.identity import device_id
    from runout.report.mqtt.outbox import IN_MEMORY
    from runout.report.payload import printable
    from runout.report.station.station import Station
    from runout.source.feed import Feed, Once
    from runout.source.file import FileSource
    from runout.source.preamp import Preamp

    if arguments.pace and arguments.file is None:
        raise UsageError("--pace goes with --file: a record sets its own")
    if arguments.station and not arguments.pace:
        raise UsageError("--station goes with --file and --pace: the page shows what plays")
    with setting_up():
        settings = _settings(arguments)
    with contextlib.ExitStack() as stack:
        if arguments.file is None or arguments.station:
            # Before a device is taken from the ear that has it.
            stack.enter_context(only_ear(state_folder()))
        feed: Feed
        if arguments.file:
            feed = Once(FileSource(arguments.file, LIVE_BLOCK_S, arguments.pace))
        else:
            with setting_up():
                feed = Preamp(arguments.device or settings.audio.device, LIVE_BLOCK_S)
        stack.callback(feed.close)
        mqtt = settings.mqtt
        if arguments.device_id:
            mqtt = replace(mqtt, device_id=arguments.device_id)
        if arguments.file and not arguments.pace and arguments.service and not mqtt.host:
            raise UsageError(
                "--service brings no broker, and none is set: nobody would hear of the file; give "
                "--broker HOST:PORT or set [mqtt] host"
            )
        if not mqtt.host and not arguments.service:
            broker = stack.enter_context(EmbeddedBroker())
            # No Home Assistant looks there.
            mqtt = replace(mqtt, host=broker.host, port=broker.port, discovery_prefix="")
            print(
                f"runout: no MQTT broker is configured; using our own at {mqtt.host}:{mqtt.port}",
                file=sys.stderr,
            )
        if not mqtt.outbox and (arguments.file or not settings.mqtt.host):
            # A file can be played again, and what only our own broker misses nobody waits for.
            mqtt = replace(mqtt, outbox=IN_MEMORY)
        live = arguments.file is None or arguments.pace
        # Who tells a file to be heard more keenly means this file.
        path = None if arguments.file else keenness_path()
        keenness = Keenness(settings.ear.sensitivity, path)
        station = None
        if arguments.file is None or arguments.station:
            name = printable(arguments.file.name) if arguments.file else None
            station = Station(state_folder(), runtime_folder(), device_id(mqtt.device_id), name)
        opinion, table = settings.opinion.model, settings.grade.table
        listen(feed, mqtt, live, keenness, opinion, table, station)
    return 0


LIVE_BLOCK_S = 0.05
"""Seconds a block while listening live: short, because a defect waits for its block's end"""


def grade_command(arguments: argparse.Namespace) -> int:
    """Grade files; 1 where any was not graded."""
    from runout.grade_file import grade_file
    from runout.grading.table import load_table
    from runout.model.card import load_model
    from runout.opinion.installed import second_opinion
    from runout.report import messages
    from runout.report.page.outputs import outputs_of
    from runout.report.payload import Payload
    from runout.report.terminal import lines
    from runout.report.terminal.progress import Progress
    from runout.report.terminal.style import Style

    outputs = outputs_of(arguments.files, arguments.report, arguments.plot)
    settings = config.load(arguments.config)
    table = load_table(arguments.table or settings.grade.table)
    model = load_model()
    second = second_opinion(arguments.opinion or settings.opinion.model, model)
    status = 0
    for path, wanted in zip(arguments.files, outputs, strict=True):
        try:
            with Progress(path.name, sys.stderr) as progress:
                side = grade_file(path, model, table, progress.show, second)
        except RunoutError as error:
            print(f"runout: {error}", file=sys.stderr)
            status = 1
            continue
        if arguments.json:
            print(messages.grade_line(str(path), side), flush=True)
        else:
            payload = Payload(messages.side_fields(side))
            print(f"  {path}")
            print("\n".join(lines.side_lines(payload, Style.of(sys.stdout))))
        if side.grade.label is None:
            print(f"runout: {path}: not graded: {side.grade.limited_by}", file=sys.stderr)
            status = 1
        if not _report(path, side, wanted):
            status = 1
    return status


def _report(path: Path, side: "SideEnded", wanted: "Outputs") -> bool:
    """Write the reports that are wanted; return whether they were, having said why not."""
    if wanted.page is None and wanted.picture is None:
        return True
    from runout.report.page.reports import write_reports
    from runout.report.terminal.progress import Progress

    try:
        with Progress(path.name, sys.stderr) as progress:
            write_reports(path, side, wanted, progress.show, datetime.now().astimezone())
    except RunoutError as error:
        print(f"runout: {error}", file=sys.stderr)
        return False
    return True


def measure_command(arguments: argparse.Namespace) -> int:
    """Measure a turntable by files of a test record; 1 where any was not measured."""
    from runout.defects.revolution import NOMINAL_RPM
    from runout.measure.test_record import measure_file
    from runout.measure.tone import LEAST_NOMINAL_HZ, MOST_NOMINAL_HZ, NOMINAL_HZ
    from runout.report.terminal.measured import measured_line, measured_lines
    from runout.report.terminal.progress import Progress
    from runout.report.terminal.style import Style

    tone, radius, rpm = arguments.tone, arguments.radius, arguments.rpm
    if tone is not None and not LEAST_NOMINAL_HZ <= tone <= MOST_NOMINAL_HZ:
        allowed = f"{LEAST_NOMINAL_HZ:g} to {MOST_NOMINAL_HZ:g} Hz"
        raise UsageError(f"--tone {tone:g}: tones of {allowed} can be measured")
    if radius is not None and not 0 < radius <= MOST_RADIUS_MM:
        allowed = f"more than 0 and up to {MOST_RADIUS_MM:g} mm"
        raise UsageError(f"--radius {radius:g}: expected {allowed}")
    if rpm is not None and not LEAST_RPM <= rpm <= MOST_RPM:
        raise UsageError(f"--rpm {rpm:g}: expected {LEAST_RPM:g} to {MOST_RPM:g}")
    nominal_hz = NOMINAL_HZ if tone is None else (tone,)
    nominal_rpm = NOMINAL_RPM if rpm is None else (rpm,)
    status = 0
    for path in arguments.files:
        try:
            with Progress(path.name, sys.stderr) as progress:
                record = measure_file(path, progress.show, nominal_hz, nominal_rpm)
        except RunoutError as error:
            print(f"runout: {error}", file=sys.stderr)
            status = 1
            continue
        if arguments.json:
            print(measured_line(str(path), record, radius), flush=True)
        else:
            print(f"  {path}")
            print("\n".join(measured_lines(record, radius, Style.of(sys.stdout))))
    return status


LEAST_RPM, MOST_RPM = 16.0, 100.0
"""Talking books turn at 16 2/3, early shellacs at up to 90"""


def demo_command(arguments: argparse.Namespace) -> int:
    """Play a file to a daemon of its own; return the daemon's exit status."""
    from runout.demo import demo

    settings = _settings(arguments)
    return demo(arguments.file, settings, arguments.config, arguments.pace, sys.stdout)


def web_command(arguments: argparse.Namespace) -> int:
    """Serve the listening station's page until a signal comes."""
    from runout.web.serve import serve

    with setting_up():
        settings = _settings(arguments)
        if arguments.port is not None:
            if not 0 < arguments.port < 65536:
                raise UsageError(f"--port {arguments.port}: expected 1 to 65535")
            settings = replace(settings, web=replace(settings.web, port=arguments.port))
    serve(settings, arguments.config)
    return 0


def station_command(arguments: argparse.Namespace) -> int:
    """Keep the listening station open, page and ear, until a signal comes."""
    from runout.source.file import FileSource
    from runout.web.kept_open import keep_open

    with setting_up():
        settings = _settings(arguments)
    if arguments.file is not None:
        FileSource(arguments.file, LIVE_BLOCK_S).close()
    return keep_open(settings.mqtt, arguments.config, arguments.port, arguments.file, sys.stdout)


def watch_command(arguments: argparse.Namespace) -> int:
    """Print what boxes say until a signal comes."""
    from runout.report.terminal.watch import watch

    settings = _settings(arguments)
    if not settings.mqtt.host:
        raise UsageError("no broker to watch: give --broker HOST:PORT or set [mqtt] host")
    return watch(settings.mqtt, sys.stdout)


def doctor_command(arguments: argparse.Namespace) -> int:
    """Look over the box; 1 where something is wrong."""
    from runout.doctor.doctor import doctor

    return doctor(arguments.config, arguments.json, sys.stdout)


def devices_command(arguments: argparse.Namespace) -> int:
    """List capture devices, or pick one for the settings."""
    from runout.source.devices import capture_devices, default_index, open_port_audio
    from runout.source.pick import write_device
    from runout.source.wanted import choose, config_line, identity

    if arguments.write and arguments.pick is None:
        raise UsageError("--write goes with --pick: say which device")
    audio = open_port_audio()
    try:
        devices, default = capture_devices(audio), default_index(audio)
    finally:
        audio.terminate()
    if arguments.pick is not None:
        picked = choose(devices, arguments.pick, default)
        if arguments.write:
            path = arguments.config or config.DEFAULT_PATH
            write_device(path, picked)
            print(f"{path}: {config_line(picked)}")
        else:
            print(config_line(picked))
        return 0
    if not devices:
        raise RunoutError("no capture device: is the preamp plugged in?")
    taken = reason = None
    try:
        taken = choose(devices, config.load(arguments.config).audio.device, default)
    except RunoutError as error:
        reason = str(error)
    for device in devices:
        mark = ">" if device is taken else " "
        what = f"{device.channels} ch, {device.sample_rate} Hz"
        print(f"{mark}{device.index:3}  {device.name}  ({what})\n      {identity(device)}")
    print("'>' would be listened to; to choose another: runout devices --pick NUMBER --write")
    if reason is not None:
        print(f"runout: {reason}", file=sys.stderr)
    return 0
