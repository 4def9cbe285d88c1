"""The tables; every change to them is a migration in ``migrations/versions``."""

from models.store.tables.alerts import alert, clearing, evidence, recording
from models.store.tables.answers import kept_answer
from models.store.tables.base import metadata
from models.store.tables.cameras import (
    camera,
    camera_credential,
    camera_link,
    former_camera,
    preset,
)
from models.store.tables.digests import nuisance_digest, nuisance_proposal
from models.store.tables.dual import dual_pair, dual_registration
from models.store.tables.duty import duty_leave, duty_person, duty_shift
from models.store.tables.flights import (
    aircraft,
    flight_check,
    flight_run,
    flight_step,
    flight_track,
    leader_lease,
    schedule,
    schedule_version,
    sweep,
    sweep_version,
)
from models.store.tables.footage import footage, footage_proposal, footage_truth
from models.store.tables.gates import passage
from models.store.tables.imagery import imagery, imagery_hit
from models.store.tables.incidents import incident, incident_entry
from models.store.tables.land import land_change, land_edit, land_feature, wind_entry
from models.store.tables.looks import heat_look, heat_watch
from models.store.tables.memory import candidate, event, ledger_entry
from models.store.tables.nodes import (
    heat_frame,
    heat_node,
    heat_node_key,
    heat_node_state,
)
from models.store.tables.notices import channel, channel_secret, delivery
from models.store.tables.orders import (
    clock_shift,
    order_entry,
    order_link,
    order_push,
    steady_anchor,
    work_order,
)
from models.store.tables.patrols import (
    camera_lease,
    camera_patrol,
    danger_entry,
    view_mask,
    visit,
    watch_gap,
)
from models.store.tables.people import (
    account,
    api_token,
    audit_entry,
    audit_head,
    former_account,
    session,
    sign_in_memory,
)
from models.store.tables.places import calibration, observation, pose_check, pose_reference
from models.store.tables.releases import frozen_set, model_activation, model_release
from models.store.tables.replays import replay
from models.store.tables.shifts import exchange_inbox, handover
from models.store.tables.weather import weather_entry

__all__ = [
    "account",
    "aircraft",
    "alert",
    "api_token",
    "audit_entry",
    "audit_head",
    "calibration",
    "camera",
    "camera_credential",
    "camera_lease",
    "camera_link",
    "camera_patrol",
    "candidate",
    "channel",
    "channel_secret",
    "clearing",
    "clock_shift",
    "danger_entry",
    "delivery",
    "dual_pair",
    "dual_registration",
    "duty_leave",
    "duty_person",
    "duty_shift",
    "event",
    "evidence",
    "exchange_inbox",
    "flight_check",
    "flight_run",
    "flight_step",
    "flight_track",
    "footage",
    "footage_proposal",
    "footage_truth",
    "former_account",
    "former_camera",
    "frozen_set",
    "handover",
    "heat_frame",
    "heat_look",
    "heat_node",
    "heat_node_key",
    "heat_node_state",
    "heat_watch",
    "imagery",
    "imagery_hit",
    "incident",
    "incident_entry",
    "kept_answer",
    "land_change",
    "land_edit",
    "land_feature",
    "leader_lease",
    "ledger_entry",
    "metadata",
    "model_activation",
    "model_release",
    "nuisance_digest",
    "nuisance_proposal",
    "observation",
    "order_entry",
    "order_link",
    "order_push",
    "passage",
    "pose_check",
    "pose_reference",
    "preset",
    "recording",
    "replay",
    "schedule",
    "schedule_version",
    "session",
    "sign_in_memory",
    "steady_anchor",
    "sweep",
    "sweep_version",
    "view_mask",
    "visit",
    "watch_gap",
    "weather_entry",
    "wind_entry",
    "work_order",
]
