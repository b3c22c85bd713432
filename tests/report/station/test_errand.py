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


def test_without_an_errand_there_is_no_thread():
    before = threading.active_count()
    Errands("test", 1).close()
    assert threading.active_count() == before
