// Explicit roles: a row that is laid out as a card would no longer be read out as a row of a table.
export default {
  template: `
    <div class="table-host" :data-testid="view.testid">
      <p v-if="!view.rows.length" class="empty"><i class="material-icons" aria-hidden="true" data-icon="inbox"></i>{{ view.empty }}</p>
      <table v-else class="records" role="table" :aria-label="view.label">
        <thead role="rowgroup"><tr role="row"><th v-for="(column, n) in view.columns" :key="column" role="columnheader" scope="col" :class="{ number: view.numbers && n }">{{ column }}</th>
          <th v-if="view.acts" role="columnheader" scope="col" class="acts"><span class="unseen">{{ view.acts }}</span></th></tr></thead>
        <tbody role="rowgroup"><tr v-for="row in view.rows" :key="row.id" role="row" :data-testid="view.row_testid" :data-id="row.id">
          <td v-for="(cell, n) in row.cells" :key="n" role="cell" :class="{ lead: n === 0, number: view.numbers && n, none: cell.none }">
            <span class="unseen-wide" aria-hidden="true">{{ view.columns[n] }}</span>
            <div class="cell"><a v-if="cell.href" :href="cell.href" :title="cell.title || null">{{ cell.text }}</a>
              <relative-time v-else-if="cell.since" :datetime="cell.since"></relative-time>
              <time v-else-if="cell.at" :datetime="cell.at" :title="cell.title">{{ cell.text }}</time>
              <span v-else :title="cell.title || null" :class="cell.tone ? ['status', 'tone-' + cell.tone] : null">{{ cell.text }}</span>
              <small v-if="cell.mark" class="mark">{{ cell.mark }}</small>
              <small v-if="cell.sub" class="quiet sub">{{ cell.sub }}</small>
              <dl v-if="cell.pairs && cell.pairs.length" class="pairs"><div v-for="(pair, p) in cell.pairs" :key="p"><dt>{{ pair[0] }}</dt><dd>{{ pair[1] }}</dd></div></dl></div></td>
          <td v-if="view.acts" role="cell" class="acts"><button v-for="act in row.acts" :key="act.key" type="button" class="button small-button"
            :class="{ danger: act.danger }" :data-testid="act.testid" :aria-label="act.name" @click="$emit('act', row.id, act.key)">{{ act.label }}</button></td>
        </tr></tbody>
      </table>
      <p v-if="view.note" class="note table-note">{{ view.note }}</p>
    </div>`,
  props: { view: Object },
};
