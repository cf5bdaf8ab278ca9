// What the theme's pages say in attributes, which a strict policy forbids, and what paper needs.
document.addEventListener("DOMContentLoaded", () => {
  const listen = (selector, act) => document.querySelectorAll(selector).forEach((button) => button.addEventListener("click", act));
  listen(".btn-download-pdf-button", () => window.print());
  listen(".btn-fullscreen-button", () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()));

  // The button of the sidebar says whether it is open.
  const sidebars = { ".primary-toggle": ".bd-sidebar-primary", ".secondary-toggle": ".bd-sidebar-secondary" };
  for (const [toggle, sidebar] of Object.entries(sidebars)) {
    const shown = () => document.querySelector(sidebar)?.checkVisibility({ visibilityProperty: true });
    const tell = () => document.querySelectorAll(toggle).forEach((button) => button.setAttribute("aria-expanded", String(Boolean(shown()))));
    tell();
    listen(toggle, () => setTimeout(tell, 400));
  }
});

// On paper nothing can be opened: answers and outputs are printed open, the proofs stay folded.
let opened = [];
window.addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open], .proof)")];
  opened.forEach((part) => (part.open = true));
});
window.addEventListener("afterprint", () => opened.forEach((part) => (part.open = false)));
