export default {
  template: `
    <section v-if="view" class="card" :aria-label="view.title" data-testid="bulk-results">
      <h2 class="card-title">{{ view.title }}</h2>
      <ul class="bulk-items"><li v-for="item in view.items" :key="item.id" data-testid="bulk-item"
        :data-run-id="item.id" :data-status="item.status">
        <span class="status" :class="'tone-' + item.tone"><i class="material-icons" aria-hidden="true" :data-icon="item.icon"></i>{{ item.word }}</span>
        <span class="bulk-run"><a v-if="item.href" :href="item.href">{{ item.id }}</a><template v-else>{{ item.id }}</template>
          <span class="quiet">{{ item.name }}</span></span>
        <a v-if="item.again_href" :href="item.again_href" class="bulk-again">{{ item.again }}</a>
        <span v-if="item.note" class="bulk-note quiet">{{ item.note }}</span>
      </li></ul>
    </section>`,
  props: { view: Object },
};
