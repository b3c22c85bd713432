"""The `runout` command."""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from runout import __version__, commands, config
from runout.allocator import keep_freed_memory
from runout.errors import RunoutError

_SOUND = "WAV, FLAC, OGG, MP3 or AIFF, mono or stereo"


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
    kinds = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    listen = kinds.add_parser(
        "listen", parents=[common, settings], help="listen to the preamp and publish over MQTT"
    )
    source = listen.add_mutually_exclusive_group()
    source.add_argument("--file", type=Path, help=f"listen to a file instead: {_SOUND}")
    source.add_argument(
        "--device",
        help="capture device: its name or a part of it, or its number in `runout devices` "
        "(default: [audio] device in the settings)",
    )
    listen.add_argument("--pace", action="store_true", help="play the file at its own pace")
    listen.add_argument(
        "--station", action="store_true", help="have the page of 'runout web' show the file, too"
    )
    listen.add_argument(
        "--service", action="store_true", help="as a service: never bring a broker of its own"
    )
    listen.add_argument(
        "--broker",
        metavar="HOST:PORT",
        help="MQTT broker (default: [mqtt] host and port in the settings, or else one of its own)",
    )
    listen.add_argument("--device-id", help="this box's name in topics")
    listen.set_defaults(run=commands.listen_command)

    grade = kinds.add_parser("grade", parents=[common, settings], help="grade recordings of sides")
    grade.add_argument("files", nargs="+", type=Path, metavar="FILE", help=f"a side: {_SOUND}")
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
    grade.set_defaults(run=commands.grade_command)

    measure = kinds.add_parser(
        "measure", parents=[common], help="measure a turntable by recordings of a test record"
    )
    measure.add_argument("files", nargs="+", type=Path, metavar="FILE", help=f"a tone: {_SOUND}")
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
    measure.set_defaults(run=commands.measure_command)

    demo = kinds.add_parser(
        "demo", parents=[common, settings], help="play a file to the daemon and watch it"
    )
    demo.add_argument("file", type=Path, metavar="FILE", help=f"a side: {_SOUND}")
    demo.add_argument("--pace", action="store_true", help="play it at its own pace")
    demo.set_defaults(run=commands.demo_command)

    web = kinds.add_parser(
        "web", parents=[common, settings], help="the listening station: a page of what is heard"
    )
    web.set_defaults(run=commands.web_command)

    station = kinds.add_parser(
        "station", parents=[common, settings], help="that page and an ear beside it, kept open"
    )
    station.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help=f"play it, not the preamp: {_SOUND}"
    )
    station.set_defaults(run=commands.station_command)
    for one in (web, station):
        one.add_argument("--port", type=int, help="TCP port (default: as set, 8377)")
        one.add_argument(
            "--broker",
            metavar="HOST:PORT",
            help="MQTT broker (default: [mqtt] host and port in the settings)",
        )

    watch = kinds.add_parser(
        "watch", parents=[common, settings], help="print what boxes say over MQTT"
    )
    watch.add_argument(
        "--broker",
        metavar="HOST:PORT",
        help="MQTT broker (default: [mqtt] host and port in the settings)",
    )
    watch.set_defaults(run=commands.watch_command)

    doctor = kinds.add_parser(
        "doctor", parents=[common, settings], help="look over this box: what ails it, what to do"
    )
    doctor.add_argument("--json", action="store_true", help="print one line of JSON")
    doctor.set_defaults(run=commands.doctor_command)

    devices = kinds.add_parser(
        "devices", parents=[common, settings], help="list capture devices, and pick one"
    )
    devices.add_argument(
        "--pick", metavar="DEVICE", help="print the settings' line for it: a number, or a name"
    )
    devices.add_argument("--write", action="store_true", help="write that line into the settings")
    devices.set_defaults(run=commands.devices_command)
    return parser
