/** A channel between the server's words and the fields of a form. */

import {
  type Channel,
  type ChannelKind,
  type ChannelOptions,
  type ChannelRequest,
  type ChannelRules,
  OCCASIONS,
} from "../api/notices";
import { clockOf, minuteOf } from "./patrolForm";

/** Secrets by name; a kind must have the needed ones. An SMS gateway names its own. */
export const SECRETS: Record<Exclude<ChannelKind, "sms">, { name: string; needed: boolean }[]> = {
  wecom: [{ name: "key", needed: true }],
  dingtalk: [
    { name: "access_token", needed: true },
    { name: "sign", needed: false },
  ],
  smtp: [
    { name: "user", needed: false },
    { name: "password", needed: false },
  ],
  webhook: [
    { name: "signing_key", needed: true },
    { name: "bearer", needed: false },
  ],
  apprise: [{ name: "urls", needed: true }],
};

/** Without these the kind cannot be sent to. */
export const NEEDS_ADDRESS: ReadonlySet<ChannelKind> = new Set(["smtp", "webhook", "sms"]);

/** What a channel tells unless somebody chose otherwise, as the server does. */
const USUAL = OCCASIONS.filter((it) => !["joined", "acknowledged", "declined", "called"].includes(it));

export interface ChannelFields {
  name: string;
  kind: ChannelKind;
  options: Omit<ChannelOptions, "recipients" | "headers">;
  /** One a line. */
  recipients: string;
  /** `Name: value`, one a line. */
  headers: string;
  rules: Omit<ChannelRules, "quiet_from_minute" | "quiet_to_minute">;
  quiet_from: string;
  quiet_to: string;
  language: ChannelRequest["language"];
  enabled: boolean;
  /** Whether the stored secrets are replaced by those that are typed. */
  replaces: boolean;
  secrets: { name: string; value: string }[];
}

const rowsOf = (kind: ChannelKind, stored: readonly string[]): ChannelFields["secrets"] => {
  const names = kind === "sms" ? stored : SECRETS[kind].map((it) => it.name);
  return names.map((name) => ({ name, value: "" }));
};

/** A new channel of a kind. */
export function freshFields(kind: ChannelKind): ChannelFields {
  return {
    name: "",
    kind,
    options: {
      address: "",
      sender: "",
      security: "starttls",
      payload: "json",
      keyword: "",
      method: "POST",
      body: "",
      content_type: "application/json",
      success: "",
    },
    recipients: "",
    headers: "",
    rules: {
      occasions: [...USUAL],
      drills: false,
      townships: [],
      least_points: 0,
      urgent_points: 60,
      urgent_level: "corroborated",
      cool_down_s: 60,
    },
    quiet_from: "",
    quiet_to: "",
    language: "zh",
    enabled: true,
    replaces: true,
    secrets: rowsOf(kind, []),
  };
}

/** A stored channel, to be changed. */
export function fieldsOf(channel: Channel): ChannelFields {
  const { recipients, headers, ...options } = channel.options;
  const { quiet_from_minute, quiet_to_minute, ...rules } = channel.rules;
  return {
    name: channel.name,
    kind: channel.kind,
    options,
    recipients: recipients.join("\n"),
    headers: headers.map(([name, value]) => `${name}: ${value}`).join("\n"),
    rules,
    quiet_from: quiet_from_minute === null ? "" : clockOf(quiet_from_minute),
    quiet_to: quiet_to_minute === null ? "" : clockOf(quiet_to_minute),
    language: channel.language,
    enabled: channel.enabled,
    replaces: channel.secrets.length === 0,
    secrets: rowsOf(channel.kind, channel.secrets),
  };
}

/** Words of a list that people write with any comma, or one a line. */
export const listOf = (text: string): string[] =>
  text
    .split(/[\n,，;；、]/)
    .map((part) => part.trim())
    .filter((part) => part !== "");

function headersOf(text: string): [string, string][] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const at = line.search(/[:：]/);
      return at < 0 ? [line.trim(), ""] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    });
}

/** Whether quiet hours are none, or two different moments of the day. */
export function quietFine(fields: ChannelFields): boolean {
  const [from, to] = [fields.quiet_from.trim(), fields.quiet_to.trim()];
  if (from === "" && to === "") return true;
  const [first, last] = [minuteOf(from), minuteOf(to)];
  return first !== null && last !== null && first !== last;
}

export type Missing = "name" | "address" | "recipients" | "sender" | "secrets" | "template" | "occasions" | "quiet";

/** What still lacks before it can be saved. */
export function missingIn(fields: ChannelFields): Missing[] {
  const { kind, options } = fields;
  const found: Missing[] = [];
  if (fields.name.trim() === "") found.push("name");
  if (NEEDS_ADDRESS.has(kind) && options.address.trim() === "") found.push("address");
  if ((kind === "smtp" || kind === "sms") && listOf(fields.recipients).length === 0) found.push("recipients");
  if (kind === "smtp" && options.sender.trim() === "") found.push("sender");
  if (kind === "sms" && ![options.address, options.body, fields.headers].some((it) => it.includes("{text}")))
    found.push("template");
  if (fields.replaces && kind !== "sms") {
    const needed = SECRETS[kind].filter((it) => it.needed).map((it) => it.name);
    if (needed.some((name) => !fields.secrets.some((it) => it.name === name && it.value.trim() !== "")))
      found.push("secrets");
  }
  if (fields.rules.occasions.length === 0) found.push("occasions");
  if (!quietFine(fields)) found.push("quiet");
  return found;
}

function secretsOf(fields: ChannelFields): Record<string, string> | null {
  if (!fields.replaces) return null;
  const given = fields.secrets.filter((it) => it.name.trim() !== "" && it.value !== "");
  const many = fields.kind === "apprise"; // addresses, one a line
  return Object.fromEntries(given.map((it) => [it.name.trim(), many ? it.value.trim() : it.value]));
}

/** What is sent of the fields; those that the kind does not have are left as they are by default. */
export function requestOf(fields: ChannelFields): ChannelRequest {
  const none = freshFields(fields.kind).options;
  const { kind, options } = fields;
  const has = (...kinds: ChannelKind[]): boolean => kinds.includes(kind);
  return {
    name: fields.name.trim(),
    kind,
    options: {
      address: has("apprise") ? "" : options.address.trim(),
      recipients: has("webhook", "apprise") ? [] : listOf(fields.recipients),
      sender: has("smtp") ? options.sender.trim() : "",
      security: has("smtp") ? options.security : none.security,
      payload: has("webhook") ? options.payload : none.payload,
      keyword: has("dingtalk") ? options.keyword.trim() : "",
      method: has("sms") ? options.method : none.method,
      headers: has("sms") ? headersOf(fields.headers) : [],
      body: has("sms") ? options.body : "",
      content_type: has("sms") ? options.content_type.trim() : none.content_type,
      success: has("sms") ? options.success : "",
    },
    rules: {
      ...fields.rules,
      quiet_from_minute: fields.quiet_from.trim() === "" ? null : minuteOf(fields.quiet_from),
      quiet_to_minute: fields.quiet_to.trim() === "" ? null : minuteOf(fields.quiet_to),
    },
    language: fields.language,
    enabled: fields.enabled,
    secrets: secretsOf(fields),
  };
}

/** A stored channel switched on or off; nothing else of it changes. */
export const switchedTo = (channel: Channel, enabled: boolean): ChannelRequest => ({
  ...requestOf(fieldsOf(channel)),
  enabled,
  secrets: null,
});
