import logging
import threading

from runout.report.station.errand import Errands


def test_what_is_sent_is_done_in_order_and_before_the_end():
    done = []
    errands = Errands("test", 4)
    assert all(errands.send(lambda number=number: done.append(number)) for number in range(3))
    errands.close()
    assert done == [0, 1, 2]


def test_while_one_hangs_only_so_many_wait_and_nobody_for_them():
    begun, go_on = threading.Event(), threading.Event()

    def hang():
        begun.set()
        go_on.wait(30.0)

    done = []
    errands = Errands("test", 2)
    assert errands.send(hang)
    assert begun.wait(30.0)
    assert errands.send(lambda: done.append(1))
    assert errands.send(lambda: done.append(2))
    assert not errands.send(lambda: done.append(3))
    go_on.set()
    errands.close()
    assert done == [1, 2]


def test_trouble_is_told_once_until_it_is_over(caplog):
    def fail():
        raise OSError("No space left on device")

    errands = Errands("test", 8)
    with caplog.at_level(logging.WARNING):
        for do in (fail, fail, fail, lambda: None, fail):
            errands.send(do)
        errands.close()
    assert [record.getMessage() for record in caplog.records] == [
        "the listening station misses something: No space left on device"
    ] * 2


class Disk:
    """Full until it is emptied."""

    def __init__(self):
        self.full = True
        self.tried = threading.Event()
        self.put = []
        self.all_there = threading.Event()

    def errand(self, name):
        def do():
            if self.full:
                self.tried.set()
                raise OSError("No space left on device")
            self.put.append(name)
            if name == "last":
                self.all_there.set()

        return do


def test_what_went_wrong_is_tried_again_in_order():
    disk = Disk()
    errands = Errands("test", 8, keep=4, again_s=0.05)
    for name in ("first", "second", "last"):
        errands.send(disk.errand(name))
    assert disk.tried.wait(30.0)
    disk.full = False
    assert disk.all_there.wait(30.0)
    assert disk.put == ["first", "second", "last"]
    errands.close()


def test_what_comes_next_is_not_before_what_waits():
    disk = Disk()
    errands = Errands("test", 8, keep=4, again_s=3600.0)
    errands.send(disk.errand("first"))
    assert disk.tried.wait(30.0)
    disk.full = False
    errands.send(disk.errand("last"))
    assert disk.all_there.wait(30.0)
    assert disk.put == ["first", "last"]
    errands.close()


def test_a_stop_tries_once_more():
    disk = Disk()
    errands = Errands("test", 8, keep=4, again_s=3600.0)
    errands.send(disk.errand("last"))
    assert disk.tried.wait(30.0)
    disk.full = False
    errands.close()
    assert disk.put == ["last"]


def test_so_many_are_kept_the_newest_and_the_others_are_counted(caplog):
    disk = Disk()
    errands = Errands("test", 8, keep=2, again_s=3600.0)
    with caplog.at_level(logging.WARNING):
        for name in ("first", "second", "last"):
            errands.send(disk.errand(name))
        errands.close()
    assert [record.getMessage() for record in caplog.records] == [
        "the listening station misses something: No space left on device; tried again every 3600 s",
        "the listening station never got 2 of its files",
    ]


def test_a_stop_waits_so_long_and_no_longer():
    go_on = threading.Event()
    done = []
    errands = Errands("test", 2)
    errands.send(go_on.wait)
    errands.send(lambda: done.append(1))
    errands.close(0.05)
    assert done == []
    go_on.set()


def test_without_an_errand_there_is_no_thread():
    before = threading.active_count()
    Errands("test", 1).close()
    assert threading.active_count() == before
