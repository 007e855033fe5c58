// A plain form: what is asked for is in the address, so that it can be shared and gone back to.
// Drawn once: drawn again with the page around it, its fields would lose what is being typed.
export default {
  template: `
    <section class="filters" :aria-label="view.words.filters" data-testid="run-filters">
      <nav class="status-counts" :aria-label="view.words.counts" data-testid="status-counts">
        <ul v-for="[name, statuses] in view.groups" :key="name" :aria-label="name">
          <li v-for="one in statuses" :key="one.value"><a :href="one.href" data-testid="filter-status"
            :data-status="one.value" :aria-current="one.on ? 'true' : null" :class="['tone-' + one.tone, { on: one.on }]"><i
              class="material-icons" aria-hidden="true" :data-icon="one.icon"></i>{{ one.word }} <span class="number">{{ one.count }}</span></a></li>
        </ul>
      </nav>
      <details :open="open" @toggle="open = $event.target.open">
        <summary data-testid="filter-fold"><i class="material-icons" aria-hidden="true" data-icon="tune"></i>{{ view.words.filter }}</summary>
        <form v-once method="get" action="/operations" @submit="tidy">
          <input v-for="([name, value], at) in view.hidden" :key="at" type="hidden" :name="name" :value="value">
          <label class="wide">{{ view.words.q }}<input type="search" name="q" maxlength="200" autocomplete="off"
            :value="view.text" :placeholder="view.words.placeholder" data-testid="filter-text"></label>
          <label v-for="[name, choices] in selects" :key="name">{{ view.words[name] }}
            <select :name="name" :multiple="chosen(choices) > 1" :size="chosen(choices) > 1 ? 3 : null" :data-testid="'filter-' + name">
              <option v-for="one in choices" :key="one.value" :value="one.value" :selected="one.on">{{ one.text }}</option></select></label>
          <label>{{ view.words.from }}<input type="datetime-local" name="from" :value="view.begin" data-testid="filter-from"></label>
          <label>{{ view.words.until }}<input type="datetime-local" name="until" :value="view.end" data-testid="filter-until"></label>
          <button type="submit" data-testid="filter-apply">{{ view.words.apply }}</button>
        </form>
      </details>
      <ul v-if="view.flaws.length" class="filter-flaws" role="alert" data-testid="filter-flaws">
        <li v-for="text in view.flaws" :key="text">{{ text }}</li></ul>
      <div v-if="view.chips.length" class="chips" role="group" :aria-label="view.words.chosen" data-testid="filter-chips">
        <a v-for="one in view.chips" :key="one.key" :href="one.href" :aria-label="one.label">{{ one.text }}<i
          class="material-icons" aria-hidden="true" data-icon="close"></i></a>
        <a :href="view.clear" class="clear" data-testid="filter-clear">{{ view.words.clear }}</a>
      </div>
      <slot></slot>
    </section>`,
  props: { view: Object },
  data: () => ({ open: window.innerWidth > 760 }),
  computed: {
    selects() {
      const { types, tenants, initiators, periods, orders } = this.view;
      return [["type", types], ["tenant", tenants], ["by", initiators], ["last", periods], ["sort", orders]];
    },
  },
  methods: {
    chosen: (choices) => choices.filter((one) => one.on).length,
    // An empty field asks for nothing, and has no place in an address that people share.
    tidy(event) {
      const empty = [...event.target.elements].filter((field) => field.name && !field.value);
      for (const field of empty) field.disabled = true;
      setTimeout(() => empty.forEach((field) => (field.disabled = false)));
    },
  },
};
