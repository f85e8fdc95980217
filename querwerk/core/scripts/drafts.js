// What is typed is kept some moments after the last keystroke; the form's own buttons do the same without this file.
const PAUSE = 2000;

for (const form of document.querySelectorAll("form[data-autosave]")) {
  const status = form.querySelector("[data-autosave-status]");
  let timer = 0;
  let isSaving = false;
  let isLeaving = false;
  let waiting = null;

  const save = async (options = {}) => {
    timer = 0;
    if (isSaving) return later();
    isSaving = true;
    const body = new FormData(form);
    body.set("command", "autosave");
    try {
      const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" }, ...options });
      const answer = await response.json();
      if (answer.version) form.elements.version.value = answer.version;
      status.textContent = answer.message;
    } catch {
      // What is typed stays in the page, and the next keystroke tries again.
      status.textContent = form.dataset.autosaveLost;
    } finally {
      isSaving = false;
      if (waiting) waiting.form.requestSubmit(waiting);
    }
  };
  const later = () => {
    clearTimeout(timer);
    if (!isLeaving) timer = setTimeout(save, PAUSE);
  };
  form.addEventListener("input", later);
  // Whoever closes the tab, or looks at something else, does not wait for the pause.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "hidden" || !timer) return;
    clearTimeout(timer);
    save({ keepalive: true });
  });
  // Ahead of everybody else: what is on its way arrives first, so that nobody's version is outdated.
  document.addEventListener(
    "submit",
    (event) => {
      if (event.target !== form && !event.target.matches("[data-autosave-ends]")) return;
      isLeaving = true;
      clearTimeout(timer);
      timer = 0;
      if (!isSaving) return;
      event.preventDefault();
      event.stopPropagation();
      waiting = event.submitter;
    },
    { capture: true },
  );
}
