export default {
  template: `
    <span class="badge" :class="'tone-' + tone" data-testid="refresh-badge" role="status" aria-live="off"
      :data-surface="surface" :data-reason="reason" :data-interval="interval"
      :data-version="version"><span class="dot" aria-hidden="true"></span>{{ text }}</span>`,
  props: { view: Object, surface: String, version: String },
  data: () => ({ isConnected: true }),
  computed: {
    reason() { return this.isConnected ? this.view.reason : "disconnected"; },
    interval() { return this.isConnected ? this.view.interval : ""; },
    text() { return this.isConnected ? this.view.text : "Reconnecting"; },
    tone() { return this.isConnected ? this.view.tone : "mixed"; },
  },
  mounted() {
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
