export default {
  template: `
    <section v-if="view" class="card summary">
      <div class="summary-head">
        <span class="status" :class="'tone-' + view.status.tone" data-testid="run-status"
          :data-status="view.status.value"><i class="material-icons" aria-hidden="true" :data-icon="view.status.icon"></i>{{ view.status.word }}</span>
        <span class="run-type">{{ view.type }}</span>
        <span class="quiet">run {{ view.id }}</span>
        <elapsed-time v-if="view.elapsed.seconds !== null" class="elapsed"
          :seconds="view.elapsed.seconds" :running="view.elapsed.running"></elapsed-time>
      </div>
      <div class="counts" data-testid="run-counts">
        <div class="bar" role="progressbar" aria-label="Progress" aria-valuemin="0"
          aria-valuemax="100" :aria-valuenow="percent" :class="{ unknown: percent === null }">
          <div class="bar-fill" :class="'tone-' + view.status.tone"
            :style="{ width: (percent ?? 0) + '%' }"></div></div>
        <div class="count-line"><strong>{{ view.counts.label }}</strong>
          <span v-for="item in view.counts.items" :key="item.name" class="count"
            :class="'count-' + item.name">{{ item.value }} {{ item.name }}</span></div>
      </div>
      <p v-if="view.note" class="note">{{ view.note }}</p>
      <dl class="facts inline"><template v-for="fact in view.facts" :key="fact.name">
        <dt>{{ fact.name }}</dt><dd>{{ fact.value }}</dd></template></dl>
    </section>`,
  props: { view: Object },
  computed: {
    percent() {
      const fraction = this.view.counts.fraction;
      return fraction === null ? null : Math.floor(fraction * 100);
    },
  },
};
