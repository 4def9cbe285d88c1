"""Settings: one file, validated as a whole; what is wrong is named."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from models.config import (
    AttentionRule,
    EvidenceRule,
    GatesRule,
    Settings,
    SuppressionRule,
    WeatherRule,
    load_settings,
)
from models.errors import InputRefused


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "firewatch.toml"


def test_without_a_file_the_defaults_hold() -> None:
    assert load_settings(None, {}) == Settings()


def test_the_file_is_read(file: Path) -> None:
    file.write_text('port = 8080\ntime_zone = "UTC"\n[evidence]\nmin_hits = 3\n', "utf-8")
    settings = load_settings(file, {})
    assert settings == Settings(port=8080, time_zone="UTC", evidence=EvidenceRule(min_hits=3))


def test_the_environment_lies_over_the_file(file: Path) -> None:
    file.write_text("port = 8080\n[evidence]\nmin_hits = 3\nforget_s = 60.0\n", "utf-8")
    environment = {
        "FIREWATCH_PORT": "9000",
        "FIREWATCH_EVIDENCE__MIN_HITS": "4",
        "PORT": "1",
        "HOME": "/root",
    }
    settings = load_settings(file, environment)
    assert settings.port == 9000
    assert settings.evidence == EvidenceRule(min_hits=4, forget_s=60.0)


def test_the_environment_makes_a_section(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIREWATCH_EVIDENCE__FLOOR_SCORE", "0")
    assert load_settings(None).evidence.floor_score == 0.0


@pytest.mark.parametrize(
    ("text", "environment", "named"),
    [
        ("prot = 1", {}, "prot"),
        ("port = 0", {}, "port"),
        ("port = 65536", {}, "port"),
        ("[evidence]\nfloor_score = 1.5", {}, "evidence.floor_score"),
        ("[evidence]\nmin_hit = 2", {}, "evidence.min_hit"),
        ("evidence = 3", {}, "evidence"),
        ("evidence = 3", {"FIREWATCH_EVIDENCE__MIN_HITS": "2"}, "evidence"),
        ("", {"FIREWATCH_PROT": "1"}, "prot"),
        ("", {"FIREWATCH_PORT__X": "1"}, "port"),
        ("", {"FIREWATCH_MAX_BATCH": "many"}, "max_batch"),
    ],
)
def test_a_setting_that_is_wrong_is_named(
    file: Path, text: str, environment: dict[str, str], named: str
) -> None:
    file.write_text(text, "utf-8")
    with pytest.raises(InputRefused, match=f"The setting {named} is refused"):
        load_settings(file, environment)


@pytest.mark.parametrize("content", [b"port = ", b"\xff\xfe\x00", b"port = 1\nport = 2"])
def test_a_file_that_is_not_toml(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(InputRefused, match="is not TOML"):
        load_settings(file, {})


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(InputRefused, match="cannot be read") as refused:
            load_settings(path, {})
        assert str(path) in refused.value.message


def test_the_store_lies_in_the_data_folder_unless_a_url_is_given(tmp_path: Path) -> None:
    assert Settings(data_dir=tmp_path).store_url == f"sqlite:///{tmp_path}/firewatch.db"
    assert Settings(database_url="sqlite:////x.db").store_url == "sqlite:////x.db"


def test_the_decision_version_tells_what_shaped_a_decision() -> None:
    version = Settings().decision_version
    assert len(version) == 12
    assert Settings(port=9000).decision_version == version
    assert Settings(model_card="other").decision_version != version
    assert Settings(evidence=EvidenceRule(min_hits=9)).decision_version != version
    assert Settings(attention=AttentionRule(cost=1.0)).decision_version != version
    shorter = SuppressionRule(cool_down_s=60.0)
    assert Settings(suppression=shorter).decision_version != version


def test_classes_of_the_fire_weather_index_rise() -> None:
    settings = load_settings(None, {"FIREWATCH_WEATHER__LATITUDE_DEG": "31.5"})
    assert settings.weather.latitude_deg == 31.5
    for classes in ((5.0, 4.0, 10.0, 20.0), (0.0, 4.0, 10.0, 20.0), (1.0, 1.0, 2.0, 3.0)):
        with pytest.raises(ValidationError):
            WeatherRule(classes=classes)


def test_the_key_of_the_gates_lies_in_the_data_folder_unless_named(tmp_path: Path) -> None:
    assert Settings(data_dir=tmp_path).gates_key_file == tmp_path / "gates.key"
    named = load_settings(None, {"FIREWATCH_GATES__KEY_FILE": "/etc/firewatch/gates.key"})
    assert named.gates_key_file == Path("/etc/firewatch/gates.key")


def test_how_long_passages_are_kept_has_an_end() -> None:
    assert GatesRule(keep_days=1, look_back_hours=0.5).keep_days == 1.0
    assert GatesRule(keep_days=3650, look_back_hours=48, plates_role="monitor").keep_days == 3650.0
    for wrong in (
        {"keep_days": 0.9},
        {"keep_days": 3651},
        {"look_back_hours": 0.4},
        {"look_back_hours": 48.1},
        {"plates_role": "viewer"},  # who only looks on never sees a plate
        {"key_files": "x"},
    ):
        with pytest.raises(ValidationError):
            GatesRule.model_validate(wrong)
