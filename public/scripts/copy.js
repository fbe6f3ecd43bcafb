// Buttons that copy. <button data-copy="#id" hidden> copies the text of that element; with data-copy-from="/address" it
// copies what a POST to that address answers. Pages work without this file: the buttons are hidden until it runs.
"use strict";

const status = document.createElement("p");
status.setAttribute("role", "status");
status.className = "visually-hidden";
document.body.append(status);

for (const button of document.querySelectorAll("button[data-copy]")) {
  const label = button.textContent;
  let reset;
  button.hidden = false;
  button.addEventListener("click", async () => {
    let said = "Copied";
    try {
      await copy(button);
    } catch (error) {
      said = error.message || "Could not copy";
    }
    // Emptied first: the same text would not be read out again.
    status.textContent = "";
    requestAnimationFrame(() => (status.textContent = said));
    button.textContent = said;
    clearTimeout(reset);
    reset = setTimeout(() => (button.textContent = label), 2000);
  });
}

/** Copies what a button names. */
async function copy(button) {
  const address = button.dataset.copyFrom;
  const text = address ? fetched(address) : Promise.resolve(document.querySelector(button.dataset.copy).textContent);
  if (!navigator.clipboard) {
    // No clipboard on pages without HTTPS: the old way, which needs a field to select.
    return copyFromField(await text);
  }
  if (typeof ClipboardItem === "undefined") return navigator.clipboard.writeText(await text);
  // Given as a promise: some browsers let a page copy only right after the click.
  const blob = text.then((text) => new Blob([text], { type: "text/plain" }));
  try {
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
  } catch {
    await navigator.clipboard.writeText(await text);
  }
}

async function fetched(address) {
  const response = await fetch(address, { method: "POST", redirect: "error" }).catch(() => {
    throw new Error("Not copied: sign in again");
  });
  if (response.status === 403) throw new Error("Not copied: reveal it first");
  if (!response.ok) throw new Error("Not copied: the server refused");
  return response.text();
}

function copyFromField(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "visually-hidden";
  document.body.append(field);
  const before = document.activeElement;
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  before?.focus();
  if (!done) throw new Error("Select it and copy by hand");
}
