// A door: who comes in, by camera, code or name. Entries are kept on this phone first and handed over when there is a
// network, under names given here, so that handing over twice or late changes nothing. Without this file the page works
// with plain forms, as long as there is a network.

import { Camera } from "./door/camera.js";
import { Store } from "./door/store.js";

const root = document.querySelector("[data-door]");
const texts = JSON.parse(document.getElementById("door-texts").textContent);
const say = (name, word = "") => texts[name].replace("%s", word);
const find = (name) => root.querySelector(`[data-${name}]`);
const store = new Store(root.dataset.name);
const POLL = 5000;
const LONG = 60000;
let last = 0;
let lastWhole = 0;
let trouble = "";

// --- What is shown ------------------------------------------------------------

function plain(words) {
  return words.normalize("NFD").replace(/\p{M}/gu, "").replace(/ß/g, "ss").toLowerCase();
}

function chosen(words) {
  const code = words.toUpperCase().replace(/^QW:/, "").replace(/[^A-Z0-9]/g, "");
  const exact = code.length === 8 && store.people.filter((person) => person.ticket === code);
  if (exact && exact.length) return exact;
  const parts = plain(words).split(/\s+/).filter(Boolean);
  if (!parts.length) return [];
  return store.people.filter((person) => {
    const line = plain(`${person.name} ${person.organisation}`);
    return parts.every((part) => line.includes(part));
  });
}

function element(tag, className, words = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.textContent = words;
  return made;
}

function clock(at) {
  return new Date(at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
}

function row(person) {
  const item = element("li");
  const about = [person.organisation, person.group, person.place].filter(Boolean).join(" · ");
  const foot = element("p", "rows__foot", about);
  if (person.state) foot.append(about ? " · " : "", element("strong", "", `${texts.noPlace}: ${person.state}`));
  if (person.at) foot.append(" · ", say("since", clock(person.at)));
  const button = element("button", person.at ? "button button--small" : "button button--primary", person.at ? texts.undo : texts.in);
  button.type = "button";
  button.append(element("span", "visually-hidden", `: ${person.name}`));
  button.addEventListener("click", () => note(person, person.at ? "undo" : "in"));
  const end = element("div", "rows__end");
  end.append(button);
  item.append(element("p", "rows__title", person.name), foot, end);
  return item;
}

function show() {
  const words = input.value.trim();
  const found = chosen(words).slice(0, 30);
  const rows = found.map(row);
  if (words && !rows.length) rows.push(element("li", "", texts.nobody));
  find("list").replaceChildren(...rows);
}

function showCrowd(crowd) {
  if (!crowd) return;
  find("present").textContent = crowd.present + store.ahead();
  find("expected").textContent = crowd.expected;
  find("groups").textContent = crowd.groups.map((group) => `${group.name}: ${group.present} / ${group.expected}`).join(" · ");
}

function showLine() {
  const line = find("line");
  const waiting = store.queue.length;
  const name = trouble || (waiting ? "waiting" : "online");
  line.hidden = false;
  line.className = `door__line door__line--${trouble ? "off" : waiting ? "busy" : "on"}`;
  line.textContent = say(name, waiting);
}

let fading;
function tell(name, word, tone) {
  const said = find("said");
  said.textContent = say(name, word);
  said.className = `door__said door__said--${tone}`;
  said.hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => { said.hidden = true; }, 4000);
}

// --- What is noted --------------------------------------------------------------

function note(person, act) {
  if (act === "in" && person.at) {
    tell("known", person.name, "warn");
    return;
  }
  const at = new Date().toISOString();
  const about = person.id ? { registration: person.id } : { guestId: person.client };
  store.add({ client: crypto.randomUUID(), act, at, door: store.door, ...about });
  person.at = act === "in" ? at : "";
  store.keep();
  tell(act === "in" ? "welcome" : "undone", person.name, act === "in" ? (person.state ? "warn" : "good") : "plain");
  showCrowd(store.crowd);
  show();
  sync();
}

function scanned(words) {
  const [person] = chosen(words);
  if (!person || !/^(QW:)?[A-Z0-9-]{8,9}$/i.test(words.trim())) tell("unknown", "", "bad");
  else note(person, "in");
}

