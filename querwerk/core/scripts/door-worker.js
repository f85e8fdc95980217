// Keeps the page of a door, and what it is made of, at hand for a time without a network. Names are not kept here.

const CACHE = "querwerk-door-1";

addEventListener("install", () => self.skipWaiting());
addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

addEventListener("message", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => Promise.allSettled(event.data.keep.map((address) => cache.add(address)))));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  const isPage = request.mode === "navigate" && address.pathname.endsWith("/door/");
  if (request.method !== "GET" || address.origin !== location.origin || !(isPage || address.pathname.startsWith("/static/"))) return;
  event.respondWith(fetchOrKept(request, isPage));
});

async function fetchOrKept(request, isPage) {
  const cache = await caches.open(CACHE);
  try {
    const answer = await fetch(request);
    // A page that leads to the sign-in is no page of a door.
    if (answer.ok && !answer.redirected && (!isPage || request.mode === "navigate")) await cache.put(request, answer.clone());
    return answer;
  } catch (error) {
    const kept = await cache.match(request, { ignoreSearch: true, ignoreVary: true });
    if (kept) return kept;
    throw error;
  }
}
