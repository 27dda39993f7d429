"""Where and how a run was made: versions, machine, peak memory."""

import os
import platform
import re
from importlib import metadata
from pathlib import Path

__all__ = ["by_name", "machine", "peak_memory_mib", "reset_peak_memory", "versions"]


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that decide a result."""
    found = {"python": platform.python_version()}
    for package in ("infosem", "numpy", "torch"):
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:  # infosem run from a folder, without installation
            found[package] = "not installed"
    return found


def machine(device: str = "cpu") -> str:
    """Describe the machine: processor, number of cores this process may use, device.

    A processor has its family and model behind its name, where these can be known: virtual machines
    may call all of a maker's processors the same, and digits differ between them.

    Parameters
    ----------
    device : str
        As given to torch; the name of a CUDA device is looked up.
    """
    model = platform.processor() or platform.machine()
    try:
        info = Path("/proc/cpuinfo").read_text()
        told = dict(re.findall(r"^(model name|cpu family|model)\s*:\s*(.+)$", info, re.MULTILINE))
        model = told.get("model name", model)
        model += f" (family {told['cpu family']}, model {told['model']})"
    except (OSError, KeyError):  # not Linux, or a processor without such numbers
        pass
    try:
        n_cores = len(os.sched_getaffinity(0))
    except AttributeError:  # not Linux
        n_cores = os.cpu_count() or 1
    if device.startswith("cuda"):
        import torch  # slow to import, and needed for CUDA only

        device = f"{device} ({torch.cuda.get_device_name(device)})"
    return f"{model}, {n_cores} cores, {device}"


def by_name(machine: str) -> str:
    """A machine without the family and model of its processor, as older rows have it."""
    return re.sub(r" \(family[^)]*\)", "", machine)


def reset_peak_memory() -> None:
    """Start a new measurement of peak memory, where the system can (Linux)."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return  # the peak is then that of the process since it started


def peak_memory_mib() -> float:
    """Return the peak resident memory of this process in MiB, since `reset_peak_memory`.

    Where the system cannot reset it, since the process started.

    References
    ----------
    Linux manual, proc(5): clear_refs ("5" resets VmHWM) and status (VmHWM, in KiB).
    """
    try:
        status = Path("/proc/self/status").read_text()
        return int(re.findall(r"^VmHWM:\s*(\d+) kB$", status, flags=re.MULTILINE)[0]) / 1024
    except (OSError, IndexError):
        import resource  # not on Windows

        unit = 1024**2 if platform.system() == "Darwin" else 1024  # bytes there, KiB elsewhere
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
