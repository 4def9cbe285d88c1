"""What this machine is: how many cores, which processor, what it multiplies itself."""

import os
import platform
from pathlib import Path

__all__ = ["has_bfloat16", "processor_name", "usable_cores"]

_CPU_FACTS = Path("/proc/cpuinfo")
_BFLOAT16_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})


def usable_cores() -> int:
    """Cores that this process may use, at least 1."""
    return len(os.sched_getaffinity(0))


def processor_name() -> str:
    """Its maker's word where the system tells it, otherwise its architecture."""
    for line in _facts().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def has_bfloat16() -> bool:
    """Whether the processor multiplies 16-bit brain floats itself; without, they are slower."""
    return not _BFLOAT16_FLAGS.isdisjoint(_facts().split())


def _facts() -> str:
    try:
        return _CPU_FACTS.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
