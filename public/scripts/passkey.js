// Passkeys. A form with data-passkey="get" or "create" has data-options (the options as JSON), a field `answer` for what the browser
// says, and a button [data-passkey-button], which is hidden unless the browser can do it. With data-autofill, the browser also
// offers passkeys where the email is typed.
"use strict";

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

/** The options as the browser wants them: bytes, not text. */
function read(form) {
  const options = JSON.parse(form.dataset.options);
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const list of [options.excludeCredentials, options.allowCredentials]) {
    for (const credential of list ?? []) credential.id = bytes(credential.id);
  }
  return options;
}

/** The credential as the server wants it: text, not bytes. */
function write(credential) {
  const response = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[part]) response[part] = text(credential.response[part]);
  }
  const { id, type } = credential;
  return JSON.stringify({ id, rawId: text(credential.rawId), type, response, extensions: {} });
}

/** The autofill that waits: a browser does one thing at a time. */
let waiting = null;

async function use(form, mediation) {
  waiting?.abort();
  waiting = new AbortController();
  const publicKey = read(form);
  const { signal } = waiting;
  const credential =
    form.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey, signal })
      : await navigator.credentials.get({ publicKey, signal, mediation });
  form.elements.answer.value = write(credential);
  form.requestSubmit();
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  const button = form.querySelector("[data-passkey-button]");
  const said = form.querySelector("[data-passkey-said]");
  button.hidden = false;
  button.addEventListener("click", () => {
    said.textContent = "";
    use(form).catch((error) => {
      said.textContent =
        error.name === "InvalidStateError"
          ? "This device has a passkey of yours already."
          : "That did not work, or was cancelled. Try again.";
    });
  });
  if ("autofill" in form.dataset) {
    PublicKeyCredential.isConditionalMediationAvailable?.().then((can) => {
      // Cancelled when the button is pressed.
      if (can) use(form, "conditional").catch(() => undefined);
    });
  }
}
