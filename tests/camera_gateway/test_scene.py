from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera_gateway.scene import Plume, View, render_view
from camera_gateway.scene.forest import Texture, fractal
from camera_gateway.scene.view import AIR, lens_height_m
from geo.camera import ray_of_pixel
from geo.horizon import PolarGround
from geo.rays import Ending, Rays, walk
from geo.relief import drill_relief
from geo.terrain import Terrain
from models.errors import InputRefused
from models.site import HeightDatum, Pose, Position

SIZE = (320, 180)
POSE = Pose(62.0, -1.0, 0.0, 60.0)
RELIEF = drill_relief()
WEST, SOUTH, EAST, NORTH = RELIEF.bounds_deg


def lookout() -> Position:
    """30 m above a top in the western half, so that the view to the east is over relief."""
    west = RELIEF.values_m[20:-20, 20:100]
    row, column = np.unravel_index(np.argmax(west), west.shape)
    return Position(
        WEST + (column + 20.5) * RELIEF.cell_deg,
        NORTH - (row + 20.5) * RELIEF.cell_deg,
        30.0,
        HeightDatum.GROUND,
    )


@pytest.fixture(scope="module")
def view() -> View:
    return render_view(RELIEF, lookout(), POSE, SIZE, 7)


def test_a_view_is_the_same_for_the_same_seed_only(view: View) -> None:
    again = render_view(RELIEF, lookout(), POSE, SIZE, 7)
    assert (again.image == view.image).all()
    assert (again.range_m == view.range_m).all()
    other = render_view(RELIEF, lookout(), POSE, SIZE, 8)
    assert (other.image != view.image).any()


def test_land_lies_where_an_independent_walk_meets_it(view: View) -> None:
    position = lookout()
    near = RELIEF.around(position.lon_deg, position.lat_deg, 12_000.0, 60.0)
    rows, columns = np.meshgrid(np.arange(4, 180, 8), np.arange(4, 320, 8), indexing="ij")
    azimuth_deg, elevation_deg = ray_of_pixel(
        columns.ravel() + 0.25, rows.ravel() + 0.25, *SIZE, POSE
    )
    many = np.ones(azimuth_deg.size)
    rays = Rays(
        azimuth_deg,
        elevation_deg,
        lens_m=many * lens_height_m(RELIEF, position),
        refraction=many * 0.13,
        ground_bias_m=many * 5.0,  # trees: half of the crowns' height
        bias_ramp_m=0.0,
    )
    walked = walk(PolarGround.of(near, 12_000.0), rays, 12_000.0)
    shown_m = view.range_m[rows, columns].ravel()
    met = walked.ending == Ending.GROUND
    assert met.sum() > 200
    assert (np.isfinite(shown_m) == (walked.ending != Ending.SKY)).mean() > 0.97
    far = met & (walked.range_m > 300.0)
    difference = np.abs(shown_m[far] / walked.range_m[far] - 1.0)
    assert np.median(difference) < 0.03
    assert (difference < 0.3).mean() > 0.85  # the rest looks past an edge that trees move


def test_it_looks_like_mountains(view: View) -> None:
    sky = ~np.isfinite(view.range_m)
    assert 0.2 < sky.mean() < 0.6
    assert sky[:20].all()
    assert not sky[-20:].any()
    blue, green, red = (view.image[..., channel].astype(float) for channel in range(3))
    assert (blue[sky] > red[sky]).mean() > 0.99
    near = view.range_m < 2000.0
    assert (green[near] > blue[near]).mean() > 0.9
    far = np.isfinite(view.range_m) & (view.range_m > 12_000.0)
    distance = [np.abs(view.image[part] - AIR).mean() for part in (near, far)]
    assert distance[1] < 0.6 * distance[0]  # haze


def test_what_lies_beyond_the_relief_goes_on_as_its_edge() -> None:
    values = np.full((60, 60), 100.0, np.float32)
    values[:, :20] = np.nan
    flat = Terrain("flat", values, 100.0, 30.0, 0.001, "synthetic")
    view = render_view(
        flat,
        Position(100.04, 29.97, 150.0, HeightDatum.SEA_LEVEL),
        Pose(0.0, -5.0, 0.0, 40.0),
        (64, 48),
        1,
    )
    middle = view.range_m[-1, 32]
    assert middle == pytest.approx(50.0 / np.tan(np.radians(5.0 + 15.2)), rel=0.25)
    assert np.isfinite(view.range_m[-24:]).all()


