export default {
  template: `
    <header class="shell">
      <a class="skip" href="#content">Skip to content</a>
      <a class="brand" href="/operations"><img src="/static/favicon.svg" alt="" width="26" height="26">
        <span>Stillwatch</span></a>
      <p class="workspace" v-if="view.workspaces.length < 2">{{ view.workspace_name }}</p>
      <details v-else class="workspace"><summary>{{ view.workspace_name }}</summary>
        <a v-for="place in view.workspaces" :key="place[0]"
          :href="'/operations?workspace=' + place[0]">{{ place[1] }}</a></details>
      <nav aria-label="Main">
        <p class="nav-group">Monitoring</p>
        <a href="/operations" :aria-current="current('operations')"><i class="material-icons" aria-hidden="true" data-icon="list_alt"></i>Operations</a>
        <a href="/tenants" :aria-current="current('tenants')"><i class="material-icons" aria-hidden="true" data-icon="apartment"></i>Tenants</a>
      </nav>
      <div class="person">
        <div class="person-name" :title="view.email">{{ view.name }}<small>{{ view.email }}</small></div>
        <button type="button" class="plain" data-theme-toggle aria-label="Switch between light and dark"
          title="Light or dark"><i class="material-icons" aria-hidden="true" data-icon="contrast"></i></button>
        <form method="post" action="/logout">
          <input type="hidden" name="csrf" :value="view.sign_out_csrf">
          <button class="plain" data-testid="sign-out" aria-label="Sign out" title="Sign out"><i class="material-icons" aria-hidden="true" data-icon="logout"></i></button></form>
      </div>
    </header>`,
  props: { view: Object },
  methods: {
    current(place) { return this.view.active === place ? "page" : null; },
  },
};
