// Pointing at a record in the picture of the thread brings out what it rests on and what came of it.

for (const picture of document.querySelectorAll("[data-thread]")) {
  const knots = new Map([...picture.querySelectorAll("[data-knot]")].map((knot) => [knot.dataset.knot, knot]));
  const edges = [...picture.querySelectorAll("[data-from]")];
  const after = Map.groupBy(edges, (edge) => edge.dataset.from);
  const before = Map.groupBy(edges, (edge) => edge.dataset.to);

  const follow = (start, steps, end, found) => {
    const pending = [start];
    const seen = new Set(pending);
    while (pending.length) {
      for (const edge of steps.get(pending.pop()) ?? []) {
        found.add(edge);
        const next = edge.dataset[end];
        found.add(knots.get(next));
        if (!seen.has(next)) {
          seen.add(next);
          pending.push(next);
        }
      }
    }
  };

  let shown = "";
  const show = (id) => {
    if (id === shown) return;
    shown = id;
    picture.classList.toggle("thread-picture--pointing", Boolean(id));
    for (const one of picture.querySelectorAll(".thread-on")) one.classList.remove("thread-on");
    if (!id) return;
    const found = new Set([knots.get(id)]);
    follow(id, after, "to", found);
    follow(id, before, "from", found);
    for (const one of found) one.classList.add("thread-on");
  };

  const knotAt = (event) => event.target.closest?.("[data-knot]")?.dataset.knot ?? "";
  picture.addEventListener("pointerover", (event) => show(knotAt(event)));
  picture.addEventListener("pointerleave", () => show(""));
  picture.addEventListener("focusin", (event) => show(knotAt(event)));
  picture.addEventListener("focusout", () => show(""));
}
