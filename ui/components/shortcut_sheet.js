export default {
  template: `
    <div class="shortcut-sheet">
      <dl class="shortcuts"><div v-for="one in view" :key="one.text">
        <dt><kbd v-for="key in one.keys" :key="key">{{ key }}</kbd></dt><dd>{{ one.text }}</dd></div></dl>
      <label class="switch-line"><input type="checkbox" role="switch" :checked="isOn" @change="turn"
        data-testid="shortcuts-on"><span>{{ words.turn }}</span></label>
      <p class="quiet small">{{ words.hint }}</p>
    </div>`,
  props: { view: Array, words: Object },
  data: () => ({ isOn: window.stillwatchShortcuts.areOn() }),
  methods: {
    turn(event) {
      this.isOn = event.target.checked;
      window.stillwatchShortcuts.turn(this.isOn);
    },
  },
};
