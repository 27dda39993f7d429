"""Where and how a run was made."""

import os
import re
from pathlib import Path

import numpy as np
import pytest

from infosem_study.environment import machine, peak_memory_mib, reset_peak_memory, versions


def test_versions():
    found = versions()
    assert found["python"].startswith("3.")
    assert found["numpy"] == np.__version__
    assert set(found) == {"python", "infosem", "numpy", "torch"}


def test_machine_tells_processor_cores_and_device():
    processor, cores, device = machine().rsplit(", ", 2)
    assert processor
    info = Path("/proc/cpuinfo")
    if info.is_file() and "cpu family" in info.read_text():
        assert re.search(r"\(family \d+, model \d+\)$", processor)
    assert 1 <= int(cores.removesuffix(" cores")) <= os.cpu_count()
    assert device == "cpu"
    assert os.uname().nodename not in machine().split()


@pytest.mark.skipif(not os.access("/proc/self/clear_refs", os.W_OK), reason="Linux only")
def test_peak_memory_of_what_came_since_the_reset():
    def grow(mib):
        np.ones(mib * 2**17).sum()  # 8 bytes each, touched and given back

    grow(300)
    after_much = peak_memory_mib()
    reset_peak_memory()
    at_rest = peak_memory_mib()
    assert at_rest < after_much - 150
    grow(120)
    assert at_rest + 60 < peak_memory_mib() < at_rest + 180
