export default {
  template: `
    <section v-if="view" class="card summary" :aria-label="words.status">
      <div class="summary-head">
        <span class="status" :class="'tone-' + view.status.tone" data-testid="run-status"
          :data-status="view.status.value"><i class="material-icons" aria-hidden="true" :data-icon="view.status.icon"></i>{{ view.status.word }}</span>
        <span class="run-type">{{ view.type }}</span>
        <span v-if="view.elapsed.seconds !== null" class="elapsed"><span class="quiet">{{ view.elapsed.word }}</span>
          <elapsed-time :seconds="view.elapsed.seconds" :running="view.elapsed.running"></elapsed-time></span>
      </div>
      <p v-if="view.life" class="life" :class="'tone-' + view.life.tone" data-testid="run-life"
        :title="view.life.utc || null" :data-sign="view.life.sign"><i class="material-icons" aria-hidden="true" :data-icon="view.life.icon"></i><span>{{ view.life.text }}</span></p>
      <p v-if="view.note" class="note">{{ view.note }}</p>
      <p v-if="view.estimate" class="estimate quiet" data-testid="run-estimate">{{ view.estimate }}</p>
      <div class="counts" data-testid="run-counts">
        <div v-if="view.counts.percent !== null" class="bar" role="progressbar" :aria-label="words.progress"
          aria-valuemin="0" aria-valuemax="100" :aria-valuenow="view.counts.percent"
          :aria-valuetext="view.counts.label" :class="'tone-' + view.status.tone">
          <div class="bar-fill" :style="{ width: view.counts.fraction * 100 + '%' }"></div></div>
        <div v-else class="bar empty-bar" :class="'tone-' + view.status.tone" aria-hidden="true"></div>
        <div class="count-line"><strong>{{ view.counts.label }}</strong>
          <span v-if="view.counts.percent !== null" class="quiet">{{ view.counts.percent }} %</span>
          <span v-for="item in view.counts.items" :key="item.name" class="count"
            :class="{ bad: item.name === 'failed' && item.value !== '0' }">{{ item.text }}</span></div>
        <p v-if="view.counts.note" class="note">{{ view.counts.note }}</p>
      </div>
      <dl class="facts inline"><div v-for="fact in view.facts" :key="fact.name">
        <dt>{{ fact.name }}</dt><dd>{{ fact.value }}</dd></div>
        <div v-if="view.heartbeat" data-testid="run-heartbeat"><dt>{{ words.heartbeat }}</dt><dd><time :datetime="view.heartbeat.at"><elapsed-time
          :key="view.heartbeat.at" :seconds="view.heartbeat.seconds" running="true" ago></elapsed-time></time></dd></div></dl>
    </section>`,
  props: { view: Object, words: Object },
};
