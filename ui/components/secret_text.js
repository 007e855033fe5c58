export default {
  template: `
    <div class="secret"><code data-testid="secret">{{ view.text }}</code>
      <button type="button" class="plain" :aria-label="copied ? view.copied : view.copy" :title="copied ? view.copied : view.copy" @click="copy"><i class="material-icons" aria-hidden="true" :data-icon="copied ? 'check' : 'content_copy'"></i></button>
      <span class="unseen" role="status" aria-live="polite">{{ copied ? view.copied : "" }}</span></div>`,
  props: { view: Object },
  data: () => ({ copied: false }),
  methods: {
    async copy() {
      try { await navigator.clipboard.writeText(this.view.text); } catch { return; }
      this.copied = true;
    },
  },
};
