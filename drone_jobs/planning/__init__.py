"""Plans sweeps: lines, ways, batteries, heights."""

from drone_jobs.planning.planner import plan_sweep

__all__ = ["plan_sweep"]
