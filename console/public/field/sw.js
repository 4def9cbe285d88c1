/**
 * Keeps the phone page itself, so that it opens without a link; nothing of the server's answers.
 *
 * The page is asked for first and taken from the cache where nothing comes in time. Its parts carry
 * the digest of their content in their names, so that a kept one is never an old one.
 */

const KEPT = "firewatch-field";
const PAGE = "/field/";
const WAIT_MS = 4000;

const partsOf = (text) =>
  [...text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((found) => found[1]).filter((path) => path.startsWith("/assets/") || path === "/favicon.svg");

/** Keeps the page and its parts, whole or not at all, and drops the parts that it no longer names. */
async function keep(response) {
  const cache = await caches.open(KEPT);
  const parts = partsOf(await response.clone().text());
  const missing = [];
  for (const path of parts) if (!(await cache.match(path))) missing.push(path);
  await cache.addAll(missing);
  await cache.put(PAGE, response);
  for (const request of await cache.keys()) {
    const path = new URL(request.url).pathname;
    if (path !== PAGE && !parts.includes(path)) await cache.delete(request);
  }
}

async function page(event) {
  try {
    const response = await fetch(PAGE, { signal: AbortSignal.timeout(WAIT_MS), cache: "no-cache", credentials: "same-origin" });
    if (!response.ok) throw new Error(`${response.status}`);
    event.waitUntil(keep(response.clone()).catch(() => undefined));
    return response;
  } catch (error) {
    const kept = await caches.match(PAGE);
    if (kept) return kept;
    throw error;
  }
}

self.addEventListener("install", (event) => {
  event.waitUntil(fetch(PAGE, { cache: "no-cache" }).then(keep).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate" && pathname === PAGE) event.respondWith(page(event));
  else if (pathname.startsWith("/assets/") || pathname === "/favicon.svg")
    event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
});
