/** Channels of notices, how they fare, and what became of each notice. */

import type { Level } from "./incidents";
import { call } from "./transport";

export const CHANNEL_KINDS = ["wecom", "dingtalk", "smtp", "webhook", "sms", "apprise"] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];
export const PAYLOADS = ["json", "cap", "gbt35965"] as const;
export const MAIL_SECURITIES = ["starttls", "tls", "none"] as const;
export const NOTICE_LANGUAGES = ["zh", "en"] as const;
export const OCCASIONS = [
  "opened",
  "split",
  "raised",
  "joined",
  "acknowledged",
  "proposed",
  "declined",
  "confirmed",
  "dispatched",
  "arrived",
  "controlled",
  "closed",
  "dismissed",
  "undone",
  "reopened",
  "merged",
  "called",
] as const;
export type Occasion = (typeof OCCASIONS)[number];

export interface ChannelOptions {
  address: string;
  recipients: string[];
  sender: string;
  security: (typeof MAIL_SECURITIES)[number];
  payload: (typeof PAYLOADS)[number];
  keyword: string;
  method: "GET" | "POST";
  headers: [string, string][];
  body: string;
  content_type: string;
  success: string;
}

export interface ChannelRules {
  occasions: Occasion[];
  drills: boolean;
  townships: string[];
  least_points: number;
  urgent_points: number;
  urgent_level: Level;
  quiet_from_minute: number | null;
  quiet_to_minute: number | null;
  cool_down_s: number;
}

/** A channel as it is set up; without secrets those that are stored stay. */
export interface ChannelRequest {
  name: string;
  kind: ChannelKind;
  options: ChannelOptions;
  rules: ChannelRules;
  language: (typeof NOTICE_LANGUAGES)[number];
  enabled: boolean;
  secrets: Record<string, string> | null;
}

/** A channel as it is stored: of its secrets only the names. */
export interface Channel extends Omit<ChannelRequest, "secrets"> {
  channel_id: number;
  secrets: string[];
  created_at: string;
}

export interface ChannelHealth {
  channel_id: number;
  name: string;
  kind: ChannelKind;
  enabled: boolean;
  /** So often in a row that somebody must look after it. */
  fails: boolean;
  pending: number;
  failing: number;
  oldest_pending_at: string | null;
  last_success_at: string | null;
  failing_since: string | null;
  failures: number;
  error: string;
  detail: string;
}

export interface ChannelTested {
  sent: boolean;
  receipt: string;
  code: string;
  detail: string;
}

export interface Delivery {
  delivery_id: number;
  channel_id: number;
  channel_name: string;
  incident_id: number;
  entry_id: number;
  occasion: Occasion;
  state: "pending" | "sending" | "sent" | "skipped";
  created_at: string;
  due_at: string;
  attempts: number;
  message_id: string;
  sent_at: string | null;
  receipt: string;
  error: string;
  detail: string;
  skipped: "not_wanted" | "channel_off" | null;
}

/** A sender may take a minute. */
const NOTICE_WAIT_MS = 75_000;

export const noticeCalls = {
  noticeHealth: () => call<{ health: ChannelHealth[] }>("GET", "/api/notices/health"),
  channels: () => call<{ channels: Channel[]; health: ChannelHealth[] }>("GET", "/api/notices/channels"),
  addChannel: (request: ChannelRequest) => call<Channel>("POST", "/api/notices/channels", request),
  changeChannel: (id: number, request: ChannelRequest) =>
    call<Channel>("PUT", `/api/notices/channels/${id}`, request),
  removeChannel: (id: number) => call<void>("DELETE", `/api/notices/channels/${id}`),
  testChannel: (id: number) =>
    call<ChannelTested>("POST", `/api/notices/channels/${id}/test`, undefined, NOTICE_WAIT_MS),
  receipts: (id: number) =>
    call<{ deliveries: Delivery[] }>("GET", `/api/incidents/${id}/deliveries`),
};
