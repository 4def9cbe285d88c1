"""An edit of the land tells which feature it is about."""

import pytest
import shapely

from models.land import LandFeature, Layer
from models.land.change import LandEdit

OLD = LandFeature(Layer.POST, "p1", "old", shapely.Point(106.6, 28.8), drill=False)
NEW = LandFeature(Layer.POST, "p1", "new", shapely.Point(106.6, 28.8), drill=False)


@pytest.mark.parametrize(
    ("before", "after", "told"), [(None, NEW, NEW), (OLD, NEW, NEW), (OLD, None, OLD)]
)
def test_an_edit_is_about_what_there_is_else_what_there_was(
    before: LandFeature | None, after: LandFeature | None, told: LandFeature
) -> None:
    edit = LandEdit(before, after)
    assert edit.feature is told
    assert edit.key == (Layer.POST, "p1")


def test_an_edit_of_nothing_is_none() -> None:
    with pytest.raises(ValueError, match="a before or an after"):
        _ = LandEdit(None, None).feature
