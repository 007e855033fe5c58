export default {
  template: `
    <section v-if="view" class="card" aria-label="Phases">
      <h2 class="card-title">Phases <span class="quiet small">times in {{ view.zone }}</span></h2>
      <ol class="timeline"><li v-for="phase in view.phases" :key="phase.name" :class="'tone-' + phase.tone">
        <span class="phase-name">{{ phase.name }}</span>
        <time :title="phase.utc">{{ phase.at }}</time>
        <elapsed-time v-if="phase.seconds !== null" class="quiet"
          :seconds="phase.seconds" :running="phase.running"></elapsed-time>
        <relative-time v-else-if="phase.since" class="quiet" :datetime="phase.since"></relative-time>
      </li></ol>
      <p v-if="view.note" class="note">{{ view.note }}</p>
    </section>`,
  props: { view: Object },
};
