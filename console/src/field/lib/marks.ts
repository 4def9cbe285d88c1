/** Random marks, and the token that a link carries. */

/** A UUID of version 4; `crypto.randomUUID` is missing where the page came without TLS. */
export function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** A secret of this phone's own: 32 random bytes as base64url. */
export function deviceSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** The token of `#t=…`; null for every other fragment. */
export function tokenOf(fragment: string): string | null {
  const found = /^#t=([\w.~-]{1,512})$/.exec(fragment);
  return found?.[1] ?? null;
}
