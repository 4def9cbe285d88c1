"""The same lines put in order by OR-Tools (Google, Apache-2.0): one aircraft, one battery."""

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from drone_jobs.planning.flights import RoutingProblem

__all__ = ["ortools_s"]

UNITS_PER_S = 1_000
DROPPED = 10**9  # a line that is left out costs more than any flight


def ortools_s(problem: RoutingProblem, time_limit_s: int = 1) -> float | None:
    """Duration of the flight that OR-Tools finds; None when it leaves a line out.

    Every line is two nodes, one a direction, of which one is visited.
    """
    passes = problem.pass_s.shape[1]
    # Node 0 is home; node k + 1 is pass k, which is paid for on arrival.
    cost = np.zeros((passes + 1, passes + 1))
    cost[1:, 1:] = problem.hop_s[0, :-1, :-1] + problem.pass_s[0]
    cost[0, 1:] = problem.hop_s[0, -1, :-1] + problem.pass_s[0]
    cost[1:, 0] = problem.hop_s[0, :-1, -1]
    whole = np.minimum(cost * UNITS_PER_S, DROPPED).astype(np.int64)
    manager = pywrapcp.RoutingIndexManager(passes + 1, 1, 0)
    model = pywrapcp.RoutingModel(manager)
    priced = model.RegisterTransitCallback(
        lambda start, end: int(whole[manager.IndexToNode(start), manager.IndexToNode(end)])
    )
    model.SetArcCostEvaluatorOfAllVehicles(priced)
    for line in range(passes // 2):
        ways = [manager.NodeToIndex(1 + 2 * line), manager.NodeToIndex(2 + 2 * line)]
        model.AddDisjunction(ways, DROPPED, 1)
    wish = pywrapcp.DefaultRoutingSearchParameters()
    wish.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PATH_CHEAPEST_ARC
    wish.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    wish.time_limit.seconds = time_limit_s
    found = model.SolveWithParameters(wish)
    if found is None or found.ObjectiveValue() >= DROPPED:
        return None
    return float(found.ObjectiveValue()) / UNITS_PER_S
