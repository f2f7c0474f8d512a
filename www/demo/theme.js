// Runs before the first paint. A choice made here outweighs the system's; without one the system's is followed live.
(() => {
  const root = document.documentElement;
  const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

  function apply() {
    const chosen = sessionStorage.getItem("theme");
    if (chosen) root.dataset.theme = chosen;
    root.dataset.shade = chosen ?? (systemIsDark.matches ? "dark" : "light");
    document.getElementById("theme-toggle")?.setAttribute("aria-pressed", String(root.dataset.shade === "dark"));
    window.dispatchEvent(new Event("shade-changed"));
  }

  function toggle(event) {
    if (!event.target.closest("#theme-toggle")) return;
    sessionStorage.setItem("theme", root.dataset.shade === "dark" ? "light" : "dark");
    apply();
  }

  systemIsDark.addEventListener("change", apply);
  document.addEventListener("click", toggle);
  document.addEventListener("DOMContentLoaded", apply);
  apply();
})();
