export default {
  template: `
    <div v-if="view && (view.cancel || view.retry || view.tell)" class="actions">
      <q-btn v-if="view.cancel" outline no-caps :label="words.cancel" data-testid="run-cancel" @click="$emit('cancel')"></q-btn>
      <q-btn v-if="view.retry" outline no-caps :label="words.retry" data-testid="run-retry" @click="$emit('retry')"></q-btn>
      <q-checkbox v-if="view.tell" v-model="isWatching" dense class="tell-me" :label="words.tell" data-testid="tell-me"
        @update:model-value="$emit('wish', $event)"></q-checkbox>
    </div>`,
  props: { view: Object, words: Object, watching: Boolean },
  emits: ["cancel", "retry", "wish"],
  data() { return { isWatching: this.watching }; },
};
