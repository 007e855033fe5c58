// Explicit roles: a row that is laid out as a grid would no longer be read out as a row of a table.
// What is selected is known here only: no refresh touches it, and a reload of the page finds it again.
export default {
  template: `
    <div class="run-table">
    <div class="table-host" data-testid="operations-table">
      <p v-if="!view.length" class="empty"><i class="material-icons" aria-hidden="true" data-icon="inbox"></i>{{ empty }}</p>
      <table v-else class="runs" role="table" :aria-label="words.runs">
        <thead role="rowgroup"><tr role="row">
          <th v-if="selectable" role="columnheader" scope="col" class="col-select"><input type="checkbox" data-testid="select-all"
            :aria-label="words.select_all" :checked="hasAll" :indeterminate.prop="selected.length > 0 && !hasAll" @change="selectAll($event.target.checked)"></th>
          <th v-for="column in columns" :key="column" role="columnheader" scope="col"
            :class="'col-' + column">{{ words[column] }}</th></tr></thead>
        <tbody role="rowgroup"><tr v-for="row in view" :key="row.id" role="row" data-testid="run-row"
          :data-run-id="row.id" :data-status="row.status.value" :class="{ gone: row.gone, selected: isSelected(row) }">
          <td v-if="selectable" role="cell" class="col-select"><input v-if="!row.gone" type="checkbox" data-testid="run-select"
            :aria-label="words.select_run.replace('{id}', row.id).replace('{type}', () => row.type)" :checked="isSelected(row)" @change="select(row.id, $event.target.checked)"></td>
          <td role="cell" class="col-status"><span class="status" :class="'tone-' + row.status.tone"><i class="material-icons" aria-hidden="true" :data-icon="row.status.icon"></i>{{ row.status.word }}</span></td>
          <td role="cell" class="col-operation" :title="row.type"><a :href="'/operations/' + row.id" class="row-link">{{ row.type }}</a>
            <span class="quiet small">{{ row.id }}</span></td>
          <td role="cell" class="col-tenant" :title="row.tenant">{{ row.tenant }}</td>
          <td role="cell" class="col-started-by" :title="row.initiator">{{ row.initiator }}</td>
          <td role="cell" class="col-progress" :class="{ 'is-none': row.progress === '–' }"><span v-if="row.percent !== null" class="bar thin" :class="'tone-' + row.status.tone" aria-hidden="true"><span class="bar-fill" :style="{ width: row.percent + '%' }"></span></span>{{ row.progress }}</td>
          <td role="cell" class="col-duration"><elapsed-time v-if="row.elapsed.seconds !== null"
            :seconds="row.elapsed.seconds" :running="row.elapsed.running"></elapsed-time>
            <span v-else>–</span></td>
          <td role="cell" class="col-started"><span v-if="row.gone">{{ words.gone }}</span>
            <time v-else :datetime="row.started_at || null" :title="row.started_utc || null"><span class="when-full">{{ row.started }}</span><span class="when-brief" aria-hidden="true">{{ row.started_brief }}</span></time></td>
        </tr></tbody>
      </table>
    </div>
    <div v-if="selected.length" class="bulk-bar" role="region" :aria-label="words.selection" data-testid="bulk-bar">
      <strong class="bulk-count" role="status">{{ words.selected.replace("{count}", selected.length) }}</strong>
      <button v-if="able.cancel.length" type="button" class="button small-button danger" data-testid="bulk-cancel" @click="ask('cancel')">{{ words.cancel.replace("{count}", able.cancel.length) }}</button>
      <button v-if="able.retry.length" type="button" class="button small-button" data-testid="bulk-retry" @click="ask('retry')">{{ words.retry.replace("{count}", able.retry.length) }}</button>
      <button v-if="!hasAll" type="button" class="button small-button bulk-all" @click="selectAll(true)">{{ words.select_all }}</button>
      <button type="button" class="button small-button" data-testid="bulk-clear" @click="selectAll(false)">{{ words.clear }}</button>
    </div>
    </div>`,
  props: { view: Array, empty: String, words: Object, selectable: Boolean },
  data: () => ({
    columns: ["status", "operation", "tenant", "started-by", "progress", "duration", "started"],
    ids: [],
  }),
  computed: {
    there() { return this.view.filter((row) => !row.gone); },
    selected() { return this.there.filter((row) => this.ids.includes(row.id)); },
    hasAll() { return this.selected.length > 0 && this.selected.length === this.there.length; },
    able() {
      const able = (deed) => this.selected.filter((row) => row.can.includes(deed));
      return { cancel: able("cancel"), retry: able("retry") };
    },
  },
  mounted() {
    if (this.selectable) this.ids = this.kept();
  },
  methods: {
    isSelected(row) { return !row.gone && this.ids.includes(row.id); },
    select(id, isOn) { this.keep(isOn ? [...this.ids, id] : this.ids.filter((other) => other !== id)); },
    selectAll(isOn) { this.keep(isOn ? this.there.map((row) => row.id) : []); },
    ask(deed) { this.$emit("bulk", deed, this.selected.map((row) => row.id)); },
    keep(ids) {
      this.ids = ids;
      try { sessionStorage.setItem(this.place(), JSON.stringify(ids)); } catch { /* nothing is stored here */ }
    },
    kept() {
      try { return JSON.parse(sessionStorage.getItem(this.place())) ?? []; } catch { return []; }
    },
    place() { return `stillwatch-selected:${location.pathname}${location.search}`; },
  },
};
