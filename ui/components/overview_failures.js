// Kept apart from what is shown: only a change of it is to be read out.
export default {
  template: `
    <section v-if="view" class="card" :aria-label="view.title" data-testid="overview-failures">
      <h2 class="card-title">{{ view.title }}</h2>
      <p v-if="view.empty" class="all-well"><i class="material-icons" aria-hidden="true" data-icon="check_circle"></i>{{ view.empty }}</p>
      <ul v-if="view.groups.length" class="kinds"><li v-for="group in view.groups" :key="group.fingerprint" data-testid="failure-group"
        :data-fingerprint="group.fingerprint" :data-state="group.state" :class="'tone-' + group.tone">
        <div class="kind-head">
          <span class="status"><i class="material-icons" aria-hidden="true" :data-icon="group.icon"></i>{{ group.word }}</span>
          <code class="failure-code">{{ group.code }}</code>
          <a :href="group.href">{{ group.type }}</a>
          <button v-if="group.act" type="button" class="button small-button" :data-testid="group.act" :aria-label="group.act_label"
            @click="$emit(group.act, group.fingerprint)">{{ group.act_word }}</button>
        </div>
        <p v-if="group.message" class="kind-message">{{ group.message }}</p>
        <p class="quiet kind-facts"><span>{{ group.runs }}</span>
          <span v-for="tenant in group.tenants" :key="tenant.text" class="kind-tenant" :class="{ over: tenant.is_over }" :title="tenant.title || null"><a v-if="tenant.href" :href="tenant.href">{{ tenant.text }}</a><template v-else>{{ tenant.text }}</template></span>
          <span v-if="group.more_tenants">{{ group.more_tenants }}</span>
          <span class="kind-last"><a :href="group.last_href">{{ group.last }}</a> <relative-time v-if="group.last_at" :datetime="group.last_at"></relative-time></span></p>
        <p v-if="group.known" class="kind-known"><span class="quiet" :title="group.known_utc">{{ group.known }}</span> <q v-if="group.note">{{ group.note }}</q></p>
      </li></ul>
      <p v-if="view.more" class="quiet">{{ view.more }}</p>
      <details v-if="view.cleared.length" class="kinds-over"><summary>{{ view.cleared_title }}</summary>
        <ul class="kinds"><li v-for="group in view.cleared" :key="group.fingerprint" data-testid="failure-group"
          :data-fingerprint="group.fingerprint" :data-state="group.state" :class="'tone-' + group.tone">
          <div class="kind-head"><code>{{ group.code }}</code><a :href="group.href">{{ group.type }}</a><span class="quiet">{{ group.runs }}</span>
            <span class="quiet kind-last"><a :href="group.last_href">{{ group.last }}</a> <relative-time v-if="group.last_at" :datetime="group.last_at"></relative-time></span></div>
        </li></ul></details>
      <p v-if="view.note" class="note">{{ view.note }}</p>
    </section>`,
  props: { view: Object },
  emits: ["acknowledge", "withdraw"],
  watch: {
    "view.said"(said, before) { if (before) window.dispatchEvent(new CustomEvent("stillwatch-say", { detail: said })); },
  },
};
