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
  // Keys of one letter are in the way of who speaks to their computer; they can be turned off.
  window.stillwatchShortcuts = {
    areOn() {
      try { memory.keys ??= localStorage.getItem("stillwatch-shortcuts"); } catch { /* refused */ }
      return memory.keys !== "off";
    },
    turn(isOn) {
      memory.keys = isOn ? "on" : "off";
      try { localStorage.setItem("stillwatch-shortcuts", memory.keys); } catch { /* refused */ }
    },
  };
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

  // The page brings its words along, in the reader's language.
  const words = () => {
    const brought = document.getElementById("stillwatch-words");
    return brought ? JSON.parse(brought.textContent) : {};
  };
  let known = null;
  const word = (name, values) => {
    known ??= words();
    return Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), known[name] ?? "");
  };
  const amount = (count, unit) => word(unit, { count });
  const two = (number) => String(number).padStart(2, "0");
  const duration = (seconds) => {
    const s = Math.max(0, Math.floor(seconds));
    const [d, h, m] = [Math.floor(s / 86400), Math.floor(s / 3600) % 24, Math.floor(s / 60) % 60];
    if (d) return `${amount(d, "day")} ${amount(h, "hour")}`;
    if (h) return `${amount(h, "hour")} ${amount(two(m), "minute")}`;
    if (m) return `${amount(m, "minute")} ${amount(two(s % 60), "second")}`;
    const isShort = seconds < 10 && !Number.isInteger(seconds);
    const tenths = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
    return amount(isShort ? seconds.toLocaleString(root.lang || "en", tenths) : s, "second");
  };
  const before = (time) => word("ago", { time });
  const ago = (seconds) => {
    if (seconds < 5) return word("now", {});
    const units = [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]];
    const [size, unit] = units.find(([one]) => seconds >= one);
    return before(amount(Math.floor(seconds / size), unit));
  };

  const utc = (moment) => moment.toISOString().replace("T", " ").replace(/\.\d+Z$/, " UTC");
  // Whoever points at a time gets it in UTC, and how long ago that was when they ask.
  document.addEventListener("pointerover", (event) => {
    const time = event.target.closest?.("time[datetime]");
    const moment = time && new Date(time.dateTime);
    if (!moment || Number.isNaN(moment.getTime())) return;
    const seconds = (Date.now() - moment) / 1000;
    time.title = seconds < 0 ? utc(moment) : `${utc(moment)} · ${ago(seconds)}`;
  });

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
      const lasted = duration(runs ? Math.floor(base + (Date.now() - this.since) / 1000) : base);
      const text = this.hasAttribute("ago") ? before(lasted) : lasted;
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
      this.title = isKnown ? utc(moment) : "";
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
