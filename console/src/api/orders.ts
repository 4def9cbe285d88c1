/** Work orders: whom a fire is given to, their clocks, who is called, and what they told. */

import type { DismissReason } from "../lib/reasons";
import type { Post } from "./duty";
import { deed } from "./deed";
import { call } from "./transport";

export type OrderState = "called" | "seen" | "answered" | "left" | "arrived" | "closed" | "withdrawn";
export const ANSWERS = ["real", "false", "handled", "unsure"] as const;
export type Answer = (typeof ANSWERS)[number];
export type ClockKind = "push" | "verify" | "leave";
export type ClockState = "running" | "overdue" | "kept" | "missed" | "void";
export type OrderEntryKind = OrderState | "opened" | "noted";

export interface OrderClock {
  kind: ClockKind;
  limit_s: number;
  /** As of the answer's `at`, until it was stopped, or until the order was over. */
  elapsed_s: number;
  state: ClockState;
  due_at: string;
}

export interface OrderCalled {
  /** Null for the duty room. */
  person_id: number | null;
  /** Empty for the duty room, and for who may not know. */
  name: string;
  phone: string | null;
  post: Post | null;
  /** From 1. */
  number: number;
  at: string;
  /** That had run out for who was called before; null for the first call, and for one by hand. */
  clock: ClockKind | null;
  /** How often the same person was called before. */
  round: number;
}

export interface OrderEntry {
  entry_id: number;
  kind: OrderEntryKind;
  at: string;
  /** A user, `system`, or `duty:` and the number of a person. */
  author: string;
  person_id: number | null;
  name: string;
  call_number: number | null;
  clock: ClockKind | null;
  round: number;
  answer: Answer | null;
  reason: DismissReason | null;
  note: string;
  photo: { url: string; taken_at: string | null; lon_deg: number | null; lat_deg: number | null } | null;
  /** Of the teller's phone, WGS 84. */
  place: { lon_deg: number; lat_deg: number; accuracy_m: number } | null;
  /** By the teller's clock; null when it was said as it came. */
  told_at: string | null;
}

export interface OrderPush {
  channel: string;
  state: "waiting" | "sending" | "sent" | "given_up";
  sent_at: string | null;
  /** Code of the last failure; empty for none. */
  error: string;
}

export interface OrderLink {
  state: "waiting" | "opened" | "expired" | "revoked";
  opened_at: string | null;
  expires_at: string;
}

export interface Village {
  code: string;
  name: string;
}

export interface Order {
  order_id: number;
  incident_id: number;
  /** Code; empty for the district's duty room. */
  township: string;
  township_name: string;
  villages: Village[];
  /** That the fire lies in the township; null when nobody reckoned it. */
  probability: number | null;
  closes_at: "village" | "district";
  note: string;
  state: OrderState;
  is_drill: boolean;
  opened_at: string;
  closed_at: string | null;
  answer: Answer | null;
  version: number;
  clocks: OrderClock[];
  /** When the next one is called; null when nobody will be. */
  next_call_at: string | null;
  called: OrderCalled | null;
  entries: OrderEntry[];
  pushes: OrderPush[];
  link: OrderLink | null;
}

export interface OrderList {
  /** As of when the clocks are read. */
  at: string;
  orders: Order[];
  next_before: number | null;
}

export interface SuggestedOrder {
  township: string;
  name: string;
  probability: number | null;
  villages: Village[];
}

export interface FireOrders {
  at: string;
  orders: Order[];
  suggested: SuggestedOrder[];
}

export interface TellRequest {
  kind: "seen" | "answered" | "left" | "arrived" | "noted";
  answer?: Answer | null;
  reason?: DismissReason | null;
  note?: string;
  /** Token of a photo that was sent for the fire before. */
  photo?: string | null;
  /** The same again changes nothing. */
  key: string;
}

export const orderCalls = {
  openOrders: () => call<OrderList>("GET", "/api/orders?state=open"),
  pastOrders: (limit: number, before: number | null) =>
    call<OrderList>("GET", `/api/orders?state=over&limit=${limit}${before === null ? "" : `&before=${before}`}`),
  order: (id: number) => call<Order>("GET", `/api/orders/${id}`),
  ordersOfFire: (incident_id: number) => call<FireOrders>("GET", `/api/incidents/${incident_id}/orders`),
  dispatchOrders: (incident_id: number, townships: string[], note: string) =>
    deed<{ orders: Order[] }>("/api/orders", { incident_id, townships, note }),
  tellOrder: (id: number, told: TellRequest) => deed<Order>(`/api/orders/${id}/tell`, told),
  callForOrder: (id: number, person_id: number | null) => deed<Order>(`/api/orders/${id}/call`, { person_id }),
  closeOrder: (id: number, note: string) => deed<Order>(`/api/orders/${id}/close`, { note }),
  withdrawOrder: (id: number, note: string) => deed<Order>(`/api/orders/${id}/withdraw`, { note }),
  orderLink: (id: number) => call<{ url: string }>("GET", `/api/orders/${id}/link`),
};
