"""What robots of group chats have in common: an answer of status 200 may be a refusal."""

import json
from collections.abc import Mapping

from api.notices.trouble import DeliveryFailed, Trouble
from api.notices.web import Answer

__all__ = ["check_answer", "json_of", "mentions"]

JSON_HEADERS = {"Content-Type": "application/json; charset=utf-8"}


def json_of(value: object) -> bytes:
    """A body."""
    return json.dumps(value, ensure_ascii=False).encode()


def check_answer(answer: Answer, troubles: Mapping[int, tuple[Trouble, float]]) -> str:
    """A receipt, when the robot says that it took the message.

    Args:
        answer: of status 200.
        troubles: what an ``errcode`` means, and how long to wait after it, seconds.

    Raises:
        DeliveryFailed: the robot says otherwise, or nothing that can be read.
    """
    try:
        told = json.loads(answer.text)
        code = told["errcode"]
    except (ValueError, TypeError, KeyError) as error:
        raise DeliveryFailed(
            Trouble.UNREADABLE, "The answer is not that of such a robot."
        ) from error
    if isinstance(code, bool) or not isinstance(code, int):
        raise DeliveryFailed(Trouble.UNREADABLE, "The answer is not that of such a robot.")
    if code == 0:
        return "errcode 0"
    trouble, wait_s = troubles.get(code, (Trouble.REFUSED, 0.0))
    raise DeliveryFailed(trouble, f"The robot answers errcode {code}.", retry_after_s=wait_s)


def mentions(recipients: tuple[str, ...]) -> tuple[list[str], list[str], bool]:
    """Telephone numbers, other names, and whether everybody is meant (``@all``)."""
    everybody = "@all" in recipients
    numbers = [one for one in recipients if one.lstrip("+").isdecimal()]
    names = [one for one in recipients if one not in numbers and one != "@all"]
    return numbers, names, everybody
