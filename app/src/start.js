// What people click and type before there is anything to answer it, in order.
const kept = new Set();
const isWaiting = () => [...kept].some((element) => element.getAttribute("aria-busy") === "true");
const keepClick = (event) => {
  const element = event.target.closest?.("button[id], a[href^='/']");
  if (!element || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  // Links and forms with an address work by themselves, but leaving now would lose the clicks before.
  // A form that the script validates waits for it, though it has an address for browsers without scripts.
  const works = element.type !== "button" && (element.href || (element.form?.hasAttribute("action") && !element.form.noValidate));
  if (works && !isWaiting()) return;
  event.preventDefault();
  kept.add(element);
  element.setAttribute("aria-busy", "true");
};
const keepInput = ({ target }) => target.id && kept.add(target);
const stopKeeping = () => {
  removeEventListener("click", keepClick, true);
  removeEventListener("input", keepInput, true);
};
addEventListener("click", keepClick, true);
addEventListener("input", keepInput, true);

// Repeats on the new page what was done to an element of the old one.
const replay = (old) => {
  const now = old.id ? document.getElementById(old.id) : document.querySelector(`a[href="${CSS.escape(old.getAttribute("href"))}"]`);
  if (!now) return;
  if (!old.matches("input, select, textarea")) return now.click();
  if (now.value === old.value && now.checked === old.checked) return;
  if (old.files) now.files = old.files;
  else Object.assign(now, { value: old.value, checked: old.checked });
  for (const type of ["input", "change"]) now.dispatchEvent(new Event(type, { bubbles: true }));
};

const parsed = new Promise((resolve) => addEventListener("DOMContentLoaded", resolve));
const failed = async () => {
  await parsed;
  stopKeeping();
  if (document.getElementById("failed")) return;
  const notice = Object.assign(document.createElement("p"), { id: "failed", role: "alert", className: "notice notice-error" });
  const reload = Object.assign(document.createElement("a"), { href: "", rel: "external", textContent: "Reload" });
  notice.append("This page stopped working. ", reload);
  (document.querySelector("dialog[open]") ?? document.getElementById("main") ?? document.body).prepend(notice);
  for (const element of kept) element.removeAttribute("aria-busy");
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
  const focused = document.activeElement;
  if (focused?.id && focused.matches("input, select, textarea")) kept.add(focused);
  document.body.replaceChildren(...place.childNodes);
  stopKeeping();
  if (focused?.id) document.getElementById(focused.id)?.focus({ preventScroll: true });
  kept.forEach(replay);
};
start().catch((error) => {
  failed();
  throw error;
});
