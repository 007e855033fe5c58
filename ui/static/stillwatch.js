// Theme, time zone, and times that count on by themselves; the server is asked for none of it.
(() => {
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");

  // A browser may refuse storage; the choice then lasts as long as the page.
  const memory = { theme: null };
  const choice = () => {
    let stored = memory.theme;
    try { stored ??= localStorage.getItem("stillwatch-theme"); } catch { /* refused */ }
    return stored === "light" || stored === "dark" ? stored : "auto";
  };
  const apply = () => {
    const isDark = choice() === "auto" ? system.matches : choice() === "dark";
    root.dataset.theme = isDark ? "dark" : "light";
    window.Quasar?.Dark?.set(isDark);
  };
  // The first click changes what one sees; the third is back at following the system.
  const cycle = () => {
    const order = system.matches ? ["auto", "light", "dark"] : ["auto", "dark", "light"];
    memory.theme = order[(order.indexOf(choice()) + 1) % order.length];
    try { localStorage.setItem("stillwatch-theme", memory.theme); } catch { /* refused */ }
    apply();
    return memory.theme;
  };
  window.stillwatchTheme = { choice, cycle };
  apply();
  system.addEventListener("change", apply);
  window.addEventListener("load", apply);
  window.addEventListener("storage", (event) => {
    if (event.key !== "stillwatch-theme") return;
    memory.theme = null;
    apply();
  });

  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  document.cookie = `stillwatch_zone=${zone}; path=/; max-age=31536000; samesite=lax`
    + (location.protocol === "https:" ? "; secure" : "");

  const duration = (seconds) => {
    const s = Math.max(0, Math.floor(seconds));
    const [d, h, m] = [Math.floor(s / 86400), Math.floor(s / 3600) % 24, Math.floor(s / 60) % 60];
    if (d) return `${d} d ${h} h`;
    if (h) return `${h} h ${String(m).padStart(2, "0")} min`;
    if (m) return `${m} min ${String(s % 60).padStart(2, "0")} s`;
    return seconds < 10 && !Number.isInteger(seconds) ? `${seconds.toFixed(1)} s` : `${s} s`;
  };
  const ago = (seconds) => {
    if (seconds < 5) return "just now";
    const units = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
    const [size, name] = units.find(([one]) => seconds >= one);
    return `${Math.floor(seconds / size)} ${name} ago`;
  };

  const counting = new Set();
  // <elapsed-time seconds="12" running> counts on from the moment its attributes were set.
  class ElapsedTime extends HTMLElement {
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
      const runs = counting.has(this);
      const text = duration(runs ? Math.floor(base + (Date.now() - this.since) / 1000) : base);
      if (this.textContent !== text) this.textContent = text;
    }
  }
  // <relative-time datetime="2026-11-24T11:03:10Z"> says how long ago that was, exactly on hover.
  class RelativeTime extends HTMLElement {
    static observedAttributes = ["datetime"];
    connectedCallback() { counting.add(this); this.show(); }
    disconnectedCallback() { counting.delete(this); }
    attributeChangedCallback() { if (this.isConnected) this.show(); }
    show() {
      const moment = new Date(this.getAttribute("datetime") ?? "");
      const isKnown = !Number.isNaN(moment.getTime());
      const text = isKnown ? ago((Date.now() - moment) / 1000) : "";
      if (this.textContent !== text) this.textContent = text;
      this.title = isKnown ? moment.toLocaleString() : "";
    }
  }
  // <time-left seconds="90"> counts down to nothing from the moment its attribute was set.
  class TimeLeft extends HTMLElement {
    static observedAttributes = ["seconds"];
    connectedCallback() { this.begin(); }
    disconnectedCallback() { counting.delete(this); }
    attributeChangedCallback() { if (this.isConnected) this.begin(); }
    begin() {
      this.since = Date.now();
      counting.add(this);
      this.show();
    }
    show() {
      const left = (Number(this.getAttribute("seconds")) || 0) - (Date.now() - this.since) / 1000;
      const text = duration(Math.floor(left));
      if (this.textContent !== text) this.textContent = text;
    }
  }
  customElements.define("elapsed-time", ElapsedTime);
  customElements.define("time-left", TimeLeft);
  customElements.define("relative-time", RelativeTime);
  const show = () => { if (!document.hidden) counting.forEach((one) => one.show()); };
  setInterval(show, 1000);
  document.addEventListener("visibilitychange", show);
})();
