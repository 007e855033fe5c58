export default {
  template: `<div class="page-head"><a class="crumb" :href="view[1]">{{ view[0] }}</a><slot></slot></div>`,
  props: { view: Array },
};
