// Theme, time zone, and durations that count on by themselves; the server is asked for none of it.
(() => {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => localStorage.getItem("stillwatch-theme");
  const apply = () => {
    const isDark = chosen() ? chosen() === "dark" : dark.matches;
    root.dataset.theme = isDark ? "dark" : "light";
    window.Quasar?.Dark?.set(isDark);
  };
  apply();
  dark.addEventListener("change", apply);
  window.addEventListener("load", apply);
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-theme-toggle]")) return;
    localStorage.setItem("stillwatch-theme", root.dataset.theme === "dark" ? "light" : "dark");
    apply();
  });

  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  document.cookie = `stillwatch_zone=${zone}; path=/; max-age=31536000; samesite=lax`;

  const words = (seconds) => {
    const s = Math.max(0, Math.floor(seconds));
    const [d, h, m] = [Math.floor(s / 86400), Math.floor(s / 3600) % 24, Math.floor(s / 60) % 60];
    if (d) return `${d} d ${h} h`;
    if (h) return `${h} h ${String(m).padStart(2, "0")} min`;
    if (m) return `${m} min ${String(s % 60).padStart(2, "0")} s`;
    return seconds < 10 && !Number.isInteger(seconds) ? `${seconds.toFixed(1)} s` : `${s} s`;
  };
  const counting = new Set();
  customElements.define("elapsed-time", class extends HTMLElement {
    static observedAttributes = ["seconds", "running"];
    connectedCallback() { this.begin(); }
    disconnectedCallback() { counting.delete(this); }
    attributeChangedCallback() { if (this.isConnected) this.begin(); }
    begin() {
      this.since = Date.now();
      const runs = this.hasAttribute("running") && this.getAttribute("running") !== "false";
      counting[runs ? "add" : "delete"](this);
      this.show();
    }
    show() {
      const base = Number(this.getAttribute("seconds")) || 0;
      const seconds = counting.has(this) ? Math.floor(base + (Date.now() - this.since) / 1000) : base;
      this.textContent = words(seconds);
    }
  });
  setInterval(() => { if (!document.hidden) counting.forEach((one) => one.show()); }, 1000);
})();
