// Questions from the floor: the lists renew themselves, and a vote or a moderator's tap needs no new page.
// Without this file every button is a form, and the page is loaded again by hand.

for (const box of document.querySelectorAll("[data-live]")) {
  let tag = box.dataset.tag;
  let looking = false;

  // Nobody loses what they are writing: no list comes in between, and what was typed before it is in the new one again.
  const isBusy = () => document.activeElement?.matches("textarea, input") && box.contains(document.activeElement);

  const show = (text) => {
    const open = [...box.querySelectorAll("details[open]")].map((one) => one.closest("[id]")?.id);
    const focused = box.contains(document.activeElement) ? document.activeElement.id : "";
    const typed = [...box.querySelectorAll("textarea")]
      .filter((one) => one.value !== one.defaultValue)
      .map((one) => ({ id: one.id, value: one.value, saw: one.form?.elements.saw?.value }));
    const clash = box.querySelector("[data-clash]");
    const place = clash?.closest("[id]")?.id;
    const made = new DOMParser().parseFromString(text, "text/html");
    box.replaceChildren(...made.body.childNodes);
    for (const id of open) document.getElementById(id)?.querySelector("details")?.setAttribute("open", "");
    // Whoever has to choose between two answers keeps both in sight.
    if (clash) document.getElementById(place)?.querySelector("details")?.replaceWith(clash);
    for (const { id, value, saw } of typed) {
      const field = document.getElementById(id);
      if (!field) continue;
      field.value = value;
      // It is still about the answer that stood there when it was begun.
      if (saw !== undefined) field.form.elements.saw.value = saw;
    }
    if (focused) document.getElementById(focused)?.focus();
  };

  const look = async () => {
    if (looking || document.hidden || isBusy()) return;
    looking = true;
    try {
      const answer = await fetch(box.dataset.live, { headers: { "If-None-Match": tag } });
      if (answer.status === 200) {
        tag = answer.headers.get("ETag") ?? "";
        show(await answer.text());
      }
    } catch {
      // No network for a moment: the next look finds it again.
    } finally {
      looking = false;
    }
  };

  box.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-vote], [data-do]")) return;
    event.preventDefault();
    const said = new FormData(form, event.submitter);
    event.submitter?.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, { method: "POST", body: said, redirect: "manual" });
      if (answer.type !== "opaqueredirect" && !answer.ok) throw new Error(String(answer.status));
      await look();
    } catch {
      location.reload();
    }
  });

  setInterval(look, Number(box.dataset.every) * 1000);
  document.addEventListener("visibilitychange", look);
}
