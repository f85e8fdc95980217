// A draft saves itself some moments after the last keystroke; the form's own buttons do the same without this file.
const PAUSE = 2000;

for (const form of document.querySelectorAll("form[data-autosave]")) {
  const status = form.querySelector("[data-autosave-status]");
  let timer = 0;
  let isSaving = false;
  let isLeaving = false;
  let waiting = null;

  const save = async () => {
    if (isSaving) return later();
    isSaving = true;
    const body = new FormData(form);
    body.set("command", "autosave");
    try {
      const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
      const answer = await response.json();
      if (answer.version) form.elements.version.value = answer.version;
      status.textContent = answer.message;
    } catch {
      // No connection: what is typed stays in the page, and the next keystroke tries again.
    } finally {
      isSaving = false;
      if (waiting) form.requestSubmit(waiting);
    }
  };
  const later = () => {
    clearTimeout(timer);
    if (!isLeaving) timer = setTimeout(save, PAUSE);
  };
  form.addEventListener("input", later);
  // Ahead of everybody else: what is on its way arrives first, so that nobody's version is outdated.
  form.addEventListener(
    "submit",
    (event) => {
      isLeaving = true;
      clearTimeout(timer);
      if (!isSaving) return;
      event.preventDefault();
      event.stopPropagation();
      waiting = event.submitter;
    },
    { capture: true },
  );
}
