export default {
  template: `
    <div class="table-host" data-testid="operations-table">
      <p v-if="!view.length" class="empty">{{ empty }}</p>
      <table v-else class="runs">
        <thead><tr><th>Status</th><th>Operation</th><th>Tenant</th><th>Started by</th>
          <th class="number">Progress</th><th class="number">Duration</th><th>Started</th></tr></thead>
        <tbody><tr v-for="row in view" :key="row.id" data-testid="run-row" :data-run-id="row.id"
          :data-status="row.status.value" :class="{ gone: row.gone }">
          <td><span class="status" :class="'tone-' + row.status.tone"><i class="material-icons" aria-hidden="true" :data-icon="row.status.icon"></i>{{ row.status.word }}</span></td>
          <td class="operation"><a :href="'/operations/' + row.id" class="row-link">{{ row.type }}</a>
            <span class="quiet small">{{ row.id }}</span></td>
          <td>{{ row.tenant }}</td>
          <td>{{ row.initiator }}</td>
          <td class="number">{{ row.progress }}</td>
          <td class="number"><elapsed-time v-if="row.elapsed.seconds !== null"
            :seconds="row.elapsed.seconds" :running="row.elapsed.running"></elapsed-time>
            <span v-else>–</span></td>
          <td class="when"><time :title="row.started_utc">{{ row.started }}</time>
            <span v-if="row.gone" class="quiet"> · no longer available</span></td>
        </tr></tbody>
      </table>
    </div>`,
  props: { view: Array, empty: String },
};
