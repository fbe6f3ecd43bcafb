const failed = () => {
  if (document.getElementById("failed")) return;
  const notice = Object.assign(document.createElement("p"), { id: "failed", role: "alert", className: "notice notice-error" });
  const reload = Object.assign(document.createElement("a"), { href: "", rel: "external", textContent: "Reload" });
  notice.append("This page stopped working. ", reload);
  (document.querySelector("dialog[open]") ?? document.getElementById("main") ?? document.body).prepend(notice);
};
for (const type of ["error", "unhandledrejection"]) {
  addEventListener(type, (event) => (event.error ?? event.reason) instanceof WebAssembly.RuntimeError && failed());
}
import(js)
  .then(async (page) => {
    await page.default({ module_or_path: wasm });
    const place = document.createElement("div");
    page.mount(place);
    const { id, value } = document.activeElement ?? {};
    document.body.replaceChildren(...place.childNodes);
    removeEventListener("click", keepClick, true);
    const focused = id && document.getElementById(id);
    focused?.focus({ preventScroll: true });
    if (focused && focused.value !== value) {
      focused.value = value;
      focused.dispatchEvent(new Event("input"));
    }
    if (window.keptClick) document.getElementById(keptClick)?.click();
  })
  .catch((error) => {
    failed();
    throw error;
  });
