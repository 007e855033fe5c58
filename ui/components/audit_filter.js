// A plain form: what is asked for is in the address, where it can be shared and kept.
export default {
  template: `
    <form method="get" action="/admin/audit" class="filter" data-testid="audit-filter" @submit="tidy">
      <label v-for="field in view.fields" :key="field.name"><span>{{ field.label }}</span>
        <select v-if="field.options" :name="field.name" :value="field.value"><option v-for="option in field.options" :key="option[0]" :value="option[0]">{{ option[1] }}</option></select>
        <input v-else :name="field.name" :type="field.type" :value="field.value" :list="field.known ? 'known-' + field.name : null"
          maxlength="320" autocomplete="off">
        <datalist v-if="field.known" :id="'known-' + field.name"><option v-for="known in field.known" :key="known[0]" :value="known[0]">{{ known[1] }}</option></datalist></label>
      <div class="filter-acts"><button class="button main">{{ view.apply }}</button>
        <a v-if="view.clear" class="button" href="/admin/audit">{{ view.clear }}</a>
        <a v-if="view.export" class="button" data-testid="export-audit" :href="view.export.href" download><i class="material-icons" aria-hidden="true" data-icon="download"></i>{{ view.export.label }}</a></div>
    </form>`,
  props: { view: Object },
  methods: {
    // An address with only what was filled in.
    tidy(event) { for (const field of event.target.elements) if (field.name && !field.value) field.disabled = true; },
  },
};
