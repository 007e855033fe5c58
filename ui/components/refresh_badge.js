export default {
  template: `
    <span class="badge" :class="'tone-' + tone" data-testid="refresh-badge" role="status" aria-live="off"
      :data-surface="surface" :data-reason="reason" :data-interval="interval"
      :data-version="view.version" :title="view.utc || null"><span class="dot" aria-hidden="true"></span>{{ text }}</span>`,
  props: { view: Object, words: Object, surface: String, stage: Object },
  data: () => ({ isConnected: true }),
  computed: {
    reason() { return this.isConnected ? this.view.reason : "disconnected"; },
    interval() { return this.isConnected ? this.view.interval : ""; },
    text() { return this.isConnected ? this.view.text : this.words.lost; },
    tone() { return this.isConnected ? this.view.tone : "mixed"; },
  },
  mounted() {
    window.stillwatchStages.enter(this.surface, this.stage);
    this.lost = () => { this.isConnected = false; };
    this.found = () => { this.isConnected = true; };
    this.listen();
  },
  unmounted() {
    clearTimeout(this.waiting);
    window.socket?.off("disconnect", this.lost);
    window.socket?.off("connect", this.found);
  },
  methods: {
    listen() {
      // Components mount before the page opens its socket.
      if (!window.socket) { this.waiting = setTimeout(this.listen, 50); return; }
      window.socket.on("disconnect", this.lost);
      window.socket.on("connect", this.found);
    },
  },
};
