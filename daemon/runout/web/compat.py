"""For those who come from Vinyl Scratch Detector: its questions, answered by our model.

Its API: github.com/FaQRed/VinylScratchDetector, main.py. What it left out is answered as well: the
end of a file, and files shorter than three seconds.
"""

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool

from runout.errors import RunoutError
from runout.web.predecessors.installed import CALLED, Kind, is_installed
from runout.web.problem import problems
from runout.web.uploads.quick import BusyError
from runout.web.uploads.routes import FORM_BODY, RECEIVING, AtStation, answered
from runout.web.uploads.uploads import Uploads

_NONE = problems(s501="No such model is installed")
_ASKING = RECEIVING | problems(s500="The model that is installed is damaged") | _NONE

router = APIRouter(prefix="/analyze", tags=["compatibility"])


@router.post("/cnn", responses=RECEIVING, openapi_extra=FORM_BODY, summary="Scratched seconds")
async def analyze(request: Request, at: AtStation) -> Response:
    """The seconds in which a click or pop was heard, each with how sure Runout's model is.

    Compatibility only: /api/grade tells much more. `status` is `clean` or `scratch_detected`,
    `total` the number of `seconds`.
    """
    return await answered(request, at.uploads, "", "analyze")


@router.post("/mert", responses=_NONE, summary="A model that can't be installed")
def mert() -> Response:
    """MERT isn't installed here."""
    raise _not_there("MERT")


@router.post(
    "/{model}", responses=_ASKING, openapi_extra=FORM_BODY, summary="By a predecessor's model"
)
async def ask_predecessor(model: Kind, request: Request, at: AtStation) -> Response:
    """The windows of 3 s that a Random Forest or an SVM calls damaged, where one is installed.

    Compatibility only, and much less sure than /analyze/cnn. `second` is where a window begins;
    they begin a second apart, and the last is the file's last 3 s.
    """
    if not is_installed(at.uploads.models, model):
        raise _not_there(CALLED[model])
    await run_in_threadpool(_check, at.uploads, model)
    return await answered(request, at.uploads, "", model)


def _check(uploads: Uploads, model: Kind) -> None:
    """Have a worker read the model, before a long file is received for it."""
    try:
        uploads.quick.ask({"task": "model", "models": str(uploads.models), "model": model})
    except BusyError as error:
        raise HTTPException(503, str(error)) from error
    except RunoutError as error:
        raise HTTPException(500, str(error)) from error


def _not_there(called: str) -> HTTPException:
    return HTTPException(501, f"no {called} model is installed; ask /analyze/cnn or /api/grade")
