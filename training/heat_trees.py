"""The classifier of hot spots: boosted trees, and their ONNX file. Needs scikit-learn."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper
from sklearn.ensemble import HistGradientBoostingClassifier

from models.units import FloatArray
from training.heat_frames import Seen

__all__ = ["Trees", "export", "fit"]

ROUNDS = 120
LEAVES = 8
RATE = 0.08
SHRUNK = 5.0
ALWAYS = 12
OTHERS = 0.15
"""The twelve most prominent spots of a frame are learnt from, and so many of the rest."""


class Trees:
    """A boosted sum: log-odds under even chances."""

    def __init__(self, grown: HistGradientBoostingClassifier) -> None:
        self.grown = grown

    def log_odds(self, features: FloatArray) -> FloatArray:
        """One a row."""
        if not len(features):
            return np.zeros(0)
        return np.asarray(self.grown.decision_function(features), np.float64)


def fit(frames: Sequence[Seen], *, seed: int) -> Trees:
    """Train on one thread, the same every time."""
    rng = np.random.default_rng(seed)
    features, fires = [], []
    for one in frames:
        rank = np.argsort(np.argsort(-one.prominence, kind="stable"), kind="stable")
        kept = one.is_fire | (rank < ALWAYS) | (rng.random(len(rank)) < OTHERS)
        features.append(one.features[kept])
        fires.append(one.is_fire[kept])
    table, is_fire = np.concatenate(features), np.concatenate(fires)
    grown = HistGradientBoostingClassifier(
        max_iter=ROUNDS,
        max_leaf_nodes=LEAVES,
        learning_rate=RATE,
        l2_regularization=SHRUNK,
        class_weight="balanced",
        early_stopping=False,
        random_state=seed,
    )
    return Trees(grown.fit(table, is_fire))


def export(trees: Trees, out: Path, width: int) -> None:
    """Write the ONNX file: features (n, width) to log-odds (n, 1)."""
    rows: dict[str, list[float | int | str]] = {
        f"{group}_{name}": []
        for group, names in {
            "nodes": ("treeids", "nodeids", "featureids", "values", "modes", "truenodeids",
                      "falsenodeids"),
            "target": ("treeids", "nodeids", "ids", "weights"),
        }.items()
        for name in names
    }  # fmt: skip
    base = float(np.ravel(trees.grown._baseline_prediction)[0])  # noqa: SLF001
    for tree, (grown,) in enumerate(trees.grown._predictors):  # noqa: SLF001
        _add(rows, grown.nodes, tree)
    node = helper.make_node(
        "TreeEnsembleRegressor",
        ["features"],
        ["log_odds"],
        domain="ai.onnx.ml",
        n_targets=1,
        aggregate_function="SUM",
        post_transform="NONE",
        base_values=[base],
        **rows,
    )
    graph = helper.make_graph(
        [node],
        "hot_spots",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", width])],
        [helper.make_tensor_value_info("log_odds", TensorProto.FLOAT, ["n", 1])],
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)],
        ir_version=8,
        producer_name="firewatch",
    )
    onnx.checker.check_model(model)
    out.write_bytes(model.SerializeToString())


def _add(rows: dict[str, list[float | int | str]], nodes: np.ndarray, tree: int) -> None:
    for number, node in enumerate(nodes):
        is_leaf = bool(node["is_leaf"])
        values: tuple[float | int | str, ...] = (
            tree,
            number,
            0 if is_leaf else int(node["feature_idx"]),
            0.0 if is_leaf else float(node["num_threshold"]),
            "LEAF" if is_leaf else "BRANCH_LEQ",
            0 if is_leaf else int(node["left"]),
            0 if is_leaf else int(node["right"]),
        )
        names = (key for key in rows if key.startswith("nodes_"))
        for name, value in zip(names, values, strict=True):
            rows[name].append(value)
        if is_leaf:
            names = (key for key in rows if key.startswith("target_"))
            leaf: tuple[float | int | str, ...] = (tree, number, 0, float(node["value"]))
            for name, value in zip(names, leaf, strict=True):
                rows[name].append(value)
