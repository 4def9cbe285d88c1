"""What channels and deliveries look like on the wire; a secret goes in and never comes out."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from api.bodies import RequestBody
from models.incident import Level
from models.notice import (
    USUAL_OCCASIONS,
    Channel,
    ChannelDraft,
    ChannelHealth,
    ChannelKind,
    ChannelOptions,
    Delivery,
    DeliveryState,
    Language,
    MailSecurity,
    Occasion,
    Payload,
    Rules,
    Secrets,
    SkipReason,
)

__all__ = [
    "ChannelAnswer",
    "ChannelList",
    "ChannelRequest",
    "DeliveryAnswer",
    "DeliveryList",
    "HealthList",
    "HealthOfChannel",
    "TestAnswer",
]

Text200 = Annotated[str, Field(max_length=200)]
Points = Annotated[float, Field(ge=0.0, le=100.0)]
Minute = Annotated[int, Field(ge=0, lt=24 * 60)]


class OptionsRequest(RequestBody):
    """Where to, and how; see :class:`models.notice.ChannelOptions`."""

    address: Annotated[str, Field(max_length=2000)] = ""
    recipients: Annotated[tuple[Text200, ...], Field(max_length=100)] = ()
    sender: Text200 = ""
    security: MailSecurity = MailSecurity.STARTTLS
    payload: Payload = Payload.JSON
    keyword: Text200 = ""
    method: Annotated[str, Field(pattern=r"^(GET|POST)$")] = "POST"
    headers: Annotated[
        tuple[tuple[Text200, Annotated[str, Field(max_length=2000)]], ...], Field(max_length=20)
    ] = ()
    body: Annotated[str, Field(max_length=8000)] = ""
    content_type: Text200 = "application/json"
    success: Annotated[str, Field(max_length=500)] = ""


class RulesRequest(RequestBody):
    """What is told, and when; see :class:`models.notice.Rules`."""

    occasions: Annotated[tuple[Occasion, ...], Field(max_length=40)] = USUAL_OCCASIONS
    drills: bool = False
    townships: Annotated[
        tuple[Annotated[str, Field(max_length=40)], ...], Field(max_length=1000)
    ] = ()
    least_points: Points = 0.0
    urgent_points: Points = 60.0
    urgent_level: Level = Level.CORROBORATED
    quiet_from_minute: Minute | None = None
    quiet_to_minute: Minute | None = None
    cool_down_s: Annotated[float, Field(ge=0.0, le=86400.0)] = 60.0


class ChannelRequest(RequestBody):
    """A channel as an administrator sets it up.

    Attributes:
        secrets: all of them, by name; null leaves those that are stored.
    """

    name: Annotated[str, Field(max_length=60)]
    kind: ChannelKind
    options: OptionsRequest = OptionsRequest()
    rules: RulesRequest = RulesRequest()
    language: Language = Language.ZH
    enabled: bool = True
    secrets: (
        Annotated[dict[Text200, Annotated[str, Field(max_length=8000)]], Field(max_length=20)]
        | None
    ) = Field(default=None, repr=False)

    def draft(self) -> ChannelDraft:
        """In the house's words, without the secrets."""
        return ChannelDraft(
            self.name.strip(),
            self.kind,
            ChannelOptions(**self.options.model_dump()),
            Rules(**self.rules.model_dump()),
            self.language,
            self.enabled,
        )

    def given(self) -> Secrets | None:
        """The secrets; None when they are to stay."""
        return None if self.secrets is None else Secrets(self.secrets)


class ChannelAnswer(BaseModel):
    """A channel.

    Attributes:
        secrets: names of those that are stored; what they are is never told.
    """

    channel_id: int
    name: str
    kind: ChannelKind
    options: ChannelOptions
    rules: Rules
    language: Language
    enabled: bool
    secrets: tuple[str, ...]
    created_at: datetime

    @classmethod
    def of(cls, channel: Channel) -> "ChannelAnswer":
        """As it is stored."""
        draft = channel.draft
        return cls(
            channel_id=channel.channel_id,
            name=draft.name,
            kind=draft.kind,
            options=draft.options,
            rules=draft.rules,
            language=draft.language,
            enabled=draft.enabled,
            secrets=channel.secret_names,
            created_at=channel.created_at,
        )


class HealthOfChannel(BaseModel):
    """How a channel fares; see :class:`models.notice.ChannelHealth`.

    Attributes:
        fails: so often in a row that somebody must look after it.
        detail: of the last failure, in words; empty for whoever may not set channels up.
    """

    channel_id: int
    name: str
    kind: ChannelKind
    enabled: bool
    fails: bool
    pending: int
    failing: int
    oldest_pending_at: datetime | None
    last_success_at: datetime | None
    failing_since: datetime | None
    failures: int
    error: str
    detail: str

    @classmethod
    def of(cls, health: ChannelHealth, *, fails: bool, told: bool = True) -> "HealthOfChannel":
        """With whether somebody must look after it; ``told`` with the failure's own words."""
        draft = health.channel.draft
        return cls(
            channel_id=health.channel.channel_id,
            name=draft.name,
            kind=draft.kind,
            enabled=draft.enabled,
            fails=fails,
            pending=health.pending,
            failing=health.failing,
            oldest_pending_at=health.oldest_pending_at,
            last_success_at=health.last_success_at,
            failing_since=health.failing_since,
            failures=health.failures,
            error=health.error,
            detail=health.detail if told else "",
        )


class HealthList(BaseModel):
    """How every channel fares, by number."""

    health: tuple[HealthOfChannel, ...]


class ChannelList(BaseModel):
    """Channels by number, and how each fares."""

    channels: tuple[ChannelAnswer, ...]
    health: tuple[HealthOfChannel, ...]


class TestAnswer(BaseModel):
    """What came of a test message; ``code`` has words in the console."""

    __test__ = False  # no test of pytest's

    sent: bool
    receipt: str
    code: str
    detail: str


class DeliveryAnswer(BaseModel):
    """A notice on its way; see :class:`models.notice.Delivery`."""

    delivery_id: int
    channel_id: int
    channel_name: str
    incident_id: int
    entry_id: int
    occasion: Occasion
    state: DeliveryState
    created_at: datetime
    due_at: datetime
    attempts: int
    message_id: str
    sent_at: datetime | None
    receipt: str
    error: str
    detail: str
    skipped: SkipReason | None

    @classmethod
    def of(cls, one: Delivery) -> "DeliveryAnswer":
        """As it stands."""
        return cls(**{name: getattr(one, name) for name in cls.model_fields})


class DeliveryList(BaseModel):
    """Notices, newest first."""

    deliveries: tuple[DeliveryAnswer, ...]
