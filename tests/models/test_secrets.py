"""Secrets come from files, and numbers of persons stay out of what is never cleared."""

import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.config import load_settings
from models.errors import InputRefused
from models.personal import MASK, without_numbers

URL = "postgresql+psycopg://firewatch:s3cret@localhost/firewatch"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "url"
    file.write_text(f"{URL}\n")
    file.chmod(0o600)
    return file


def test_a_file_holds_the_url(secret: Path, tmp_path: Path) -> None:
    settings = tmp_path / "s.toml"
    settings.write_text(f'database_url_file = "{secret}"\n')
    for found in (
        load_settings(settings, {}),
        load_settings(None, {"FIREWATCH_DATABASE_URL_FILE": str(secret)}),
    ):
        assert found.database_url == URL
        assert "s3cret" not in repr(found)


def test_a_file_that_others_may_read_is_warned_of_without_its_words(
    secret: Path, caplog: pytest.LogCaptureFixture
) -> None:
    secret.chmod(0o644)
    with caplog.at_level(logging.WARNING):
        load_settings(None, {"FIREWATCH_DATABASE_URL_FILE": str(secret)})
    assert "chmod 640" in caplog.text
    assert "s3cret" not in caplog.text


def test_a_file_that_is_none_is_refused(secret: Path, tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for value in (tmp_path / "none", tmp_path, tmp_path / "binary"):
        with pytest.raises(InputRefused, match="cannot be read"):
            load_settings(None, {"FIREWATCH_DATABASE_URL_FILE": str(value)})
    both = {"FIREWATCH_DATABASE_URL_FILE": str(secret), "FIREWATCH_DATABASE_URL": URL}
    with pytest.raises(InputRefused, match="Both"):
        load_settings(None, both)


def test_a_certificate_without_its_key_is_refused() -> None:
    with pytest.raises(InputRefused, match="belong together"):
        load_settings(None, {"FIREWATCH_TLS__KEY": "/x"})


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("打13800001234找张三", f"打{MASK}找张三"),
        ("138-0000-1234", MASK),
        ("+86 138 0000 1234 wait", f"{MASK} wait"),
        ("023-48612345转2", f"{MASK}转2"),
        ("(0591)83612345", MASK),
        ("身份证500110199001011234。", f"身份证{MASK}。"),
        ("50011019900101123X", MASK),
        ("106.6512345, 29.0312345", "106.6512345, 29.0312345"),
        ("35651234, 3211234", "35651234, 3211234"),
        ("2026-11-26 03:00", "2026-11-26 03:00"),
        ("12345, 96119", "12345, 96119"),
        ("13800001234567", "13800001234567"),
    ],
)
def test_numbers_of_persons_are_masked_and_no_others(text: str, kept: str) -> None:
    assert without_numbers(text) == kept


@given(st.text(max_size=60), st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.text(max_size=60))
def test_no_mobile_number_between_words_gets_through(before: str, number: str, after: str) -> None:
    text = f"{before} {number} {after}"
    assert number not in without_numbers(text).split(" ")
