"""Values of a file's cells, one by one, as each kind of attribute takes or refuses them."""

import pytest
import shapely

from geo.crs import prj_of
from geo.exchange import RawLayer
from geo.land.importing import LineCode, Mapping, choice_of, prepare
from geo.land.importing.near import Near
from geo.land.importing.systems import let_in
from geo.land.importing.values import Misfit, fitted
from models.errors import InputRefused
from models.land import Fact, Layer
from models.land.attributes import Attribute, known

PLACE = shapely.Point(106.6, 28.8)


def of(key: str) -> Attribute:
    found = known(Layer.WATER_POINT, key)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("key", "value", "wanted"),
    [
        ("telephone", True, "是"),
        ("telephone", False, "否"),
        ("telephone", 13812345678.0, "13812345678"),
        ("telephone", 0.5, "0.5"),
        ("wires", True, True),
        ("wires", 1.0, True),
        ("wires", 0, False),
        ("depth_m", 0, 0),
        ("depth_m", " — ", None),
    ],
)
def test_a_typed_cell_is_taken_as_its_attribute_wants_it(
    key: str, value: Fact, wanted: Fact
) -> None:
    found = fitted(of(key), value, {})
    assert found == wanted
    assert type(found) is type(wanted)


@pytest.mark.parametrize(
    ("key", "value", "unit", "code"),
    [
        ("wires", "也许", "", LineCode.NOT_YES_NO),
        ("state", "甲等", "", LineCode.NOT_A_CHOICE),
        ("depth_m", True, "", LineCode.NOT_A_NUMBER),
        ("depth_m", "很深", "", LineCode.NOT_A_NUMBER),
        ("depth_m", "3 ?!", "", LineCode.NOT_A_NUMBER),
        ("depth_m", "1e999", "", LineCode.NOT_A_NUMBER),
        ("depth_m", 3.0, "kg", LineCode.UNIT_UNKNOWN),
        ("depth_m", -1.0, "", LineCode.OUT_OF_RANGE),
        ("usable_from_month", 13, "", LineCode.OUT_OF_RANGE),
        ("usable_from_month", 4.5, "", LineCode.NOT_WHOLE),
    ],
)
def test_what_does_not_fit_is_named(key: str, value: Fact, unit: str, code: LineCode) -> None:
    with pytest.raises(Misfit) as caught:
        fitted(of(key), value, {}, unit)
    assert caught.value.code == code


def test_a_word_is_taken_for_a_choice_or_nobody_knows() -> None:
    assert choice_of(of("state"), "完好") == "good"
    assert choice_of(of("state"), "甲等") is None


def test_typed_codes_and_drill_of_each_row() -> None:
    rows = ((7.0, "甲", True, ""), (8.5, "乙", "否", "x"), (None, "丙", None, None))
    raw = RawLayer("码头", ("号", "名", "演练", "备注"), rows, (PLACE,) * 3)
    mapping = Mapping(Layer.QUAY, "名", "号", {"演练": "drill"}, "WGS84", drill=False)
    features, _ = prepare(raw, mapping, district=None, there=())
    assert [each.code for each in features[:2]] == ["7", "8.5"]
    assert [each.drill for each in features] == [True, False, False]
    assert [each.properties for each in features] == [{}, {"备注": "x"}, {}]


def test_a_system_in_the_words_of_a_prj() -> None:
    found = let_in([shapely.Point(368_261.4, 3_193_393.1), shapely.Point()], prj_of(4545))
    assert found[0].distance(shapely.Point(106.65, 28.85)) < 0.01
    assert found[1].is_empty


def test_without_known_land_no_system_is_advised() -> None:
    assert Near(None, ()).around is None
    raw = RawLayer("码头", (), ((),), (shapely.Point(368_261.4, 3_193_393.1),))
    mapping = Mapping(Layer.QUAY, None, None, {}, "WGS84", drill=False)
    with pytest.raises(InputRefused) as caught:
        prepare(raw, mapping, district=None, there=())
    assert caught.value.remedy
