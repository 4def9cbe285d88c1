"""What a phone may be refused with has words on its page, in both languages."""

import json
from pathlib import Path

from raised_codes import raised_in

ROOT = Path(__file__).resolve().parents[2]
FROM_A_PHONE = [
    *("api/field", "api/incidents/photos.py", "models/order/checks.py", "models/order/life.py"),
    *("models/store/order_links.py", "api/auth/origin.py"),
]
NOT_TO_READ = {
    "order_draft": "a phone opens no order",
    "storage_full": "the page tries again by itself",
    "not_found": "a picture that is gone; the page offers to try again",
}


def test_what_a_phone_may_be_refused_with_has_words() -> None:
    raised = raised_in(ROOT, FROM_A_PHONE)
    assert raised.codes >= {"link_unknown", "link_used", "link_expired", "order_over"}
    assert set(NOT_TO_READ) <= raised.codes
    for language in ("zh", "en"):
        file = ROOT / f"console/src/field/i18n/{language}.json"
        words = json.loads(file.read_text(encoding="utf-8"))["problem"]
        said = {code for code, text in words.items() if text.strip()}
        assert raised.codes - said - set(NOT_TO_READ) == set(), language
