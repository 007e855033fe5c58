export default {
  template: `
    <div v-if="view" class="outcome-totals">
      <ul><li v-for="total in view.totals" :key="total.status" :class="'tone-' + total.tone">
        <a :href="total.href" :data-status="total.status"><i class="swatch" aria-hidden="true"></i><strong>{{ total.number }}</strong> {{ total.word }}</a></li></ul>
      <p v-if="view.note" class="note">{{ view.note }}</p>
      <div class="unseen"><table><caption>{{ view.title }}</caption>
        <thead><tr><td></td><th v-for="one in view.series" :key="one.status" scope="col">{{ one.name }}</th></tr></thead>
        <tbody><tr v-for="(label, n) in view.labels" :key="n"><th scope="row">{{ label }}</th>
          <td v-for="one in view.series" :key="one.status">{{ one.counts[n] }}</td></tr></tbody></table></div>
    </div>`,
  props: { view: Object },
};
