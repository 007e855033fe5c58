// One key each, and none while somebody types, holds another key down, or answers a dialog.
// `letters` says where each takes one after `g`; `ask` is called with "help" and "refresh".
window.stillwatchKeyboard = (letters, ask) => {
  const IN_A_FIELD = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], [role=combobox], [role=listbox]";
  const STOPS = "a[href], button, input, textarea, select, [tabindex]";
  const ROWS = ".row-link, .tenant-list a, .records td.acts .button:first-child, .kind-head > a";
  const BUSY = ".q-dialog, .q-menu";
  const PATIENCE = 1500; // between the two keys of a pair, in milliseconds
  let going = 0;

  const pressed = (event) => {
    if (event.key === "Tab") return stay(event);
    const isHeld = event.ctrlKey || event.metaKey || event.altKey || event.repeat && !"jk".includes(event.key);
    if (isHeld || event.isComposing || event.defaultPrevented || !window.stillwatchShortcuts.areOn()) return;
    if (event.target.closest?.(IN_A_FIELD) || document.querySelector(BUSY)) return;
    if (act(event.key)) event.preventDefault();
  };
  // Round and round in the dialog: neither out of it, nor stuck at its first field.
  const stay = (event) => {
    const dialog = [...document.querySelectorAll(".q-dialog")].at(-1);
    if (!dialog || document.querySelector(".q-menu")) return;
    const stops = [...dialog.querySelectorAll(STOPS)].filter((one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility());
    const [from, to] = event.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]];
    if (document.activeElement === from) { event.preventDefault(); to?.focus(); }
  };
  const act = (key) => {
    const isGoing = Date.now() - going < PATIENCE;
    going = key === "g" ? Date.now() : 0;
    if (isGoing && letters[key]) { location.assign(letters[key]); return true; }
    switch (key) {
      case "?": ask("help"); return true;
      case "r": ask("refresh"); return true;
      case "n": return click('[data-testid="start-operation"]');
      case "/": return focus('[data-shortcut="search"], [data-shortcut="search"] input, input[type=search]');
      case "j": return step(1);
      case "k": return step(-1);
    }
    return false;
  };
  const seen = (selector) => [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility());
  const click = (selector) => { seen(selector)[0]?.click(); return true; };
  const focus = (selector) => {
    const isField = (one) => one.matches("input, textarea");
    const field = seen(selector).find(isField) ?? [...document.querySelectorAll(selector)].find(isField);
    const fold = field?.closest("details");
    if (fold) fold.open = true; // as it is at first where there is little room
    field?.focus();
    return Boolean(field);
  };
  const step = (by) => {
    const rows = seen(ROWS);
    const at = rows.indexOf(document.activeElement);
    const next = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
    return Boolean(next);
  };

  document.addEventListener("keydown", pressed);
  return () => document.removeEventListener("keydown", pressed);
};
