// Changes that other programs make to a page. These functions run in the browser.

/** Replaces each text with a copy in `<font>`, as Google Translate does, except text that must not be translated. */
export function translate(): void {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts: Text[] = [];
  while (walker.nextNode()) texts.push(walker.currentNode as Text);
  for (const text of texts) {
    if (!text.data.trim() || text.parentElement!.closest("[translate=no], script, style, textarea, font")) continue;
    const outer = document.createElement("font");
    outer.append(document.createElement("font"));
    outer.firstElementChild!.append(`«${text.data}»`);
    text.replaceWith(outer);
  }
}

/** Adds elements and attributes, as password managers and other extensions do. */
export function decorate(): void {
  document.body.prepend(Object.assign(document.createElement("div"), { className: "extension" }));
  document.body.append(document.createElement("extension-overlay"));
  for (const input of Array.from(document.querySelectorAll("input, button"))) {
    input.before(document.createElement("span"));
    input.after(document.createElement("extension-icon"));
    input.setAttribute("data-extension", "1");
  }
}
