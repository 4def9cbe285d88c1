/**
 * Work orders as they stand some seconds after the server told of them: clocks counted on, what is
 * urgent, who is called next. Seconds come from the server's numbers and a timer that nobody sets;
 * the clock of this desk is never asked.
 */

import type { Answer, ClockKind, ClockState, Order, OrderPush, TellRequest } from "../api/orders";
import type { FireState } from "../api/shared";
import { shownOf } from "../field/lib/clocks";

/** A clock as it is shown. */
export interface ClockShown {
  kind: ClockKind;
  state: ClockState;
  limit_s: number;
  /** Left of one that runs, over of one that is late, used of one that was stopped; not below 0. */
  shown_s: number;
}

/** The clocks of an order so many seconds after the answer. */
export const clocksOf = (order: Pick<Order, "clocks">, since_s: number): ClockShown[] =>
  order.clocks.map((clock) => {
    const { state, elapsed_s, left_s } = shownOf(clock, since_s);
    const shown_s = state === "running" ? left_s : state === "overdue" ? -left_s : elapsed_s;
    return { kind: clock.kind, state, limit_s: clock.limit_s, shown_s };
  });

export const isOverdue = (order: Pick<Order, "clocks">, since_s: number): boolean =>
  clocksOf(order, since_s).some((it) => it.state === "overdue");

const ENDED: ReadonlySet<Order["state"]> = new Set(["closed", "withdrawn"]);
export const isOver = (order: Pick<Order, "state">): boolean => ENDED.has(order.state);

/** States of a fire that a monitor has confirmed, and that is not settled. */
const BURNS: ReadonlySet<FireState> = new Set(["confirmed", "dispatched", "arrived", "controlled"]);

/** Whether the ground says that it burns, and no monitor has said so yet; `fire` undefined: not known here. */
export const awaitsVerdict = (order: Pick<Order, "answer" | "state">, fire: FireState | undefined): boolean =>
  !isOver(order) && order.answer === "real" && fire !== undefined && !BURNS.has(fire);

/**
 * Open orders, the most urgent first, as the server sorts them: those that say that it burns while no
 * monitor has, then those that are late, then the rest; newest first in each.
 */
export function urgentFirst(orders: readonly Order[], since_s: number, fires: ReadonlyMap<number, { state: FireState }>): Order[] {
  const rank = (order: Order): number => {
    if (awaitsVerdict(order, fires.get(order.incident_id)?.state)) return 0;
    return isOverdue(order, since_s) ? 1 : 2;
  };
  return [...orders].sort((a, b) => rank(a) - rank(b) || b.order_id - a.order_id);
}

/** What the top bar counts: orders with a clock that is late, or that nobody has answered. */
export function alarmOf(orders: readonly Order[], since_s: number): { count: number; overdue: boolean } {
  const late = orders.filter((it) => isOverdue(it, since_s));
  const waiting = orders.filter((it) => it.state === "called" && !late.includes(it));
  return { count: late.length + waiting.length, overdue: late.length > 0 };
}

/** Seconds until the next one is called, 0 once that is due; null when nobody will be. `at` is the answer's. */
export function nextCallIn(order: Pick<Order, "next_call_at">, at: string, since_s: number): number | null {
  if (order.next_call_at === null) return null;
  return Math.max(0, (Date.parse(order.next_call_at) - Date.parse(at)) / 1000 - Math.max(0, since_s));
}

export type Step = Extract<TellRequest["kind"], "seen" | "left" | "arrived">;
const WAY: readonly Order["state"][] = ["called", "seen", "answered", "left", "arrived"];

/** Steps that somebody may still tell of an order; steps may be passed over, and none goes back. */
export const stepsOf = (order: Pick<Order, "state">): Step[] => {
  if (isOver(order)) return [];
  return (["seen", "left", "arrived"] as const).filter((it) => WAY.indexOf(it) > WAY.indexOf(order.state));
};

/** Whether an answer says that nobody has to go: a reason may go with it. */
export const settles = (answer: Answer | null): boolean => answer === "false" || answer === "handled";

/** How the calls of an order fare in one channel. */
export interface ChannelCalls {
  channel: string;
  sent: number;
  /** On their way, or tried again. */
  waiting: number;
  given_up: number;
  last_sent_at: string | null;
  /** Code of why one that waits has not gone out; empty for none. */
  error: string;
}

/** All calls of an order, channel by channel; what was given up is nobody's trouble any more. */
export function callsBy(pushes: readonly OrderPush[]): ChannelCalls[] {
  const found = new Map<string, ChannelCalls>();
  for (const { channel, state, sent_at, error } of pushes) {
    const one = found.get(channel) ?? { channel, sent: 0, waiting: 0, given_up: 0, last_sent_at: null, error: "" };
    found.set(channel, one);
    if (state === "sent") one.sent += 1;
    else if (state === "given_up") one.given_up += 1;
    else one.waiting += 1;
    if (sent_at !== null && (one.last_sent_at === null || Date.parse(sent_at) > Date.parse(one.last_sent_at))) one.last_sent_at = sent_at;
    if (error !== "" && (state === "waiting" || state === "sending")) one.error = error;
  }
  return [...found.values()];
}

/** The link as somebody else's browser reaches it: where the server knows no address, this page's own. */
export const wholeLink = (url: string, origin: string): string => (url.startsWith("/") ? `${origin}${url}` : url);

/** Number of the person who told it from a phone, of `duty:17`; null for anybody else. */
export function tellerOf(author: string): number | null {
  const [, number] = /^duty:(\d+)$/.exec(author) ?? [];
  return number === undefined ? null : Number(number);
}
