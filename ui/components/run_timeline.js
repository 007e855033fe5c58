export default {
  template: `
    <section v-if="view" class="card">
      <h2 class="card-title">Phases</h2>
      <ol class="timeline"><li v-for="phase in view.phases" :key="phase.name">
        <span class="phase-name">{{ phase.name }}</span>
        <time :title="phase.utc">{{ phase.at }}</time>
        <elapsed-time v-if="phase.seconds !== null" class="quiet"
          :seconds="phase.seconds"></elapsed-time>
      </li></ol>
      <p class="quiet small">Times in {{ view.zone }}</p>
    </section>`,
  props: { view: Object },
};
