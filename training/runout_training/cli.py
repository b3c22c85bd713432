"""The `runout-train` command."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from runout.errors import RunoutError

_MODELS = Path(__file__).resolve().parents[2] / "models"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status: 0 done, 1 failed, 2 called wrongly."""
    arguments = _parser().parse_args(argv)
    # Mixing has a process a core; threads of numpy's own would only be in each other's way. To be
    # set before numpy is imported, which the commands do.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        arguments.run(arguments)
    except RunoutError as error:
        print(f"runout-train: {error}", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        print("\nrunout-train: cut short; run it again and it goes on from here", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="runout-train", description="Makes Runout's model, off the box."
    )
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path.home() / ".cache" / "runout",
        help="folder for music, features and checkpoints (default: %(default)s)",
    )
    parser.add_argument(
        "--models", type=Path, default=_MODELS, help="folder of the models (default: %(default)s)"
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    train = commands.add_parser("train", help="fetch the music, mix, train, quantize, calibrate")
    train.add_argument("--seed", type=int, default=1, help="of all that is drawn")
    train.add_argument("--segments", type=int, default=12_000, help="of 4 s, to train on")
    train.add_argument("--epochs", type=int, default=14)
    train.set_defaults(run=_train)
    evaluate = commands.add_parser("evaluate", help="score the model and its peers on the test set")
    evaluate.set_defaults(run=_evaluate)
    return parser


def _train(arguments: argparse.Namespace) -> None:
    from runout_training.make_model import make_model  # TensorFlow takes seconds to import

    make_model(
        arguments.cache, arguments.models, arguments.seed, arguments.segments, arguments.epochs
    )


def _evaluate(arguments: argparse.Namespace) -> None:
    from runout_training.evaluation.evaluate import as_markdown, evaluate
    from runout_training.make_model import measured, shipped_and_float

    models = shipped_and_float(arguments.models)
    rows = evaluate(arguments.cache, models)
    print(as_markdown(rows))
    measured(arguments.models, rows)
