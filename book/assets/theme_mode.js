// Before anything is drawn: the theme that the reader chose, or else that of the system.
(() => {
  const page = document.documentElement.dataset;
  try {
    page.mode = localStorage.getItem("mode") || "auto";
  } catch {
    page.mode = "auto"; // where a browser stores nothing
  }
  const dark = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  page.theme = page.mode === "auto" ? dark : page.mode;
})();
