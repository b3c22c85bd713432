"""The `runout-train` command."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from runout.errors import RunoutError

_ROOT = Path(__file__).resolve().parents[2]
_MODELS = _ROOT / "models"
_PAGE = _ROOT / "docs" / "accuracy.md"
_RECORDINGS = _ROOT / "tests" / "data"


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
    train.add_argument("--segments", type=int, default=16_000, help="of 4 s, to train on")
    train.add_argument("--epochs", type=int, default=18)
    train.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="WEAR",
        help="hold a kind of wear out (may be given again)",
    )
    train.add_argument(
        "--dask", metavar="ADDRESS", help="scheduler to mix by (default: this machine's cores)"
    )
    train.set_defaults(run=_train)
    evaluate = commands.add_parser("evaluate", help="score the model and its peers on the test set")
    evaluate.add_argument(
        "--page", type=Path, default=_PAGE, help="page to write the tables into: %(default)s"
    )
    evaluate.set_defaults(run=_evaluate)
    check = commands.add_parser("check", help="refuse a corpus with one recording in two splits")
    check.set_defaults(run=_check)
    manifest = commands.add_parser("manifest", help="list every file, its source and licence")
    manifest.add_argument("file", type=Path, help="to write, a line of JSON a file")
    manifest.set_defaults(run=_manifest)
    baselines = commands.add_parser("baselines", help="judge the predecessors' systems beside ours")
    baselines.set_defaults(run=_baselines)
    held_out = commands.add_parser(
        "held-out", help="train without scratches and dropouts, and say what happens to them"
    )
    held_out.add_argument("--seed", type=int, default=1, help="of all that is drawn")
    held_out.add_argument("--segments", type=int, default=4_000, help="of 4 s, to train on")
    held_out.add_argument("--epochs", type=int, default=12)
    held_out.set_defaults(run=_held_out)
    tune = commands.add_parser("tune", help="look for a better network at the same cost")
    tune.add_argument("--seed", type=int, default=1, help="of all that is drawn")
    tune.add_argument("--segments", type=int, default=2_000, help="of 4 s, to train on")
    tune.add_argument("--epochs", type=int, default=4, help="of each trial")
    tune.add_argument("--trials", type=int, default=12)
    tune.set_defaults(run=_tune)
    report = commands.add_parser("report", help="draw how well the model hears, as PNG")
    report.add_argument("folder", type=Path, help="to write the pictures into")
    report.add_argument("--history", type=Path, help="history.csv that training wrote")
    report.set_defaults(run=_report)
    return parser


def _train(arguments: argparse.Namespace) -> None:
    from runout_training.make_model import Making, make_model  # TensorFlow takes seconds to import

    making = Making(
        arguments.seed,
        arguments.segments,
        arguments.epochs,
        tuple(arguments.without),
        arguments.dask,
    )
    make_model(arguments.cache, arguments.models, making)


def _evaluate(arguments: argparse.Namespace) -> None:
    from runout_training.evaluation.accuracy import as_markdown, measure, write
    from runout_training.make_model import measured, shipped_and_float

    models = shipped_and_float(arguments.models)
    accuracy = measure(arguments.cache, models, sorted(_RECORDINGS.glob("*.flac")))
    tables = as_markdown(accuracy)
    print(tables)
    write(arguments.page, tables)
    measured(arguments.models, accuracy)


def _check(arguments: argparse.Namespace) -> None:
    from runout_training.corpus.fingerprint import check
    from runout_training.corpus.prepare import prepare

    prepare(arguments.cache)
    check(arguments.cache)
    print("no recording is in two splits")


def _manifest(arguments: argparse.Namespace) -> None:
    from runout_training.corpus.manifest import write
    from runout_training.corpus.prepare import prepare

    prepare(arguments.cache)
    print(f"{write(arguments.cache, arguments.file)} files in {arguments.file}")


def _baselines(arguments: argparse.Namespace) -> None:
    from runout_training.baselines.compare import compare
    from runout_training.baselines.judge import as_markdown
    from runout_training.make_model import shipped_and_float

    print(as_markdown(compare(arguments.cache, shipped_and_float(arguments.models))))


def _held_out(arguments: argparse.Namespace) -> None:
    from runout_training.held_out import as_markdown, compare

    seed, segments, epochs = arguments.seed, arguments.segments, arguments.epochs
    print(as_markdown(*compare(arguments.cache, segments, epochs, seed)))


def _tune(arguments: argparse.Namespace) -> None:
    from runout_training import dataset
    from runout_training.corpus.prepare import prepare
    from runout_training.tune import as_markdown, tune

    prepare(arguments.cache)
    segments, seed = arguments.segments, arguments.seed
    examples = dataset.load(dataset.build(arguments.cache, "train", segments, seed))
    held = dataset.load(dataset.build(arguments.cache, "validation", segments // 4, seed))
    folder = arguments.cache / "tuning" / f"{seed}-{segments}-{dataset.fingerprint()}"
    print(as_markdown(tune(folder, examples, held, arguments.trials, arguments.epochs, seed)))


def _report(arguments: argparse.Namespace) -> None:
    from runout.model.card import load_model
    from runout_training.evaluation.sets import cases
    from runout_training.report.report import report

    arguments.folder.mkdir(parents=True, exist_ok=True)
    model = load_model(folder=arguments.models)
    held_out = list(cases(arguments.cache, "test"))
    for path in report(arguments.folder, model, held_out, arguments.history):
        print(path)
