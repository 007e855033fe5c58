// What the server has shown of each live part of the page, one numbered scene after the other.
// It counts on nothing: what comes late, twice or out of turn is passed over, and whoever has missed
// something says where they stand and is brought to the present scene whole.
window.stillwatchStages = ((place, say) => {
  const stages = {};
  const patched = (view, patch) => {
    if ("=" in patch) return patch["="];
    return Object.assign(Array.isArray(view) ? [...view] : { ...view }, patch["+"]);
  };
  const stand = () => {
    const all = Object.entries(stages).map(([surface, { at }]) => [surface, at]);
    if (all.length) say(Object.fromEntries(all));
  };
  return {
    enter(surface, { at, parts }) { stages[surface] ??= { at, parts }; },
    stand,
    receive({ surface, from, to, parts }) {
      const stage = stages[surface];
      if (!stage || to <= stage.at) return;
      if (from !== null && from !== stage.at) { stand(); return; }
      for (const [name, patch] of Object.entries(parts)) place(stage.parts[name], (view) => patched(view, patch));
      stage.at = to;
    },
  };
})(
  (id, change) => {
    const element = mounted_app.elements[id];
    if (element) element.props.view = change(element.props.view);
  },
  (standing) => emitEvent("standing", standing),
);
