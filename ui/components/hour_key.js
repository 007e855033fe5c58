export default {
  template: `
    <div v-if="view" class="hour-key"><h3 class="card-title">{{ view.title }} <span v-if="view.unit" class="quiet small">{{ view.unit }}</span></h3>
      <ul><li v-for="line in view.lines" :key="line.name" :class="'tone-' + line.tone"><i class="swatch" aria-hidden="true"></i><strong>{{ line.newest }}</strong> {{ line.name }}</li></ul>
    </div>`,
  props: { view: Object },
};