function welcomeGuest(form) {
  const guest = Object.fromEntries(new FormData(form));
  const client = crypto.randomUUID();
  const at = new Date().toISOString();
  const label = form.elements.group.selectedOptions[0].textContent;
  store.people.push({ id: 0, client, name: guest.name, organisation: guest.organisation, group: label, ticket: "", place: "", state: "", at });
  store.add({ client: crypto.randomUUID(), act: "in", at, door: store.door, guestId: client, guest });
  store.keep();
  form.reset();
  find("guest").open = false;
  tell("welcome", guest.name, "good");
  showCrowd(store.crowd);
  show();
  sync();
}

// --- Handing over and hearing of other doors ---------------------------------------

async function ask(url, options = {}) {
  const answer = await fetch(url, { ...options, redirect: "manual", headers: { Accept: "application/json", ...options.headers } });
  if (answer.type === "opaqueredirect") throw new Error("signedOut");
  if (!answer.ok) throw new Error(answer.status === 403 || answer.status === 401 ? "signedOut" : "refused");
  return answer.json();
}

async function handOver() {
  const notes = store.queue.slice(0, 200);
  if (!notes.length) return;
  const token = root.querySelector("[name=csrfmiddlewaretoken]").value;
  const answer = await ask(root.dataset.notes, {
    method: "POST",
    body: JSON.stringify({ notes }),
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
  });
  store.taken(answer.taken);
  store.crowd = answer.crowd;
  if (store.queue.length) await handOver();
}

async function hear() {
  const isWhole = !last || Date.now() - lastWhole > LONG;
  const answer = await ask(isWhole ? root.dataset.people : `${root.dataset.people}?since=${last}`);
  store.merge(answer.people, isWhole);
  store.crowd = answer.crowd;
  last = answer.last;
  if (isWhole) lastWhole = Date.now();
  store.keep();
}

let running = false;
let again = false;
async function sync() {
  if (running) {
    again = true;
    return;
  }
  running = true;
  try {
    await handOver();
    await hear();
    trouble = "";
  } catch (error) {
    // A TypeError is what fetch gives without a network.
    trouble = ["signedOut", "refused"].includes(error.message) ? error.message : "offline";
  }
  running = false;
  showLine();
  showCrowd(store.crowd);
  show();
  if (again) {
    again = false;
    sync();
  }
}

// --- Begin ------------------------------------------------------------------------

const input = root.querySelector("#q");
root.querySelector(".door__search").addEventListener("submit", (event) => {
  event.preventDefault();
  const found = chosen(input.value.trim());
  // The code of a ticket that was typed in whole needs no second tap.
  if (found.length === 1 && found[0].ticket && input.value.replace(/[^A-Za-z0-9]/g, "").toUpperCase().endsWith(found[0].ticket)) {
    note(found[0], "in");
    input.value = "";
  }
  show();
});
input.addEventListener("input", show);

const guestForm = find("guest-form");
guestForm.hidden = false;
guestForm.addEventListener("submit", (event) => {
  event.preventDefault();
  welcomeGuest(guestForm);
});

find("foot").hidden = false;
const doorName = root.querySelector("#door-name");
doorName.value = store.door;
doorName.addEventListener("change", () => store.rename(doorName.value));
find("forget").addEventListener("click", async () => {
  if (store.queue.length) return tell("waiting", store.queue.length, "warn");
  store.forget();
  const registration = await navigator.serviceWorker?.getRegistration(root.dataset.worker);
  await registration?.unregister();
  for (const name of (await globalThis.caches?.keys()) ?? []) if (name.startsWith("querwerk-door")) await caches.delete(name);
  location.assign(root.dataset.people.replace(/door\/people\.json$/, ""));
});

const camera = new Camera(find("video"), scanned);
if (camera.isThere) {
  find("camera").hidden = false;
  find("camera").addEventListener("click", async () => {
    find("stage").hidden = false;
    if (!(await camera.start())) {
      find("stage").hidden = true;
      tell("noCamera", "", "warn");
    }
  });
  find("camera-off").addEventListener("click", () => {
    camera.stop();
    find("stage").hidden = true;
  });
}

navigator.serviceWorker?.register(root.dataset.worker).then(async () => {
  const { active } = await navigator.serviceWorker.ready;
  const files = performance.getEntriesByType("resource").map((entry) => entry.name).filter((name) => name.startsWith(location.origin) && name.includes("/static/"));
  active.postMessage({ keep: [location.href.split(/[?#]/)[0], ...files] });
});
addEventListener("online", sync);
setInterval(sync, POLL);
show();
sync();
