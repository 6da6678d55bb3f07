// Passkeys: the browser makes or uses one, the form takes its answer to the server.
if (window.PublicKeyCredential?.parseCreationOptionsFromJSON) {
  document.querySelectorAll("[data-passkey-part]").forEach((part) => { part.hidden = false; });
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-passkey]");
  if (!button) return;
  const form = button.closest("form");
  const tell = button.parentElement.querySelector("[data-passkey-error]");
  const isNew = button.dataset.passkey === "new";
  const email = form.elements.email;
  tell.textContent = "";
  if (isNew && email && !email.reportValidity()) return;
  try {
    const asked = await fetch(`/passkeys/${button.dataset.passkey}`, {
      method: "POST",
      headers: { "X-Form-Token": form.elements.token.value },
      body: new URLSearchParams(email ? { email: email.value } : {}),
      credentials: "same-origin",
    });
    if (!asked.ok) throw new Error(String(asked.status));
    const options = await asked.json();
    const credential = isNew
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
    form.elements.passkey.value = JSON.stringify(credential.toJSON());
    form.submit();
  } catch (error) {
    tell.textContent = error.name === "SecurityError" ? button.dataset.address : button.dataset.failed;
  }
});
