export default {
  template: `
    <div v-if="view" class="tiles">
      <section class="card tile" :aria-label="view.running.title" data-testid="overview-running">
        <h2 class="card-title">{{ view.running.title }}</h2>
        <a class="figure" :href="view.running.href" :aria-label="view.running.number + ' · ' + view.running.title">{{ view.running.number }}</a>
        <p v-if="view.idle" class="quiet">{{ view.idle }}</p>
        <ul v-else class="running"><li v-for="run in view.rows" :key="run.id">
          <a :href="run.href" :title="run.type">{{ run.type }}</a><span class="quiet of-tenant" :title="run.tenant">{{ run.tenant }}</span>
          <elapsed-time v-if="run.seconds !== null" :key="run.id" :seconds="run.seconds" running="true"></elapsed-time></li></ul>
        <p v-if="view.more" class="quiet">{{ view.more }}</p>
      </section>
      <section class="card tile" :aria-label="view.queue.title" data-testid="overview-queue">
        <h2 class="card-title">{{ view.queue.title }}</h2>
        <a class="figure" :href="view.queue.href" :aria-label="view.queue.number + ' · ' + view.queue.title">{{ view.queue.number }}</a>
        <p v-if="view.empty" class="quiet">{{ view.empty }}</p>
        <p v-if="view.wait">{{ view.wait.label }} <elapsed-time :seconds="view.wait.seconds" running="true"></elapsed-time></p>
        <p v-for="note in view.notes" :key="note" class="quiet">{{ note }}</p>
        <p v-if="view.alarm" class="life tone-mixed"><i class="material-icons" aria-hidden="true" data-icon="cloud_off"></i><span>{{ view.alarm }}</span></p>
      </section>
    </div>`,
  props: { view: Object },
};
