export default {
  template: `
    <div class="panel-host">
      <section v-if="view.facts.length" class="card">
        <h2 class="card-title">{{ words.context }}</h2>
        <dl class="facts"><template v-for="(fact, n) in view.facts" :key="n"><dt>{{ fact[0] }}</dt><dd>{{ fact[1] }}</dd></template></dl>
      </section>
      <section v-if="view.related.length" class="card">
        <h2 class="card-title">{{ words.related }}</h2>
        <a v-for="run in view.related" :key="run.href" :href="run.href" :title="run.utc">{{ run.text }}</a>
      </section>
    </div>`,
  props: { view: Object, words: Object },
};