def test_a_lens_that_cannot_be_placed_is_refused() -> None:
    place = lookout()
    ground_m = float(RELIEF.height_at(place.lon_deg, place.lat_deg))
    assert lens_height_m(RELIEF, place) == pytest.approx(ground_m + 30.0)
    sea = replace(place, height_m=500.0, height_datum=HeightDatum.SEA_LEVEL)
    assert lens_height_m(RELIEF, sea) == 500.0
    for wrong in (
        replace(place, height_datum=HeightDatum.ELLIPSOID),
        replace(place, lon_deg=10.0),
    ):
        with pytest.raises(InputRefused, match="cannot place"):
            lens_height_m(RELIEF, wrong)


@given(seed=st.integers(0, 2**31))
def test_noise_is_seamless_and_scaled(seed: int) -> None:
    plane = fractal(np.random.default_rng(seed), 2.2, 64)
    assert plane.mean() == pytest.approx(0.0, abs=1e-3)
    assert plane.std() == pytest.approx(1.0, abs=1e-3)
    inside = np.abs(np.diff(plane, axis=0)).mean()
    seam = np.abs(plane[0] - plane[-1]).mean()
    assert seam < 3.0 * inside


@given(
    east=st.floats(-3e4, 3e4, width=32),
    north=st.floats(-3e4, 3e4, width=32),
    footprint=st.floats(0.01, 1e5),
)
def test_textures_repeat_for_ever(east: float, north: float, footprint: float) -> None:
    texture = Texture.of(fractal(np.random.default_rng(0), 1.0, 32), 0.5)

    def at(east_m: float, north_m: float) -> float:
        return float(
            texture.sample(
                np.array([east_m], np.float32),
                np.array([north_m], np.float32),
                np.array([footprint], np.float32),
            )[0]
        )

    # In whole cells: a place on the edge between two cells may round to either.
    east, north = np.floor(east) + 0.25, np.floor(north) + 0.25
    assert at(east, north) == at(east + 160.0, north - 16.0)


def clear(width: int = 200, height: int = 150, range_m: float = np.inf) -> View:
    return View(
        np.full((height, width, 3), 60, np.uint8), np.full((height, width), range_m, np.float32)
    )


def smoke(seed: int = 3, base: tuple[float, float] = (60.0, 120.0), wind: float = 0.9) -> Plume:
    return Plume(base, range_m=6500.0, pixels_per_metre=0.17, cross_wind=wind, seed=seed)


def test_nothing_is_drawn_before_ignition_and_the_view_stays_as_it_is() -> None:
    view = clear()
    assert (smoke().draw(view, -0.1) == view.image).all()
    smoke().draw(view, 300.0)
    assert (view.image == 60).all()


def test_smoke_grows_rises_and_drifts_and_repeats_exactly() -> None:
    areas, tops = [], []
    for burning_s in (30, 60, 120, 240, 480):
        touched = np.abs(smoke().draw(clear(), burning_s).astype(int) - 60).max(axis=2) > 6
        areas.append(int(touched.sum()))
        tops.append(120 - int(np.flatnonzero(touched.any(axis=1))[0]))
    assert areas == sorted(set(areas))
    assert areas[0] < 150
    assert areas[-1] > 2000
    assert tops == sorted(tops)
    heights_m = [top / 0.17 for top in tops]
    assert heights_m[0] < 100.0
    assert 300.0 < heights_m[-1] < 700.0
    columns = np.flatnonzero(
        (smoke().draw(clear(), 480).astype(int) - 60).max(axis=2).max(axis=0) > 6
    )
    assert columns[-1] - 60 > 2 * (60 - columns[0])
    left = (smoke(wind=-0.9).draw(clear(), 480).astype(int) - 60).max(axis=2).max(axis=0)
    assert np.flatnonzero(left > 6)[0] < 30
    assert (smoke().draw(clear(), 240) == smoke().draw(clear(), 240)).all()
    assert (smoke(4).draw(clear(), 240) != smoke(3).draw(clear(), 240)).any()


def test_smoke_is_whitish_grey_and_lets_the_land_through() -> None:
    drawn = smoke().draw(clear(), 300).astype(int)
    touched = drawn[np.abs(drawn - 60).max(axis=2) > 6]
    assert touched.max() < 246
    assert np.ptp(touched, axis=1).max() < 45  # hardly any colour
    assert (touched.mean(axis=1) < 120).mean() > 0.05  # a soft edge


def test_a_nearer_ridge_hides_the_smoke_behind_it() -> None:
    view = clear(range_m=6500.0)
    view.range_m[90:] = 2000.0
    changed = (smoke().draw(view, 400) != 60).any(axis=2)
    assert changed[:90].any()
    assert not changed[90:].any()


@pytest.mark.parametrize("base", [(-500.0, 50.0), (60.0, 2000.0), (199.0, 1.0)])
def test_smoke_outside_the_picture_does_no_harm(base: tuple[float, float]) -> None:
    drawn = smoke(base=base).draw(clear(), 400)
    assert drawn.shape == (150, 200, 3)
