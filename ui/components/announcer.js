// A line that is added is read out, once; those that leave make no sound.
export default {
  template: `
    <div class="unseen" role="log" aria-live="polite" aria-relevant="additions" data-testid="announcements"><p
      v-for="line in [...view, ...own]" :key="line.id">{{ line.text }}</p></div>`,
  props: { view: Array },
  data: () => ({ own: [], count: 0 }),
  mounted() { window.addEventListener("stillwatch-say", this.say); },
  unmounted() { window.removeEventListener("stillwatch-say", this.say); },
  methods: {
    say(event) { this.own = [...this.own, { id: "own" + ++this.count, text: event.detail }].slice(-3); },
  },
};
