"""Does what a box was told over MQTT, between two blocks of sound."""

from collections.abc import Iterator

from runout.errors import RunoutError
from runout.keenness import Keenness
from runout.line import Line
from runout.report.mqtt.commands import Calibrate, Identify, Label, NewSide, Request, SetSensitivity
from runout.report.mqtt.publisher import Publisher
from runout.side.side import Heard


def obey(request: Request, line: Line, publisher: Publisher, keenness: Keenness) -> Iterator[Heard]:
    """Do it and answer; yield what it lets be heard."""
    error: str | None = None
    measured: dict[str, float] | None = None
    match request.command:
        case NewSide():
            if line.state.side_id is None:
                error = "no side plays"
            yield from line.new_side()
        case Label() as label:
            if not publisher.label(label):
                error = "no side has been played yet"
        case Calibrate():
            try:
                yield from line.needle_up()
                measured = line.calibrate()
            except RunoutError as reason:
                error = str(reason)
        case SetSensitivity(sensitivity):
            line.set_sensitivity(sensitivity)
            keenness.keep(sensitivity)
        case Identify():
            if not publisher.identify(line.state.side_id):
                error = "too many events as it is"
    publisher.reception.answer(request, error, measured)
