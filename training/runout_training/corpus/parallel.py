"""Jobs over all cores, or over a Dask cluster."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from tqdm import tqdm

from runout.errors import RunoutError

if TYPE_CHECKING:
    from distributed import Client

Result = TypeVar("Result")

_CONNECT_S = 20.0


def run(
    function: Callable[..., Result],
    arguments: Iterable[tuple[Any, ...]],
    address: str | None,
    description: str,
) -> Iterator[Result]:
    """`function(*one)` for each of the arguments, yielded in the order in which they are done,
    under a bar of progress; the error of a job that fails is raised, and the others are dropped.

    `address` is that of a Dask scheduler, such as `tcp://host:8786`; without one a cluster with a
    process a core is started here, and ended again. Workers elsewhere need the same version of
    `runout[train]`, and every path in the arguments (so the whole cache) at the same place as here:
    sound and features go over the shared folder, not over the scheduler.
    """
    jobs = list(arguments)
    if not jobs:
        return
    with _client(address, len(jobs)) as client:
        from distributed import as_completed

        # Not pure: Dask would take two jobs of equal arguments for one.
        futures = [client.submit(function, *job, pure=False) for job in jobs]
        try:
            done = as_completed(futures)
            for future in tqdm(done, total=len(futures), desc=description, unit="job"):
                yield future.result()
        finally:
            client.cancel(futures)


@contextmanager
def _client(address: str | None, jobs: int) -> "Iterator[Client]":
    # Dask takes a second to import: not for those who only mix.
    from distributed import Client, LocalCluster

    if address is not None:
        try:
            client = Client(address, timeout=_CONNECT_S)
        except (OSError, ValueError) as error:
            raise RunoutError(f"no Dask scheduler answers at {address}: {error}") from error
        with client:
            yield client
        return
    # Processes with one thread each, for numpy holds the interpreter's lock too often. No limit of
    # memory: a worker that is ended for its size would begin the same job again.
    with (
        LocalCluster(
            n_workers=min(jobs, os.cpu_count() or 1),
            threads_per_worker=1,
            processes=True,
            memory_limit=0,
            dashboard_address=":0",
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client
