window.keepClick = (event) => {
  const button = event.target.closest?.("button[type=button][id]");
  if (!button) return;
  document.getElementById(window.keptClick)?.removeAttribute("aria-busy");
  window.keptClick = button.id;
  button.setAttribute("aria-busy", "true");
};
addEventListener("click", keepClick, true);
