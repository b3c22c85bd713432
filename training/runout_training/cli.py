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
_GRADING_PAGE = _ROOT / "docs" / "grading.md"
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
    train.add_argument("--segments", type=int, default=20_000, help="of 4 s, to train on")
    train.add_argument("--epochs", type=int, default=15)
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
        "--page", type=Path, help="page to write the tables into (default: the one in docs)"
    )
    evaluate.add_argument(
        "--sides",
        type=_positive,
        metavar="N",
        help="grade N whole simulated sides instead, and write the tables into docs/grading.md",
    )
    evaluate.add_argument(
        "--split", choices=("validation", "test"), default="test", help="music of the sides"
    )
    evaluate.add_argument("--seed", type=int, default=1, help="of the sides")
    evaluate.set_defaults(run=_evaluate)
    sides = commands.add_parser("sides", help="make whole worn sides, with their truth, as files")
    sides.add_argument("folder", type=Path, help="to write a FLAC file and a JSON file a side into")
    sides.add_argument("--count", type=_positive, default=10, help="of sides (default: 10)")
    sides.add_argument("--split", choices=("train", "validation", "test"), default="train")
    sides.add_argument("--seed", type=int, default=1, help="of all that is drawn")
    sides.add_argument(
        "--minutes",
        type=_minutes,
        default=(4.0, 8.0),
        metavar="FROM-TO",
        help="of music on a side (default: 4-8)",
    )
    sides.set_defaults(run=_sides)
    check = commands.add_parser("check", help="refuse a corpus with one recording in two splits")
    check.set_defaults(run=_check)
    manifest = commands.add_parser("manifest", help="list every file, its source and licence")
    manifest.add_argument("file", type=Path, help="to write, a line of JSON a file")
    manifest.set_defaults(run=_manifest)
    baselines = commands.add_parser("baselines", help="judge the predecessors' systems beside ours")
    baselines.add_argument(
        "--export",
        type=Path,
        metavar="DIR",
        help="only write the Random Forest and the SVM, for the station to answer by, into DIR",
    )
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
    grade = commands.add_parser("grade", help="learn a second opinion from your own graded records")
    grade.add_argument("folder", type=Path, metavar="DIR", help="sound files in folders by grade")
    grade.add_argument(
        "--csv", type=Path, help="table of file and seller's text, in place of folders by grade"
    )
    grade.add_argument(
        "--out",
        type=Path,
        default=Path("opinion"),
        help="folder to write the model into (default: %(default)s)",
    )
    grade.add_argument("--seed", type=int, default=1, help="of all that is drawn")
    grade.set_defaults(run=_grade)
    return parser


def _grade(arguments: argparse.Namespace) -> None:
    from runout_training.opinion.learn import learn

    folder, table, seed = arguments.folder, arguments.csv, arguments.seed
    for line in learn(folder, table, arguments.models, arguments.cache, arguments.out, seed):
        print(line)


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
    if arguments.sides is not None:
        _evaluate_sides(arguments)
        return
    from runout_training.evaluation.accuracy import as_markdown, measure, write
    from runout_training.make_model import measured, shipped_and_float

    models = shipped_and_float(arguments.models)
    accuracy = measure(arguments.cache, models, sorted(_RECORDINGS.glob("*.flac")))
    tables = as_markdown(accuracy)
    print(tables)
    write(arguments.page or _PAGE, tables)
    measured(arguments.models, accuracy)


def _evaluate_sides(arguments: argparse.Namespace) -> None:
    from runout.model.card import load_model
    from runout_training.corpus.prepare import prepare
    from runout_training.evaluation import side_grades, side_steady
    from runout_training.evaluation.accuracy import write

    prepare(arguments.cache)
    model = load_model(folder=arguments.models)
    split, seed, count = arguments.split, arguments.seed, arguments.sides
    grades = side_grades.evaluate_sides(arguments.cache, model, split, seed, count)
    steady = side_steady.score_steadiness(
        arguments.cache, model, split, seed, min(count, side_steady.SIDES)
    )
    tables = f"{side_grades.as_markdown(grades)}\n\n{side_steady.as_markdown(steady)}"
    print(tables)
    # What was tuned on is no page's business.
    if split == "test":
        write(arguments.page or _GRADING_PAGE, tables)


def _sides(arguments: argparse.Namespace) -> None:
    from runout_training.corpus.prepare import prepare
    from runout_training.sides.files import write_sides

    prepare(arguments.cache)
    low, high = arguments.minutes
    for path in write_sides(
        arguments.cache,
        arguments.folder,
        arguments.split,
        arguments.seed,
        arguments.count,
        (60.0 * low, 60.0 * high),
    ):
        print(path)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of sides, 1 or more")
    return int(text)


def _minutes(text: str) -> tuple[float, float]:
    """From and to, as `4-8`; one number is both."""
    low, _, high = text.partition("-")
    try:
        span = float(low), float(high or low)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no span of minutes, such as 4-8") from None
    if not 0.5 <= span[0] <= span[1] <= 40.0:
        raise argparse.ArgumentTypeError(f"{text!r}: minutes go from 0.5 to 40, the lesser first")
    return span


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
    if arguments.export is not None:
        from runout_training.baselines.installable import export
        from runout_training.corpus.prepare import prepare

        prepare(arguments.cache)
        for path in export(arguments.cache, arguments.export):
            print(path)
        return
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
