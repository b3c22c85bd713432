"""The `runout` command."""

import argparse
import contextlib
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from runout import __version__, config
from runout.allocator import keep_freed_memory
from runout.errors import RunoutError, UsageError, setting_up

if TYPE_CHECKING:
    from runout.report.page.outputs import Outputs
    from runout.side.side import SideEnded

_MOST_RADIUS_MM = 200.0
"""Transcription discs of 16 inches are the largest"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status: 0 done, 1 failed, 2 called wrongly.

    A daemon that can't be set up, for its settings or its model, ends with 78.
    """
    arguments = _parser().parse_args(argv)
    # Our matrices are too small for a second thread to be of use: it would only burn CPU. To be
    # set before numpy is imported, which the commands do.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    keep_freed_memory()
    logging.basicConfig(
        level=logging.INFO if arguments.verbose else logging.WARNING,
        format="runout: %(message)s",
        stream=sys.stderr,
    )
    try:
        status: int = arguments.run(arguments)
        sys.stdout.flush()
    except RunoutError as error:
        print(f"runout: {error}", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        # What came of files and devices was said above; this is our own output.
        if not isinstance(error, BrokenPipeError):  # there, whoever read us has had enough
            print(f"runout: writing the output failed: {error.strerror}", file=sys.stderr)
        # Python would complain at its exit, once more flushing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="runout", description="Listens to a record, finds its defects and grades the side."
    )
    parser.add_argument("--version", action="version", version=f"runout {__version__}")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--verbose", action="store_true", help="say more on stderr")
    settings = argparse.ArgumentParser(add_help=False)
    settings.add_argument("--config", type=Path, help=f"settings (default: {config.DEFAULT_PATH})")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    listen = commands.add_parser(
        "listen", parents=[common, settings], help="listen to the preamp and publish over MQTT"
    )
    source = listen.add_mutually_exclusive_group()
    source.add_argument("--file", type=Path, help="listen to a file instead")
    source.add_argument("--device", help="capture device, by a part of its name")
    listen.add_argument("--pace", action="store_true", help="play the file at its own pace")
    listen.add_argument(
        "--service", action="store_true", help="as a service: never bring a broker of its own"
    )
    listen.add_argument("--broker", metavar="HOST:PORT", help="MQTT broker")
    listen.add_argument("--device-id", help="this box's name in topics")
    listen.set_defaults(run=_listen)

    grade = commands.add_parser(
        "grade", parents=[common, settings], help="grade recordings of sides"
    )
    grade.add_argument("files", nargs="+", type=Path, metavar="FILE")
    grade.add_argument("--json", action="store_true", help="print a line of JSON a file")
    grade.add_argument(
        "--opinion", metavar="FILE", help="second opinion by a model that runout-train grade made"
    )
    grade.add_argument(
        "--table", help="what to grade by: goldmine, discogs, or a FILE.toml (default: as set)"
    )
    grade.add_argument(
        "--report", type=Path, metavar="PAGE.html", help="write a page (several FILEs: a folder)"
    )
    grade.add_argument(
        "--plot", type=Path, metavar="PICTURE.png", help="draw a picture (several FILEs: a folder)"
    )
    grade.set_defaults(run=_grade)

    measure = commands.add_parser(
        "measure", parents=[common], help="measure a turntable by recordings of a test record"
    )
    measure.add_argument("files", nargs="+", type=Path, metavar="FILE")
    measure.add_argument("--json", action="store_true", help="print a line of JSON a file")
    measure.add_argument(
        "--tone", type=float, metavar="HZ", help="the test tone (default: 3150, 3000 or 1000)"
    )
    measure.add_argument(
        "--radius", type=float, metavar="MM", help="how far from the spindle the tone is cut"
    )
    measure.add_argument(
        "--rpm", type=float, help="what the record turns at (default: 33 1/3, or clearly another)"
    )
    measure.set_defaults(run=_measure)

    demo = commands.add_parser(
        "demo", parents=[common, settings], help="play a file to the daemon and watch it"
    )
    demo.add_argument("file", type=Path, metavar="FILE")
    demo.add_argument("--pace", action="store_true", help="play it at its own pace")
    demo.set_defaults(run=_demo)

    watch = commands.add_parser(
        "watch", parents=[common, settings], help="print what boxes say over MQTT"
    )
    watch.add_argument("--broker", metavar="HOST:PORT", help="MQTT broker")
    watch.set_defaults(run=_watch)

    doctor = commands.add_parser(
        "doctor", parents=[common, settings], help="look over this box: what ails it, what to do"
    )
    doctor.add_argument("--json", action="store_true", help="print one line of JSON")
    doctor.set_defaults(run=_doctor)

    devices = commands.add_parser(
        "devices", parents=[common, settings], help="list capture devices, and pick one"
    )
    devices.add_argument(
        "--pick", metavar="DEVICE", help="print the settings' line for it: a number, or a name"
    )
    devices.add_argument("--write", action="store_true", help="write that line into the settings")
    devices.set_defaults(run=_devices)
    return parser


