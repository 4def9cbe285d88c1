/** Accounts of people, and tokens of programs. */

import type { Role } from "./session";
import { call } from "./transport";

export const ROLES: readonly Role[] = ["viewer", "monitor", "admin"];
export const TOKEN_ROLES: readonly Role[] = ["viewer", "monitor"];
export const TOKEN_SCOPES = ["incidents", "cameras", "land", "weather", "exports", "notices", "gates", "exchange"] as const;
export type TokenScope = (typeof TOKEN_SCOPES)[number];

export interface Account {
  name: string;
  role: Role;
  townships: string[];
  /** That the land has no longer: with such a one somebody sees every fire. */
  unknown_townships: string[];
  disabled: boolean;
  must_change_password: boolean;
}

export interface AccountRequest {
  name: string;
  role: Role;
  townships: string[];
}

/** What is to be another; what is left out stays. */
export type AccountChange = Partial<Pick<Account, "role" | "townships" | "disabled">>;

/** The password is told here and never again. */
export interface NewAccount {
  account: Account;
  one_time_password: string;
}

export interface Token {
  token_id: number;
  name: string;
  role: Role;
  scopes: TokenScope[];
  townships: string[];
  created_by: string;
  created_at: string;
  expires_at: string;
  last_used_at: string | null;
  revoked_at: string | null;
  revoked_by: string;
  holds: boolean;
}

export interface TokenRequest {
  name: string;
  role: Role;
  scopes: TokenScope[];
  townships: string[];
  days: number;
}

/** Its text is told here and never again. */
export interface NewToken {
  token: Token;
  text: string;
}

export const peopleCalls = {
  accounts: () => call<{ accounts: Account[] }>("GET", "/api/users"),
  addAccount: (request: AccountRequest) => call<NewAccount>("POST", "/api/users", request),
  changeAccount: (name: string, change: AccountChange) =>
    call<Account>("PATCH", `/api/users/${encodeURIComponent(name)}`, change),
  removeAccount: (name: string) => call<void>("DELETE", `/api/users/${encodeURIComponent(name)}`),
  resetPassword: (name: string) =>
    call<NewAccount>("POST", `/api/users/${encodeURIComponent(name)}/password`),
  endSessions: (name: string) =>
    call<void>("DELETE", `/api/users/${encodeURIComponent(name)}/sessions`),
  tokens: () => call<{ tokens: Token[] }>("GET", "/api/tokens"),
  addToken: (request: TokenRequest) => call<NewToken>("POST", "/api/tokens", request),
  revokeToken: (id: number) => call<Token>("DELETE", `/api/tokens/${id}`),
};
