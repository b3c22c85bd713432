"""The page beside a demo."""

import socket
import urllib.request
from pathlib import Path

import pytest

from runout.web import beside as beside_module
from runout.web.beside import NoPageError, page_beside


def test_it_answers_before_its_address_is_told_and_goes_with_its_records():
    with page_beside() as beside:
        with urllib.request.urlopen(beside.address, timeout=30) as answer:
            assert answer.status == 200
        assert beside.runs()
        folder = Path(beside.environment["STATE_DIRECTORY"]).parent
        assert folder.is_dir()
    assert not beside.runs()
    assert not folder.exists()


def test_one_that_can_not_start_is_told_with_how_it_ended(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setattr(beside_module, "_free_port", lambda: other.getsockname()[1])
        with pytest.raises(NoPageError, match="ended at its start with status 1"), page_beside():
            pass


def test_one_that_does_not_answer_is_told_and_ended(monkeypatch):
    started = []
    popen = beside_module.subprocess.Popen

    def noted(*arguments, **settings):
        started.append(popen(*arguments, **settings))
        return started[-1]

    monkeypatch.setattr(beside_module.subprocess, "Popen", noted)
    with pytest.raises(NoPageError, match="didn't answer within 0 s"), page_beside(0.0):
        pass
    assert started[0].returncode is not None


def test_without_the_extra_there_is_none(monkeypatch):
    monkeypatch.setattr(beside_module, "find_spec", lambda _name: None)
    with pytest.raises(NoPageError, match="the extra `web` isn't installed"), page_beside():
        pass
