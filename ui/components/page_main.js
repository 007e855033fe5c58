export default {
  template: `<main class="page" tabindex="-1"><h1 class="page-title">{{ view }}</h1><slot></slot></main>`,
  props: { view: String },
};
