// Passkeys need this script and a browser that knows them: until both are there, their controls stay hidden.
if (window.PublicKeyCredential) {
  for (const part of document.querySelectorAll("[data-needs-passkeys]")) part.hidden = false;
  for (const part of document.querySelectorAll("[data-without-passkeys]")) part.hidden = true;
}

// allauth's script reports failures (a cancelled prompt, an unknown key) as an event only.
document.addEventListener("allauth.error", () => {
  for (const part of document.querySelectorAll("[data-passkey-failed]")) part.hidden = false;
});
