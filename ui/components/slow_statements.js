export default {
  template: `
    <section v-if="view" class="card" :aria-label="view.title" data-testid="slow-statements">
      <h2 class="card-title">{{ view.title }}</h2>
      <p v-if="view.empty" class="quiet">{{ view.empty }}</p>
      <template v-else><p class="quiet small">{{ view.note }}</p>
        <ol class="statements"><li v-for="row in view.rows" :key="row.text"><strong>{{ row.longest }}</strong>
          <details><summary><code>{{ row.brief }}</code></summary><code class="whole">{{ row.text }}</code></details>
          <span class="quiet small"><span v-for="fact in row.facts" :key="fact">{{ fact }}</span></span></li></ol></template>
    </section>`,
  props: { view: Object },
};
