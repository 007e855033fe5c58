// A list of links that can be shared like any other address; what is done to a view asks first.
export default {
  template: `
    <details class="views" data-testid="views-menu" @keydown.esc="close" @focusout="left">
      <summary class="button"><i class="material-icons" aria-hidden="true" data-icon="bookmarks"></i>{{ view.words.views }}</summary>
      <div class="views-menu">
        <ul v-if="view.views.length"><li v-for="one in view.views" :key="one.id">
          <a :href="one.href" :aria-current="one.on ? 'true' : null" data-testid="view-link">{{ one.name }}<small v-if="one.note">{{ one.note }}</small></a>
          <button v-for="act in one.acts" :key="act.key" type="button" class="plain" :aria-label="act.label" :title="act.label"
            :data-testid="act.testid" @click="ask(one.id, act.key)"><i class="material-icons" aria-hidden="true" :data-icon="act.icon"></i></button>
        </li></ul>
        <p v-else class="quiet">{{ view.words.none }}</p>
        <button type="button" class="button" data-testid="save-view" @click="save"><i class="material-icons" aria-hidden="true" data-icon="bookmark_add"></i>{{ view.words.save }}</button>
      </div>
    </details>`,
  props: { view: Object },
  emits: ["act", "save"],
  mounted() { document.addEventListener("pointerdown", this.pressed); },
  unmounted() { document.removeEventListener("pointerdown", this.pressed); },
  methods: {
    // Closed first, so that the dialog gives the focus back to what is still there.
    ask(id, key) { this.close(); this.$emit("act", id, key); },
    save() { this.close(); this.$emit("save"); },
    close() {
      this.$el.open = false;
      this.$el.querySelector("summary").focus();
    },
    left(event) {
      if (event.relatedTarget && !this.$el.contains(event.relatedTarget)) this.$el.open = false;
    },
    pressed(event) {
      if (!this.$el.contains(event.target)) this.$el.open = false;
    },
  },
};
