"""What a running service may not have: rights, and a port that it listens at."""

from collections.abc import Callable


def assert_closed(run: Callable[[str], str], pid: int) -> None:
    """That process `pid` has no rights and listens nowhere, by what `run` prints of a command.

    Something else must listen there, or the table of sockets tells nothing.
    """
    status = run(f"cat /proc/{pid}/status")
    assert "CapEff:\t0000000000000000" in status
    assert "NoNewPrivs:\t1" in status
    assert "Seccomp:\t2" in status
    sockets = run(f"ls -l /proc/{pid}/fd")
    listening = [
        line.split()[9]
        for table in ("tcp", "tcp6")
        for line in run(f"cat /proc/net/{table}").splitlines()[1:]
        if line.split()[3] == "0A"
    ]
    assert listening, "the broker listens, so the table can be read"
    assert "socket:" in sockets
    assert not [inode for inode in listening if f"socket:[{inode}]" in sockets]
