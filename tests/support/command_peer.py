"""A peer of the MAVLink command protocol with a script, and messages as they come off a line."""

from typing import Any

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from drone_jobs.links.mavlink.listening import Listening
from drone_jobs.links.mavlink.words import Route

__all__ = ["CommandPeer", "off_the_line"]

Message = Any


def off_the_line(message: Message, *, system: int = 1, component: int = 1, seq: int = 0) -> Message:
    """The message, packed by one end and parsed by another."""
    packer = mavlink.MAVLink(None, srcSystem=system, srcComponent=component)
    packer.seq = seq % 256
    (parsed,) = mavlink.MAVLink(None).parse_buffer(message.pack(packer))
    return parsed


class CommandPeer:
    """A wire whose other end answers each command by a script.

    Args:
        script: by MAV_CMD, what is answered to each saying, in turn; the last one for ever. An
            answer is a list of results; an empty one is silence.
    """

    def __init__(self, script: dict[int, list[list[int]]]) -> None:
        self.script = {command: list(answers) for command, answers in script.items()}
        self.said: list[Message] = []
        self.listeners: list[Listening] = []
        self.for_system = 255
        self.component = 1

    @property
    def route(self) -> Route:
        return Route(255, 190, 1, 1)

    def send(self, message: Message) -> None:
        heard = off_the_line(message, system=255, component=190)
        self.said.append(heard)
        if heard.get_type() != "COMMAND_LONG":
            return
        answers = self.script.get(heard.command, [[0]])
        now = answers.pop(0) if len(answers) > 1 else answers[0]
        for result in now:
            self.answer(heard.command, result)

    def answer(self, command: int, result: int) -> None:
        ack = mavlink.MAVLink_command_ack_message(command, result, 0, 0, self.for_system, 190)
        self.tell(ack)

    def tell(self, message: Message) -> None:
        for listener in list(self.listeners):
            listener.put(off_the_line(message, component=self.component))

    def messages(self, *names: str) -> Listening:
        found = Listening(frozenset(names), self.listeners.remove)
        self.listeners.append(found)
        return found

    @property
    def orders(self) -> list[int]:
        return [each.command for each in self.said]
