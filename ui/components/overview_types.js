export default {
  template: `
    <section v-if="view" class="card" :aria-label="view.title" data-testid="overview-types">
      <h2 class="card-title">{{ view.title }} <span class="quiet small" :title="view.as_of_utc">{{ view.as_of }}</span></h2>
      <div class="rankings"><div v-for="ranking in view.rankings" :key="ranking.title" class="ranking" :class="'tone-' + ranking.tone">
        <h3>{{ ranking.title }}</h3>
        <p v-if="ranking.empty" class="quiet">{{ ranking.empty }}</p>
        <ol><li v-for="row in ranking.rows" :key="row.href"><a :href="row.href" :title="row.type">{{ row.type }}</a>
          <span class="number"><strong>{{ row.figure }}</strong> <span class="quiet">{{ row.detail }}</span></span>
          <span class="bar" aria-hidden="true"><span class="bar-fill" :style="{ width: row.percent + '%' }"></span></span></li></ol>
      </div></div>
    </section>`,
  props: { view: Object },
};
