import threading
import time
from functools import partial

import pytest
import torch

from infosem.engine.team import split, team


@pytest.mark.parametrize("size", [1, 2, 3])
def test_every_job_runs_once_and_is_waited_for(size):
    with team(size) as threads:
        for n_jobs in (1, 2, 5):
            done: list[int] = []

            def job(i, done=done):
                time.sleep(0.001)
                done.append(i)

            threads.run([partial(job, i) for i in range(n_jobs)])
            assert sorted(done) == list(range(n_jobs))
        done = []
        threads.each(done.append)
        assert sorted(done) == list(range(size))


def test_jobs_run_at_the_same_time():
    both = threading.Barrier(2, timeout=10)
    with team(2) as threads:
        threads.run([both.wait, both.wait])


@pytest.mark.parametrize("size", [1, 2])
def test_error_of_a_job_is_raised_and_the_team_goes_on(size):
    def fail():
        raise ValueError("this one")

    with team(size) as threads:
        done = []
        with pytest.raises(ValueError, match="this one"):
            threads.run([lambda: time.sleep(0.01), fail])
        threads.each(done.append)
        assert len(done) == size


def test_interrupt_waits_for_the_other_threads():
    """What they write to would otherwise change while it is read."""
    begun, done = threading.Event(), []

    def slow():
        begun.set()
        time.sleep(0.05)
        done.append(1)

    def interrupt():
        begun.wait(10)
        raise KeyboardInterrupt

    with team(2) as threads, pytest.raises(KeyboardInterrupt):
        threads.run([interrupt, slow])
    assert done == [1]


def test_torch_has_one_thread_within_and_its_own_number_after():
    before = torch.get_num_threads()
    with team(2) as threads:
        found = []
        threads.each(lambda i: found.append(torch.get_num_threads()))
        assert found == [1, 1]
    assert torch.get_num_threads() == before


def test_parts_are_even_and_make_up_the_whole():
    for length, size in ((10, 3), (2, 4), (0, 2), (7, 1)):
        parts = split(length, size)
        assert len(parts) == size
        assert [i for part in parts for i in range(length)[part]] == list(range(length))
        sizes = [part.stop - part.start for part in parts]
        assert max(sizes) - min(sizes) <= 1
