// A click on a button before there is anything to answer it.
let clicked;
const keepClick = ({ target }) => {
  const button = target.closest?.("button[type=button][id]");
  if (!button) return;
  clicked?.removeAttribute("aria-busy");
  clicked = button;
  button.setAttribute("aria-busy", "true");
};
addEventListener("click", keepClick, true);

const parsed = new Promise((resolve) => addEventListener("DOMContentLoaded", resolve));
const failed = async () => {
  await parsed;
  if (document.getElementById("failed")) return;
  const notice = Object.assign(document.createElement("p"), { id: "failed", role: "alert", className: "notice notice-error" });
  const reload = Object.assign(document.createElement("a"), { href: "", rel: "external", textContent: "Reload" });
  notice.append("This page stopped working. ", reload);
  (document.querySelector("dialog[open]") ?? document.getElementById("main") ?? document.body).prepend(notice);
  clicked?.removeAttribute("aria-busy");
};
for (const type of ["error", "unhandledrejection"]) {
  addEventListener(type, (event) => (event.error ?? event.reason) instanceof WebAssembly.RuntimeError && failed());
}

const start = async () => {
  const page = await import(js);
  await page.default({ module_or_path: wasm });
  await parsed;
  const place = document.createElement("div");
  page.mount(place);
  const { id, value } = document.activeElement ?? {};
  document.body.replaceChildren(...place.childNodes);
  removeEventListener("click", keepClick, true);
  const focused = id ? document.getElementById(id) : null;
  focused?.focus({ preventScroll: true });
  if (focused && focused.value !== value) {
    focused.value = value;
    focused.dispatchEvent(new Event("input"));
  }
  if (clicked) document.getElementById(clicked.id)?.click();
};
start().catch((error) => {
  failed();
  throw error;
});