def _settings(arguments: argparse.Namespace) -> config.Settings:
    settings = config.load(arguments.config)
    broker: str | None = getattr(arguments, "broker", None)
    if broker is None:
        return settings
    host, colon, port = broker.rpartition(":")
    if not colon or not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise UsageError(f"--broker {broker}: expected HOST:PORT, such as 192.168.1.2:1883")
    return replace(settings, mqtt=replace(settings.mqtt, host=host, port=int(port)))


def _listen(arguments: argparse.Namespace) -> int:
    # What a command needs is imported by it alone: a daemon has no memory to waste.
    from runout.keenness import Keenness, keenness_path
    from runout.listen import listen
    from runout.report.mqtt.broker import EmbeddedBroker
    from runout.report.mqtt.outbox import IN_MEMORY
    from runout.source.feed import Feed, Once
    from runout.source.file import FileSource
    from runout.source.preamp import Preamp

    if arguments.pace and arguments.file is None:
        raise UsageError("--pace goes with --file: a record sets its own")
    with setting_up():
        settings = _settings(arguments)
    feed: Feed
    if arguments.file:
        feed = Once(FileSource(arguments.file, LIVE_BLOCK_S, arguments.pace))
    else:
        with setting_up():
            feed = Preamp(arguments.device or settings.audio.device, LIVE_BLOCK_S)
    with contextlib.ExitStack() as stack:
        stack.callback(feed.close)
        mqtt = settings.mqtt
        if arguments.device_id:
            mqtt = replace(mqtt, device_id=arguments.device_id)
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
        listen(feed, mqtt, live, keenness, settings.opinion.model, settings.grade.table)
    return 0


LIVE_BLOCK_S = 0.05
"""Seconds a block while listening live: short, because a defect waits for its block's end"""


def _grade(arguments: argparse.Namespace) -> int:
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


def _measure(arguments: argparse.Namespace) -> int:
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
    if radius is not None and not 0 < radius <= _MOST_RADIUS_MM:
        allowed = f"more than 0 and up to {_MOST_RADIUS_MM:g} mm"
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


def _demo(arguments: argparse.Namespace) -> int:
    from runout.demo import demo

    settings = _settings(arguments)
    return demo(arguments.file, settings.mqtt, arguments.config, arguments.pace, sys.stdout)


def _watch(arguments: argparse.Namespace) -> int:
    from runout.report.terminal.watch import watch

    settings = _settings(arguments)
    if not settings.mqtt.host:
        raise UsageError("no broker to watch: give --broker HOST:PORT or set [mqtt] host")
    return watch(settings.mqtt, sys.stdout)


def _doctor(arguments: argparse.Namespace) -> int:
    from runout.doctor.doctor import doctor

    return doctor(arguments.config, arguments.json, sys.stdout)


def _devices(arguments: argparse.Namespace) -> int:
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
