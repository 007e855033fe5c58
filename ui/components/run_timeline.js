export default {
  template: `
    <section v-if="view" class="card" :aria-label="words.timeline" data-testid="run-timeline">
      <h2 class="card-title">{{ words.timeline }} <span class="quiet small">{{ view.zone }}</span></h2>
      <ol class="timeline"><li v-for="(entry, n) in view.entries" :key="n" data-testid="timeline-entry"
        :class="['tone-' + entry.tone, entry.phase ? 'phase' : 'event']">
        <span v-if="entry.phase" class="phase-name">{{ entry.phase }}</span>
        <span v-if="entry.text" class="happening">{{ entry.text }}</span>
        <elapsed-time v-if="entry.seconds !== null" class="lasted"
          :seconds="entry.seconds" :running="entry.running"></elapsed-time>
        <relative-time v-else-if="entry.since" class="lasted" :datetime="entry.since"></relative-time>
        <time v-if="entry.at" :datetime="entry.iso || null" :title="entry.utc || null">{{ entry.at }}</time>
      </li></ol>
      <p v-if="view.note" class="note">{{ view.note }}</p>
    </section>`,
  props: { view: Object, words: Object },
};
