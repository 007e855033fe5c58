export default {
  template: `
    <header class="shell">
      <a class="skip" href="#content">{{ view.words.skip }}</a>
      <a class="brand" href="/operations"><img src="/static/favicon.svg" alt="" width="26" height="26">
        <span>Stillwatch</span></a>
      <p v-if="view.workspaces.length < 2" class="workspace">{{ view.workspace_name }}</p>
      <details v-else class="workspace" @keydown.esc="close" @focusout="left">
        <summary :aria-label="view.words.switch + ': ' + view.workspace_name"><span>{{ view.workspace_name }}</span><i class="material-icons" aria-hidden="true" data-icon="unfold_more"></i></summary>
        <div class="workspace-menu"><a v-for="place in view.workspaces" :key="place[0]"
          :href="'/operations?workspace=' + encodeURIComponent(place[0])"
          :aria-current="place[1] === view.workspace_name ? 'true' : null">{{ place[1] }}</a></div></details>
      <nav :aria-label="view.words.main">
        <template v-for="group in view.groups" :key="group.label"><p class="nav-group">{{ group.label }}</p>
          <a v-for="place in group.places" :key="place[0]" :href="place[2]" :aria-current="current(place[0])"><i class="material-icons" aria-hidden="true" :data-icon="place[3]"></i>{{ place[1] }}</a></template>
      </nav>
      <div class="person">
        <a class="person-name" href="/account" :title="view.words.account" :aria-current="current('account')" data-testid="own-account"><i class="material-icons" aria-hidden="true" data-icon="account_circle"></i><span>{{ view.name }}<small>{{ view.email }}</small></span></a>
        <a class="plain bell" href="/notifications" data-testid="bell" :aria-label="view.bell" :title="view.bell" :aria-current="current('notifications')"><i class="material-icons" aria-hidden="true" data-icon="notifications"></i><span v-if="view.unread" class="unread" aria-hidden="true" data-testid="unread-count">{{ view.unread }}</span></a>
        <button type="button" class="plain keyboard" @click="$emit('help')" data-testid="shortcuts" :aria-label="view.words.shortcuts"
          :title="view.words.shortcuts"><i class="material-icons" aria-hidden="true" data-icon="keyboard"></i></button>
        <button type="button" class="plain" @click="cycle" :aria-label="view.words[theme]"
          :title="view.words[theme]"><i class="material-icons" aria-hidden="true" :data-icon="icons[theme]"></i></button>
        <form method="post" action="/language" class="languages" @submit="stay">
          <input type="hidden" name="next" value="/operations">
          <button v-for="one in view.languages" :key="one[0]" name="language" :value="one[0]" class="plain" :lang="one[0]"
            :aria-label="one[1]" :title="one[1]" :data-testid="'language-' + one[0]">{{ one[0].toUpperCase() }}</button></form>
        <form method="post" action="/logout">
          <input type="hidden" name="csrf" :value="view.sign_out_csrf">
          <button class="plain" data-testid="sign-out" :aria-label="view.words.sign_out" :title="view.words.sign_out"><i class="material-icons" aria-hidden="true" data-icon="logout"></i></button></form>
        <p class="zone">{{ view.words.zone }}</p>
      </div>
    </header>`,
  props: { view: Object },
  emits: ["help", "refresh"],
  data: () => ({
    theme: window.stillwatchTheme.choice(),
    icons: { auto: "contrast", light: "light_mode", dark: "dark_mode" },
  }),
  // On a phone the places scroll sideways; where one is should be seen.
  mounted() {
    this.$el.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
    this.deafen = window.stillwatchKeyboard(this.view.letters, (what) => this.$emit(what));
  },
  unmounted() { this.deafen(); },
  methods: {
    current(place) { return this.view.active === place ? "page" : null; },
    cycle() { this.theme = window.stillwatchTheme.cycle(); },
    // Where one is by now: the address may have changed since the page was built.
    stay(event) { event.target.elements.next.value = location.pathname + location.search; },
    close(event) {
      event.currentTarget.open = false;
      event.currentTarget.querySelector("summary").focus();
    },
    left(event) {
      if (!event.currentTarget.contains(event.relatedTarget)) event.currentTarget.open = false;
    },
  },
};
