/** Who is signed in. */

import { call } from "./transport";

export type Role = "viewer" | "monitor" | "admin";

export interface User {
  name: string;
  role: Role;
  must_change_password: boolean;
  townships: string[];
}

export const sessionCalls = {
  session: () => call<User>("GET", "/api/session"),
  signIn: (name: string, password: string) =>
    call<User>("POST", "/api/session", { name, password }),
  signOut: () => call<void>("DELETE", "/api/session"),
  changePassword: (current: string, fresh: string) =>
    call<User>("POST", "/api/session/password", { current, new: fresh }),
};
