from pathlib import Path

import pytest
from labelled_sets import make_set

from detector.evaluate.labelled_set import read_index
from models.errors import InputRefused
from training.recipe import Recipe, strata


def test_no_validation_picture_reaches_a_pool(tmp_path: Path) -> None:
    views = ["tower", "ground", "drone", "neg_sky", "neg_tower", "neg_forest", "neg_ir", "thermal"]
    rows = [
        f"s/{view}{split},{view}{split},s,{view},{split}"
        for view in views
        for split in ("train", "val")
    ]
    label = {row.split(",")[0]: "0 0.5 0.5 0.1 0.1" for row in rows[:6]}
    pools = strata(read_index(make_set(tmp_path, rows, label)))
    drawn = {picture.name for pool in pools.values() for picture in pool}
    assert drawn == {f"s/{view}train" for view in views}


def test_a_checkpoint_of_another_recipe_is_refused(tmp_path: Path) -> None:
    recipe, other = Recipe(), Recipe(learning_rate=1e-3)
    recipe.check_checkpoint(tmp_path, recipe.name, recipe.fingerprint())
    with pytest.raises(InputRefused, match=r"checkpoint of the recipe 'quiet'.*empty folder"):
        recipe.check_checkpoint(tmp_path, other.name, other.fingerprint())
