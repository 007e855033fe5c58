const FEW = 3;
export default {
  template: `
    <section v-if="view" class="card pack" :aria-label="words.pack" data-testid="review-pack-card" :data-status="view.status.value">
      <div class="pack-head">
        <span class="status" :class="'tone-' + view.status.tone"><i class="material-icons" aria-hidden="true" :data-icon="view.status.icon"></i>{{ view.status.word }}</span>
        <span v-if="view.expiry" class="pack-expiry quiet">{{ words.expires }}
          <time-left :seconds="view.expiry.seconds"></time-left><span class="pack-expiry-at">, <time :datetime="view.expiry.iso" :title="view.expiry.utc">{{ view.expiry.at }}</time></span></span>
      </div>
      <p v-if="view.text" class="pack-text">{{ view.text }}</p>
      <p v-if="view.life" class="life" :class="'tone-' + view.life.tone" data-testid="run-life"
        :title="view.life.utc || null" :data-sign="view.life.sign"><i class="material-icons" aria-hidden="true" :data-icon="view.life.icon"></i><span>{{ view.life.text }}</span></p>
      <div v-if="view.making" class="making tone-active" data-testid="pack-progress">
        <div class="making-bars" role="progressbar" :aria-label="words.progress" aria-valuemin="0" aria-valuemax="100"
          :aria-valuenow="view.making.percent" :aria-valuetext="view.making.text">
          <div v-for="step in view.making.steps" :key="step.name" class="bar" :class="{ 'is-current': step.is_current }">
            <div class="bar-fill" :style="{ width: step.percent + '%' }"></div></div></div>
        <div class="count-line"><strong>{{ view.making.text }}</strong>
          <span v-if="view.making.counts" class="quiet">{{ view.making.counts }}</span></div>
      </div>
      <div v-if="view.failure" class="pack-failure" data-testid="pack-failure">
        <code v-if="view.failure.code" class="failure-code">{{ view.failure.code }}</code>
        <span>{{ view.failure.message }}</span>
        <code v-if="view.failure.sample" class="sample">{{ view.failure.sample }}</code>
      </div>
      <p v-if="view.note" class="note">{{ view.note }}</p>
      <dl v-if="view.facts.length" class="facts inline">
        <div v-for="fact in view.facts" :key="fact.name"><dt>{{ fact.name }}</dt><dd :title="fact.title || null">{{ fact.value }}<time v-if="fact.at" :datetime="fact.iso || null" :title="fact.title || null">{{ fact.at }}</time></dd></div>
        <div v-if="view.digest"><dt>SHA-256</dt><dd class="digest"><code :title="view.digest.full" data-testid="pack-digest">{{ isWhole ? view.digest.full : view.digest.short }}</code>
          <button type="button" class="plain" :aria-label="copied || words.copy" :title="copied || words.copy"
            @click="copy"><i class="material-icons" aria-hidden="true" :data-icon="copied ? 'check' : 'content_copy'"></i></button></dd></div>
      </dl>
      <div v-if="view.download || view.generate || view.run" class="pack-actions">
        <a v-if="view.download" class="button main" data-testid="download-pack" :href="view.download"><i class="material-icons" aria-hidden="true" data-icon="download"></i>{{ words.download }}</a>
        <button v-if="view.generate" type="button" tabindex="0" class="button" :class="{ main: view.is_generate_first }" data-testid="generate-pack"
          @click="$emit('generate')">{{ view.generate }}</button>
        <a v-if="view.run" class="pack-run" :href="'/operations/' + view.run">{{ words.run }} {{ view.run }}</a>
      </div>
      <div v-if="view.downloads" class="pack-part">
        <h3>{{ words.downloads }}</h3>
        <p v-if="!view.downloads.length" class="quiet">{{ words.nobody }}</p>
        <ul v-else class="pack-downloads" data-testid="pack-downloads"><li v-for="(one, n) in view.downloads" :key="n">{{ one.who }}
          <time class="quiet" :datetime="one.when_iso || null" :title="one.when_utc || null">{{ one.when }}</time></li></ul>
      </div>
      <div v-if="view.earlier.length" class="pack-part">
        <h3>{{ words.earlier }}</h3>
        <ul class="pack-earlier" :aria-label="words.earlier"><li v-for="pack in earlier" :key="pack.id" data-testid="earlier-pack" :data-status="pack.status.value">
          <span class="status" :class="'tone-' + pack.status.tone"><i class="material-icons" aria-hidden="true" :data-icon="pack.status.icon"></i>{{ pack.status.word }}</span>
          <span class="of-period" :title="pack.period_title">{{ pack.period }}</span>
          <span class="of-size number">{{ pack.size }}</span>
          <span class="of-who" :title="pack.who">{{ pack.who }}</span>
          <time class="of-when" :datetime="pack.when_iso || null" :title="pack.when_utc || null"><span class="when-full">{{ pack.when }}</span><span class="when-brief" aria-hidden="true">{{ pack.when_brief }}</span></time>
          <span class="of-file"><a v-if="pack.href" :href="pack.href" :aria-label="words.download_of.replace('{period}', pack.period)" :title="words.download"><i class="material-icons" aria-hidden="true" data-icon="download"></i></a></span>
        </li></ul>
        <button v-if="view.earlier.length > few" type="button" class="plain more" :aria-expanded="showsAll" @click="showsAll = !showsAll">{{
          showsAll ? words.fewer : words.more.replace("{count}", view.earlier.length - few) }}</button>
      </div>
    </section>`,
  props: { view: Object, words: Object },
  emits: ["generate"],
  data: () => ({ few: FEW, showsAll: false, isWhole: false, copied: "" }),
  computed: {
    earlier() { return this.showsAll ? this.view.earlier : this.view.earlier.slice(0, FEW); },
  },
  watch: {
    "view.digest.full"() { this.isWhole = false; this.copied = ""; },
  },
  methods: {
    async copy() {
      try {
        await navigator.clipboard.writeText(this.view.digest.full);
        this.copied = this.words.copied;
        window.dispatchEvent(new CustomEvent("stillwatch-say", { detail: this.copied }));
        setTimeout(() => { this.copied = ""; }, 2000);
      } catch {
        this.isWhole = true; // without a secure connection a browser lets nothing be copied for one
      }
    },
  },
};
