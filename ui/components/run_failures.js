export default {
  template: `
    <section v-if="view && (view.groups.length || view.note)" class="card" :aria-label="words.failures">
      <h2 class="card-title">{{ words.failures }}</h2>
      <ul class="failures"><li v-for="(group, n) in view.groups" :key="n" data-testid="run-failure">
        <div><code class="failure-code">{{ group.code }}</code>
          <span v-if="group.count" class="failure-count">{{ group.count }}</span></div>
        <div>{{ group.message }}</div>
        <code v-if="group.sample" class="sample">{{ group.sample }}</code>
      </li></ul>
      <p v-if="view.note" class="quiet">{{ view.note }}</p>
    </section>`,
  props: { view: Object, words: Object },
};
