// What a door keeps on the phone: who is expected, and what was noted and not handed over yet.

const KEEP = 36 * 3600 * 1000;

export class Store {
  constructor(name) {
    this.key = `querwerk-door:${name}`;
    this.people = [];
    this.queue = [];
    this.crowd = null;
    this.door = "";
    const kept = this.read();
    // What was never handed over stays, however old; the list of names does not.
    if (kept) {
      this.queue = kept.queue;
      this.door = kept.door;
      if (Date.now() - kept.keptAt < KEEP) {
        this.people = kept.people;
        this.crowd = kept.crowd;
      }
    }
  }

  read() {
    try {
      return JSON.parse(localStorage.getItem(this.key));
    } catch {
      return null;
    }
  }

  keep() {
    const { people, queue, crowd, door } = this;
    // Two windows of the same browser share what waits: nobody's entries are written over.
    const other = this.read()?.queue.filter((note) => !queue.some((own) => own.client === note.client) && !this.done.has(note.client)) ?? [];
    this.queue = [...queue, ...other];
    localStorage.setItem(this.key, JSON.stringify({ people, queue: this.queue, crowd, door, keptAt: Date.now() }));
  }

  done = new Set();

  add(note) {
    this.queue.push(note);
    this.keep();
  }

  taken(outcomes) {
    for (const outcome of outcomes) this.done.add(outcome.client);
    this.queue = this.queue.filter((note) => !this.done.has(note.client));
    this.keep();
  }

  // How many this door has noted that the server's number does not hold yet.
  ahead() {
    return this.queue.reduce((sum, note) => sum + (note.act === "in" ? 1 : -1), 0);
  }

  merge(people, isWhole) {
    const fresh = new Map(people.map((person) => [person.id, person]));
    const guests = new Set(people.map((person) => person.client).filter(Boolean));
    const kept = this.people.filter((person) => !fresh.has(person.id) && !guests.has(person.client) && (!isWhole || !person.id));
    this.people = [...kept, ...people];
    // What waits here is newer than what the server knows.
    for (const note of this.queue) {
      const person = this.people.find((one) => (note.registration ? one.id === note.registration : one.client && one.client === note.guestId));
      if (person) person.at = note.act === "in" ? person.at || note.at : "";
    }
    // Who came without registration and was handed over comes back with a number.
    const waiting = new Set(this.queue.map((note) => note.guestId).filter(Boolean));
    this.people = this.people.filter((person) => person.id || waiting.has(person.client));
    this.people.sort((one, other) => one.name.localeCompare(other.name));
  }

  rename(door) {
    this.door = door;
    this.keep();
  }

  forget() {
    localStorage.removeItem(this.key);
    this.people = [];
  }
}
