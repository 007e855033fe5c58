export default {
  template: `
    <section v-if="view" class="refresh-now" :aria-label="view.label" data-testid="refresh-now">
      <div v-if="view.alarms.length" class="refresh-alarm" role="alert" data-testid="refresh-alarm"><i class="material-icons" aria-hidden="true" data-icon="error"></i>
        <div><p v-for="line in view.alarms" :key="line">{{ line }}</p></div></div>
      <p v-else class="all-well" data-testid="refresh-quiet"><i class="material-icons" aria-hidden="true" data-icon="check_circle"></i>{{ view.quiet }}</p>
      <p v-if="view.empty" class="card quiet">{{ view.empty }}</p>
      <div v-if="view.tiles.length" class="tiles four">
        <div v-for="tile in view.tiles" :key="tile.key" class="card tile" :data-testid="'refresh-tile-' + tile.key">
          <h2 class="card-title">{{ tile.title }}</h2><span class="figure">{{ tile.figure }}</span><p class="quiet small">{{ tile.text }}</p></div></div>
      <div v-if="view.facts.length" class="card"><h2 class="card-title">{{ view.process }}</h2>
        <dl class="facts inline"><div v-for="fact in view.facts" :key="fact[0]"><dt>{{ fact[0] }}</dt><dd>{{ fact[1] }}</dd></div></dl></div>
    </section>`,
  props: { view: Object },
};
