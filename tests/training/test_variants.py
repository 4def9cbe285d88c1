from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from labelled_sets import make_set

from detector.evaluate.labelled_set import read_index
from training.recipe import RECIPES
from training.variants import PARTS, VARIANTS, again, some_groups, without


def test_a_variant_lacks_what_its_name_says_and_nothing_else() -> None:
    whole = RECIPES["long"]
    left_out = {"tower_paste", "away_paste"}
    shares = VARIANTS["no-pasted-smoke"].shares
    assert {name for name in shares if shares[name] == 0} == left_out
    assert {name: shares[name] for name in shares if name not in left_out} == {
        name: share for name, share in whole.shares.items() if name not in left_out
    }
    assert without(whole, ()).shares == whole.shares


def test_every_variant_keeps_pictures_with_and_without_fire() -> None:
    for name, recipe in VARIANTS.items():
        assert sum(recipe.shares.values()) > 0.5, name
        assert recipe.batch == RECIPES["long"].batch
    assert set(PARTS) <= set(VARIANTS)


def test_the_next_seed_changes_nothing_else() -> None:
    for recipe in VARIANTS.values():
        assert again(recipe, 0) == recipe
        assert again(recipe, 2).seed == recipe.seed + 2
        assert replace(again(recipe, 1), seed=recipe.seed) == recipe


@pytest.mark.parametrize("count", [2, 4])
def test_the_parts_of_one_size_are_the_whole_and_share_no_group(count: int) -> None:
    parts = [part for part in PARTS.values() if part[1] - part[0] == 1 / count]
    assert len(parts) == count
    pictures = [_Grouped(f"g{number}") for number in range(200)]
    seen = [some_groups(pictures, last - first, after=first) for first, last in parts]
    assert sorted(p.group for part in seen for p in part) == sorted(p.group for p in pictures)


@given(share=st.floats(0, 1), more=st.floats(0, 1))
def test_fewer_groups_are_part_of_more(share: float, more: float) -> None:
    pictures = [_Grouped(f"g{number}") for number in range(200)]
    few, many = sorted((share, more))
    assert set(some_groups(pictures, few)) <= set(some_groups(pictures, many))
    assert abs(len(some_groups(pictures, few)) / 200 - few) < 0.15
    assert some_groups(pictures, 1.0) == tuple(pictures)


def test_a_group_stays_together(tmp_path: Path) -> None:
    rows = [f"s/{number},g{number // 3},s,tower,train" for number in range(30)]
    kept = some_groups(
        read_index(make_set(tmp_path, rows, {f"s/{n}": "0 .5 .5 .1 .1" for n in range(30)})), 0.5
    )
    groups = [picture.group for picture in kept]
    assert all(groups.count(group) == 3 for group in groups)
    assert 0 < len(groups) < 30


class _Grouped:
    def __init__(self, group: str) -> None:
        self.group = group
