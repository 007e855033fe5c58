export default {
  template: `
    <section v-if="view" class="card" :aria-label="view.title" data-testid="slow-statements">
      <h2 class="card-title">{{ view.title }}</h2>
      <p v-if="view.empty" class="quiet">{{ view.empty }}</p>
      <template v-else><p class="quiet small">{{ view.note }}</p>
        <ol class="statements"><li v-for="(text, n) in view.texts" :key="text.whole"><strong>{{ view.facts[n].longest }}</strong>
          <details><summary><code>{{ text.brief }}</code></summary><code class="whole">{{ text.whole }}</code></details>
          <span class="quiet small"><span v-for="fact in view.facts[n].facts" :key="fact">{{ fact }}</span></span></li></ol></template>
    </section>`,
  props: { view: Object },
};
