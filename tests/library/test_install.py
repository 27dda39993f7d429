"""A new user's path, from the wheel to a network: see tests/install/run.py."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[1] / "install" / "run.py"


def test_a_wheel_of_this_checkout_makes_a_network_of_real_cells() -> None:
    done = subprocess.run([sys.executable, SCRIPT, "--here"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "decoupler" in done.stdout
