// Explicit roles: a row that is laid out as a grid would no longer be read out as a row of a table.
export default {
  template: `
    <div class="table-host" data-testid="operations-table">
      <p v-if="!view.length" class="empty"><i class="material-icons" aria-hidden="true" data-icon="inbox"></i>{{ empty }}</p>
      <table v-else class="runs" role="table" :aria-label="words.runs">
        <thead role="rowgroup"><tr role="row">
          <th v-for="column in columns" :key="column" role="columnheader" scope="col"
            :class="'col-' + column">{{ words[column] }}</th></tr></thead>
        <tbody role="rowgroup"><tr v-for="row in view" :key="row.id" role="row" data-testid="run-row"
          :data-run-id="row.id" :data-status="row.status.value" :class="{ gone: row.gone }">
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
    </div>`,
  props: { view: Array, empty: String, words: Object },
  data: () => ({
    columns: ["status", "operation", "tenant", "started-by", "progress", "duration", "started"],
  }),
};
